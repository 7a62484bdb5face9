import Values
import WorkflowEngine
import WorkflowJournal

/// `log`: a line that is stored in the transaction of the step's result, so once however often the step replays.
enum LogAction {
    static let handler = ActionHandler(name: "log", body: .inline(run))

    private static let levels = ["debug", "info", "warning", "error"]

    @Sendable
    private static func run(_ invocation: ActionInvocation) -> ActionResult {
        do throws(Failure) {
            let input = ActionInput(invocation.input)
            guard let message = try input.string("message") else { throw .misfit("message is missing") }
            let level = try input.string("level") ?? "info"
            guard levels.contains(level) else { throw .misfit("level must be one of \(levels.joined(separator: ", "))") }
            let line = ActionResult.LogLine(level: level, message: message, data: JSON.normalised(input["data"] ?? .null))
            return ActionResult(.success(.null), logs: [line])
        } catch {
            return ActionResult(.failure(error))
        }
    }
}
