import ArgumentParser
import HTTPTypes
import Values

/// Which instances an operator means, and why something is done to them.
struct OperationOptions: ParsableArguments {
    @Argument(help: "Ids of instances, beginnings of them, or @latest.")
    var ids: [String]

    @Option(help: "Why; kept with the instance.")
    var reason: String?

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if ids.isEmpty { throw ValidationError("Give the id of an instance.") }
    }

    /// Asks the server for the act on each instance in turn, and says what it answered. One that it is refused for does not keep it from the
    /// others; the command ends with the first refusal.
    func perform(
        _ act: String, body fields: ValueMap = [:], query: [(String, String)] = [], text: (_ id: String, Value) -> String
    ) async throws {
        let console = Surroundings.current.console
        let source = try connection.connect()
        var body = fields
        if let reason { body["reason"] = .string(reason) }
        var refusals: [CommandFailure] = []
        for id in ids {
            do throws(CommandFailure) {
                let answer = try await source.succeed(
                    APICall(method: .post, path: ["instances", id, act], query: query, body: .map(body))
                ).value
                let full = answer["id"]?.stringValue ?? id
                console.answer(output.output == .text ? text(full, answer) : JSON.text(answer))
            } catch {
                guard ids.count > 1, error.status != .unreachable else { throw error }
                refusals.append(error)
                console.talk("wfrun: \(printable(id)): \(error.message)")
                if let hint = error.hint { console.talk("  \(hint)") }
            }
        }
        if let first = refusals.first {
            throw CommandFailure(first.status, "\(refusals.count) of \(ids.count) instances were refused.")
        }
    }
}

struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Hold an instance where it is.",
        discussion: """
            Nothing new begins; what runs is let finish and recorded, timers wait. 'wfrun resume' \
            releases it.

            Examples:
              wfrun pause 0193b1c2 --reason "bank is down"
            """)

    @OptionGroup var operation: OperationOptions

    func run() async throws {
        try await operation.perform("pause") { id, _ in "Pausing \(id)" }
    }
}

struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Release a held instance.",
        discussion: """
            Releases an instance that was paused, or that wfrun holds: for a journal mismatch, as \
            quarantined, as unsupported. It goes on where it was, or is held again if the cause is \
            still there.

            Examples:
              wfrun resume 0193b1c2 --reason "definition restored"
            """)

    @OptionGroup var operation: OperationOptions

    func run() async throws {
        try await operation.perform("resume") { id, _ in "Released \(id)" }
    }
}

struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Run an ended instance again, from the step that failed.",
        discussion: """
            A retry is a new run of the same instance. It keeps the results of the steps before the \
            failure, or before '--from STEP'; what was undone since is done again. A failed step \
            keeps its idempotency key.

            '--dry-run' shows which results stay and which steps run again, and changes nothing.
            '--upgrade' goes on with the definition that is current now.

            Examples:
              wfrun retry @latest --dry-run
              wfrun retry 0193b1c2 --from charge --reason "card replaced"
            """)

    @OptionGroup var operation: OperationOptions

    @Option(help: ArgumentHelp("Begin at this step instead, named as 'wfrun history' names it.", valueName: "step"))
    var from: String?

    @Flag(help: "Go on with the current definition, if the kept results fit it.")
    var upgrade = false

    @Flag(name: .customLong("dry-run"), help: "Only show what would stay and what would run again.")
    var isDryRun = false

    func run() async throws {
        var body: ValueMap = [:]
        if let from { body["from"] = .string(from) }
        if upgrade { body["upgrade"] = true }
        let isDryRun = isDryRun
        try await operation.perform("retry", body: body, query: isDryRun ? [("dryRun", "true")] : []) { id, answer in
            Self.text(id, answer, isDryRun: isDryRun)
        }
    }

    static func text(_ id: String, _ answer: Value, isDryRun: Bool) -> String {
        func line(_ title: String, _ member: String) -> String? {
            let names = (answer[member]?.listValue ?? []).compactMap(\.stringValue)
            return names.isEmpty ? nil : "  \(title): \(names.map(printable).joined(separator: ", "))"
        }
        let run = answer["run"]?.intValue ?? 0
        let head = isDryRun ? "Run \(run) of \(id) would begin:" : "Run \(run) of \(id) begins:"
        let lines = [line("stays", "stays"), line("runs again", "runsAgain"), line("begins at once", "begins")].compactMap {
            $0
        }
        return ([head] + (lines.isEmpty ? ["  nothing is left to do"] : lines)).joined(separator: "\n")
    }
}

struct UpgradeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upgrade",
        abstract: "Move a live instance to the current definition.",
        discussion: """
            Only if everything recorded so far is what the current definition would have asked for; \
            otherwise nothing changes and the first difference is shown. 'wfrun plan FILE' says it \
            beforehand, for all instances, and moves those that can go on.

            Examples:
              wfrun upgrade 0193b1c2 --reason "longer timeout"
            """)

    @OptionGroup var operation: OperationOptions

    func run() async throws {
        try await operation.perform("upgrade") { id, answer in
            "\(id) goes on with \(answer["digest"]?.stringValue?.prefix(12) ?? "the current definition")"
        }
    }
}
