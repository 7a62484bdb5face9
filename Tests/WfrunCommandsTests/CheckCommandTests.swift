import Testing
import Values

@Suite("wfrun check and wfrun schema")
struct CheckCommandTests {
    private let folder = TemporaryFolder()
    private let schema: String

    init() {
        schema = folder.write(
            "order.schema.json",
            """
            {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, "mail": {"format": "email"},
             "lines": {"type": "array", "items": {"properties": {"a/b": {"minimum": 1}}}}}}
            """)
        folder.write(
            "definitions/greet.yaml",
            """
            workflow: greet
            input: { name: string, times: integer = 1 }
            steps:
              - { id: say, call: log, with: { message: "${{ input.name }} ${{ input.times }}" } }
            """)
    }

    @Test func `Valid data is 0`() async {
        let data = folder.write("order.json", #"{"id": "a", "mail": "no mail"}"#)
        let run = await CommandLineRun.of("check", data, "--schema", schema)
        #expect(run.code == 0)
        #expect(run.output.isEmpty)
        #expect(run.talk == "\(data): valid\n")
    }

    @Test func `What does not fit is 1 with its pointer, in YAML with line and column`() async {
        let json = folder.write("order.json", #"{"id": 5}"#)
        let yaml = folder.write("order.yaml", "id: x\nlines:\n  - a/b: 2\n  - { a/b: 0 }\n")
        let run = await CommandLineRun.of("check", json, yaml, "--schema", schema)
        #expect(run.code == 1)
        #expect(
            run.output == """
                \(json): /id: expected string, found integer (type)
                \(yaml):4:12: /lines/1/a~1b: expected at least 1, found 0 (minimum)

                """)
    }

    @Test func `Formats are checked when asked`() async {
        let data = folder.write("order.json", #"{"id": "a", "mail": "no mail"}"#)
        #expect(await CommandLineRun.of("check", data, "--schema", schema, "--format-assertion").code == 1)
    }

    @Test func `A workflow's input is checked as instances are`() async {
        let good = folder.write("good.json", #"{"name": "Ada"}"#)
        let bad = folder.write("bad.json", #"{"name": "Ada", "tiems": 2}"#)
        let file = folder.file("definitions/greet.yaml")
        #expect(await CommandLineRun.of("check", good, "--schema", file).code == 0)
        let run = await CommandLineRun.of("check", bad, "--schema", "greet", "--definitions", folder.file("definitions"))
        #expect(run.code == 1)
        #expect(run.output.contains("tiems"))
    }

    @Test func `What cannot be checked is 2, what is not there 3`() async {
        let data = folder.write("order.json", "{}")
        let broken = folder.write("broken.json", #"{"type": "strnig"}"#)
        #expect(await CommandLineRun.of("check", data, "--schema", broken).code == 2)
        #expect(await CommandLineRun.of("check", folder.write("no.json", "{,}"), "--schema", schema).code == 2)
        #expect(await CommandLineRun.of("check", data, "--schema", folder.file("nowhere.json")).code == 3)
        #expect(await CommandLineRun.of("check", folder.file("nowhere.json"), "--schema", schema).code == 3)
        let unknown = await CommandLineRun.of(
            "check", data, "--schema", "gret", "--definitions", folder.file("definitions"))
        #expect(unknown.code == 3)
        #expect(unknown.talk.contains("Did you mean 'greet'?"))
    }

    @Test(arguments: [[], ["a.json"], ["a.json", "--jsonl", "--schema", "s"]])
    func `A wrong command line is 64`(arguments: [String]) async {
        #expect(await CommandLineRun.of(["check"] + arguments).code == 64)
    }

    @Test func `Lines are answered one by one, and a bad one stops nothing`() async throws {
        let run = await CommandLineRun.of(
            "check", "--jsonl",
            input: """
                {"id": 1, "schema": {"type": "string"}, "data": "a"}
                {"id": 2, "schema": {"type": "string"}, "data": 5}
                {"id": 3, "schema": {"type": "strnig"}, "data": 5}
                {"id": 4, "schema": true}
                {"id": 5, "data": 1}
                {"id": 6, "schema": {"$ref": "http://a.example/s"}, "resources": {"http://a.example/s": {"minimum": 3}}, "data": [1]}
                {"id": 7, "schema": false, "data": null}
                """)
        #expect(run.code == 0)
        let answers = try run.output.split(separator: "\n").map { try JSON.parse(String($0)) }
        #expect(answers.map { $0["valid"] } == [true, false, nil, nil, nil, true, false])
        #expect(answers.map { $0["error"]?["code"] } == [nil, nil, "WF4101", "json", "json", nil, nil])
        #expect(answers[1]["errors"] == [["pointer": "", "keyword": "type", "message": "expected string, found integer"]])
    }

    @Test func `The schema of a workflow's input is draft 2020-12`() async throws {
        for argument in [["greet", "--definitions", folder.file("definitions")], [folder.file("definitions/greet.yaml")]] {
            let run = await CommandLineRun.of(["schema"] + argument)
            #expect(run.code == 0)
            let document = try JSON.parse(run.output)
            #expect(document["$schema"] == "https://json-schema.org/draft/2020-12/schema")
            #expect(document["properties"]?["times"] == ["type": "integer", "default": 1])
            #expect(document["required"] == ["name"])
        }
        #expect(await CommandLineRun.of("schema", "nothing", "--definitions", folder.file("definitions")).code == 3)
    }

    @Test func `The schema of the language accepts a definition and refuses a misspelt key`() async throws {
        let language = folder.write("language.json", await CommandLineRun.of("schema").output)
        let good = folder.file("definitions/greet.yaml")
        #expect(await CommandLineRun.of("check", good, "--schema", language).code == 0)
        let bad = folder.write("bad.yaml", "workflow: bad\nsteps:\n  - { id: a, cal: log }\n")
        let run = await CommandLineRun.of("check", bad, "--schema", language)
        #expect(run.code == 1)
        #expect(run.output.contains("/steps/0/cal"))
    }
}
