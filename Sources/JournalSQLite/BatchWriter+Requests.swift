import GRDBSQLite
import Values
import WorkflowJournal

// What somebody without a claim asks of an instance.
extension BatchWriter {
    /// What of an instance's row decides what becomes of a request.
    struct RequestedRow {
        var key: InstanceKey
        var hasPause: Bool
        var isAtGate: Bool
        var parent: InstanceKey?
        var workflow: String
        /// Status, run, hold, output and failure.
        var state: Transition.InstanceState
    }

    func rowForRequest(_ id: InstanceID) throws(SQLiteFailure) -> RequestedRow? {
        try statement(.readForRequest).first({ $0.text(id.text) }) { columns throws(SQLiteFailure) in
            let key = InstanceKey(columns.int())
            var state = Transition.InstanceState(status: InstanceStatus(stored: columns.text()), run: Int(columns.int()))
            state.hold = columns.optionalText().flatMap(Hold.init(rawValue:))
            var row = RequestedRow(
                key: key, hasPause: columns.int() != 0, isAtGate: columns.optionalInt() != nil,
                parent: columns.optionalInt().map(InstanceKey.init), workflow: columns.text(), state: state)
            row.state.output = try columns.optionalJSON()
            row.state.failure = try columns.failure()
            return row
        }
    }

    func request(_ request: InstanceRequest) throws(SQLiteFailure) -> WriteOutcome {
        guard let row = try rowForRequest(request.instance) else { return .requested(.notFound) }
        if row.state.status.isTerminal { return .requested(.alreadyEnded(row.state.status)) }
        var woken = WokenInstances()
        let outcome: WriteOutcome.RequestOutcome
        switch request.kind {
        case .cancel(let cancel): outcome = try self.cancel(cancel, row, waking: &woken)
        case .forceCancel(let cancel): outcome = try forceCancel(cancel, request.instance, row, waking: &woken)
        case .pause(let reason): outcome = try pause(reason, row, waking: &woken)
        case .resume(let reason): outcome = try resume(reason, row, waking: &woken)
        }
        memory.marked += woken.others
        return .requested(outcome)
    }

    /// A request to cancel from within a transition: kept even while the other one is held.
    func deliver(_ request: InstanceRequest, waking woken: inout WokenInstances) throws(SQLiteFailure) {
        guard case .cancel(let cancel) = request.kind, let key = try find(request.instance) else { return }
        try leave(cancel, key, waking: &woken)
    }

    /// Leaves the first request to cancel and a mark; one that became an entry stands. It ends a pause, also one that is being
    /// set: whoever cancels wants the instance to move.
    func leave(
        _ cancel: CancelRequest, _ instance: InstanceKey, waking woken: inout WokenInstances
    ) throws(SQLiteFailure) {
        try statement(.writeCancel).run { bind in
            bind.json(cancel.value)
            bind.int(instance.number)
        }
        if changes > 0 { woken.insert(instance) }
    }

    private func cancel(
        _ cancel: CancelRequest, _ row: RequestedRow, waking woken: inout WokenInstances
    ) throws(SQLiteFailure) -> WriteOutcome.RequestOutcome {
        if let hold = row.state.hold, hold != .paused { return .held(hold) }
        try leave(cancel, row.key, waking: &woken)
        return .recorded(row.key)
    }

    private func forceCancel(
        _ cancel: CancelRequest, _ id: InstanceID, _ row: RequestedRow, waking woken: inout WokenInstances
    ) throws(SQLiteFailure) -> WriteOutcome.RequestOutcome {
        guard let hold = row.state.hold else { return .notHeld(row.state.status) }
        try statement(.writeForcedEnd).run { bind in
            bind.time(time)
            bind.int(row.key.number)
        }
        memory.counts[CountKey(workflow: StoredText(row.workflow), status: row.state.status), default: 0] -= 1
        memory.counts[CountKey(workflow: StoredText(row.workflow), status: .cancelled), default: 0] += 1
        try insert(.cancelledByForce(from: hold, reason: cancel.reason, at: time), row.key, run: row.state.run)
        let children = try statement(.liveChildren).all({ bind in
            bind.int(row.key.number)
            bind.int(row.state.run)
        }) { columns throws(SQLiteFailure) in InstanceKey(columns.int()) }
        for child in children { try leave(cancel, child, waking: &woken) }
        var state = row.state
        state.status = .cancelled
        if row.isAtGate { try leaveGate(row.key, waking: &woken) }
        try end(row.key, id, state, parent: row.parent, waking: &woken)
        woken.insert(row.key)
        return .recorded(row.key)
    }

    private func pause(
        _ reason: String?, _ row: RequestedRow, waking woken: inout WokenInstances
    ) throws(SQLiteFailure) -> WriteOutcome.RequestOutcome {
        switch row.state.hold {
        case .paused?: return .recorded(row.key)
        case let hold?: return .held(hold)
        case nil: break
        }
        try statement(.writePause).run { bind in
            bind.json(PauseRequest(reason: reason).value)
            bind.int(row.key.number)
        }
        woken.insert(row.key)
        return .recorded(row.key)
    }

    private func resume(
        _ reason: String?, _ row: RequestedRow, waking woken: inout WokenInstances
    ) throws(SQLiteFailure) -> WriteOutcome.RequestOutcome {
        if row.state.hold == nil && !row.hasPause { return .notHeld(row.state.status) }
        // A transition under way that would set the hold must not undo this: the version moves.
        try statement(.writeResume).run { $0.int(row.key.number) }
        try insert(.resumed(from: row.state.hold, reason: reason, at: time), row.key, run: row.state.run)
        woken.insert(row.key)
        return .recorded(row.key)
    }
}
