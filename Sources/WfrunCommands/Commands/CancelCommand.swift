import ArgumentParser
import HTTPTypes
import Values

struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Cancel an instance: what it did is undone, then it ends.",
        discussion: """
            Running actions are stopped, compensations run, newest first, then the 'finally' \
            blocks.

            Examples:
              wfrun cancel 0193b1c2 --reason "customer called"
              wfrun cancel @latest --no-compensate

            An instance that wfrun holds (mismatch, quarantined, unsupported) cannot unwind: '--force' \
            ends it as it is, undoing nothing.
            """)

    @Argument(help: "Ids of instances, beginnings of them, or @latest.")
    var ids: [String]

    @Option(help: "Why; kept with the instance.")
    var reason: String?

    @Flag(name: .customLong("no-compensate"), help: "Do not undo what completed steps did.")
    var noCompensate = false

    @Flag(name: .customLong("force"), help: "End an instance that is held, undoing nothing; its cleanup counts as incomplete.")
    var isForced = false

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let console = Surroundings.current.console
        let source = try connection.connect()
        for id in ids {
            var body: ValueMap = [:]
            if let reason { body["reason"] = .string(reason) }
            if noCompensate { body["compensate"] = false }
            if isForced { body["force"] = true }
            let answer = try await source.succeed(
                APICall(method: .post, path: ["instances", id, "cancel"], body: .map(body))
            ).value
            let full = answer["id"]?.stringValue ?? id
            if output.output == .text {
                console.answer("Cancelling \(full)")
            } else {
                console.answer(JSON.text(answer))
            }
        }
    }

    func validate() throws {
        if ids.isEmpty { throw ValidationError("Give the id of an instance.") }
    }
}
