import CEL
import Foundation
import Testing
import Values

/// `Fixtures/*.txt`: expressions with everything that is said about them.
///
///     > input.ordr
///             ^^^^ error unknownField: … (label) help: …
///
/// Below an expression without errors stand its value and type, or why it has no value. Lines with `#` are comments.
/// `WFRUN_UPDATE_EXPECTATIONS=1` writes what is said now.
struct FixtureTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")

    static let names: [String] = {
        let files = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        return (files ?? []).filter { $0.hasSuffix(".txt") }.sorted()
    }()

    @Test func `there are fixtures`() { #expect(Self.names.count >= 5) }

    @Test(arguments: names)
    func `what is said about an expression is what its fixture says`(name: String) throws {
        let file = Self.folder.appendingPathComponent(name)
        let text = try String(contentsOf: file, encoding: .utf8)
        let expected = Self.rendered(text)
        if ProcessInfo.processInfo.environment["WFRUN_UPDATE_EXPECTATIONS"] == "1" {
            try expected.write(to: file, atomically: true, encoding: .utf8)
        }
        let (lines, wanted) = (text.split(separator: "\n"), expected.split(separator: "\n"))
        for (line, want) in zip(lines, wanted) where line != want { #expect(line == want) }
        #expect(lines.count == wanted.count)
    }

    /// The fixture with its expectations made anew.
    static func rendered(_ text: String) -> String {
        var result: [String] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("> ") {
                result.append(String(line))
                result += report(on: String(line.dropFirst(2))).map { "  " + $0 }
            } else if line.isEmpty || line.hasPrefix("#") {
                result.append(String(line))
            }
        }
        return result.joined(separator: "\n")
    }

    static func report(on source: String) -> [String] {
        let (expression, problems) = ExpressionCompiler.compile(
            source, in: Sample.scope, options: ExpressionOptions(dialect: .workflow, timeZones: FoundationZones()))
        var lines = problems.map { problem in
            mark(problem.range, source) + " \(problem.isError ? "error" : "warning") \(problem.kind): \(problem.message)"
                + (problem.label.map { " (\($0))" } ?? "") + (problem.help.map { " help: \($0)" } ?? "")
        }
        guard let expression else { return lines }
        do {
            let value = try expression.evaluate(Sample.slots)
            lines.append("= \(value.shown) : \(expression.type)")
        } catch {
            lines.append(mark(error.range, source) + " fails: \(error.message) : \(expression.type)")
        }
        return lines
    }

    private static func mark(_ range: Range<Int>, _ source: String) -> String {
        let before = String(decoding: Array(source.utf8)[..<range.lowerBound], as: UTF8.self).unicodeScalars.count
        let width = String(decoding: Array(source.utf8)[range], as: UTF8.self).unicodeScalars.count
        return String(repeating: " ", count: before) + String(repeating: "^", count: max(width, 1))
    }
}
