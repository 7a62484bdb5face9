import DefinitionTesting
import Diagnostics
import Foundation
import StandardLibrary
import Testing
import WorkflowDefinitions

/// The definitions and the standard library that ship, with their own tests.
struct ShippedTests {
    static let folders: [DefinitionFolder] = [
        try? DefinitionFolder(repository.appending(path: "definitions"), root: "definitions"),
        try? DefinitionFolder(repository.appending(path: "stdlib"), root: "stdlib", isLibrary: true),
    ].compactMap { $0 }

    @Test("What ships has no mistakes and no warnings", arguments: 0..<2)
    func validates(_ index: Int) throws {
        let folder = try #require(Self.folders.count == 2 ? Self.folders[index] : nil)
        let found = folder.diagnostics.filter { $0.severity >= .warning }
        #expect(found.isEmpty, "\(TextRenderer().render(found))")
    }

    @Test("Every definition and action that ships has a test file, and all its cases pass", arguments: 0..<2)
    func passes(_ index: Int) throws {
        let folder = try #require(Self.folders.count == 2 ? Self.folders[index] : nil)
        let (text, results) = folder.report()
        #expect(results.allSatisfy { $0.hasPassed } && results.count == folder.tests.count, "\(text)")
        let tested = Set(folder.tests.map { $0.path.replacing(".test.yaml", with: ".yaml") })
        let untested = folder.definitions.filter { !tested.contains($0) && !$0.hasPrefix("stdlib/builtin/") }
        #expect(untested.isEmpty, "\(untested)")
    }

    @Test("Every case that ships passes with restarts after every stored transition", arguments: 0..<2)
    func survives(_ index: Int) throws {
        let folder = try #require(Self.folders.count == 2 ? Self.folders[index] : nil)
        var options = TestSuite.Options()
        options.crashesEverywhere = true
        let (text, results) = folder.report(options)
        #expect(results.allSatisfy { $0.hasPassed }, "\(text)")
    }

    /// The exhaustive mode of guarantees.md §2 over all that ships: crash at operation 1, 2, … until a run finishes untouched.
    @Test("Every case that ships comes out the same, wherever in an operation of the journal its server dies", arguments: 0..<2)
    func survivesEverything(_ index: Int) throws {
        let folder = try #require(Self.folders.count == 2 ? Self.folders[index] : nil)
        var options = TestSuite.Options()
        options.crashesAtEveryOperation = true
        let (text, results) = folder.report(options)
        let cases = results.flatMap(\.cases)
        print("exhaustive: \(folder.tests.count) files, \(cases.count) cases, \(cases.map(\.runs).reduce(0, +)) runs")
        #expect(results.allSatisfy { $0.hasPassed }, "\(text)")
        #expect(cases.allSatisfy { $0.runs > 5 })
    }
}

/// The reference of the standard library is made from its files.
struct StandardLibraryReferenceTests {
    @Test("docs/stdlib.md says what the files say")
    func reference() throws {
        let library = StandardLibrary.files.map { SourceFile(path: "stdlib/\($0.path)", bytes: $0.bytes) }
        let text = ActionReference.markdown(ActionReference.all(in: library))
        try expect(text, in: repository.appending(path: "docs/stdlib.md"))
    }
}

/// `docs/testing.md` is executed: its `yaml file=…` blocks make a project whose tests pass.
struct TestingDocumentationTests {
    @Test("The examples of docs/testing.md pass, with restarts everywhere too")
    func examples() throws {
        let text = try String(contentsOf: repository.appending(path: "docs/testing.md"), encoding: .utf8)
        let folder = FileManager.default.temporaryDirectory.appending(path: "wfrun-docs-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for block in text.components(separatedBy: "```yaml file=").dropFirst() {
            let body = try #require(block.components(separatedBy: "\n```").first)
            let (name, content) = try #require(body.split(separator: "\n", maxSplits: 1).pair)
            let file = folder.appending(path: name)
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try "\(content)\n".write(to: file, atomically: true, encoding: .utf8)
        }
        let project = try DefinitionFolder(folder)
        #expect(project.diagnostics.allSatisfy { $0.severity < .error }, "\(TextRenderer().render(project.diagnostics))")
        var options = TestSuite.Options()
        options.crashesEverywhere = true
        let (report, results) = project.report(options)
        #expect(results.count == 3 && results.allSatisfy { $0.hasPassed }, "\(report)")
    }
}

extension [Substring] {
    fileprivate var pair: (String, String)? { count == 2 ? (String(self[0]), String(self[1])) : nil }
}
