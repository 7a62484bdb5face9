// JournalMemory: the storage port over plain data structures, for `wfrun test`, the simulator and the contract.
//
// Invariant: no engine, no files, no clock of its own: the same calls give the same answers. Faults happen only where they
// were ordered.
//
// Start at `MemoryJournal` (the port, its faults), then `MemoryTables` (what is stored) and `MemoryTables+Transitions`.

import Synchronization
package import Values
package import WorkflowJournal

/// A journal that lives as long as this object: what was committed survives simulated crashes, nothing else does.
package final class MemoryJournal: JournalStore {
    /// Decides the fault of an operation by its number, counted from 1 over the life of the object.
    package typealias FaultPlan = @Sendable (_ operation: Int, _ kind: OperationKind) -> StoreFault?
    typealias Receiver = @Sendable ([InstanceKey]) -> Void

    /// Everything committed, as a value.
    package struct Snapshot: Sendable {
        var tables: MemoryTables
    }

    private struct Body: Sendable {
        var tables: MemoryTables
        var operation = 0
        var plan: FaultPlan?
        var ordered: [Int: StoreFault] = [:]
        var isDown = true
        var receivers: [Receiver] = []
        /// Instances marked by the operation under way, for the hints after it.
        var marked: [InstanceKey] = []
    }

    private let clock: @Sendable () -> Timestamp
    private let body: Mutex<Body>

    package init(
        restoring snapshot: Snapshot? = nil, faults: FaultPlan? = nil, clock: @escaping @Sendable () -> Timestamp
    ) {
        self.clock = clock
        body = Mutex(Body(tables: snapshot?.tables ?? MemoryTables(), plan: faults))
    }

    // MARK: - Faults

    /// Orders a fault for the operation with this number.
    package func order(_ fault: StoreFault, at operation: Int) {
        body.withLock { $0.ordered[operation] = fault }
    }

    package func plan(faults: FaultPlan?) {
        body.withLock { $0.plan = faults }
    }

    /// How many operations have begun.
    package var operations: Int { body.withLock { $0.operation } }

    /// True before the first `open`, after a crash and after `close`: only `open` is answered.
    package var isDown: Bool { body.withLock { $0.isDown } }

    /// What a process killed now would leave behind.
    package var snapshot: Snapshot { body.withLock { Snapshot(tables: $0.tables) } }

    private static let notOpen = JournalError(.failed, "The journal is not open.")

    private static func perform<Answer>(
        _ kind: OperationKind, on body: inout Body, _ work: (inout Body) throws(JournalError) -> Answer
    ) throws(JournalError) -> Answer {
        body.operation += 1
        let fault = body.ordered.removeValue(forKey: body.operation) ?? body.plan?(body.operation, kind)
        if body.isDown && kind != .open { throw notOpen }
        switch fault {
        case nil: return try work(&body)
        case .crashBefore:
            body.isDown = true
            throw JournalError(.failed, "The process died before \(kind.rawValue).")
        case .crashAt:
            _ = try work(&body)
            body.isDown = true
            throw JournalError(.failed, "The process died in \(kind.rawValue).")
        case .crashAfter:
            let answer = try work(&body)
            body.isDown = true
            return answer
        case .busy: throw JournalError(.busy, "The journal is busy.")
        case .full: throw JournalError(.full, "No space is left for the journal.")
        case .failed:
            body.isDown = true
            throw JournalError(.failed, "Reading or writing the journal failed.")
        case .unknownCommitted:
            _ = try work(&body)
            throw JournalError(.unknown, "Whether the commit happened is not known.")
        case .unknownLost: throw JournalError(.unknown, "Whether the commit happened is not known.")
        }
    }

    /// One operation, and the hints it gives once the lock is free again.
    private func perform<Answer: Sendable>(
        _ kind: OperationKind, _ work: (inout Body) throws(JournalError) -> Answer
    ) throws(JournalError) -> Answer {
        var hints: [InstanceKey] = []
        var receivers: [Receiver] = []
        defer { if !hints.isEmpty { for receive in receivers { receive(hints) } } }
        return try body.withLock { (body) throws(JournalError) -> Answer in
            let answer = try Self.perform(kind, on: &body, work)
            (hints, body.marked) = (body.marked, [])
            receivers = body.receivers
            return answer
        }
    }

    // MARK: - The port

    package func open(node: String) throws(JournalError) -> Epoch {
        try perform(.open) { body throws(JournalError) in
            body.isDown = false
            body.marked = []
            return body.tables.beginEpoch(at: clock())
        }
    }

    package func now() -> Timestamp {
        body.withLock { $0.tables.advance(to: clock()) }
    }

    package func write(_ batch: [JournalWrite]) throws(JournalError) -> [WriteOutcome] {
        try perform(.write) { body throws(JournalError) in
            let time = body.tables.advance(to: clock())
            var outcomes: [WriteOutcome] = []
            outcomes.reserveCapacity(batch.count)
            for write in batch { outcomes.append(body.tables.write(write, at: time, marking: &body.marked)) }
            return outcomes
        }
    }

    package func claim(limit: Int) throws(JournalError) -> [Claim] {
        try perform(.claim) { body throws(JournalError) in body.tables.claim(limit: limit) }
    }

    package func claim(_ instance: InstanceKey) throws(JournalError) -> Claim? {
        try perform(.claim) { body throws(JournalError) in body.tables.claim(instance) }
    }

    package func release(_ claims: [Claim]) throws(JournalError) {
        try perform(.release) { body throws(JournalError) in body.tables.release(claims) }
    }

    package func load(_ claim: Claim) throws(JournalError) -> StoredInstance? {
        try perform(.load) { body throws(JournalError) in body.tables.load(claim) }
    }

    package func inbox(_ claim: Claim, limit: Int) throws(JournalError) -> InstanceInbox? {
        try perform(.inbox) { body throws(JournalError) in body.tables.inbox(claim, limit: limit) }
    }

    package func timers(dueBy: Timestamp, limit: Int) throws(JournalError) -> [DueTimer] {
        try perform(.timers) { body throws(JournalError) in body.tables.timers(dueBy: dueBy, limit: limit) }
    }

    package func continueDelivery() throws(JournalError) -> [InstanceKey] {
        try perform(.continueDelivery) { body throws(JournalError) in
            let marked = body.tables.continueDelivery()
            body.marked += marked
            return marked
        }
    }

    package func onWakeup(_ receive: @escaping @Sendable ([InstanceKey]) -> Void) {
        body.withLock { $0.receivers.append(receive) }
    }

    package func definition(_ digest: ContentDigest) throws(JournalError) -> DefinitionRecord? {
        try perform(.definition) { body throws(JournalError) in body.tables.definitions[digest] }
    }

    package func config(_ digest: ContentDigest) throws(JournalError) -> Value? {
        try perform(.config) { body throws(JournalError) in body.tables.configs[digest] }
    }

    /// A dead process says nothing more.
    package func noteWork(on instance: InstanceKey?, by worker: Worker) {
        body.withLock { body in if !body.isDown { body.tables.work[worker] = instance } }
    }

    package func maintain() throws(JournalError) {
        try perform(.maintain) { body throws(JournalError) in
            body.tables.forgetRequests(before: body.tables.advance(to: clock()))
        }
    }

    package func close() {
        body.withLock { body in
            if !body.isDown { body.tables.work = [:] }
            body.isDown = true
        }
    }

    // MARK: - Queries

    /// Queries read what is committed, whatever became of the process that wrote it.
    func query<Answer: Sendable>(_ work: (MemoryTables) -> Answer) -> Answer {
        body.withLock { work($0.tables) }
    }
}
