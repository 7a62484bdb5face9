import GRDBSQLite
import Values
import WorkflowJournal

// All rows of a transition but the instance's own.
extension BatchWriter {
    /// Where the rows of a transition go.
    struct Place {
        var instance: InstanceKey
        /// The run before, when the transition begins another one.
        var previousRun: Int
        var createdEvent: EventSequence
        /// Before the transition.
        var marks: Int64
    }

    /// Writes everything of a transition but the instance's own row. Returns whom gates rejected.
    func writeRows(
        of transition: Transition, _ state: Transition.InstanceState, at place: Place, waking woken: inout WokenInstances
    ) throws(SQLiteFailure) -> [InstanceID] {
        let (instance, run, previousRun) = (place.instance, state.run, place.previousRun)
        for change in transition.steps {
            switch change {
            case .insert(let row): try insert(row, instance, run: run)
            case .update(let row): try update(row, instance, run: previousRun)
            }
        }
        for attempt in transition.attempts { try insert(attempt, instance, run: previousRun) }
        for key in transition.timersCleared { try delete(.clearTimer, instance, run: previousRun, key) }
        for timer in transition.timersSet { try set(timer, instance, run: run) }
        for taken in transition.eventsTaken { try take(taken, instance, run: previousRun) }
        for examined in transition.waitsExamined { try examine(examined, instance, run: previousRun) }
        for closed in transition.waitsClosed { try delete(.deleteWait, instance, run: previousRun, closed.key) }
        if run != previousRun { try clearTimersAndWaits(of: instance, but: run) }
        if memory.childEnds > 0 { try settleChildEnds(of: transition, state, at: place, waking: &woken) }
        for line in transition.logs { try insert(line, instance, run: run) }
        for email in transition.emails { try insert(email, instance) }
        var rejected: [InstanceID] = []
        if !transition.children.isEmpty || !transition.eventsSent.isEmpty {
            try requireContent(of: transition)
            // Children before events: what the parent sends may be for them. Events before waits: a wait finds what was sent.
            rejected = try startChildren(of: transition, state, instance, waking: &woken)
            for sent in transition.eventsSent { rejected += try post(sent, waking: &woken).rejected }
        }
        for wait in transition.waitsOpened where try open(wait, instance, run: run, createdEvent: place.createdEvent) {
            try mark(instance, waking: &woken)
        }
        for request in transition.requests { try deliver(request, waking: &woken) }
        return rejected
    }

    private func requireContent(of transition: Transition) throws(SQLiteFailure) {
        for new in transition.children + transition.eventsSent.flatMap(\.starts) {
            if let refusal = try contentRefusal(definition: new.digest, config: new.config) { throw SQLiteFailure(refusal) }
        }
    }

    func insertKept(_ rows: [StepRow], _ instance: InstanceKey, run: Int) throws(SQLiteFailure) {
        for row in rows { try insert(row, instance, run: run) }
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

    func insert(_ row: LogRow, _ instance: InstanceKey, run: Int) throws(SQLiteFailure) {
        memory.lastLine += 1
        try statement(.insertLog).run { bind in
            bind.int(memory.lastLine)
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
