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
        /// Read only when the status changes.
        var workflow: String
    }

    func advance(_ claim: Claim, _ transition: Transition) throws(SQLiteFailure) -> WriteOutcome {
        guard claim.epoch == epoch, let old = try row(of: claim, newStatus: transition.instance.status),
            old.version == claim.version
        else { return .stale }
        if try isOvertakenByEvent(transition, claim.instance, old) { return .stale }

        let state = transition.instance
        let isNewRun = state.run != old.run
        let isCancelConsumed = old.isCancelConsumed || state.consumesCancel
        try write(state, of: claim, over: old, isCancelConsumed: isCancelConsumed, isNewRun: isNewRun)
        if state.status != old.status {
            memory.counts[CountKey(workflow: StoredText(old.workflow), status: old.status), default: 0] -= 1
            memory.counts[CountKey(workflow: StoredText(old.workflow), status: state.status), default: 0] += 1
        }
        let marked = try writeRows(of: transition, claim.instance, previousRun: old.run, createdEvent: old.createdEvent)
        if isNewRun || state.status.isTerminal {
            try clearTimersAndWaits(of: claim.instance, but: state.status.isTerminal ? nil : state.run)
        }
        if state.status.isTerminal {
            memory.unclaimed.append(claim.instance)
        } else if old.status.isTerminal {
            memory.claimed.append(claim.instance)
        }
        var next = claim
        next.version += 1
        return .committed(.init(claim: next, isReady: isReady(state, marks: old.marks + marked)))
    }

    func isReady(_ state: Transition.InstanceState, marks: Int64) -> Bool {
        marks > state.marksConsumed && state.hold == nil && !state.status.isTerminal
    }

    private func row(of claim: Claim, newStatus: InstanceStatus) throws(SQLiteFailure) -> InstanceRow? {
        try statement(.readInstance).first({ $0.int(claim.instance.number) }) { columns throws(SQLiteFailure) in
            let version = columns.int()
            let status = InstanceStatus(stored: columns.text())
            return InstanceRow(
                version: version, status: status, run: Int(columns.int()), continuations: Int(columns.int()),
                marks: columns.int(), marksConsumed: columns.int(), isCancelConsumed: columns.int() != 0,
                createdEvent: EventSequence(columns.int()), startedAt: columns.optionalTime(), endedAt: columns.optionalTime(),
                isPlain: columns.int() != 0, workflow: status == newStatus ? "" : columns.text())
        }
    }

    private func write(
        _ state: Transition.InstanceState, of claim: Claim, over old: InstanceRow, isCancelConsumed: Bool, isNewRun: Bool
    ) throws(SQLiteFailure) {
        let isUnchanged =
            old.isPlain && state.isPlain && state.status == old.status && state.run == old.run
            && state.continuations == old.continuations && state.marksConsumed == old.marksConsumed
            && isCancelConsumed == old.isCancelConsumed && state.startedAt?.microseconds == old.startedAt?.microseconds
            && state.endedAt?.microseconds == old.endedAt?.microseconds
        if isUnchanged {
            // Most transitions: no indexed column is touched.
            try statement(.moveInstance).run { bind in
                bind.int(state.lastSequence)
                bind.int(claim.instance.number)
                bind.int(claim.version)
            }
            return
        }
        let dropsCancel = isNewRun && isCancelConsumed
        try statement(.rewriteInstance).run { bind in
            bind.text(state.status.rawValue)
            bind.stateText(state)
            bind.int(state.run)
            bind.int(state.continuations)
            bind.int(state.lastSequence)
            bind.json(state.output)
            bind.json(state.failure?.value)
            bind.time(state.startedAt)
            bind.time(state.endedAt)
            bind.int(state.marksConsumed)
            bind.int(isCancelConsumed && !dropsCancel ? 1 : 0)
            bind.int(dropsCancel ? 1 : 0)
            bind.int(claim.instance.number)
            bind.int(claim.version)
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
    private func clearTimersAndWaits(of instance: InstanceKey, but run: Int?) throws(SQLiteFailure) {
        for delete in [HotStatement.clearTimers, .deleteWaits] {
            try statement(delete).run { bind in
                bind.int(instance.number)
                bind.int(run ?? -1)
            }
        }
    }

    // MARK: - Rows

    /// Writes all rows but the instance's. Returns how often an opened wait marked the instance.
    func writeRows(
        of transition: Transition, _ instance: InstanceKey, previousRun: Int, createdEvent: EventSequence
    ) throws(SQLiteFailure) -> Int64 {
        let run = transition.instance.run
        for change in transition.steps {
            switch change {
            case .insert(let row): try insert(row, instance, run: run)
            case .update(let row): try update(row, instance, run: previousRun)
            }
        }
        for attempt in transition.attempts { try insert(attempt, instance, run: run) }
        for key in transition.timersCleared { try delete(.clearTimer, instance, run: previousRun, key) }
        for timer in transition.timersSet { try set(timer, instance, run: run) }
        for taken in transition.eventsTaken { try take(taken, instance, run: previousRun) }
        for examined in transition.waitsExamined { try examine(examined, instance, run: previousRun) }
        for closed in transition.waitsClosed { try delete(.deleteWait, instance, run: previousRun, closed.key) }
        for line in transition.logs { try insert(line, instance, run: run) }
        for email in transition.emails { try insert(email, instance) }
        var marks: Int64 = 0
        for wait in transition.waitsOpened where try open(wait, instance, run: run, createdEvent: createdEvent) {
            try statement(.markInstance).run { $0.int(instance.number) }
            marks += 1
        }
        return marks
    }

    private func insert(_ row: StepRow, _ instance: InstanceKey, run: Int) throws(SQLiteFailure) {
        do throws(SQLiteFailure) {
            try statement(.insertStep).run { $0.step(row, instance, run: run) }
        } catch {
            guard error.primaryCode == SQLITE_CONSTRAINT else { throw error }
            throw SQLiteFailure(.stepExists(row.key))
        }
    }

    private func update(_ row: StepRow, _ instance: InstanceKey, run: Int) throws(SQLiteFailure) {
        try statement(.updateStep).run { $0.step(row, instance, run: run) }
        if changes == 0 { throw SQLiteFailure(.finalStep(row.key)) }
    }

    private func insert(_ row: AttemptRow, _ instance: InstanceKey, run: Int) throws(SQLiteFailure) {
        try statement(.insertAttempt).run { bind in
            bind.int(instance.number)
            bind.int(run)
            bind.text(row.key.text)
            bind.int(row.attempt)
            bind.time(row.startedAt)
            bind.time(row.endedAt)
            bind.json(row.failure.value)
        }
    }

    private func set(_ row: TimerRow, _ instance: InstanceKey, run: Int) throws(SQLiteFailure) {
        try statement(.setTimer).run { bind in
            bind.int(instance.number)
            bind.int(run)
            bind.text(row.key.text)
            bind.text(row.kind.rawValue)
            bind.time(row.dueAt)
        }
    }

    func delete(_ statement: HotStatement, _ instance: InstanceKey, run: Int, _ key: MemoKey) throws(SQLiteFailure) {
        try self.statement(statement).run { bind in
            bind.int(instance.number)
            bind.int(run)
            bind.text(key.text)
        }
    }

    private func insert(_ row: LogRow, _ instance: InstanceKey, run: Int) throws(SQLiteFailure) {
        try statement(.insertLog).run { bind in
            bind.int(instance.number)
            bind.int(run)
            bind.time(row.time)
            bind.text(row.level)
            bind.text(row.key?.text)
            bind.text(row.message)
            bind.json(row.data.isNull ? nil : row.data)
        }
    }

    private func insert(_ row: EmailRow, _ instance: InstanceKey) throws(SQLiteFailure) {
        try statement(.insertEmail).run { bind in
            bind.int(instance.number)
            bind.text(row.id)
            bind.text(row.key.text)
            bind.time(row.time)
            bind.json(.list(row.to.map(Value.string)))
            bind.text(row.subject)
            bind.text(row.file)
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

    mutating func step(_ row: StepRow, _ instance: InstanceKey, run: Int) {
        text(row.verb.rawValue)
        text(row.action)
        text(row.status.rawValue)
        text(row.inputDigest?.hex)
        int(row.scheduledSequence)
        int(row.completedSequence)
        int(row.attempt)
        int(row.interruptions)
        int(row.occurrence)
        time(row.dueAt)
        time(row.scheduledAt)
        time(row.startedAt)
        time(row.completedAt)
        json(row.lastFailure?.value)
        json(row.output)
        json(row.failure?.value)
        int(instance.number)
        int(run)
        text(row.key.text)
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
