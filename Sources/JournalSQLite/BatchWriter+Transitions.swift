import GRDBSQLite
import Values
import WorkflowJournal

// Transitions of existing instances. Whether one is stale is decided before its first row is written, so the usual batch
// needs no savepoints.
extension BatchWriter {
    /// What of an instance's row decides how it is written.
    struct InstanceRow {
        var version: Int64
        var status: InstanceStatus
        var run: Int
        var continuations: Int
        var marks: Int64
        var marksConsumed: Int64
        var isCancelConsumed: Bool
        var createdEvent: EventSequence
        var startedAt: Timestamp?
        var endedAt: Timestamp?
        /// No ending, hold, cleanup, output or failure.
        var isPlain: Bool
        var runStartedAt: Timestamp?
        // These are read only when the status changes, as it does with every end.
        /// It stands at a gate, admitted or not.
        var isAtGate: Bool
        var parent: InstanceKey?
        var workflow: String
    }

    func advance(_ claim: Claim, _ transition: Transition) throws(SQLiteFailure) -> WriteOutcome {
        let state = transition.instance
        guard claim.epoch == epoch, let old = try row(of: claim.instance, newStatus: state.status),
            old.version == claim.version, !old.status.isTerminal
        else { return .stale }
        if try isOvertakenByEvent(transition, claim.instance, old) { return .stale }
        // Since it was computed, the event has come of age and left.
        if transition.eventsTaken.contains(where: { $0.event <= memory.eventsRemovedThrough }) { return .stale }
        if state.run != old.run && transition.nextRun == nil { throw SQLiteFailure(.noNextRun) }
        return try apply(transition, claim.instance, claim.id, old)
    }

    func revive(_ id: InstanceID, _ version: Int64, _ transition: Transition) throws(SQLiteFailure) -> WriteOutcome {
        guard let key = try find(id), let old = try row(of: key, newStatus: transition.instance.status),
            old.version == version, old.status.isTerminal
        else { return .stale }
        guard let next = transition.nextRun else { return .refused(.noNextRun) }
        if let refusal = try contentRefusal(definition: next.digest, config: next.config) { return .refused(refusal) }
        if let gate = next.gate, gate.overflow == .reject, try !hasPlace(at: gate) { return .refused(.gateFull(gate)) }
        return try apply(transition, key, id, old)
    }

    private func apply(
        _ transition: Transition, _ key: InstanceKey, _ id: InstanceID, _ old: InstanceRow
    ) throws(SQLiteFailure) -> WriteOutcome {
        let isRevived = old.status.isTerminal
        var woken = WokenInstances(by: key)
        var state = transition.instance
        var isAdmitted = true
        if let digest = transition.rebinding { try rebind(key, to: digest) }
        if let next = transition.nextRun { try turn(key, from: old.run, to: next, state.run) }
        if isRevived {
            // Marks stand for what is gone with the run.
            state.marksConsumed = old.marks
            if let gate = transition.nextRun?.gate { isAdmitted = try comeToGate(gate, key, id, waking: &woken) }
            if !isAdmitted { state.status = .pending }
        }
        try write(state, of: key, over: old, isNewRun: transition.nextRun != nil)
        if state.status != old.status {
            memory.counts[CountKey(workflow: StoredText(old.workflow), status: old.status), default: 0] -= 1
            memory.counts[CountKey(workflow: StoredText(old.workflow), status: state.status), default: 0] += 1
        }
        let place = Place(instance: key, previousRun: old.run, createdEvent: old.createdEvent, marks: old.marks)
        // Before what the transition starts: that may need the place.
        if state.status.isTerminal && old.isAtGate { try leaveGate(key, waking: &woken) }
        let rejected = try writeRows(of: transition, state, at: place, waking: &woken)
        if state.status.isTerminal {
            try end(key, id, state, parent: old.parent, waking: &woken)
        } else if isRevived && isAdmitted {
            memory.claimed.append(key)
        }
        memory.marked += woken.others
        let claim = Claim(instance: key, id: id, version: old.version + 1, epoch: epoch)
        return try committed(claim, state, marks: old.marks, woken, rejected)
    }

    /// The answer to a transition; `marks` are those before it.
    func committed(
        _ claim: Claim, _ state: Transition.InstanceState, marks: Int64, _ woken: WokenInstances, _ rejected: [InstanceID]
    ) throws(SQLiteFailure) -> WriteOutcome {
        var state = state
        // A cancel that the transition caused itself has ended the pause that it set.
        if state.hold == .paused && woken.ownMarks > 0 { state.hold = try rowForRequest(claim.id)?.state.hold }
        let isReady = marks + woken.ownMarks > state.marksConsumed && state.hold == nil && !state.status.isTerminal
        return .committed(.init(claim: claim, isReady: isReady, woken: woken.others, rejected: rejected))
    }

