import Foundation
import TestSupport
import Testing

/// Every file in `Scenarios`: a definition, `---`, and a script in the notation of `Scenario`. Further files that the definition
/// needs follow it, each after a line `#@ PATH`.
struct ScenarioTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Scenarios")

    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
        return files.filter { $0.hasSuffix(".scenario") }.sorted()
    }()

    @Test func `There are scenarios`() {
        #expect(Self.names.count >= 20)
    }

    @Test(arguments: names)
    func `The interpreter asks for what the scenario says`(_ name: String) throws {
        let file = Self.folder.appending(path: name)
        let text = try String(contentsOf: file, encoding: .utf8)
        let parts = text.components(separatedBy: "\n---\n")
        try #require(parts.count == 2)
        let files = parts[0].components(separatedBy: "\n#@ ")
        let others = files.dropFirst().map { file in
            let lines = file.split(separator: "\n", maxSplits: 1).map(String.init)
            return (path: lines[0], text: lines[1] + "\n")
        }
        let graph = try compileWorkflow(files[0] + "\n", named: "case", files: others)
        let actual = parts[0] + "\n---\n" + (try Scenario.run(parts[1], graph: graph))
        if ProcessInfo.processInfo.environment["WFRUN_UPDATE_EXPECTATIONS"] == "1" {
            try actual.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(actual == text)
    }
}
