import Testing
import Values

@Suite("wfrun eval")
struct EvalCommandTests {
    private let folder = TemporaryFolder()

    private func value(_ arguments: String...) async throws -> Value {
        let run = await CommandLineRun.of(["eval"] + arguments)
        #expect(run.code == 0, "\(run.talk)")
        return try JSON.parse(run.output)
    }

    @Test func `The value is JSON on stdout`() async throws {
        #expect(try await value("[1, 2, 3].map(n, n * n).sum()") == 14)
        #expect(try await value("${{ 'a' + 'b' }}") == "ab")
        #expect(try await value("{'a': [1, 2.5, null]}") == ["a": [1, 2.5, .null]])
        #expect(try await value("duration('1d12h')") == "129600s")
        // In a definition the part that always fails would be a mistake.
        #expect(try await value("false && 1 / 0 > 2") == false)
    }

    @Test func `Variables come from the command line or a file and have no types`() async throws {
        #expect(try await value("input.total > 100", "--vars", #"{"input": {"total": 120}}"#) == true)
        let file = folder.write("vars.json", #"{"a": 1, "b": {"c": "x"}}"#)
        #expect(try await value("b.c + string(a)", "--vars", "@\(file)") == "x1")
    }

    @Test func `Clocks show what the time zone's files say`() async throws {
        #expect(try await value(#"timestamp("2026-07-01T00:30:00Z").getHours("Europe/Berlin")"#) == 2)
        #expect(await CommandLineRun.of("eval", #"timestamp("2026-07-01T00:30:00Z").getHours("Europe/Nowhere")"#).code == 1)
    }

    @Test(arguments: [
        ("1", #"{"type":"int","value":1}"#), ("1u", #"{"type":"uint","value":1}"#), ("1.0", #"{"type":"double","value":1}"#),
        ("0.0 / 0.0", #"{"type":"double","value":"NaN"}"#), ("-1.0 / 0.0", #"{"type":"double","value":"-Infinity"}"#),
        ("b'a'", #"{"type":"bytes","value":"YQ=="}"#), ("duration('90s')", #"{"type":"duration","value":"90s"}"#),
        ("timestamp('2026-01-02T03:04:05Z')", #"{"type":"timestamp","value":"2026-01-02T03:04:05Z"}"#),
        ("type(1)", #"{"type":"type","value":"int"}"#), ("'text'", #""text""#), ("true", "true"), ("null", "null"),
        ("[1, 'a']", #"[{"type":"int","value":1},"a"]"#), ("{'a': 1}", #"{"a":{"type":"int","value":1}}"#),
        ("{1: 'a'}", #"{"type":"map","value":[[{"type":"int","value":1},"a"]]}"#),
        ("{'type': 'x', 'value': 'y'}", #"{"type":"map","value":[["type","x"],["value","y"]]}"#),
        ("optional.of(1)", #"{"type":"optional","value":[{"type":"int","value":1}]}"#),
        ("optional.none()", #"{"type":"optional","value":[]}"#),
    ])
    func `Kinds are kept apart when asked`(expression: String, expected: String) async throws {
        let run = await CommandLineRun.of("eval", "--typed", "--", expression)
        #expect(run.output == expected + "\n")
        // What was written can be given back.
        let again = await CommandLineRun.of("eval", "x", "--typed", "--vars", #"{"x": \#(expected)}"#)
        #expect(again.output == run.output)
    }

    @Test func `The type instead of the value`() async {
        #expect(await CommandLineRun.of("eval", "[1, 2].map(n, string(n))", "--type").output == "list(string)\n")
        #expect(await CommandLineRun.of("eval", "1 + 2.5", "--type").output == "number\n")
        #expect(await CommandLineRun.of("eval", "1 + 2.5", "--type", "--standard").code == 1)
    }

    @Test func `A mistake is 1 and marked on stderr`() async {
        let mistake = await CommandLineRun.of("eval", "1 + foo")
        #expect(mistake.code == 1)
        #expect(mistake.output.isEmpty)
        #expect(mistake.talk.contains("error[WF3103]: unknown name 'foo'"))
        #expect(mistake.talk.contains("1 | 1 + foo\n  |     ^^^ unknown"))
        let failure = await CommandLineRun.of("eval", "1 / n", "--vars", #"{"n": 0}"#)
        #expect(failure.code == 1)
        #expect(failure.talk.contains("division by zero"))
        let unwritable = await CommandLineRun.of("eval", "0.0 / 0.0")
        #expect(unwritable.code == 1)
        #expect(unwritable.talk.contains("NaN is not a JSON number"))
    }

    @Test(arguments: [
        [], ["1", "--jsonl"], ["1", "--vars", "["], ["1", "--vars", "[]"],
        ["x", "--typed", "--vars", #"{"x": {"type": "int", "value": "a"}}"#],
    ])
    func `A wrong command line is 64`(arguments: [String]) async {
        #expect(await CommandLineRun.of(["eval"] + arguments).code == 64)
    }

    @Test func `A file that is not there is 3`() async {
        #expect(await CommandLineRun.of("eval", "x", "--vars", "@\(folder.file("nowhere"))").code == 3)
    }

    @Test func `Lines are answered one by one, and a bad one stops nothing`() async throws {
        let run = await CommandLineRun.of(
            "eval", "--jsonl", "--typed", "--vars", #"{"k": "common"}"#,
            input: """
                {"id": 1, "expr": "1 + 1"}
                not json
                {"id": "b", "expr": "1 +"}

                {"id": 3, "expr": "x / y", "vars": {"x": {"type": "int", "value": 1}, "y": {"type": "int", "value": 0}}}
                {"id": 4}
                [5]
                {"id": 6, "expr": "k + s", "vars": {"s": "!"}}
                """)
        #expect(run.code == 0)
        #expect(
            run.output == """
                {"id":1,"value":{"type":"int","value":2}}
                {"error":{"code":"json","message":"expected a JSON value","offset":0},"id":null}
                {"error":{"code":"WF3101","message":"expected a value, found the end","offset":3},"id":"b"}
                {"error":{"code":"expression","message":"division by zero","offset":0},"id":3}
                {"error":{"code":"json","message":"the line has no 'expr'"},"id":4}
                {"error":{"code":"json","message":"expected an object, found list"},"id":null}
                {"id":6,"value":"common!"}

                """)
    }

    @Test func `A line may be long, and the last one needs no line feed`() async throws {
        let long = String(repeating: "a", count: 200_000)
        let run = await CommandLineRun.of(
            "eval", "--jsonl", input: #"{"id":1,"expr":"size(s)","vars":{"s":"\#(long)"}}"# + "\n" + #"{"id":2,"expr":"2"}"#)
        #expect(run.output == "{\"id\":1,\"value\":200000}\n{\"id\":2,\"value\":2}\n")
    }
}
