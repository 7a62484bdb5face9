// JournalContract: what every implementation of `JournalStore` must do, one clause per promise.
//
// Invariant: knows no implementation. Stores are made, abandoned as by a crash, and opened again through `JournalFixture`.
//
// Start at `JournalContract.clauses`; each file beside this one holds one group of them.

import Synchronization
import Testing
package import Values
package import WorkflowJournal

/// How a test target makes the stores it has the contract checked on.
package protocol JournalFixture: Sendable {
    /// An empty store that nobody has opened yet; its clock is `clock`.
    func makeStore(clock: ManualClock) throws -> any JournalStore
    /// What is there after the process of `store` was killed: a new store over what it had committed.
    func reopen(_ store: any JournalStore, clock: ManualClock) throws -> any JournalStore
}

package struct JournalContract {
    /// One promise, as a sentence, and the check of it.
    package struct Clause: Sendable, CustomTestStringConvertible {
        package let sentence: String
        package let check: @Sendable (Bench) throws -> Void
        package var testDescription: String { sentence }

        init(_ sentence: String, _ check: @escaping @Sendable (Bench) throws -> Void) {
            self.sentence = sentence
            self.check = check
        }

        package func holds(for fixture: any JournalFixture) throws {
            try check(try Bench(fixture))
        }
    }

    package static let clauses: [Clause] =
        startClauses + transitionClauses + claimClauses + nodeClauses + eventClauses + deliveryClauses + waitClauses
        + requestClauses + timerClauses + definitionClauses + queryClauses + explainingClauses + recordClauses
        + enqueueClauses + childClauses + childEndClauses + triggerClauses + gateClauses + overflowClauses + holdClauses
        + continuationClauses + retryClauses + rebindingClauses + staleClauses + scheduleClauses + overlapClauses
        + crashClauses + quarantineClauses + expiryClauses + removedClauses + oldRunClauses
        + eventRemovalClauses
}

/// A clock that moves when it is told to.
package final class ManualClock: Sendable {
    private let microseconds: Mutex<Int64>

    package init(microseconds: Int64 = 1_800_000_000_000_000) {
        self.microseconds = Mutex(microseconds)
    }

    package var now: Timestamp { Timestamp(microseconds: microseconds.withLock { $0 }) }

    package func advance(seconds: Int64) {
        microseconds.withLock { $0 += seconds * 1_000_000 }
    }
}

