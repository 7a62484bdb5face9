import Testing
import Values
import WorkflowJournal

extension JournalContract {
    static let gateClauses: [Clause] = [
        Clause("as many as the limit begin, the others wait in the order of their coming") { bench throws in
            for number in 1...2 {
                #expect(try bench.enqueued(number) { $0.gate = bench.gate(limit: 2) }.woken == [bench.key(number)])
            }
            for number in 3...5 { #expect(try bench.enqueued(number) { $0.gate = bench.gate(limit: 2) }.woken.isEmpty) }
            #expect(try bench.store.claim(limit: 10).map(\.id) == [1, 2].map(Bench.id))
            #expect(try !bench.load(bench.claim(3)).isAdmitted && bench.load(bench.claim(1)).isAdmitted)
            func position(_ number: Int) throws -> GatePosition? { try bench.store.gatePosition(of: Bench.id(number)) }
            #expect(try position(1) == GatePosition(gate: "orders/", ahead: nil, active: 2, limit: 2))
            #expect(try position(3)?.ahead == 0 && position(5)?.ahead == 2)
            #expect(try bench.ended(2).woken == [bench.key(3)])
            #expect(try bench.load(bench.claim(3)).isAdmitted)
            #expect(try position(2) == nil && position(3)?.ahead == nil && position(5)?.ahead == 1)
            try bench.ended(1)
            #expect(try bench.ended(3).woken == [bench.key(5)])
            #expect(try position(5) == GatePosition(gate: "orders/", ahead: nil, active: 2, limit: 2))
        },
        Clause("an admitted instance is ready though nobody gave a hint, after a restart too") { bench throws in
            for number in 1...2 { try bench.enqueued(number) { $0.gate = bench.gate() } }
            let after = try bench.killed()
            #expect(try after.store.claim(limit: 10).map(\.id) == [Bench.id(1)])
            try after.ended(1, .failed)
            let claim = try #require(try after.store.claim(limit: 10).first)
            #expect(claim.id == Bench.id(2))
            #expect(try after.load(claim).isAdmitted && after.inbox(claim).marks == 1)
        },
        Clause("gates are apart by workflow and key") { bench throws in
            for (number, key) in [(1, "eu"), (2, "us"), (3, "eu")] { try bench.enqueued(number) { $0.gate = bench.gate(key) } }
            #expect(try bench.store.gatePosition(of: Bench.id(3))?.gate == "orders/eu")
            #expect(try bench.store.claim(limit: 10).map(\.id) == [1, 2].map(Bench.id))
            #expect(try bench.ended(2).woken.isEmpty)
        },
        Clause("there are never more active than the limit, whatever a batch brings") { bench throws in
            let writes = (1...6).map { number in
                var new = bench.new(number)
                new.gate = bench.gate(limit: 2)
                return JournalWrite.enqueue(new)
            }
            _ = try bench.store.write(writes)
            let claims = try [bench.claim(1), bench.claim(2)]
            _ = try bench.store.write(claims.map { .transition(bench.transition($0, status: .completed)) })
            let admitted = try (1...6).filter { try bench.store.gatePosition(of: Bench.id($0))?.ahead == nil }
            #expect(try admitted.filter { try !bench.summary($0).status.isTerminal } == [3, 4])
            #expect(
                try bench.store.gatePosition(of: Bench.id(6)) == GatePosition(gate: "orders/", ahead: 1, active: 2, limit: 2))
        },
        Clause("a pending instance that is cancelled becomes ready, is passed over, and leaves the queue with its end") {
            bench throws in
            for number in 1...3 { try bench.enqueued(number) { $0.gate = bench.gate() } }
            _ = try bench.store.claim(limit: 10)
            _ = try bench.cancel(Bench.id(2))
            let cancelled = try #require(try bench.store.claim(limit: 10).first)
            #expect(cancelled.id == Bench.id(2))
            #expect(try !bench.load(cancelled).isAdmitted && bench.load(cancelled).cancel != nil)
            #expect(try bench.ended(1).woken == [bench.key(3)])
            #expect(try bench.advanced(cancelled, status: .cancelled) { $0.instance.consumesCancel = true }.woken.isEmpty)
            #expect(
                try bench.store.gatePosition(of: Bench.id(3)) == GatePosition(gate: "orders/", ahead: nil, active: 1, limit: 1))
        },
        Clause("an instance that waits at a gate is not moved by a mark that changes nothing") { bench throws in
            for number in 1...2 { try bench.enqueued(number) { $0.gate = bench.gate() } }
            _ = try bench.store.claim(limit: 10)
            _ = try bench.request(2, .pause(reason: nil))
            let claim = try #require(try bench.store.claim(limit: 10).first)
            let held = try bench.advanced(claim, status: .pending) {
                $0.instance.hold = .paused
                $0.instance.marksConsumed = 1
            }
            #expect(try !held.isReady && bench.store.gatePosition(of: Bench.id(2))?.ahead == 0)
            try bench.store.release([held.claim])
            _ = try bench.request(2, .resume(reason: nil))
            let resumed = try #require(try bench.store.claim(limit: 10).first)
            let idle = try bench.advanced(resumed, status: .pending) { $0.instance.marksConsumed = 2 }
            try bench.store.release([idle.claim])
            #expect(try !idle.isReady && bench.store.claim(limit: 10).isEmpty)
        },
        Clause("the newest request's limit decides: a higher one lets waiting ones in, a lower one admits nobody") {
            bench throws in
            for number in 1...3 { try bench.enqueued(number) { $0.gate = bench.gate(limit: 1) } }
            #expect(try bench.enqueued(4) { $0.gate = bench.gate(limit: 3) }.woken == [bench.key(2), bench.key(3)])
            #expect(
                try bench.store.gatePosition(of: Bench.id(4)) == GatePosition(gate: "orders/", ahead: 0, active: 3, limit: 3))
            #expect(try bench.enqueued(5) { $0.gate = bench.gate(limit: 1) }.woken.isEmpty)
            #expect(try bench.ended(1).woken.isEmpty && bench.ended(2).woken.isEmpty)
            #expect(try bench.ended(3).woken == [bench.key(4)])
        },
        Clause("continue_as_new keeps the place; the end of the last run gives it up") { bench throws in
            for number in 1...2 { try bench.enqueued(number) { $0.gate = bench.gate() } }
            let next = try bench.continued(bench.claim(1), to: 2)
            #expect(next.woken.isEmpty)
            #expect(try bench.store.gatePosition(of: Bench.id(1))?.ahead == nil && bench.load(next.claim).isAdmitted)
            #expect(try bench.ended(1).woken == [bench.key(2)])
        },
        Clause("a retry comes to the gate anew, behind those who wait") { bench throws in
            for number in 1...2 { try bench.enqueued(number) { $0.gate = bench.gate() } }
            try bench.ended(1, .failed)
            let retried = try bench.committed(bench.retry(1) { $0.nextRun = bench.next(.retried, gate: bench.gate()) })
            #expect(retried.woken.isEmpty)
            let stored = try bench.load(retried.claim)
            #expect(!stored.isAdmitted && stored.state.status == .pending && stored.state.run == 2)
            #expect(try bench.store.claim(limit: 10).map(\.id) == [Bench.id(2)])
            #expect(try bench.ended(2).woken == [bench.key(1)])
            #expect(try bench.store.claim(limit: 10).map(\.id) == [Bench.id(1)])
        },
        Clause("a retry that its gate rejects is refused and nothing of it is written") { bench throws in
            try bench.enqueued(1) { $0.gate = bench.gate() }
            try bench.ended(1, .failed)
            try bench.enqueued(2) { $0.gate = bench.gate() }
            let refused = try bench.retry(1) { $0.nextRun = bench.next(.retried, gate: bench.gate(limit: 1, .reject)) }
            #expect(refused.refusal == .gateFull)
            #expect(try bench.summary(1).status == .failed && bench.summary(1).run == 1)
        },
    ]

    static let overflowClauses: [Clause] = [
        Clause("reject: without a place nothing is written and the refusal names the gate") { bench throws in
            try bench.enqueued(1) { $0.gate = bench.gate("eu", .reject) }
            let refused = try bench.enqueue(2) { $0.gate = bench.gate("eu", .reject) }
            #expect(refused.refusal == .gateFull && "\(refused)".contains("orders/eu"))
            #expect(try bench.store.instance(Bench.id(2)) == nil)
            try bench.ended(1)
            try bench.enqueued(2) { $0.gate = bench.gate("eu", .reject) }
        },
        Clause("reject: nobody overtakes those who wait") { bench throws in
            for number in 1...2 { try bench.enqueued(number) { $0.gate = bench.gate() } }
            #expect(try bench.enqueue(3) { $0.gate = bench.gate(limit: 2, .reject) }.refusal == .gateFull)
            #expect(
                try bench.store.gatePosition(of: Bench.id(2)) == GatePosition(gate: "orders/", ahead: 0, active: 1, limit: 1))
            #expect(try bench.enqueued(3) { $0.gate = bench.gate(limit: 3, .reject) }.woken == [2, 3].map(bench.key))
        },
        Clause("what an ending instance starts finds the place that it gave up, after those who wait") { bench throws in
            func gated(_ number: Int) -> NewInstance {
                var new = bench.new(number)
                new.gate = bench.gate("", limit: 1, .reject)
                return new
            }
            try bench.enqueued(1) { $0.gate = bench.gate() }
            let ended = try bench.ended(1) { $0.eventsSent = [bench.sent("1", starts: [gated(2)])] }
            #expect(try ended.woken == [bench.key(2)] && ended.rejected.isEmpty)
            try bench.enqueued(3) { $0.gate = bench.gate() }
            let again = try bench.ended(2) { $0.eventsSent = [bench.sent("2", starts: [gated(4)])] }
            #expect(try again.woken == [bench.key(3)] && again.rejected == [Bench.id(4)])
        },
        Clause("replace: the oldest active one is asked to cancel and the new one begins when it has ended") { bench throws in
            for number in 1...2 { try bench.enqueued(number) { $0.gate = bench.gate(limit: 2, .replace) } }
            let third = try bench.enqueued(3) { $0.gate = bench.gate(limit: 2, .replace) }
            #expect(try third.woken == [bench.key(1)])
            #expect(try bench.inbox(bench.claim(1)).cancel?.reason?.contains(Bench.id(3).text) == true)
            #expect(try bench.inbox(bench.claim(2)).cancel == nil && !bench.load(bench.claim(3)).isAdmitted)
            #expect(try bench.ended(1, .cancelled) { $0.instance.consumesCancel = true }.woken == [bench.key(3)])
        },
        Clause("replace: a newer arrival replaces the one that waits, which ends without beginning") { bench throws in
            for number in 1...2 { try bench.enqueued(number) { $0.gate = bench.gate("", .replace) } }
            let third = try bench.enqueued(3) { $0.gate = bench.gate("", .replace) }
            #expect(try third.woken == [bench.key(2)])
            #expect(try bench.inbox(bench.claim(2)).cancel?.reason?.contains(Bench.id(3).text) == true)
            #expect(try bench.inbox(bench.claim(1)).cancel?.reason?.contains(Bench.id(2).text) == true)
            #expect(try bench.ended(1, .cancelled).woken == [bench.key(3)])
            #expect(try bench.ended(2, .cancelled).woken.isEmpty)
            #expect(
                try bench.store.gatePosition(of: Bench.id(3)) == GatePosition(gate: "orders/", ahead: nil, active: 1, limit: 1))
        },
    ]
}
