import Diagnostics
import Foundation
import TestSupport
import Testing
import WorkflowDefinitions

/// Every code has a row, an explanation with examples that hold, two fixtures that trigger it and two near misses.
@Suite struct CatalogueTests {
    /// The codes of the language, in blocks of a hundred. A code that is not here is not part of it.
    private static let codes: [Int] =
        Array(101...111) + Array(1101...1118)
        + [2101, 2102, 2103, 2104, 2105, 2106, 2107, 2109, 2110, 2111, 2112, 2113] + Array(2115...2121)
        + Array(3101...3110) + [3112, 3113, 3114, 3116, 3117, 3118, 3119] + Array(4101...4112)
        + Array(5101...5107) + [5109, 5110] + Array(5113...5120) + Array(5201...5207) + Array(6101...6109) + [7101]
        + Array(7201...7206)

    @Test func `every code stands once, in order`() {
        let codes = DiagnosticCatalogue.rows.map(\.code)
        #expect(codes == codes.sorted())
        #expect(Set(codes).count == codes.count)
        let known = Set(codes.map(\.number))
        #expect(known.subtracting(Self.codes) == [])
        #expect(Set(Self.codes).subtracting(known) == [])
    }

    @Test func `every code is explained once, in order`() {
        let codes = Explanation.all.map(\.code)
        #expect(codes == codes.sorted())
        #expect(Set(codes).count == codes.count)
        let unexplained = Set(Self.codes).subtracting(codes.map(\.number))
        #expect(unexplained.sorted() == [])
    }

    @Test(arguments: codes)
    func `a code has two fixtures that trigger it and two near misses`(number: Int) {
        let code = DiagnosticCode(number).description.dropFirst("WF".count)
        // The reader of YAML has its fixtures beside its own tests.
        let isSource = number < 1_000
        let folder = isSource ? Fixtures.project.appending(path: "Tests/YAMLSyntaxTests/Fixtures") : Fixtures.folder
        for kind in ["invalid", isSource ? "valid" : "near"] {
            let place = folder.appending(path: "\(kind)/\(code)").path
            let files = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
            #expect(files.filter { $0.hasSuffix(".yaml") }.count >= 2, "\(kind)/\(code)")
        }
    }

    @Test func `a fixture stands under the name of a code`() throws {
        for kind in ["invalid", "near"] {
            let folders = try FileManager.default.contentsOfDirectory(atPath: Fixtures.folder.appending(path: kind).path)
            for folder in folders { #expect(Self.codes.contains(Int(folder) ?? 0), "\(kind)/\(folder)") }
        }
    }
}

@Suite struct ExplanationTests {
    @Test(arguments: Explanation.all.map(\.code))
    func `the wrong example has the mistake and no other error, the right one has none`(code: DiagnosticCode) throws {
        let explanation = try #require(Explanation.of(code))
        let wrong = diagnostics(explanation.wrong)
        let others = wrong.filter { $0.severity == .error && $0.code != code }
        #expect(wrong.contains { $0.code == code }, "the wrong example does not report \(code)")
        #expect(TextRenderer().render(others) == "", "the wrong example of \(code)")
        let right = diagnostics(explanation.right).filter { $0.severity > .info }
        #expect(TextRenderer().render(right) == "", "the right example of \(code)")
    }

    @Test func `the documentation says what the catalogue says`() throws {
        let path = Fixtures.project.appending(path: "docs/diagnostics.md")
        let current = String(decoding: try Data(contentsOf: path), as: UTF8.self)
        let expected = try #require(DiagnosticsDocument.renewed(current), "docs/diagnostics.md has lost its marker")
        if Fixtures.updates { try Data(expected.utf8).write(to: path) }
        #expect(Fixtures.updates || current == expected, "run the tests with WFRUN_UPDATE_EXPECTATIONS=1")
    }

    private func diagnostics(_ example: Explanation.Example) -> [Diagnostic] {
        definitionDiagnostics(example.files.map { ($0.path, $0.text) })
    }
}
