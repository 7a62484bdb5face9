import Testing
import Values

@Suite("wfrun replay, plan and validate --against")
struct ReplayCommandTests {
    private let folder = TemporaryFolder()
    private let database: String
    private let file: String
    private static let text = """
        workflow: greet
        input: { name: string }
        steps:
          - id: number
            call: random.uuid
          - id: say
            call: log
            with: { message: "Hello ${{ input.name }}" }
        output: ${{ input.name }}

        """

    init() async {
        database = folder.file("run.db")
        file = folder.write("definitions/greet.yaml", Self.text)
        let run = await CommandLineRun.of("run", file, "--db", database, "--set", "name=Ada")
        #expect(run.code == 0)
    }

    @Test func `A recorded run replays on its own definition`() async throws {
        let replay = await CommandLineRun.of("replay", "@latest", "--db", database)
        #expect(replay.code == 0)
        #expect(replay.output.contains("✓ 2 entries replay without a difference; the run ends completed, as recorded."))
        let json = await CommandLineRun.of("replay", "@latest", "--db", database, "-o", "json")
        let value = try JSON.parse(json.output)
        #expect(value["replays"] == true)
        #expect(value["entries"]?.listValue?.map { $0["step"]?.stringValue } == ["number", "say"])
    }

    @Test func `On an edited definition the first difference is explained at its place`() async throws {
        folder.write("definitions/greet.yaml", Self.text.replacing("id: number", with: "id: serial"))
        let replay = await CommandLineRun.of("replay", "@latest", "--db", database, "--definition", file)
        #expect(replay.code == 1)
        #expect(replay.output.contains("✗ diverges at entry 1, step 'number'"))
        #expect(replay.output.contains("error[WF7201]: the step 'number' has disappeared"))
        #expect(replay.output.contains("--> \(file):4:9"))
        #expect(replay.output.contains("is this 'number' under a new name?"))
    }

    @Test func `Another output is another end`() async {
        folder.write("definitions/greet.yaml", Self.text.replacing("output: ${{ input.name }}", with: "output: other"))
        let replay = await CommandLineRun.of("replay", "@latest", "--db", database, "--definition", file)
        #expect(replay.code == 1)
        #expect(replay.output.contains("the run comes to another end"))
        #expect(!replay.output.contains("Ada"))
    }

    @Test func `An exported history replays without a database`() async {
        let export = await CommandLineRun.of("history", "@latest", "--db", database, "--export")
        #expect(export.code == 0)
        let exported = folder.write("run.json", export.output)
        #expect(await CommandLineRun.of("replay", exported).code == 0)
        folder.write("run.json", export.output.replacing("Ada", with: "Bob"))
        #expect(await CommandLineRun.of("replay", exported).code == 1)
    }

    @Test(arguments: ["{}", "[]", "nonsense", #"{"format":"wfrun.history","version":9}"#, #"{"items":[],"nextCursor":null}"#])
    func `What is no history is refused`(text: String) async {
        let run = await CommandLineRun.of("replay", folder.write("other.json", text))
        #expect(run.code == 2)
        #expect(run.talk.contains("other.json"))
    }

    @Test func `A file or instance that is not there is 3`() async {
        #expect(await CommandLineRun.of("replay", folder.file("none.json")).code == 3)
        #expect(await CommandLineRun.of("replay", "0193", "--db", database).code == 3)
    }

    @Test func `A plan counts live instances alone`() async throws {
        let plan = await CommandLineRun.of("plan", file, "--db", database)
        #expect(plan.code == 0)
        #expect(plan.output == "greet: 0 live instances\n")
        let json = await CommandLineRun.of("plan", file, "--db", database, "-o", "json")
        #expect(try JSON.parse(json.output)["counts"] == ["unchanged": 0, "continues": 0, "diverges": 0, "unfit": 0])
        #expect(await CommandLineRun.of("plan", file, "--db", database, "--apply").code == 64)
        #expect(await CommandLineRun.of("plan", file, "--yes").code == 64)
        folder.write("definitions/greet.yaml", "workflow: greet\nsteps: []\n")
        #expect(await CommandLineRun.of("plan", file, "--db", database).code == 1)
    }

    @Test func `A workflow that invokes another is planned with the files beside it`() async {
        let parent = "workflow: parent\nsteps:\n  - id: child\n    invoke: greet\n    with: { name: Ada }\n"
        let file = folder.write("definitions/parent.yaml", parent)
        let plan = await CommandLineRun.of("plan", file, "--db", database)
        #expect(plan.code == 0)
        #expect(plan.output == "parent: 0 live instances\n")
    }

    @Test func `Validation compares with an earlier definition`() async {
        let old = folder.write("old.yaml", Self.text)
        folder.write("definitions/greet.yaml", Self.text.replacing("call: random.uuid", with: "call: time.now"))
        let run = await CommandLineRun.of("validate", file, "--against", old)
        #expect(run.code == 1)
        #expect(run.output.contains("error[WF7202]: the step 'number' was 'call random.uuid' and is 'call time.now'"))
        #expect(await CommandLineRun.of("validate", file, "--against", old, "--ignore", "WF7202").code == 0)
        #expect(await CommandLineRun.of("validate", file, "--against", file).code == 0)
        #expect(await CommandLineRun.of("validate", file, "--against", folder.file("none.yaml")).code == 3)
        let other = folder.write("other.yaml", "workflow: other\nsteps:\n  - { id: a, call: random.uuid }\n")
        #expect(await CommandLineRun.of("validate", file, "--against", other).code == 1)
        let broken = folder.write("broken.yaml", "workflow: greet\nsteps: []\n")
        let refused = await CommandLineRun.of("validate", file, "--against", broken)
        #expect(refused.code == 1)
        #expect(refused.talk.contains("\(broken):2 has a mistake"))
    }
}