    /// What goes with the end of an instance, whatever ended it; it has left its gate.
    func end(
        _ key: InstanceKey, _ id: InstanceID, _ state: Transition.InstanceState, parent: InstanceKey?,
        waking woken: inout WokenInstances
    ) throws(SQLiteFailure) {
        try clearTimersAndWaits(of: key, but: nil)
        try dropChildEnds(of: key)
        memory.unclaimed.append(key)
        if let parent { try tell(parent, of: state, child: key, id, waking: &woken) }
    }

    private func row(of instance: InstanceKey, newStatus: InstanceStatus) throws(SQLiteFailure) -> InstanceRow? {
        try statement(.readInstance).first({ $0.int(instance.number) }) { columns throws(SQLiteFailure) in
            let version = columns.int()
            let status = InstanceStatus(stored: columns.text())
            var row = InstanceRow(
                version: version, status: status, run: Int(columns.int()), continuations: Int(columns.int()),
                marks: columns.int(), marksConsumed: columns.int(), isCancelConsumed: columns.int() != 0,
                createdEvent: EventSequence(columns.int()), startedAt: columns.optionalTime(), endedAt: columns.optionalTime(),
                isPlain: columns.int() != 0, runStartedAt: columns.optionalTime(), isAtGate: false, workflow: "")
            if status != newStatus {
                row.isAtGate = columns.optionalInt() != nil
                row.parent = columns.optionalInt().map(InstanceKey.init)
                row.workflow = columns.text()
            }
            return row
        }
    }

    private func write(
        _ state: Transition.InstanceState, of instance: InstanceKey, over old: InstanceRow, isNewRun: Bool
    ) throws(SQLiteFailure) {
        let isRevived = old.status.isTerminal
        let isCancelConsumed = !isRevived && (old.isCancelConsumed || state.consumesCancel)
        let isUnchanged =
            old.isPlain && state.isPlain && state.status == old.status && state.run == old.run
            && state.continuations == old.continuations && state.marksConsumed == old.marksConsumed
            && isCancelConsumed == old.isCancelConsumed && state.startedAt?.microseconds == old.startedAt?.microseconds
            && state.runStartedAt?.microseconds == old.runStartedAt?.microseconds
            && state.endedAt?.microseconds == old.endedAt?.microseconds
        if isUnchanged {
            // Most transitions: no indexed column is touched.
            try statement(.moveInstance).run { bind in
                bind.int(state.lastSequence)
                bind.int(instance.number)
                bind.int(old.version)
            }
            return
        }
        let dropsCancel = isRevived || (isNewRun && isCancelConsumed)
        let dropsPause = state.hold == .paused || state.status.isTerminal
        try statement(.rewriteInstance).run { bind in
            bind.text(state.status.rawValue)
            bind.stateText(state)
            bind.int(state.run)
            bind.int(state.continuations)
            bind.int(state.lastSequence)
            bind.json(state.output)
            bind.json(state.failure?.value)
            bind.time(state.startedAt)
            bind.time(state.runStartedAt)
            bind.time(state.endedAt)
            bind.int(state.marksConsumed)
            bind.int(isCancelConsumed && !dropsCancel ? 1 : 0)
            bind.int(dropsCancel ? 1 : 0)
            bind.int(dropsPause ? 1 : 0)
            bind.int(instance.number)
            bind.int(old.version)
        }
    }

    func quarantine(_ claim: Claim, because reason: String) throws(SQLiteFailure) {
        try statement(.quarantine).run { bind in
            bind.text(reason)
            bind.int(claim.instance.number)
            bind.int(claim.version)
        }
        memory.unclaimed.append(claim.instance)
    }

    /// Timers and waits belong to the current run of a live instance, nothing else (guarantees.md I10).
    func clearTimersAndWaits(of instance: InstanceKey, but run: Int?) throws(SQLiteFailure) {
        for delete in [HotStatement.clearTimers, .deleteWaits] {
            try statement(delete).run { bind in
                bind.int(instance.number)
                bind.int(run ?? -1)
            }
        }
    }
}

extension Binder {
    /// `ending`, `hold`, `hold_reason`, `cleanup`.
    mutating func stateText(_ state: Transition.InstanceState) {
        text(state.ending?.rawValue)
        text(state.hold?.rawValue)
        text(state.holdReason)
        text(state.isCleanupIncomplete ? "incomplete" : nil)
    }
}

extension Transition.InstanceState {
    var isPlain: Bool {
        ending == nil && hold == nil && holdReason == nil && !isCleanupIncomplete && output == nil && failure == nil
    }
}

extension InstanceStatus {
    /// From a column that this module alone writes.
    init(stored text: String) { self = InstanceStatus(rawValue: text) ?? .failed }
}