/// A store under test with what the clauses say again and again.
package struct Bench: Sendable {
    package let fixture: any JournalFixture
    package let clock: ManualClock
    package let store: any JournalStore
    package let epoch: Epoch

    static let definition = DefinitionRecord(
        digest: ContentDigest(of: "orders".utf8), workflow: "orders", semantics: 1,
        sources: [.init(path: "definitions/orders.yaml", text: "workflow: orders\n")],
        matchSets: [MatchSet(event: "paid", paths: ["order.id"]), MatchSet(event: "scanned", paths: ["orderId"])])
    static let config: Value = ["url": "http://127.0.0.1/"]

    init(_ fixture: any JournalFixture) throws {
        self.fixture = fixture
        clock = ManualClock()
        store = try fixture.makeStore(clock: clock)
        epoch = try store.open(node: "one")
        _ = try store.write([.define(Self.definition), .configure(Self.config)])
    }

    private init(_ bench: Bench, store: any JournalStore, node: String) throws {
        fixture = bench.fixture
        clock = bench.clock
        self.store = store
        epoch = try store.open(node: node)
    }

    /// The same journal after kill -9 of the process that had it.
    func killed(node: String = "one") throws -> Bench {
        try Bench(self, store: fixture.reopen(store, clock: clock), node: node)
    }

    static func id(_ number: Int) -> InstanceID {
        InstanceID(at: Timestamp(microseconds: 1_800_000_000_000_000), random: (UInt64(number), UInt64(number) << 8))
    }

    func new(_ number: Int, input: Value = ["n": 1]) -> NewInstance {
        NewInstance(
            id: Self.id(number), workflow: "orders", digest: Self.definition.digest, input: input,
            config: ContentDigest(of: Self.config), trigger: ["type": "api"], createdAt: store.now())
    }

    func start(
        _ new: NewInstance, status: InstanceStatus = .running, _ change: (inout Transition) -> Void = { _ in }
    ) throws -> WriteOutcome {
        var transition = Transition(
            subject: .start(new), time: store.now(), instance: .init(status: status, startedAt: store.now()))
        change(&transition)
        return try write(.transition(transition))
    }

    /// Starts an instance that must be accepted.
    @discardableResult
    func started(
        _ number: Int, status: InstanceStatus = .suspended, _ change: (inout Transition) -> Void = { _ in }
    ) throws -> Claim {
        try committed(start(new(number), status: status, change)).claim
    }

    func transition(
        _ claim: Claim, status: InstanceStatus = .suspended, _ change: (inout Transition) -> Void = { _ in }
    ) -> Transition {
        var transition = Transition(subject: .advance(claim), time: store.now(), instance: .init(status: status))
        change(&transition)
        return transition
    }

    func advance(
        _ claim: Claim, status: InstanceStatus = .suspended, _ change: (inout Transition) -> Void = { _ in }
    ) throws -> WriteOutcome {
        try write(.transition(transition(claim, status: status, change)))
    }

    @discardableResult
    func advanced(
        _ claim: Claim, status: InstanceStatus = .suspended, _ change: (inout Transition) -> Void = { _ in }
    ) throws -> WriteOutcome.Committed {
        try committed(advance(claim, status: status, change))
    }

    func write(_ write: JournalWrite) throws -> WriteOutcome {
        let outcomes = try store.write([write])
        try #require(outcomes.count == 1)
        return outcomes[0]
    }

    func committed(_ outcome: WriteOutcome) throws -> WriteOutcome.Committed {
        guard case .committed(let committed) = outcome else { throw Unexpected(outcome: outcome) }
        return committed
    }

    @discardableResult
    func accept(
        _ id: String, _ name: String = "paid", source: String = "shop", data: Value = [:]
    )
        throws -> WriteOutcome.AcceptedEvent
    {
        let outcome = try write(.accept(SentEvent(event: NewEvent(id: id, name: name, source: source, data: data))))
        guard case .accepted(let accepted) = outcome else { throw Unexpected(outcome: outcome) }
        return accepted
    }

    func cancel(_ id: InstanceID, reason: String = "stop") throws -> WriteOutcome {
        try write(.request(InstanceRequest(instance: id, kind: .cancel(CancelRequest(reason: reason)))))
    }

    func inbox(_ claim: Claim, limit: Int = 10) throws -> InstanceInbox {
        try #require(try store.inbox(claim, limit: limit))
    }

    func load(_ claim: Claim) throws -> StoredInstance {
        try #require(try store.load(claim))
    }

    func step(_ key: String, status: StepStatus = .scheduled, output: Value? = nil, completed: Int? = nil) -> StepRow {
        StepRow(
            key: MemoKey(key), verb: .call, action: "http", status: status, inputDigest: ContentDigest(of: key.utf8),
            scheduledSequence: 0, completedSequence: completed, output: output, scheduledAt: store.now())
    }

    /// A wait for an event by name alone, or by the order's id.
    func wait(_ key: String, event: String = "paid", order: String? = nil, scheduled: Int = 0) -> WaitRow {
        let match =
            order.map { MatchSet(event: event, paths: ["order.id"]).key(ofValues: [.string($0)]) }
            ?? MatchSet(event: event, paths: []).key(ofValues: [])
        return WaitRow(key: MemoKey(key), matches: [EventMatch(event: event, key: match)], scheduledSequence: scheduled)
    }
}

struct Unexpected: Error, CustomStringConvertible {
    var outcome: WriteOutcome
    var description: String { "unexpected outcome \(outcome)" }
}

extension WriteOutcome {
    var refusal: Refusal.Reason? { if case .refused(let refusal) = self { refusal.reason } else { nil } }
}
