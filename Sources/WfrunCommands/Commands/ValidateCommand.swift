import ArgumentParser
import DefinitionTesting
import Diagnostics
import Values
import WorkflowDefinitions

struct ValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check definitions: all mistakes of all files, with their places.",
        discussion: """
            A file is checked together with what it uses, a folder as a whole, and test files \
            against what they test. Nothing is run.

            Examples:
              wfrun validate                              # all of definitions/
              wfrun validate definitions/hello.yaml       # what is wrong with this file
              cat hello.yaml | wfrun validate -           # a single definition
              wfrun validate --format github              # annotations in CI
              wfrun validate --ignore WF5107,WF2109       # leave findings out
              wfrun validate definitions/hello.yaml --against old/hello.yaml
              wfrun validate --against http://127.0.0.1:7170

            --against says, too, what an edit means for what instances have recorded (WF72xx): \
            compared with the definition before it, or with the live instances of a server, as \
            'wfrun plan' has them.

            What single findings count is set under 'diagnostics' in wfrun.yaml; \
            'wfrun explain CODE' says what one means.

            Exit codes: 0 no errors, 1 errors were found, 2 the files cannot be read.
            """)

    @Argument(help: "Files and folders; '-' for standard input. Default: the definitions folder.")
    var paths: [String] = []

    @Option(help: "text, short, json, sarif or github.")
    var format: DiagnosticFormat = .text

    @Flag(help: "Warnings count as errors.")
    var strict = false

    @Option(
        help: ArgumentHelp(
            "Leave findings with this code out; errors that keep a definition from being run stay.", valueName: "codes"))
    var ignore: [String] = []

    @Option(help: ArgumentHelp("Compare with this earlier definition, or with a server's instances.", valueName: "file or url"))
    var against: String?

    @Option(help: ArgumentHelp("The definitions folder (default: definitions).", valueName: "dir"))
    var definitions: String?

    @Option(
        help: ArgumentHelp(
            "Configuration file (default: WFRUN_CONFIG_FILE, else ./wfrun.yaml if there is one).", valueName: "file"))
    var config: String?

    func validate() throws {
        if against != nil, paths.contains("-") { throw ValidationError("--against compares files; leave '-' out.") }
    }

    func run() async throws {
        let console = Surroundings.current.console
        let settings = try Settings.load(config: config)
        let folder = settings.definitions(definitions)
        let policy = try policy(settings)
        var diagnostics: [Diagnostic] = []
        var files = 0
        for path in paths.isEmpty ? [folder] : paths {
            let (found, count) = try check(path, policy)
            diagnostics += found
            files += count
        }
        if let against {
            let comparison = try Comparison(paths: paths.isEmpty ? [folder] : paths, definitions: definitions, config: config)
            var all = DiagnosticCollector()
            all.report(contentsOf: diagnostics)
            all.report(
                contentsOf: try await comparison.diagnostics(against: against).compactMap { policy.applied(to: $0) })
            diagnostics = all.sorted
        }
        let summary = DiagnosticSummary(diagnostics, files: files)
        let renderer = format.renderer(isColored: console.colorsOutput, toolVersion: wfrunVersion)
        let text = renderer.render(diagnostics)
        if !text.isEmpty { console.answer(text) }
        if format == .text || format == .short { console.talk("\(summary)") }
        if diagnostics.contains(where: { $0.severity == .error }) { throw CommandFailure(.bad) }
    }

    private func policy(_ settings: Settings) throws(CommandFailure) -> DiagnosticPolicy {
        var policy = settings.file.diagnostics
        policy.isStrict = strict
        for text in ignore.flatMap({ $0.split(separator: ",").map(String.init) }) {
            guard let code = DiagnosticCatalogue.code(text) else {
                throw CommandFailure(
                    .usage, "'--ignore' takes codes of diagnostics, not '\(text)'.",
                    hint: "'wfrun explain --list' has them all.")
            }
            policy.rules.append(.init(code, .off))
        }
        return policy
    }

    private func check(_ path: String, _ policy: DiagnosticPolicy) throws(CommandFailure) -> ([Diagnostic], files: Int) {
        if path == "-" {
            do throws(Files.Failure) {
                let source = SourceFile(path: "<stdin>", bytes: try Files.readStandardInput(limit: ProjectFiles.largestFile))
                return (ProjectAnalysis.diagnostics(ofAlone: source, policy: policy), 1)
            } catch {
                throw CommandFailure(.failed, "Standard input cannot be read: \(error.reason).")
            }
        }
        if path.hasSuffix(".test.yaml") { return try checkTest(path) }
        let isFolder = Files.isFolder(path)
        let project = isFolder ? try ProjectFiles.below(path) : try ProjectFiles.around(path, definitions: definitions)
        for refusal in project.refusals { Surroundings.current.console.talk("wfrun: \(refusal)") }
        if isFolder {
            let tests = try ProjectFiles.tests(at: path)
            let analysis = ProjectAnalysis.of(project, policy: policy, includesTests: !tests.files.isEmpty)
            let found = tests.files.flatMap { analysis.tests?.read($0.source).diagnostics ?? [] }
            var all = DiagnosticCollector()
            all.report(contentsOf: analysis.diagnostics + found)
            return (all.sorted, project.files.count + tests.files.count)
        }
        return (ProjectAnalysis.diagnostics(ofFile: path, in: project, policy: policy), 1)
    }

    private func checkTest(_ path: String) throws(CommandFailure) -> ([Diagnostic], files: Int) {
        let tests = try ProjectFiles.tests(at: path)
        let analysis = ProjectAnalysis.of(try .tested(at: path, definitions: definitions), includesTests: true)
        return (tests.files.flatMap { analysis.tests?.read($0.source).diagnostics ?? [] }, tests.files.count)
    }
}

extension DiagnosticFormat: ExpressibleByArgument {}
