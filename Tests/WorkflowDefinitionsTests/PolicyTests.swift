import Diagnostics
import TestSupport
import Testing
import WorkflowDefinitions

@Suite struct PolicyTests {
    private static let forever = """
        workflow: ask
        events:
          asked: { id: string }
        steps:
          - id: answer
            wait: { event: asked, match: { id: a } }

        """
    private static let faulty = "workflow: ask\nsteps:\n  - { id: a, cal: log }\n"

    private func analyze(_ text: String, _ policy: DiagnosticPolicy) -> Analysis {
        DefinitionAnalyzer.analyze(
            SourceSet(
                definitions: [SourceFile(path: "definitions/ask.yaml", text: text)], library: standardLibraryFiles),
            policy: policy)
    }

    private func codes(_ analysis: Analysis) -> [String] {
        analysis.diagnostics.map { "\($0.severity.rawValue) \($0.code)" }
    }

    @Test func `a severity can be changed, per path, and the last word counts`() {
        let waitForever = DiagnosticCode(5107)
        let error = DiagnosticPolicy.Rule(waitForever, .error)
        #expect(codes(analyze(Self.forever, .standard)) == ["warning WF5107"])
        #expect(codes(analyze(Self.forever, DiagnosticPolicy(rules: [error]))) == ["error WF5107"])
        let off = DiagnosticPolicy.Rule(waitForever, .off, paths: [PathPattern("definitions/*.yaml")])
        #expect(codes(analyze(Self.forever, DiagnosticPolicy(rules: [error, off]))) == [])
        let elsewhere = DiagnosticPolicy.Rule(waitForever, .off, paths: [PathPattern("definitions/batch/**")])
        #expect(codes(analyze(Self.forever, DiagnosticPolicy(rules: [error, elsewhere]))) == ["error WF5107"])
    }

    @Test func `strict makes errors of warnings, after the settings`() {
        let info = DiagnosticPolicy.Rule(DiagnosticCode(5107), .info)
        #expect(codes(analyze(Self.forever, DiagnosticPolicy(isStrict: true))) == ["error WF5107"])
        #expect(codes(analyze(Self.forever, DiagnosticPolicy(rules: [info], isStrict: true))) == ["info WF5107"])
    }

    @Test func `a definition with an error, made one or not, has no graph`() {
        #expect(analyze(Self.forever, .standard).workflow("ask")?.isValid == true)
        #expect(analyze(Self.forever, DiagnosticPolicy(isStrict: true)).workflow("ask")?.isValid == false)
    }

    @Test(arguments: [5103, 5104, 5113])
    func `a waiver about dates to come is not called useless where nobody said what day it is`(code: Int) {
        let text = "workflow: ask\nsteps:\n  - { id: a, sleep: 1s } # wfrun: ignore[WF\(code)] it is meant so\n"
        let sources = SourceSet(definitions: [SourceFile(path: "ask.yaml", text: text)], library: [], root: "")
        #expect(codes(DefinitionAnalyzer.analyze(sources, policy: .standard)) == [])
        #expect(codes(analyzeDefinitions([("ask.yaml", text)])) == ["warning WF1118"])
    }

    @Test func `an error that keeps a definition from being run stays one`() {
        let rules = [1101, 1107].map { DiagnosticPolicy.Rule(DiagnosticCode($0), .off) }
        let analysis = analyze(Self.faulty, DiagnosticPolicy(rules: rules))
        #expect(codes(analysis) == codes(analyze(Self.faulty, .standard)))
        #expect(analysis.workflow("ask")?.isValid == false)
    }

    @Test(arguments: [
        ("definitions/batch/**", "definitions/batch/a.yaml", true),
        ("definitions/batch/**", "definitions/batch/x/a.yaml", true),
        ("definitions/**/*.yaml", "definitions/a.yaml", true), ("**", "a", true),
        ("definitions/*", "definitions/x/a.yaml", false),
        ("definitions/*-job.yaml", "definitions/night-job.yaml", true), ("./definitions/a.yaml", "definitions/a.yaml", true),
        ("definitions/batch", "definitions/batch/a.yaml", false), ("a*b*c", "aXbYbZc", true), ("a*b", "abc", false),
    ])
    func `a pattern matches paths`(pattern: String, path: String, matches: Bool) {
        #expect(PathPattern(pattern).matches(path) == matches)
    }
}
