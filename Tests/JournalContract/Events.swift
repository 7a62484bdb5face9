import Testing
import Values
import WorkflowJournal

extension JournalContract {
    static let eventClauses: [Clause] = [
        Clause("events have one order of acceptance and come back as they were sent") { bench throws in
            let first = try bench.accept("1", data: ["order": ["id": "A"]])
            let second = try bench.accept("2", "scanned")
            #expect(first.sequence < second.sequence && !first.isDuplicate)
            let stored = try bench.store.events(named: "paid", limit: 10)
            #expect(stored.count == 1 && stored[0].id == "1" && stored[0].source == "shop")
            #expect(stored[0].data == ["order": ["id": "A"]] && stored[0].time == bench.store.now())
            #expect(try bench.store.events(named: nil, limit: 1).map(\.id) == ["2"])
        },
        Clause("events are told in pages, newest first") { bench throws in
            for number in 1...5 { try bench.accept("\(number)", number == 3 ? "scanned" : "paid") }
            var pages: [[String]] = []
            var last: EventSequence?
            repeat {
                let page = try bench.store.events(named: "paid", before: last, limit: 2)
                pages.append(page.map(\.id))
                last = page.last?.sequence
            } while last != nil
            #expect(pages == [["5", "4"], ["2", "1"], []])
        },
        Clause("an event tells how many wait for it, whom it starts apart") { bench throws in
            try bench.started(1) { $0.waitsOpened = [bench.wait("w", event: "paid")] }
            try bench.started(2) { $0.waitsOpened = [bench.wait("w", event: "scanned")] }
            let event = NewEvent(id: "1", name: "paid", source: "shop", data: [:])
            let outcome = try bench.write(.accept(SentEvent(event: event, starts: [bench.new(3)])))
            guard case .accepted(let accepted) = outcome else { throw Unexpected(outcome: outcome) }
            #expect(accepted.candidates == 1 && accepted.started == [Bench.id(3)] && accepted.woken.count == 2)
        },
        Clause("a repeated (source, id) is the same event; another source is another event") { bench throws in
            let first = try bench.accept("1")
            let again = try bench.accept("1", data: ["other": true])
            #expect(again.isDuplicate && again.sequence == first.sequence && again.id == first.id && again.woken.isEmpty)
            #expect(try !bench.accept("1", source: "bank").isDuplicate)
            #expect(try bench.store.events(named: nil, limit: 10).count == 2)
        },
        Clause("a repeated event in one batch is one event") { bench throws in
            let event = JournalWrite.accept(SentEvent(event: NewEvent(id: "1", name: "paid", source: "s", data: [:])))
            let outcomes = try bench.store.write([event, event])
            guard case .accepted(let one) = outcomes[0], case .accepted(let two) = outcomes[1] else {
                throw Unexpected(outcome: outcomes[1])
            }
            #expect(!one.isDuplicate && two.isDuplicate && one.sequence == two.sequence)
        },
        Clause("an event marks the instances that wait for it and no others") { bench throws in
            let byName = try bench.started(1) { $0.waitsOpened = [bench.wait("w")] }
            let byOrder = try bench.started(2) { $0.waitsOpened = [bench.wait("w", order: "A")] }
            let otherOrder = try bench.started(3) { $0.waitsOpened = [bench.wait("w", order: "B")] }
            let otherName = try bench.started(4) { $0.waitsOpened = [bench.wait("w", event: "scanned")] }
            let accepted = try bench.accept("e", data: ["order": ["id": "A"]])
            #expect(accepted.woken == [byName.instance, byOrder.instance])
            #expect(try bench.inbox(byOrder).candidates.map { $0.events.map(\.id) } == [["e"]])
            #expect(try bench.inbox(otherOrder).candidates.isEmpty)
            #expect(try bench.inbox(otherName).candidates.isEmpty)
            #expect(try bench.inbox(byName).marks == 1)
            #expect(try bench.inbox(otherName).marks == 0)
        },
        Clause("match values are equal as JSON: 1 is 1.0, and a missing path matches nothing") { bench throws in
            let set = MatchSet(event: "paid", paths: ["order.id"])
            let claim = try bench.started(1) {
                let match = EventMatch(event: "paid", key: set.key(ofValues: [.double(1)]))
                $0.waitsOpened = [WaitRow(key: MemoKey("w"), matches: [match], scheduledSequence: 0)]
            }
            #expect(try bench.accept("missing").woken.isEmpty)
            #expect(try bench.accept("text", data: ["order": ["id": "1"]]).woken.isEmpty)
            #expect(try bench.accept("e", data: ["order": ["id": 1]]).woken == [claim.instance])
        },
        Clause("a mark leaves version and status alone and lasts until a transition consumes it") { bench throws in
            let claim = try bench.started(1) { $0.waitsOpened = [bench.wait("w")] }
            try bench.accept("1")
            try bench.accept("2")
            #expect(try bench.inbox(claim).marks == 2)
            let next = try bench.advanced(claim) { $0.instance.marksConsumed = 1 }
            #expect(next.isReady)
            let last = try bench.advanced(next.claim) { $0.instance.marksConsumed = 2 }
            #expect(!last.isReady)
            let stored = try bench.load(last.claim)
            #expect(stored.marks == 2 && stored.state.marksConsumed == 2)
        },
        Clause("a mark made between reading and writing is not lost") { bench throws in
            let claim = try bench.started(1) { $0.waitsOpened = [bench.wait("w")] }
            try bench.accept("1")
            let seen = try bench.inbox(claim).marks
            try bench.accept("2")
            let next = try bench.advanced(claim) { $0.instance.marksConsumed = seen }
            #expect(next.isReady)
            try bench.store.release([next.claim])
            #expect(try bench.store.claim(limit: 1) == [next.claim])
        },
    ]

    static let deliveryClauses: [Clause] = [
        Clause("an event with many candidates marks a thousand per commit, goes on where it was, and ends") { bench throws in
            let limit = JournalLimits.candidatesPerCommit
            let batch = (1...(limit + 5)).map { number in
                var start = Transition(
                    subject: .start(bench.new(number)), time: bench.store.now(), instance: .init(status: .suspended))
                start.waitsOpened = [bench.wait("w")]
                return JournalWrite.transition(start)
            }
            let claims = try bench.store.write(batch).map { try bench.committed($0).claim.instance }
            let woken = try bench.accept("e").woken
            #expect(woken.count == limit)
            let after = try bench.killed()
            let rest = try after.store.continueDelivery()
            #expect(rest.count == 5)
            #expect(Set(woken + rest) == Set(claims))
            #expect(try after.store.continueDelivery().isEmpty)
            #expect(try after.store.claim(limit: limit * 2).count == limit + 5)
        }
    ]
}
