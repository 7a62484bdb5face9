import ArgumentParser

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run one instance here, to its end; no server needed.",
        discussion: """
            Prints the output as JSON. Every step is recorded, so Ctrl-C, a crash or a power \
            cut leaves the instance resumable with --resume.

            Examples:
              wfrun run definitions/hello.yaml --set name=Ada
              wfrun run definitions/order-fulfillment.yaml --input @order.json
              wfrun run --resume 0193b1c2

            Exit codes: 0 completed, 1 failed, timed out or not valid, 2 wfrun cannot do it \
            (a setting is missing, for example), 8 cancelled, 130 interrupted.
            """)

    @Argument(help: "A definition file.")
    var file: String?

    @OptionGroup var input: InputOptions

    @Option(
        help: ArgumentHelp(
            "Keep the instance in this database (default: a new one in .wfrun/runs, removed once completed).", valueName: "file"
        ))
    var db: String?

    @Option(help: ArgumentHelp("Go on with an instance that was interrupted.", valueName: "id"))
    var resume: String?

    @Option(
        help: ArgumentHelp(
            "Folder of the definitions (default: the one the file is in; with --resume: definitions).", valueName: "dir"))
    var definitions: String?

    @Option(
        help: ArgumentHelp(
            "Configuration file (default: WFRUN_CONFIG_FILE, else ./wfrun.yaml if there is one).", valueName: "file"))
    var config: String?

    @Flag(help: "No progress on stderr.")
    var quiet = false

    func validate() throws {
        if file == nil, resume == nil { throw ValidationError("Give a definition file, or '--resume ID'.") }
        if resume != nil, input.input != nil || !input.assignments.isEmpty {
            throw ValidationError("A resumed instance keeps its input: leave --input and --set out.")
        }
    }

    func run() async throws {
        let settings = try Settings.load(config: config)
        let run = LocalRun(settings: settings, showsProgress: !quiet)
        if let resume {
            try await run.resume(resume, definitions: definitions, database: db)
        } else if let file {
            try await run.start(file, definitions: definitions, input: input, database: db)
        }
    }
}
