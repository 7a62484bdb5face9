import Values
import WorkflowEngine

/// `time.now`: the store's clock when the attempt was announced.
enum TimeNowAction {
    static let handler = ActionHandler(
        name: "time.now", body: .inline { ActionResult(.success(.string($0.time.description))) })
}
