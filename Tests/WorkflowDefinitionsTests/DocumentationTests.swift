import Diagnostics
import Foundation
import TestSupport
import Testing

/// What the README shows is true: its definitions are valid.
struct DocumentationTests {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static func definitions(in document: String) throws -> [String] {
        let text = try String(contentsOf: root.appending(path: document), encoding: .utf8)
        return text.components(separatedBy: "```yaml\n").dropFirst()
            .compactMap { $0.components(separatedBy: "\n```").first }
            .filter { $0.hasPrefix("workflow: ") }
            .map { $0 + "\n" }
    }

    @Test func `The definitions in the README are valid`() throws {
        let definitions = try Self.definitions(in: "README.md")
        #expect(!definitions.isEmpty)
        for definition in definitions { _ = try compileWorkflow(definition, named: "order-fulfillment") }
    }
}
