// DefinitionTesting: runs the test files that stand beside definitions (docs/testing.md).
//
// Invariant: no server, no network, no clock of its own: the real engine core over a journal in memory, at times that jump
// to what happens next. The same files give the same results.
//
// Start at `TestProject.read` (a file checked against what it tests) and `TestSuite.run`; one run of a case is a `CaseWorld`.

package import Diagnostics
import Values
package import WorkflowDefinitions
import WorkflowGraph
import YAMLSyntax

/// The definitions that tests may be about.
package struct TestProject: Sendable {
    private var targets: [String: TestTarget] = [:]
    private var paths: [String: String] = [:]
    private let errors: [KnownError]

    /// - Parameter analysis: of everything together, with actions included.
    package init(_ analysis: Analysis) {
        errors = analysis.errors
        for (list, isAction) in [(analysis.actions, true), (analysis.workflows, false)] {
            for analysed in list {
                paths[analysed.name] = analysed.file.path
                targets[analysed.name] = TestTarget(analysed, isAction: isAction)
            }
        }
    }

    /// Reads and checks a test file; nil with diagnostics when nothing of it can be run.
    package func read(_ file: SourceFile) -> (suite: TestSuite?, diagnostics: [Diagnostic]) {
        let (root, problems) = YAMLReader.read(file)
        guard let root else { return (nil, problems) }
        var reading = TestFileReading(project: self)
        let suite = reading.suite(root, file)
        var collector = reading.typed.reading.diagnostics
        collector.report(contentsOf: problems)
        return (collector.hasErrors ? nil : suite, collector.sorted)
    }

    // MARK: What readers ask

    func target(_ name: String) -> TestTarget? { targets[name] }
    func workflow(_ name: String) -> TestTarget? { targets[name].flatMap { $0.isAction ? nil : $0 } }
    func path(of name: String) -> String? { paths[name] }
    func isFaulty(_ name: String) -> Bool { paths[name] != nil && targets[name] == nil }
    var names: [String] { paths.keys.sorted { $0.precedesByCodePoint($1) } }

    /// What a built-in action would say of an error with this code.
    func isRetryable(_ code: String) -> Bool {
        errors.first { $0.pattern.matches(code) }?.isRetryable ?? false
    }
}

/// The cases of one file, checked and ready.
package struct TestSuite: Sendable {
    package let file: SourceFile
    let target: TestTarget
    let cases: [TestCase]

    package var targetName: String { target.name }
    package var caseNames: [String] { cases.map(\.name) }

    package struct Options: Sendable {
        /// Only cases of which `file: name` contains this, whatever the case of letters.
        package var filter: String?
        /// Each case again with restarts.
        package var crashesEverywhere = false
        /// Each case again with a crash before and in every operation of the journal.
        package var crashesAtEveryOperation = false
        package var measuresCoverage = false

        package init() {}
    }

    package func run(_ options: Options = Options()) -> SuiteResult {
        var results: [CaseResult] = []
        var coverage = Coverage()
        for testCase in cases {
            if let filter = options.filter, !isMeant(testCase, by: filter) { continue }
            var run = CaseRun(testCase, target)
            results.append(
                run.result(
                    crashing: options.crashesEverywhere, atOperations: options.crashesAtEveryOperation,
                    visits: options.measuresCoverage ? VisitRecord() : nil))
            if options.measuresCoverage { coverage.add(run.record, testCase) }
        }
        return SuiteResult(file: file, target: target.name, cases: results, coverage: coverage)
    }

    private func isMeant(_ testCase: TestCase, by filter: String) -> Bool {
        "\(file.path): \(testCase.name)".lowercased().contains(filter.lowercased())
    }
}

package struct SuiteResult: Sendable {
    package var file: SourceFile
    package var target: String
    package var cases: [CaseResult]
    package var coverage: Coverage

    package var hasPassed: Bool { cases.allSatisfy(\.hasPassed) }
}
