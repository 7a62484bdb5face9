import DefinitionTesting
import Diagnostics
import Testing

import class Foundation.FileManager
import class Foundation.ProcessInfo
import struct Foundation.URL

/// Folders of definitions with test files, and what `wfrun test` says about each beside it.
struct TestFileTests {
    static let fixtures = repository.appending(path: "Tests/DefinitionTestingTests/Fixtures")
    static let names: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: fixtures.path)) ?? []
        return names.filter { !$0.contains(".") }.sorted()
    }()

    /// Definitions for other tests than those that report all of a folder.
    static func project(_ name: String) throws -> DefinitionFolder {
        try DefinitionFolder(fixtures.appending(path: "\(name).project"))
    }

    @Test("Every fixture reports exactly what is written beside it", arguments: names)
    func report(_ name: String) throws {
        let folder = try DefinitionFolder(Self.fixtures.appending(path: name))
        let errors = folder.diagnostics.filter { $0.severity == .error }
        #expect(errors.isEmpty, "\(TextRenderer().render(errors))")
        try expect(folder.report().text, in: Self.fixtures.appending(path: "\(name).txt"))
    }

    @Test(
        "A case that passes passes with a restart after every stored transition",
        arguments: ["passing", "branches", "loops"])
    func crashes(_ name: String) throws {
        var options = TestSuite.Options()
        options.crashesEverywhere = true
        let (text, results) = try DefinitionFolder(Self.fixtures.appending(path: name)).report(options)
        #expect(results.allSatisfy { $0.hasPassed }, "\(text)")
        let cases = results.flatMap(\.cases)
        // A start, two actions and an end at the least: each case had restarts at several places.
        #expect(cases.allSatisfy { $0.runs >= 4 }, "\(cases.map(\.runs))")
    }

    @Test("Coverage counts what the cases of a definition reach, and names what they do not")
    func coverage() throws {
        var options = TestSuite.Options()
        options.measuresCoverage = true
        let (_, results) = try DefinitionFolder(Self.fixtures.appending(path: "failing")).report(options)
        var coverage = Coverage()
        for result in results { coverage.merge(result.coverage) }
        try expect(TestReport().coverage(coverage), in: Self.fixtures.appending(path: "failing.coverage.txt"))
    }

    @Test("The JUnit report names every case and shows every failure")
    func junit() throws {
        let (_, results) = try DefinitionFolder(Self.fixtures.appending(path: "failing")).report()
        try expect(JUnitReport.text(results), in: Self.fixtures.appending(path: "failing.junit.xml"))
    }

    @Test("In the JUnit report every file that cannot be run is an error beside the results of the others")
    func junitOfMistakes() throws {
        let folder = try Self.project("unrunnable")
        var (results, unread): ([SuiteResult], [SourceFile]) = ([], [])
        var mistakes = folder.diagnostics
        for file in folder.tests {
            let (suite, diagnostics) = folder.project.read(file)
            mistakes += diagnostics
            if let suite { results.append(suite.run()) } else { unread.append(file) }
        }
        let text = JUnitReport.text(results, unread: unread, mistakes: mistakes)
        try expect(text, in: Self.fixtures.appending(path: "unrunnable.junit.xml"))
    }

    @Test("A filter selects cases by file and name, whatever the case of letters")
    func filter() throws {
        var options = TestSuite.Options()
        options.filter = "ORDER.test.yaml: no such"
        let (_, results) = try DefinitionFolder(Self.fixtures.appending(path: "passing")).report(options)
        #expect(results.flatMap(\.cases).map(\.name) == ["no such order"])
    }
}

/// Compares with a file, which `WFRUN_UPDATE_EXPECTATIONS=1` writes.
func expect(_ text: String, in file: URL) throws {
    if ProcessInfo.processInfo.environment["WFRUN_UPDATE_EXPECTATIONS"] == "1" {
        try text.write(to: file, atomically: true, encoding: .utf8)
    }
    let expected = try String(contentsOf: file, encoding: .utf8)
    #expect(text == expected, "\(file.lastPathComponent) differs:\n\(text)")
}
