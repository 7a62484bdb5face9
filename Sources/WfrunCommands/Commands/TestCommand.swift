import ArgumentParser
import DefinitionTesting
import Diagnostics

struct TestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Run the tests of definitions: *.test.yaml.",
        discussion: """
            Each case runs its workflow or action on the real engine, in memory, at virtual \
            times and with mocks for everything outside. Nothing leaves the process.

            Examples:
              wfrun test                                  # all tests below definitions/
              wfrun test definitions/hello.test.yaml      # one file
              wfrun test --filter refund                  # cases whose file or name has it
              wfrun test --crash everywhere               # again with a restart at every place
              wfrun test --coverage --junit tests.xml

            Exit codes: 0 all cases passed, 1 a case failed or a file has mistakes.
            """)

    enum Crash: String, ExpressibleByArgument, CaseIterable { case everywhere }

    @Argument(help: "Test files and folders. Default: the definitions folder.")
    var paths: [String] = []

    @Option(help: ArgumentHelp("Only cases whose file or name contains this.", valueName: "text"))
    var filter: String?

    @Option(
        help: ArgumentHelp("'everywhere': each case again with a restart after every stored transition.", valueName: "where"))
    var crash: Crash?

    @Flag(help: "Show which steps, branches, catch clauses and compensations were reached.")
    var coverage = false

    @Option(help: ArgumentHelp("Write the results as JUnit XML, too.", valueName: "file"))
    var junit: String?

    @Option(help: ArgumentHelp("The definitions folder (default: definitions).", valueName: "dir"))
    var definitions: String?

    @Option(
        help: ArgumentHelp(
            "Configuration file (default: WFRUN_CONFIG_FILE, else ./wfrun.yaml if there is one).", valueName: "file"))
    var config: String?

    func run() throws {
        let console = Surroundings.current.console
        let folder = try Settings.load(config: config).definitions(definitions)
        var results: [SuiteResult] = []
        var (unread, allMistakes): ([SourceFile], [Diagnostic]) = ([], [])
        for path in paths.isEmpty ? [folder] : paths {
            let tests = try ProjectFiles.tests(at: path)
            if tests.files.isEmpty { throw CommandFailure(.notFound, "There are no test files (*.test.yaml) in \(path).") }
            let analysis = ProjectAnalysis.of(try .tested(at: path, definitions: definitions), includesTests: true)
            // What cannot be run because of its own mistakes is not tested, and neither passes nor is forgotten.
            var mistakes = analysis.diagnostics.filter { $0.severity == .error }
            for file in tests.files.map(\.source) {
                guard let (suite, diagnostics) = analysis.tests?.read(file) else { continue }
                mistakes += diagnostics
                if let suite { results.append(suite.run(options)) } else { unread.append(file) }
            }
            if !mistakes.isEmpty { console.answer(TextRenderer(isColored: console.colorsOutput).render(mistakes)) }
            allMistakes += mistakes
        }
        try finish(results, unread, allMistakes, console)
        let hasMistakes = allMistakes.contains { $0.severity == .error }
        if hasMistakes || !results.allSatisfy(\.hasPassed) { throw CommandFailure(.bad) }
    }

    private var options: TestSuite.Options {
        var options = TestSuite.Options()
        options.filter = filter
        options.crashesEverywhere = crash == .everywhere
        options.measuresCoverage = coverage
        return options
    }

    private func finish(
        _ results: [SuiteResult], _ unread: [SourceFile], _ mistakes: [Diagnostic], _ console: Console
    ) throws(CommandFailure) {
        let run = results.filter { !$0.cases.isEmpty }
        if run.isEmpty, let filter, !results.isEmpty {
            throw CommandFailure(.notFound, "No case has '\(filter)' in its file or name.")
        }
        for result in run { console.answer(TestReport(isColored: console.colorsOutput).text(result)) }
        if coverage {
            var all = Coverage()
            for result in run { all.merge(result.coverage) }
            console.answer(TestReport().coverage(all))
        }
        if let junit {
            do throws(Files.Failure) {
                try Files.write(JUnitReport.text(run, unread: unread, mistakes: mistakes), to: junit)
            } catch {
                throw CommandFailure(.failed, "\(junit) cannot be written: \(error.reason).")
            }
        }
        if !run.isEmpty { console.talk(TestReport().summary(run)) }
    }
}
