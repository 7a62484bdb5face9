import ArgumentParser
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

    @OptionGroup var operation: OperationOptions

    @Flag(name: .customLong("no-compensate"), help: "Do not undo what completed steps did.")
    var noCompensate = false

    @Flag(name: .customLong("force"), help: "End an instance that is held, undoing nothing; its cleanup counts as incomplete.")
    var isForced = false

    func run() async throws {
        var body: ValueMap = [:]
        if noCompensate { body["compensate"] = false }
        if isForced { body["force"] = true }
        try await operation.perform("cancel", body: body) { id, _ in "Cancelling \(id)" }
    }
}
