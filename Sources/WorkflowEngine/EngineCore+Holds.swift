import DequeModule
import Values
import WorkflowInterpreter
import WorkflowJournal

/// Cancelling, and holding an instance still.
extension EngineCore {
    func applyCancel(
        _ request: CancelRequest, _ instance: LiveInstance, _ builder: inout TransitionBuilder
    ) throws(JournalMismatch) {
        builder.state.consumesCancel = true
        guard builder.state.runStartedAt != nil else {
            endUnbegun(instance, request, &builder)
            return
        }
        // An operator who cancels a paused instance wants it gone.
        if builder.state.hold == .paused { release(instance, &builder) }
        try applySignal(.cancelled(request), instance, &builder)
    }

    func applyPause(_ request: PauseRequest, _ instance: LiveInstance, _ builder: inout TransitionBuilder) {
        guard builder.state.hold == nil else { return }
        builder.state.hold = .paused
        builder.state.holdReason = request.reason
        builder.log(
            LogRow(
                time: builder.time, level: "info", key: nil, message: "paused" + (request.reason.map { ": \($0)" } ?? "")))
    }

    private func release(_ instance: LiveInstance, _ builder: inout TransitionBuilder) {
        builder.state.hold = nil
        builder.state.holdReason = nil
        instance.queue.append(contentsOf: instance.heldBack)
        instance.heldBack = []
        for key in instance.openActions.keys where instance.openActions[key]?.row.status == .scheduled {
            instance.unqueued.append(key)
        }
    }
}
