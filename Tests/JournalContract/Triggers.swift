import Testing
import Values
import WorkflowJournal

extension JournalContract {
    static let triggerClauses: [Clause] = [
        Clause("an event starts instances in its own commit, pending, and a repeated event starts nothing") { bench throws in
            let waiting = try bench.started(1) { $0.waitsOpened = [bench.wait("w")] }
            let sent = bench.sent("e", starts: [bench.new(2), bench.new(3)])
            guard case .accepted(let first) = try bench.write(.accept(sent)) else { throw Unexpected(outcome: .unknown) }
            #expect(first.started == [Bench.id(2), Bench.id(3)] && first.rejected.isEmpty && !first.isDuplicate)
            #expect(try first.woken == [waiting.instance, bench.key(2), bench.key(3)])
            #expect(try bench.summary(2).status == .pending)
            let again = bench.sent("e", starts: [bench.new(2), bench.new(4)])
            guard case .accepted(let second) = try bench.write(.accept(again)) else { throw Unexpected(outcome: .unknown) }
            #expect(second.isDuplicate && second.started.isEmpty && second.woken.isEmpty)
            #expect(second.sequence == first.sequence)
            #expect(try bench.store.instance(Bench.id(4)) == nil)
        },
        Clause("the event that started an instance is not among those its waits see; the next one is") { bench throws in
            _ = try bench.write(.accept(bench.sent("e", starts: [bench.new(2)])))
            let opened = try bench.advanced(bench.claim(2)) { $0.waitsOpened = [bench.wait("w")] }
            #expect(!opened.isReady)
            #expect(try bench.inbox(opened.claim).candidates.isEmpty)
            #expect(try bench.accept("f").woken == [opened.claim.instance])
            #expect(try bench.inbox(opened.claim).candidates.map { $0.events.map(\.id) } == [["f"]])
        },
        Clause("an event that starts something which cannot be written is refused whole") { bench throws in
            var unknown = bench.new(3)
            unknown.digest = ContentDigest(of: "unknown".utf8)
            let outcome = try bench.write(.accept(bench.sent("e", starts: [bench.new(2), unknown])))
            #expect(outcome.refusal == .quarantined)
            #expect(try bench.store.instance(Bench.id(2)) == nil && bench.store.events(named: nil, limit: 1).isEmpty)
        },
        Clause("a triggered instance whose gate has no place queues, or is named as rejected") { bench throws in
            try bench.enqueued(1) { $0.gate = bench.gate() }
            func gated(_ number: Int, _ overflow: GateRequest.Overflow) -> NewInstance {
                var new = bench.new(number)
                new.gate = bench.gate("", limit: 1, overflow)
                return new
            }
            let sent = bench.sent("e", starts: [gated(2, .queue), gated(3, .reject)])
            guard case .accepted(let accepted) = try bench.write(.accept(sent)) else { throw Unexpected(outcome: .unknown) }
            #expect(accepted.started == [Bench.id(2)] && accepted.rejected == [Bench.id(3)] && accepted.woken.isEmpty)
            #expect(try bench.store.instance(Bench.id(3)) == nil)
        },
        Clause("an event that a transition sends is accepted with it, wakes others, and starts what it triggers") {
            bench throws in
            let waiting = try bench.started(1) { $0.waitsOpened = [bench.wait("w")] }
            let sender = try bench.started(2)
            let committed = try bench.advanced(sender) {
                $0.eventsSent = [bench.sent("e", data: ["n": 1], starts: [bench.new(3)])]
            }
            #expect(try committed.woken == [waiting.instance, bench.key(3)] && !committed.isReady)
            let event = try #require(try bench.store.events(named: "paid", limit: 1).first)
            #expect(event.id == "e" && event.source == "wfrun" && event.data == ["n": 1])
            #expect(try bench.inbox(waiting).candidates.map { $0.events.map(\.id) } == [["e"]])
            let again = try bench.advanced(committed.claim) { $0.eventsSent = [bench.sent("e", starts: [bench.new(4)])] }
            #expect(again.woken.isEmpty)
            #expect(try bench.store.instance(Bench.id(4)) == nil && bench.store.events(named: nil, limit: 5).count == 1)
        },
        Clause("a stale transition sends nothing") { bench throws in
            let claim = try bench.started(1)
            try bench.advanced(claim)
            #expect(try bench.advance(claim) { $0.eventsSent = [bench.sent("e", starts: [bench.new(2)])] } == .stale)
            #expect(try bench.store.events(named: nil, limit: 1).isEmpty && bench.store.instance(Bench.id(2)) == nil)
        },
        Clause("an instance can take an event of its own: by a wait opened with it, before it, or after it") { bench throws in
            let with = try bench.started(1) {
                $0.eventsSent = [bench.sent("1")]
                $0.waitsOpened = [bench.wait("w")]
            }
            #expect(try bench.inbox(with).candidates.map { $0.events.map(\.id) } == [["1"]])
            #expect(try bench.inbox(with).marks == 1)
            let before = try bench.started(2) { $0.waitsOpened = [bench.wait("w", event: "scanned")] }
            let sent = try bench.advanced(before) { $0.eventsSent = [bench.sent("2", "scanned")] }
            #expect(sent.isReady && sent.woken.isEmpty)
            #expect(try bench.inbox(sent.claim).candidates.map { $0.events.map(\.id) } == [["2"]])
            let after = try bench.started(3) { $0.eventsSent = [bench.sent("3", "stored")] }
            let opened = try bench.advanced(after) { $0.waitsOpened = [bench.wait("w", event: "stored")] }
            #expect(opened.isReady)
            #expect(try bench.inbox(opened.claim).candidates.map { $0.events.map(\.id) } == [["3"]])
        },
        Clause("a wait that ends in the transition that sends an event does not take it") { bench throws in
            let claim = try bench.started(1) { $0.waitsOpened = [bench.wait("w")] }
            let committed = try bench.advanced(claim) {
                $0.waitsClosed = [.init(key: MemoKey("w"))]
                $0.eventsSent = [bench.sent("e")]
            }
            #expect(!committed.isReady)
            let later = try bench.advanced(committed.claim) { $0.waitsOpened = [bench.wait("w2")] }
            #expect(later.isReady)
        },
        Clause("a child sees what its parent sends with its start") { bench throws in
            try bench.started(1) {
                $0.steps = [.insert(bench.invoke("c"))]
                $0.children = [bench.child(2, of: 1, step: "c")]
                $0.eventsSent = [bench.sent("e")]
            }
            let opened = try bench.advanced(bench.claim(2)) { $0.waitsOpened = [bench.wait("w")] }
            #expect(opened.isReady)
        },
        Clause("who has taken an event is known") { bench throws in
            let one = try bench.started(1) { $0.waitsOpened = [bench.wait("w")] }
            try bench.started(2) { $0.waitsOpened = [bench.wait("w")] }
            let event = try bench.accept("e").sequence
            #expect(try bench.store.takers(of: event).isEmpty)
            bench.clock.advance(seconds: 3)
            try bench.advanced(one) { $0.eventsTaken = [.init(wait: MemoKey("w"), event: event)] }
            let expected = EventTaker(instance: Bench.id(1), run: 1, wait: MemoKey("w"), time: bench.store.now())
            #expect(try bench.store.takers(of: event) == [expected])
            #expect(try bench.store.takers(of: EventSequence(99)).isEmpty)
        },
    ]
}
