import Diagnostics
import TestSupport
import Testing
import WorkflowDefinitions

/// What is said of one file alone is what is said of it when everything is checked.
@Suite struct FileDiagnosticsTests {
    @Test(arguments: ["valid", "silent", "near", "invalid"].flatMap(Fixtures.paths))
    func `a file of a fixture has the diagnostics it has in its project`(path: String) throws {
        let files = Fixtures.files(try Fixtures.text(path), path: path).filter { !$0.path.hasPrefix("against/") }
        expectSame(definitionSources(files))
    }

    @Test func `a shipped file has the diagnostics it has in its project`() throws {
        let paths = Fixtures.shipped + Fixtures.shippedTemplates
        expectSame(definitionSources(try paths.map { ($0, try Fixtures.shippedText($0)) }))
    }

    /// What is found in one file depends on the others: that one is sound, what it calls, whether all are without mistakes.
    @Test func `a file among others with mistakes has the diagnostics it has in its project`() {
        let step = "steps: [{ id: a, sleep: 1s }]"
        expectSame(
            definitionSources([
                ("a.yaml", "workflow: a\n# wfrun: ignore[WF5107] it is meant so\n\(step)"),
                ("b.yaml", "workflow: b\nsteps: [{ id: a, call: one }, { id: b, let: { x: '${{ steps.a.nothing }}' } }]"),
                ("c.yaml", "workflow: b\nsteps: ["),
                ("actions/one.yaml", "action: one\n\nsteps: [{ id: a, call: two }]\noutput: { x: '${{ 1 + true }}' }"),
                ("actions/two.yaml", "action: two\n\nsteps: [{ id: a, call: one }]"),
                ("actions/three.yaml", "action: three\nsteps: [{ id: a, call: two }, { id: b, call: one }]"),
            ]))
    }

    @Test(arguments: ["", "\ntimeout: nonsense"])
    func `whether a waiver is useless is known of one file as of all`(mistake: String) {
        expectSame(
            definitionSources([
                ("a.yaml", "workflow: a\n# wfrun: ignore[WF5107] it is meant so\nsteps: [{ id: a, sleep: 1s }]"),
                ("b.yaml", "workflow: b\(mistake)\nsteps: [{ id: a, sleep: 1s }]"),
            ]))
    }

    private func expectSame(_ sources: SourceSet) {
        let all = DefinitionAnalyzer.analyze(sources).diagnostics
        for file in sources.definitions {
            let expected = all.filter { $0.range.file === file }
            let found = DefinitionAnalyzer.diagnostics(of: [file.path], in: sources)
            #expect(TextRenderer().render(found) == TextRenderer().render(expected), "\(file.path)")
        }
    }
}
