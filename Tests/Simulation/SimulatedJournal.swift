package import JournalMemory
package import Values
package import WorkflowJournal

/// A store, in memory unless another is given, with faults and an observer who sees what was really committed, whatever the caller is told.
///
/// One thread, one caller at a time: the world.
package final class SimulatedJournal: JournalStore, @unchecked Sendable {
    package private(set) var inner: any JournalStore
    /// Of a store that is a file: opens it again for the next life of the server.
    private let reopen: (() throws(JournalError) -> any JournalStore)?
    private var receiver: @Sendable ([InstanceKey]) -> Void = { _ in }
    /// Decides the fault of an operation by its number, counted over the life of the store.
    package var plan: (Int, OperationKind) -> StoreFault? = { _, _ in nil }
    package private(set) var operations = 0
    package private(set) var faults: [StoreFault: Int] = [:]
    /// The process died in an operation; the world has to end it and to start another one.
    package private(set) var isDown = false
    /// The process shall die soon after the operation that has just been answered.
    package var diesSoon = false
    package var observe: ([JournalWrite], [WriteOutcome]) -> Void = { _, _ in }
    var sabotage: Sabotage?
    private var epochs = 0

    package init(clock: SimulatedClock, reopening reopen: (() throws(JournalError) -> any JournalStore)? = nil) {
        inner = MemoryJournal(clock: { clock.now })
        self.reopen = reopen
    }

    private func perform<Answer>(
        _ kind: OperationKind, _ work: () throws(JournalError) -> Answer
    ) throws(JournalError) -> Answer {
        operations += 1
        guard let fault = plan(operations, kind) else { return try work() }
        faults[fault, default: 0] += 1
        switch fault {
        case .crashBefore, .failed:
            isDown = true
            throw JournalError(.failed, "The process died before \(kind.rawValue).")
        case .crashAt:
            _ = try work()
            isDown = true
            throw JournalError(.failed, "The process died in \(kind.rawValue).")
        case .crashAfter:
            diesSoon = true
            return try work()
        case .busy: throw JournalError(.busy, "The journal is busy.")
        case .full: throw JournalError(.full, "No space is left for the journal.")
        case .unknownCommitted where kind == .write:
            _ = try work()
            throw JournalError(.unknown, "Whether the commit happened is not known.")
        case .unknownCommitted, .unknownLost:
            throw JournalError(kind == .write ? .unknown : .busy, "Whether it happened is not known.")
        }
    }

    // MARK: - The port

    package func open(node: String) throws(JournalError) -> Epoch {
        isDown = false
        diesSoon = false
        return try perform(.open) { () throws(JournalError) in
            if let reopen {
                // Until now it answered people, who may ask at any time. Dropped, as by kill -9: its lock goes with the object.
                inner = MemoryJournal(clock: { Timestamp(microseconds: 0) })
                inner = try reopen()
                inner.onWakeup(receiver)
            }
            epochs += 1
            return try inner.open(node: node)
        }
    }

    package func now() -> Timestamp { inner.now() }

    package func write(_ batch: [JournalWrite]) throws(JournalError) -> [WriteOutcome] {
        var started: [Claim] = []
        do {
            return try perform(.write) { () throws(JournalError) in
                let outcomes = try written(batch)
                for case (.transition(let transition), .committed(let committed)) in zip(batch, outcomes) {
                    // What already was somebody's stays so.
                    if case .advance = transition.subject { continue }
                    started.append(committed.claim)
                }
                return outcomes
            }
        } catch {
            // Nobody learnt of these claims, so nobody has them.
            try inner.release(started)
            throw error
        }
    }

    private func written(_ batch: [JournalWrite]) throws(JournalError) -> [WriteOutcome] {
        guard let sabotage else {
            let outcomes = try inner.write(batch)
            observe(batch, outcomes)
            return outcomes
        }
        var outcomes: [WriteOutcome] = []
        for write in batch {
            var outcome: WriteOutcome?
            for part in sabotage.parts(of: write, after: outcome) {
                let part = outcome.map { sabotage.continued(part, after: $0) } ?? part
                outcome = try inner.write([part]).first
                if let outcome { observe([write], [outcome]) }
            }
            outcomes.append(sabotage.altered(outcome ?? .unknown))
        }
        return outcomes
    }

    package func claim(limit: Int) throws(JournalError) -> [Claim] {
        try perform(.claim) { () throws(JournalError) in try inner.claim(limit: limit) }
    }

    package func claim(_ instance: InstanceKey) throws(JournalError) -> Claim? {
        try perform(.claim) { () throws(JournalError) in try inner.claim(instance) }
    }

    package func release(_ claims: [Claim]) throws(JournalError) {
        try perform(.release) { () throws(JournalError) in try inner.release(claims) }
    }

    package func load(_ claim: Claim) throws(JournalError) -> StoredInstance? {
        try perform(.load) { () throws(JournalError) in
            let stored = try inner.load(claim)
            guard let sabotage else { return stored }
            return stored.map { sabotage.altered($0, epochs: epochs) }
        }
    }

    package func inbox(_ claim: Claim, limit: Int) throws(JournalError) -> InstanceInbox? {
        try perform(.inbox) { () throws(JournalError) in
            let inbox = try inner.inbox(claim, limit: limit)
            guard let sabotage else { return inbox }
            return inbox.map { sabotage.altered($0, epochs: epochs) }
        }
    }

    package func timers(dueBy: Timestamp, limit: Int) throws(JournalError) -> [DueTimer] {
        try perform(.timers) { () throws(JournalError) in try inner.timers(dueBy: dueBy, limit: limit) }
    }

    package func continueDelivery() throws(JournalError) -> [InstanceKey] {
        try perform(.continueDelivery) { () throws(JournalError) in try inner.continueDelivery() }
    }

    package func onWakeup(_ receive: @escaping @Sendable ([InstanceKey]) -> Void) {
        receiver = receive
        inner.onWakeup(receive)
    }

    package func definition(_ digest: ContentDigest) throws(JournalError) -> DefinitionRecord? {
        try perform(.definition) { () throws(JournalError) in try inner.definition(digest) }
    }

    package func config(_ digest: ContentDigest) throws(JournalError) -> Value? {
        try perform(.config) { () throws(JournalError) in try inner.config(digest) }
    }

    package func noteWork(on instance: InstanceKey?, by worker: Worker) {
        if sabotage?.forgetsWork != true { inner.noteWork(on: instance, by: worker) }
    }

    package func maintain() throws(JournalError) {
        try perform(.maintain) { () throws(JournalError) in try inner.maintain() }
    }

    /// The server's process is gone, killed or not: nothing is closed in order, and what it noted stays.
    package func close() {}

    // MARK: - Queries: people's, never at fault

    package func instances(
        matching filter: InstanceFilter, after cursor: String?, limit: Int
    ) throws(JournalError) -> [InstanceSummary] { try inner.instances(matching: filter, after: cursor, limit: limit) }
    package func resolve(_ reference: String) throws(JournalError) -> InstanceReference { try inner.resolve(reference) }
    package func instance(_ id: InstanceID) throws(JournalError) -> InstanceDetail? { try inner.instance(id) }
    package func steps(of id: InstanceID, run: Int?) throws(JournalError) -> [StepRow] { try inner.steps(of: id, run: run) }
    package func attempts(of id: InstanceID, run: Int?) throws(JournalError) -> [AttemptRow] {
        try inner.attempts(of: id, run: run)
    }
    package func logs(of id: InstanceID, after line: Int64, limit: Int) throws(JournalError) -> [LogRow] {
        try inner.logs(of: id, after: line, limit: limit)
    }
    package func emails(of id: InstanceID) throws(JournalError) -> [EmailRow] { try inner.emails(of: id) }
    package func timers(of id: InstanceID) throws(JournalError) -> [TimerRow] { try inner.timers(of: id) }
    package func waits(of id: InstanceID) throws(JournalError) -> [WaitRow] { try inner.waits(of: id) }
    package func events(
        named name: String?, before sequence: EventSequence?, limit: Int
    ) throws(JournalError) -> [StoredEvent] {
        try inner.events(named: name, before: sequence, limit: limit)
    }
    package func counts() throws(JournalError) -> [InstanceCount] { try inner.counts() }
    package func storedInstance(_ id: InstanceID) throws(JournalError) -> StoredInstance? { try inner.storedInstance(id) }
    package func runs(of id: InstanceID) throws(JournalError) -> [RunSummary] { try inner.runs(of: id) }
    package func children(of id: InstanceID) throws(JournalError) -> [ChildSummary] { try inner.children(of: id) }
    package func gatePosition(of id: InstanceID) throws(JournalError) -> GatePosition? { try inner.gatePosition(of: id) }
    package func takers(of event: EventSequence) throws(JournalError) -> [EventTaker] { try inner.takers(of: event) }
    package func events(named name: String, seenBy id: InstanceID, limit: Int) throws(JournalError) -> [SeenEvent] {
        try inner.events(named: name, seenBy: id, limit: limit)
    }
    package func eventNames(limit: Int) throws(JournalError) -> [String] { try inner.eventNames(limit: limit) }
    package func places(at gate: String, limit: Int) throws(JournalError) -> [GateVisitor] {
        try inner.places(at: gate, limit: limit)
    }
    package func notes(of id: InstanceID, limit: Int) throws(JournalError) -> [LogRow] { try inner.notes(of: id, limit: limit) }
    package func schedules() throws(JournalError) -> [StoredSchedule] {
        let schedules = try inner.schedules()
        return sabotage?.altered(schedules, epochs: epochs) ?? schedules
    }
    package func firings(of schedule: ScheduleName, limit: Int) throws(JournalError) -> [FiringRow] {
        try inner.firings(of: schedule, limit: limit)
    }
}
