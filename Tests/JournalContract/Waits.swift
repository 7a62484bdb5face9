import Testing
import Values
import WorkflowJournal

extension JournalContract {
    static let waitClauses: [Clause] = [
        Clause("a wait finds an event that was accepted earlier in the life of its instance") { bench throws in
            let claim = try bench.started(1)
            try bench.accept("early", data: ["order": ["id": "A"]])
            let opened = try bench.advanced(claim) { $0.waitsOpened = [bench.wait("w", order: "A")] }
            #expect(opened.isReady)
            #expect(try bench.inbox(opened.claim).candidates.map { $0.events.map(\.id) } == [["early"]])
            try bench.store.release([opened.claim])
            #expect(try bench.store.claim(limit: 1) == [opened.claim])
        },
        Clause("a wait does not find an event from before its instance was created") { bench throws in
            try bench.accept("before")
            let outcome = try bench.start(bench.new(1), status: .suspended) { $0.waitsOpened = [bench.wait("w")] }
            let started = try bench.committed(outcome)
            #expect(!started.isReady)
            #expect(try bench.inbox(started.claim).candidates.isEmpty)
        },
        Clause("an event in the batch of a start belongs to the instance if it comes after it") { bench throws in
            var start = Transition(
                subject: .start(bench.new(1)), time: bench.store.now(), instance: .init(status: .suspended))
            start.waitsOpened = [bench.wait("w")]
            func event(_ id: String) -> JournalWrite {
                .accept(SentEvent(event: NewEvent(id: id, name: "paid", source: "s", data: [:])))
            }
            let outcomes = try bench.store.write([event("1"), .transition(start), event("2")])
            let claim = try bench.committed(outcomes[1]).claim
            #expect(try bench.inbox(claim).candidates.map { $0.events.map(\.id) } == [["2"]])
        },
        Clause("taking an event consumes it for the instance and ends the wait") { bench throws in
            let claim = try bench.started(1) { $0.waitsOpened = [bench.wait("w1"), bench.wait("w2")] }
            let other = try bench.started(2) { $0.waitsOpened = [bench.wait("w")] }
            let event = try bench.accept("e").sequence
            let next = try bench.advanced(claim) {
                $0.eventsTaken = [.init(wait: MemoKey("w1"), event: event)]
                $0.instance.marksConsumed = 1
            }
            #expect(try bench.load(next.claim).waits.map(\.key) == [MemoKey("w2")])
            #expect(try bench.inbox(next.claim).candidates.isEmpty)
            #expect(try bench.inbox(other).candidates.map { $0.events.map(\.id) } == [["e"]])
            let reopened = try bench.advanced(next.claim) {
                $0.waitsOpened = [bench.wait("w3")]
                $0.instance.marksConsumed = 1
            }
            #expect(!reopened.isReady)
        },
        Clause("an instance consumes an event at most once") { bench throws in
            let claim = try bench.started(1) { $0.waitsOpened = [bench.wait("w1"), bench.wait("w2")] }
            let event = try bench.accept("e").sequence
            let next = try bench.advanced(claim) { $0.eventsTaken = [.init(wait: MemoKey("w1"), event: event)] }
            let twice = try bench.advance(next.claim) { $0.eventsTaken = [.init(wait: MemoKey("w2"), event: event)] }
            #expect(twice.refusal == .quarantined)
        },
        Clause("an event is taken by an open wait only") { bench throws in
            let claim = try bench.started(1)
            let event = try bench.accept("e").sequence
            let outcome = try bench.advance(claim) { $0.eventsTaken = [.init(wait: MemoKey("w"), event: event)] }
            #expect(outcome.refusal == .quarantined)
        },
        Clause("a wait offers the oldest events first, as many as were asked for") { bench throws in
            let claim = try bench.started(1) { $0.waitsOpened = [bench.wait("w")] }
            for number in 1...4 { try bench.accept("\(number)") }
            #expect(try bench.inbox(claim, limit: 2).candidates.map { $0.events.map(\.id) } == [["1", "2"]])
        },
        Clause("declined events are not offered again") { bench throws in
            let claim = try bench.started(1) { $0.waitsOpened = [bench.wait("w")] }
            let first = try bench.accept("1").sequence
            try bench.accept("2")
            let next = try bench.advanced(claim) { $0.waitsExamined = [.init(wait: MemoKey("w"), through: first)] }
            #expect(try bench.inbox(next.claim).candidates.map { $0.events.map(\.id) } == [["2"]])
            #expect(try bench.load(next.claim).waits.map(\.examined) == [first])
        },
        Clause("a wait for several names takes the oldest of all") { bench throws in
            let claim = try bench.started(1) {
                var wait = bench.wait("w", event: "scanned")
                wait.matches += bench.wait("w", event: "paid").matches
                $0.waitsOpened = [wait]
            }
            try bench.accept("1", "paid")
            try bench.accept("2", "scanned")
            try bench.accept("3", "paid")
            #expect(try bench.inbox(claim).candidates.map { $0.events.map(\.id) } == [["1", "2", "3"]])
            #expect(try bench.load(claim).waits[0].matches.map(\.event) == ["scanned", "paid"])
        },
        Clause("waits are offered events in the order in which they were scheduled") { bench throws in
            let claim = try bench.started(1) {
                $0.waitsOpened = [bench.wait("late", scheduled: 5), bench.wait("early", scheduled: 2)]
            }
            try bench.accept("e")
            #expect(try bench.inbox(claim).candidates.map(\.wait) == [MemoKey("early"), MemoKey("late")])
        },
        Clause("a timeout never beats an event accepted before it") { bench throws in
            let claim = try bench.started(1) { $0.waitsOpened = [bench.wait("w", order: "A")] }
            try bench.accept("e", data: ["order": ["id": "A"]])
            #expect(try bench.advance(claim, status: .failed) { $0.waitsClosed = [.init(key: MemoKey("w"))] } == .stale)
            #expect(try bench.load(claim).waits.count == 1)
        },
        Clause("a timeout ends a wait whose events were other ones, declined, or taken") { bench throws in
            let claim = try bench.started(1) { $0.waitsOpened = [bench.wait("w1"), bench.wait("w2", scheduled: 1)] }
            let declined = try bench.accept("declined").sequence
            let taken = try bench.accept("taken").sequence
            try bench.accept("other", "scanned")
            let next = try bench.advance(claim) {
                $0.waitsExamined = [.init(wait: MemoKey("w2"), through: declined)]
                $0.eventsTaken = [.init(wait: MemoKey("w1"), event: taken)]
                $0.waitsClosed = [.init(key: MemoKey("w2"))]
            }
            #expect(try bench.load(bench.committed(next).claim).waits.isEmpty)
        },
        Clause("closing a wait that is gone changes nothing") { bench throws in
            let claim = try bench.started(1)
            try bench.accept("e")
            try bench.advanced(claim) { $0.waitsClosed = [.init(key: MemoKey("w"))] }
        },
        Clause("an event accepted in the batch before a timeout wins, after it loses") { bench throws in
            let one = try bench.started(1) { $0.waitsOpened = [bench.wait("w", order: "A")] }
            let two = try bench.started(2) { $0.waitsOpened = [bench.wait("w", order: "B")] }
            func timeout(_ claim: Claim) -> JournalWrite {
                .transition(bench.transition(claim) { $0.waitsClosed = [.init(key: MemoKey("w"))] })
            }
            func event(_ order: String) -> JournalWrite {
                .accept(
                    SentEvent(event: NewEvent(id: order, name: "paid", source: "s", data: ["order": ["id": .string(order)]])))
            }
            let outcomes = try bench.store.write([event("A"), timeout(one), timeout(two), event("B")])
            #expect(outcomes[1] == .stale)
            _ = try bench.committed(outcomes[2])
            guard case .accepted(let late) = outcomes[3] else { throw Unexpected(outcome: outcomes[3]) }
            #expect(late.woken.isEmpty)
        },
        Clause("unconsumed events stay available to the next run") { bench throws in
            let claim = try bench.started(1)
            try bench.accept("e")
            let next = try bench.continued(claim, to: 2) { $0.waitsOpened = [bench.wait("w")] }
            #expect(next.isReady)
        },
        Clause("an open wait is open once") { bench throws in
            let claim = try bench.started(1) { $0.waitsOpened = [bench.wait("w")] }
            #expect(try bench.advance(claim) { $0.waitsOpened = [bench.wait("w")] }.refusal == .quarantined)
        },
    ]
}
