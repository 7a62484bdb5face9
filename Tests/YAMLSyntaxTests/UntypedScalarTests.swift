import Diagnostics
import Testing
import Values
import YAMLSyntax

@Suite struct UntypedScalarTests {
    private func scalar(_ source: String) throws -> YAMLScalar {
        let document = YAMLReader.readDocument(SourceFile(path: "x.yaml", text: "k: \(source)\n"))
        #expect(document.diagnostics.isEmpty)
        return try #require(scalars(of: document.root).last)
    }

    @Test(
        arguments: [
            ("", nil), ("~", nil), ("null", nil), ("NULL", nil), ("true", true), ("False", false), ("0", 0), ("-7", -7),
            ("+5", 5),
            ("0x1F", 31), ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)), ("1.5", 1.5), (".5", 0.5),
            ("5.", 5.0), ("-.5", -0.5), ("1.5e+3", 1500.0), ("2.0E-2", 0.02), ("'1'", "1"), ("\"true\"", "true"), ("'~'", "~"),
            ("text", "text"), ("1.2.3", "1.2.3"), ("+", "+"), (".", "."), ("..", ".."), ("1 2", "1 2"), ("1a", "1a"),
            ("0x", "0x"), ("0xZZ", "0xZZ"), ("30s", "30s"), ("1d12h", "1d12h"), ("e3", "e3"), ("a:b", "a:b"),
            ("12:75", "12:75"), ("2024-13", "2024-13"), ("10.0.0.1", "10.0.0.1"), ("+49 30", "+49 30"), ("yEs", "yEs"),
        ] as [(String, Value?)])
    func `a scalar without ambiguity has one value`(source: String, expected: Value?) throws {
        #expect(try scalar(source).untypedValue().get() == expected ?? .null)
    }

    @Test(arguments: [
        "yes", "No", "ON", "off", "y", "N", "0777", "08", "00", "-012", "0o17", "0b101", "-0x1F", "0x1_F", "1_000", "1_0.5",
        "12:30", "1:20:30", "190:20:30.15", "1e3", "1.5e3", "2001-12-14", "2001-12-14t21:59:43.10-05:00",
        "2001-12-14 21:59:43", "=",
    ])
    func `what YAML 1_1 reads otherwise is refused with a quote as the fix`(source: String) throws {
        guard case .failure(let problem) = try scalar(source).untypedValue() else {
            Issue.record("no problem")
            return
        }
        #expect(problem.reason == .ambiguous && problem.diagnostic.code == DiagnosticCode(105))
        #expect(problem.diagnostic.fix?.replacement == "\"\(source)\"")
        #expect(try scalar("\"\(source)\"").untypedValue().get() == .string(source))
    }

    @Test(arguments: ["9223372036854775808", "-9223372036854775809", "0xFFFFFFFFFFFFFFFF"])
    func `an integer outside int64 is refused`(source: String) throws {
        guard case .failure(let problem) = try scalar(source).untypedValue() else { throw UnexpectedValue() }
        #expect(problem.reason == .integerOutOfRange && problem.diagnostic.code == DiagnosticCode(109))
    }

    @Test(arguments: [".nan", ".inf", "-.INF", "+.inf", "1.0e+999"])
    func `what JSON has no number for is refused`(source: String) throws {
        guard case .failure(let problem) = try scalar(source).untypedValue() else { throw UnexpectedValue() }
        #expect(problem.reason == .notFinite && problem.diagnostic.code == DiagnosticCode(109))
    }

    @Test(arguments: [
        "a b", "it's", "say \"hi\"", "back\\slash", "both ' and \"", "line\nbreak", "tab\t", "\u{1B}[0m", "é😀", "",
    ])
    func `quoted text reads back as it was`(text: String) throws {
        let scalar = try scalar(YAMLScalar.quoted(text))
        #expect(scalar.text.utf8.elementsEqual(text.utf8))
        #expect(scalar.style == .singleQuoted || scalar.style == .doubleQuoted)
    }

    private struct UnexpectedValue: Error {}
}
