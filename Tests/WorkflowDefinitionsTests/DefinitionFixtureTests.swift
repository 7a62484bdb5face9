import Diagnostics
import Foundation
import TestSupport
import Testing
import WorkflowDefinitions
import WorkflowGraph

@Suite struct DefinitionFixtureTests {
    @Test(arguments: Fixtures.paths(in: "valid"))
    func `what is no mistake passes in silence`(path: String) throws {
        let analysis = Fixtures.analyze(try Fixtures.text(path), path: path)
        #expect(TextRenderer().render(analysis.diagnostics) == "")
        var text = ""
        for workflow in analysis.workflows {
            let graph = try #require(workflow.graph)
            text += GraphText.text(of: graph)
        }
        try Fixtures.expect(text, beside: path, as: "graph.txt")
    }

    @Test(arguments: Fixtures.paths(in: "invalid"))
    func `a mistake is reported with its code at its place`(path: String) throws {
        let text = try Fixtures.text(path)
        let diagnostics = definitionDiagnostics(Fixtures.files(text, path: path))
        let code = path.split(separator: "/")[1]
        #expect(diagnostics.contains { $0.code.description == "WF" + code }, "\(path) has no WF\(code)")
        expectMarks(in: text, diagnostics, path)
        try Fixtures.expect(TextRenderer().render(diagnostics), beside: path, as: "out")
    }

    @Test(arguments: Fixtures.paths(in: "near"))
    func `a near miss is no mistake of its code and none that matters`(path: String) throws {
        let code = "WF" + path.split(separator: "/")[1]
        let found = definitionDiagnostics(Fixtures.files(try Fixtures.text(path), path: path))
        let unwanted = found.filter { $0.severity > .info || $0.code.description == code }
        #expect(TextRenderer().render(unwanted) == "")
    }

    @Test(arguments: Fixtures.paths(in: "invalid"))
    func `a fix mends what it is offered for`(path: String) throws {
        let files = Fixtures.files(try Fixtures.text(path), path: path)
        for diagnostic in definitionDiagnostics(files) {
            guard let fix = diagnostic.fix else { continue }
            let mended = files.map { file in
                guard file.path == fix.range.file.path else { return file }
                var bytes = Array(file.text.utf8)
                bytes.replaceSubrange(fix.range.bytes, with: Array(fix.replacement.utf8))
                return (file.path, String(decoding: bytes, as: UTF8.self))
            }
            let remaining = definitionDiagnostics(mended).filter {
                $0.code == diagnostic.code && $0.range.bytes.lowerBound == diagnostic.range.bytes.lowerBound
                    && $0.range.file.path == diagnostic.range.file.path
            }
            #expect(TextRenderer().render(remaining) == "", "\(path): \(fix.title)")
        }
    }

    /// `#~ WF2101` at the end of a line: the line has this diagnostic; lines without a mark have none.
    private func expectMarks(in text: String, _ diagnostics: [Diagnostic], _ path: String) {
        var marked: [String] = []
        for file in Fixtures.files(text, path: path) {
            let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
            for (index, content) in lines.enumerated() {
                guard let mark = content.range(of: "#~ ") else { continue }
                for code in content[mark.upperBound...].split(separator: " ") {
                    marked.append("\(file.path):\(index + 1) \(code)")
                }
            }
        }
        let found = diagnostics.map { "\($0.range.file.path):\($0.range.start.line) \($0.code)" }
        #expect(found.sorted() == marked.sorted(), "\(path)")
    }

    @Test(arguments: Fixtures.shipped)
    func `a shipped definition has no mistakes`(path: String) throws {
        let files = Fixtures.shipped + Fixtures.shippedTemplates
        let analysis = analyzeDefinitions(try files.map { ($0, try Fixtures.shippedText($0)) })
        #expect(TextRenderer().render(analysis.diagnostics.filter { $0.severity > .info }) == "")
        let name = path.dropLast(".yaml".count).split(separator: "/").joined(separator: ".")
        let graph = try #require(analysis.workflow(name)?.graph)
        try Fixtures.expect(GraphText.text(of: graph), beside: "shipped/\(path)", as: "graph.txt")
    }

    @Test(arguments: Fixtures.paths(in: "silent"))
    func `a definition as people write them passes in silence`(path: String) throws {
        let analysis = Fixtures.analyze(try Fixtures.text(path), path: path)
        #expect(TextRenderer().render(analysis.diagnostics.filter { $0.severity > .info }) == "")
        #expect(analysis.workflows.allSatisfy { $0.graph != nil })
    }

    @Test func `at least two hundred definitions are known to be right`() {
        let count = ["valid", "silent", "near"].map { Fixtures.paths(in: $0).count }.reduce(Fixtures.shipped.count, +)
        #expect(count + standardLibraryFiles.count >= 200)
    }

    @Test func `the standard library has no mistakes`() {
        let library = SourceSet(definitions: [], library: standardLibraryFiles, root: "")
        let analysis = DefinitionAnalyzer.analyze(library, includesActions: true)
        #expect(TextRenderer().render(analysis.diagnostics) == "")
        #expect(!analysis.actions.isEmpty && analysis.actions.allSatisfy { $0.graph != nil })
    }
}
