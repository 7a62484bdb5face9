import CEL
import Foundation
import Testing
import Values

/// `docs/expressions.md` says what happens: each line `expression → value` of its `cel` blocks is run.
struct DocumentationTests {
    struct Example: Sendable, CustomTestStringConvertible {
        var expression: String
        var expected: String
        var testDescription: String { expression }
    }

    static let examples: [Example] = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("docs/expressions.md")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
        var isInside = false
        var found: [Example] = []
        for line in text.split(separator: "\n") {
            if line.hasPrefix("```") {
                isInside = line == "```cel"
            } else if isInside, let arrow = line.range(of: " → ") {
                found.append(
                    Example(expression: String(line[..<arrow.lowerBound]), expected: String(line[arrow.upperBound...])))
            }
        }
        return found
    }()

    @Test func `there are examples`() { #expect(Self.examples.count > 150) }

    @Test(arguments: examples)
    func `an example has the value the page says`(example: Example) {
        let options = ExpressionOptions(dialect: .workflow, timeZones: FoundationZones())
        let (expression, problems) = ExpressionCompiler.compile(example.expression, in: Sample.scope, options: options)
        guard let expression else {
            #expect(problems.map { "error: \($0.message)" } == [example.expected])
            return
        }
        do {
            let value = try expression.evaluate(Sample.slots)
            #expect(value.shown == example.expected)
        } catch {
            #expect("error: \(error.message)" == example.expected)
        }
    }

    @Test func `every function and macro is on the page`() {
        let text = Self.examples.map(\.expression).joined(separator: "\n")
        for name in ExpressionFunctions.names + ExpressionFunctions.macros {
            #expect(text.contains("\(name)("), "\(name) has no example")
        }
    }
}
