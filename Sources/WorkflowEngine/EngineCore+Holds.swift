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

    /// Places that a held instance has not made use of go to others.
    func giveBackHeldPlaces(_ instance: LiveInstance) {
        guard !instance.heldBack.isEmpty else { return }
        for case .place(let key) in instance.heldBack {
            if let open = instance.openActions[key], !isInline(open.request.action) { slots.giveBack(open.request.action) }
        }
        instance.heldBack = []
        fillPlaces()
    }
}
