import Synchronization
import Testing
import Values
import WorkflowJournal

extension JournalContract {
    static let claimClauses: [Clause] = [
        Clause("claims go to instances that can move, oldest first, each once") { bench throws in
            let claims = try [
                bench.started(1, status: .running), bench.started(2, status: .suspended), bench.started(3, status: .pending),
            ]
            try bench.started(4, status: .running) { $0.instance.hold = .paused }
            try bench.advanced(bench.started(5), status: .completed)
            #expect(try bench.store.claim(limit: 10).isEmpty)
            try bench.store.release(claims)
            #expect(try bench.store.claim(limit: 1).map(\.id) == [Bench.id(1)])
            #expect(try bench.store.claim(limit: 10).map(\.id) == [Bench.id(3)])
            #expect(try bench.store.claim(limit: 10).isEmpty)
        },
        Clause("a released instance is claimed again with its present version and can be written") { bench throws in
            let claim = try bench.advanced(bench.started(1, status: .running), status: .running).claim
            try bench.store.release([claim])
            let again = try #require(try bench.store.claim(limit: 1).first)
            #expect(again == claim)
            try bench.advanced(again)
        },
        Clause("a certain instance is claimed when it is live, held or not, and not when it is quarantined or has ended") {
            bench throws in
            let suspended = try bench.started(1)
            let held = try bench.started(2) { $0.instance.hold = .paused }
            let ended = try bench.advanced(bench.started(3), status: .failed).claim
            let quarantined = try bench.started(4) { $0.instance.hold = .quarantined }
            try bench.store.release([suspended, held, quarantined])
            #expect(try bench.store.claim(suspended.instance) == suspended)
            #expect(try bench.store.claim(held.instance) == held)
            #expect(try bench.store.claim(quarantined.instance) == nil && bench.store.claim(ended.instance) == nil)
            #expect(try bench.store.claim(InstanceKey(999)) == nil)
        },
        Clause("a hold ends by a transition and the instance can be claimed again") { bench throws in
            var claim = try bench.started(1, status: .running) {
                $0.instance.hold = .mismatch
                $0.instance.holdReason = "expected b"
            }
            #expect(try bench.load(claim).state.holdReason == "expected b")
            claim = try bench.advanced(claim, status: .running).claim
            try bench.store.release([claim])
            #expect(try bench.store.claim(limit: 1) == [claim])
        },
    ]

    static let nodeClauses: [Clause] = [
        Clause("a new epoch takes over: every write and read with a claim of the earlier one is stale") { bench throws in
            let claim = try bench.started(1, status: .running)
            let epoch = try bench.store.open(node: "two")
            #expect(epoch.number > bench.epoch.number)
            #expect(try bench.advance(claim, status: .failed) == .stale)
            #expect(try bench.store.load(claim) == nil)
            #expect(try bench.store.inbox(claim, limit: 1) == nil)
            let taken = try bench.store.claim(limit: 10)
            #expect(taken.map(\.id) == [Bench.id(1)] && taken[0].epoch == epoch)
            try bench.store.release([claim])
            #expect(try bench.store.claim(limit: 10).isEmpty)
            try bench.advanced(taken[0])
        },
        Clause("after a crash everything committed is there and running instances are claimed again") { bench throws in
            let claim = try bench.started(1, status: .running) { $0.steps = [.insert(bench.step("a"))] }
            try bench.started(2, status: .suspended)
            try bench.accept("e", data: ["order": ["id": "A"]])
            let after = try bench.killed()
            #expect(after.epoch.number > bench.epoch.number)
            let claims = try after.store.claim(limit: 10)
            #expect(claims.map(\.id) == [Bench.id(1)])
            #expect(try after.load(claims[0]).steps == [bench.step("a")])
            #expect(try after.advance(claim) == .stale)
            #expect(try after.store.events(named: nil, limit: 10).map(\.id) == ["e"])
            #expect(try after.accept("e").isDuplicate)
        },
        Clause("a commit of unknown outcome is settled by reading: its repetition is stale or existing, never double") {
            bench throws in
            let claim = try bench.started(1)
            let write = bench.transition(claim) { $0.steps = [.insert(bench.step("a"))] }
            _ = try bench.write(.transition(write))
            #expect(try bench.write(.transition(write)) == .stale)
            #expect(try bench.start(bench.new(1)) == .existing(Bench.id(1)))
            let now = try #require(try bench.store.claim(claim.instance))
            #expect(try bench.load(now).steps == [bench.step("a")])
        },
        Clause("a lost hint loses nothing: marked instances are claimed by polling, after a restart too") { bench throws in
            let claim = try bench.started(1) { $0.waitsOpened = [bench.wait("w")] }
            try bench.store.release([claim])
            try bench.accept("e")
            #expect(try bench.store.claim(limit: 10).map(\.id) == [Bench.id(1)])
            #expect(try bench.killed().store.claim(limit: 10).map(\.id) == [Bench.id(1)])
        },
        Clause("a hint names the instances that an event or a request marked") { bench throws in
            let hints = Hints()
            bench.store.onWakeup { hints.add($0) }
            let claim = try bench.started(1) { $0.waitsOpened = [bench.wait("w")] }
            try bench.accept("e")
            #expect(hints.received.contains(claim.instance))
            let other = try bench.started(2)
            _ = try bench.cancel(Bench.id(2))
            #expect(hints.received.contains(other.instance))
        },
        Clause("the store's clock does not go back within an epoch") { bench throws in
            let before = bench.store.now()
            bench.clock.advance(seconds: -60)
            #expect(bench.store.now() >= before)
            _ = try bench.store.open(node: "one")
            #expect(bench.store.now() < before)
        },
    ]
}

private final class Hints: Sendable {
    private let keys = Mutex<[InstanceKey]>([])
    var received: [InstanceKey] { keys.withLock { $0 } }
    func add(_ more: [InstanceKey]) { keys.withLock { $0 += more } }
}
