import Foundation
import JSONSchema
import Testing
import Values

/// The official test suite as `scripts/suites jsonschema` lays it out.
struct ConformanceSuite {
    struct Group {
        /// File, group: how exemptions name it.
        var name: String
        var schema: Value
        var tests: [(description: String, data: Value, isValid: Bool)]
    }

    let folder: URL

    /// Nil where the suite was not fetched. Recorded as an issue when the environment demands it.
    init?() {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        folder = root.appending(path: ".suites/jsonschema")
        if FileManager.default.fileExists(atPath: folder.path) { return }
        if ProcessInfo.processInfo.environment["WFRUN_REQUIRE_SUITES"] == "1" {
            Issue.record("no .suites/jsonschema: run scripts/suites jsonschema")
        }
        return nil
    }

    /// The groups of every file directly in a folder below `tests/draft2020-12`.
    func groups(in subfolder: String) throws -> [Group] {
        let path = folder.appending(path: "tests/draft2020-12/\(subfolder)")
        let files = try FileManager.default.contentsOfDirectory(atPath: path.path).filter { $0.hasSuffix(".json") }.sorted()
        return try files.flatMap { file in
            let content = try Self.read(path.appending(path: file))
            return (content.listValue ?? []).map { group in
                Group(
                    name: "\(file) | \(group["description"]?.stringValue ?? "")", schema: group["schema"] ?? .null,
                    tests: (group["tests"]?.listValue ?? []).map { test in
                        (test["description"]?.stringValue ?? "", test["data"] ?? .null, test["valid"]?.boolValue ?? false)
                    })
            }
        }
    }

    /// The documents that the suite's schemas refer to, under the address it gives them.
    func remotes() throws -> [String: Value] {
        let root = folder.appending(path: "remotes")
        var remotes: [String: Value] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: root.path) where path.hasSuffix(".json") {
            let isOfAnotherDraft =
                path.hasPrefix("draft") && !path.hasPrefix("draft2020-12/") && !path.hasPrefix("draft2019-09/")
            if !isOfAnotherDraft { remotes["http://localhost:1234/" + path] = try Self.read(root.appending(path: path)) }
        }
        return remotes
    }

    private static func read(_ url: URL) throws -> Value {
        try JSON.parse(Array(Data(contentsOf: url)), limits: .init(depth: 200))
    }
}
