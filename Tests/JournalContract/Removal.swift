import Testing
import Values
import WorkflowJournal

// What leaves the journal again, and what must not (guarantees.md G22, I22).
extension JournalContract {
    static let expiryClauses: [Clause] = [
        Clause("an ended instance leaves at the very age of its status, and no other one does") { bench throws in
            for number in 1...4 { try bench.started(number) }
            try bench.ended(1, .completed)
            try bench.ended(2, .failed)
            try bench.ended(3, .cancelled)
            bench.clock.advance(seconds: 10)
            let early = RemovalOrder(instances: [.completed: TimeSpan(microseconds: 10_000_001), .failed: bench.seconds(11)])
            #expect(try bench.remove(early) == Removed(instances: [], events: [], hasMore: false))
            let order = RemovalOrder(instances: [.completed: bench.seconds(10), .failed: bench.seconds(11), .timedOut: .zero])
            #expect(try bench.remove(order) == Removed(instances: [Bench.id(1)], events: [], hasMore: false))
            let kept = try bench.store.instances(matching: InstanceFilter(), after: nil, limit: 10).map(\.id)
            #expect(kept == [4, 3, 2].map(Bench.id))
        },
        Clause("a definition says how long its instances are kept, and of what it does not say the order decides") {
            bench throws in
            var patient = Bench.otherDefinition
            patient.retention = [.completed: bench.seconds(60), .cancelled: .zero]
            _ = try bench.write(.define(patient))
            for number in 1...4 { try bench.started(number) { if number > 1 { $0.bind(to: patient) } } }
            try bench.ended(1, .completed)
            try bench.ended(2, .completed)
            try bench.ended(3, .failed)
            try bench.ended(4, .cancelled)
            bench.clock.advance(seconds: 20)
            let order = RemovalOrder(instances: [.completed: bench.seconds(20), .failed: bench.seconds(20)])
            #expect(try Set(bench.remove(order).instances) == [Bench.id(1), Bench.id(3), Bench.id(4)])
            bench.clock.advance(seconds: 39)
            #expect(try bench.remove(order).instances.isEmpty)
            bench.clock.advance(seconds: 1)
            #expect(try bench.remove(RemovalOrder()).instances == [Bench.id(2)])
        },
        Clause("the definition that counts is the one an instance is bound to last") { bench throws in
            var brief = Bench.otherDefinition
            brief.retention = [.completed: .zero]
            _ = try bench.write(.define(brief))
            try bench.started(1)
            try bench.ended(1) { $0.rebinding = brief.digest }
            #expect(try bench.remove(RemovalOrder()).instances == [Bench.id(1)])
        },
        Clause("how long instances are kept is stored with the definition, also of one that is defined again") { bench throws in
            var record = Bench.definition
            record.retention = [.completed: bench.seconds(60), .timedOut: TimeSpan(microseconds: 1)]
            #expect(try bench.write(.define(record)) == .stored(record.digest))
            #expect(try bench.store.definition(record.digest) == record)
            #expect(try bench.killed().store.definition(record.digest) == record)
        },
        Clause("a live child keeps its parent, a detached one too; once it has ended the parent goes and it stays") {
            bench throws in
            for (parent, isDetached) in [(1, false), (2, true)] {
                try bench.started(parent) {
                    $0.steps = [.insert(bench.invoke("c"))]
                    $0.children = [bench.child(parent + 10, of: parent, step: "c", detached: isDetached)]
                }
                try bench.ended(parent)
            }
            bench.clock.advance(seconds: 10)
            #expect(try bench.remove(.completed, after: 10).instances.isEmpty)
            try bench.ended(11)
            try bench.ended(12, .failed)
            #expect(try bench.remove(.completed, after: 10).instances == [Bench.id(1), Bench.id(2)])
            let child = try #require(try bench.store.storedInstance(Bench.id(11)))
            #expect(child.parent == bench.child(11, of: 1, step: "c").parent)
            bench.clock.advance(seconds: 10)
            #expect(try bench.remove(.completed, after: 10).instances == [Bench.id(11)])
        },
        Clause("a child may leave before its parent, who still hears of its end") { bench throws in
            let parent = try bench.started(1) {
                $0.steps = [.insert(bench.invoke("c"))]
                $0.children = [bench.child(2, of: 1, step: "c")]
            }
            try bench.ended(2) { $0.instance.output = ["n": 2] }
            #expect(try bench.remove(.completed, after: 0).instances == [Bench.id(2)])
            #expect(try bench.store.children(of: Bench.id(1)).isEmpty)
            let ends = try bench.inbox(parent).childEnds
            #expect(ends.map(\.child) == [Bench.id(2)] && ends[0].output == ["n": 2] && ends[0].status == .completed)
            try bench.ended(1) { $0.childEndsTaken = [Bench.id(2)] }
            #expect(try bench.remove(.completed, after: 0).instances == [Bench.id(1)])
        },
        Clause("a child of a removed parent can be run again, and nobody is told of its end") { bench throws in
            try bench.started(1) {
                $0.steps = [.insert(bench.invoke("c"))]
                $0.children = [bench.child(2, of: 1, step: "c")]
            }
            try bench.ended(1)
            try bench.ended(2, .failed)
            #expect(try bench.remove(.completed, after: 0).instances == [Bench.id(1)])
            let claim = try bench.committed(bench.retry(2)).claim
            let ended = try bench.advanced(claim, status: .completed) { $0.instance.run = 2 }
            #expect(ended.woken.isEmpty)
        },
        Clause("a commit removes a hundred at most, those first that ended first, and says that there is more") {
            bench throws in
            let limit = JournalLimits.removalsPerCommit
            for number in 1...(limit + 3) {
                try bench.started(number, status: .completed) { $0.instance.endedAt = bench.store.now() }
                if number.isMultiple(of: 30) { bench.clock.advance(seconds: 1) }
            }
            let first = try bench.remove(.completed, after: 0)
            #expect(first.instances == (1...limit).map(Bench.id) && first.hasMore)
            let second = try bench.killed().remove(.completed, after: 0)
            #expect(second == Removed(instances: ((limit + 1)...(limit + 3)).map(Bench.id), events: [], hasMore: false))
        },
        Clause("those that live children keep are not in the way of the others") { bench throws in
            let limit = JournalLimits.removalsPerCommit
            for number in 1...limit {
                try bench.started(number, status: .completed) {
                    $0.instance.endedAt = bench.store.now()
                    $0.children = [bench.child(number + limit, of: number, step: "c", detached: true)]
                }
            }
            bench.clock.advance(seconds: 1)
            try bench.started(1_000)
            try bench.ended(1_000)
            let order = RemovalOrder(instances: [.completed: .zero, .failed: .zero])
            #expect(try bench.remove(order) == Removed(instances: [Bench.id(1_000)], events: [], hasMore: false))
        },
    ]

    static let removedClauses: [Clause] = [
        Clause("of a removed instance nothing is seen any more, and it cannot be moved, asked or run again") { bench throws in
            let claim = try bench.started(1) {
                $0.steps = [.insert(bench.step("a", status: .completed, output: 1, completed: 1))]
                $0.logs = [LogRow(time: bench.store.now(), level: "info", key: nil, message: "line")]
                $0.waitsOpened = [bench.wait("w")]
            }
            let event = try bench.accept("e").sequence
            let ended = try bench.advanced(claim, status: .failed) {
                $0.eventsTaken = [.init(wait: MemoKey("w"), event: event)]
                $0.instance.endedAt = bench.store.now()
            }
            #expect(try bench.store.takers(of: event).map(\.instance) == [Bench.id(1)])
            #expect(try bench.remove(.failed, after: 0).instances == [Bench.id(1)])
            let store = bench.store
            #expect(try store.instance(Bench.id(1)) == nil && store.storedInstance(Bench.id(1)) == nil)
            #expect(try store.resolve(Bench.id(1).text) == .notFound && store.resolve("@latest") == .notFound)
            #expect(try store.instances(matching: InstanceFilter(), after: nil, limit: 10).isEmpty && store.counts().isEmpty)
            #expect(
                try store.steps(of: Bench.id(1), run: nil).isEmpty && store.logs(of: Bench.id(1), after: 0, limit: 9).isEmpty)
            #expect(try store.runs(of: Bench.id(1)).isEmpty && store.takers(of: event).isEmpty)
            #expect(try store.claim(claim.instance) == nil && store.load(ended.claim) == nil)
            #expect(try bench.advance(ended.claim) == .stale)
            #expect(try bench.cancel(Bench.id(1)) == .requested(.notFound))
            var again = Transition(
                subject: .revive(Bench.id(1), version: ended.claim.version), time: store.now(),
                instance: .init(status: .running, run: 2))
            again.nextRun = bench.next(.retried)
            #expect(try bench.write(.transition(again)) == .stale)
        },
        Clause("numbers of removed instances and of their lines are never given again, after a kill neither") { bench throws in
            func line(_ text: String) -> LogRow {
                LogRow(time: bench.store.now(), level: "info", key: nil, message: text)
            }
            try bench.started(1) { $0.logs = [line("one")] }
            let last = try bench.started(2) { $0.logs = [line("two")] }.instance
            let lastLine = try #require(try bench.store.logs(of: Bench.id(2), after: 0, limit: 9).last?.line)
            try bench.ended(1)
            try bench.ended(2)
            #expect(try bench.remove(.completed, after: 0).instances == [Bench.id(1), Bench.id(2)])
            let next = try bench.started(3) { $0.logs = [line("three")] }
            #expect(next.instance > last)
            let nextLine = try #require(try bench.store.logs(of: Bench.id(3), after: 0, limit: 9).last?.line)
            #expect(nextLine > lastLine)
            try bench.ended(3)
            _ = try bench.remove(.completed, after: 0)
            let after = try bench.killed()
            #expect(try after.started(4) { $0.logs = [line("four")] }.instance > next.instance)
            #expect(try #require(try after.store.logs(of: Bench.id(4), after: 0, limit: 9).first?.line) > nextLine)
            #expect(try after.store.steps(of: Bench.id(4), run: nil).isEmpty)
        },
        Clause("a line about a crash is a new line too, whoever wrote the last one has left") { bench throws in
            let alive = try bench.started(1)
            try bench.started(2) { $0.logs = [LogRow(time: bench.store.now(), level: "info", key: nil, message: "last")] }
            let last = try #require(try bench.store.logs(of: Bench.id(2), after: 0, limit: 9).last?.line)
            try bench.ended(2)
            _ = try bench.remove(.completed, after: 0)
            bench.store.noteWork(on: alive.instance, by: .executor)
            let after = try bench.killed()
            #expect(try after.store.logs(of: Bench.id(1), after: 0, limit: 9).allSatisfy { $0.line > last })
            #expect(
                try after.store.logs(of: Bench.id(1), after: last, limit: 9) == after.store.notes(of: Bench.id(1), limit: 9))
        },
        Clause("a removed instance's key is free again; an Idempotency-Key answers with it for its day") { bench throws in
            var new = bench.new(1)
            new.callerKey = "order-7"
            new.request = IdempotentRequest(key: "k", bodyDigest: ContentDigest(of: "body".utf8))
            _ = try bench.committed(bench.start(new))
            try bench.ended(1)
            _ = try bench.remove(.completed, after: 0)
            var repeated = bench.new(2)
            repeated.request = new.request
            #expect(try bench.start(repeated) == .existing(Bench.id(1)))
            var other = bench.new(3, input: ["n": 2])
            other.callerKey = "order-7"
            _ = try bench.committed(bench.start(other))
            #expect(try bench.summary(3).callerKey == "order-7")
        },
        Clause("an id may be used again once its instance is removed, and finds nothing of it") { bench throws in
            try bench.started(1) { $0.steps = [.insert(bench.step("a", status: .completed, output: 1, completed: 1))] }
            try bench.ended(1)
            _ = try bench.remove(.completed, after: 0)
            let claim = try bench.started(1) { $0.steps = [.insert(bench.step("a"))] }
            #expect(try bench.load(claim).steps == [bench.step("a")])
        },
        Clause("a kill between two commits of a removal shows nothing of the rest, and it goes on afterwards") { bench throws in
            let rows = JournalLimits.rowsRemovedPerCommit * 5 / 2
            try bench.started(1) {
                $0.steps = (1...rows).map { .insert(bench.step("s\($0)", status: .completed, output: 1, completed: $0)) }
            }
            try bench.ended(1)
            var bench = try bench.removingAndKilled()
            for number in 2...5 {
                let claim = try bench.started(number) { $0.steps = [.insert(bench.step("own"))] }
                #expect(try bench.load(claim).steps == [bench.step("own")])
                #expect(try bench.store.instance(Bench.id(1)) == nil)
                bench = try bench.removingAndKilled()
            }
            #expect(try bench.remove(.completed, after: 0) == Removed(instances: [], events: [], hasMore: false))
            #expect(try bench.store.counts() == [InstanceCount(workflow: "orders", status: .suspended, count: 4)])
        },
    ]

    static let oldRunClauses: [Clause] = [
        Clause("of a long chain of runs the first one's input, the previous and the current one are kept") { bench throws in
            var new = bench.new(1, input: ["first": true])
            new.callerKey = "chain"
            var claim = try bench.committed(bench.start(new)).claim
            for run in 2...6 {
                claim = try bench.continued(claim, to: run) {
                    $0.steps = [.insert(bench.step("a", status: .completed, output: .int(Int64(run)), completed: 1))]
                    $0.logs = [LogRow(time: bench.store.now(), level: "info", key: nil, message: "run \(run)")]
                }.claim
            }
            let before = try bench.store.runs(of: Bench.id(1))
            #expect(try bench.remove(RemovalOrder()) == Removed(instances: [], events: [], hasMore: false))
            #expect(try bench.store.runs(of: Bench.id(1)) == [before[0], before[4], before[5]])
            for run in 1...4 { #expect(try bench.store.steps(of: Bench.id(1), run: run).isEmpty) }
            for run in 5...6 { #expect(try bench.store.steps(of: Bench.id(1), run: run).map(\.output) == [.int(Int64(run))]) }
            let lines = try bench.store.logs(of: Bench.id(1), after: 0, limit: 10).map(\.message)
            #expect(lines == ["run 5", "run 6"])
            new.id = Bench.id(2)
            #expect(try bench.start(new) == .existing(Bench.id(1)))
            claim = try bench.continued(claim, to: 7).claim
            _ = try bench.killed().remove(RemovalOrder())
            try bench.advanced(claim, status: .completed) { $0.instance.run = 7 }
        },
        Clause("of an instance that was run again the run before is kept, also when it is removed in the end") { bench throws in
            let done = bench.step("a", status: .completed, output: 1, completed: 1)
            try bench.started(1) { $0.steps = [.insert(done)] }
            try bench.ended(1, .failed)
            for run in 2...4 {
                _ = try bench.committed(bench.retry(1, run: run) { $0.nextRun = bench.next(.retried, kept: [done]) })
                try bench.ended(1, .failed)
            }
            _ = try bench.remove(RemovalOrder())
            let counts = try (1...4).map { try bench.store.steps(of: Bench.id(1), run: $0).count }
            #expect(counts == [0, 0, 1, 1])
            #expect(try bench.store.runs(of: Bench.id(1)).map(\.run) == [1, 3, 4])
            #expect(try bench.remove(.failed, after: 0).instances == [Bench.id(1)])
        },
        Clause("what an old run consumed stays consumed") { bench throws in
            var claim = try bench.started(1) { $0.waitsOpened = [bench.wait("w")] }
            let event = try bench.accept("e").sequence
            claim = try bench.advanced(claim) { $0.eventsTaken = [.init(wait: MemoKey("w"), event: event)] }.claim
            for run in 2...4 { claim = try bench.continued(claim, to: run).claim }
            _ = try bench.remove(RemovalOrder())
            let again = try bench.advanced(claim) {
                $0.instance.run = 4
                $0.waitsOpened = [bench.wait("w")]
            }
            #expect(try bench.inbox(again.claim).candidates.isEmpty)
            #expect(try bench.store.takers(of: event).map(\.run) == [1])
        },
    ]

    static let eventRemovalClauses: [Clause] = [
        Clause("events leave at their very age, oldest first, up to the first younger one") { bench throws in
            let first = try bench.accept("1").sequence
            bench.clock.advance(seconds: 5)
            try bench.accept("2")
            bench.clock.advance(seconds: 5)
            #expect(try bench.remove(RemovalOrder(events: TimeSpan(microseconds: 10_000_001))).events.isEmpty)
            let removed = try bench.remove(RemovalOrder(events: bench.seconds(10)))
            #expect(removed == Removed(instances: [], events: [first], hasMore: false))
            #expect(try bench.store.events(named: nil, limit: 10).map(\.id) == ["2"])
            #expect(try bench.remove(RemovalOrder()).events.isEmpty)
        },
        Clause("an open wait does not see a removed event any more, and still sees the others") { bench throws in
            let claim = try bench.started(1) { $0.waitsOpened = [bench.wait("w"), bench.wait("o", order: "A", scheduled: 1)] }
            try bench.accept("old", data: ["order": ["id": "A"]])
            bench.clock.advance(seconds: 10)
            try bench.accept("new", data: ["order": ["id": "A"]])
            #expect(try bench.remove(RemovalOrder(events: bench.seconds(10))).events.count == 1)
            #expect(try bench.inbox(claim).candidates.map { $0.events.map(\.id) } == [["new"], ["new"]])
            let after = try bench.killed()
            bench.clock.advance(seconds: 10)
            #expect(try after.remove(RemovalOrder(events: bench.seconds(10))).events.count == 1)
            let reclaimed = try after.claim(1)
            #expect(try after.inbox(reclaimed).candidates.isEmpty)
            try after.advanced(reclaimed) { $0.waitsClosed = [.init(key: MemoKey("w"))] }
        },
        Clause("a removed event is forgotten: the same (source, id) is another event, with a number of its own") {
            bench throws in
            let first = try bench.accept("e").sequence
            #expect(try bench.remove(RemovalOrder(events: .zero)).events == [first])
            let again = try bench.killed().accept("e")
            #expect(!again.isDuplicate && again.sequence > first)
        },
        Clause("who took an event is forgotten with it, and nobody else's events are freed") { bench throws in
            let claim = try bench.started(1) { $0.waitsOpened = [bench.wait("w1"), bench.wait("w2", scheduled: 1)] }
            let old = try bench.accept("old").sequence
            bench.clock.advance(seconds: 10)
            let young = try bench.accept("young").sequence
            try bench.advanced(claim) {
                $0.eventsTaken = [.init(wait: MemoKey("w1"), event: old), .init(wait: MemoKey("w2"), event: young)]
            }
            _ = try bench.remove(RemovalOrder(events: bench.seconds(10)))
            #expect(try bench.store.takers(of: old).isEmpty)
            #expect(try bench.store.takers(of: young).map(\.wait) == [MemoKey("w2")])
            #expect(try bench.store.events(named: "paid", seenBy: Bench.id(1), limit: 9).map(\.takenBy) == [MemoKey("w2")])
        },
        Clause("taking an event that has left meanwhile is stale, and the wait stays open") { bench throws in
            let claim = try bench.started(1) { $0.waitsOpened = [bench.wait("w")] }
            let event = try bench.accept("e").sequence
            _ = try bench.remove(RemovalOrder(events: .zero))
            #expect(try bench.advance(claim) { $0.eventsTaken = [.init(wait: MemoKey("w"), event: event)] } == .stale)
            #expect(try bench.load(claim).waits.map(\.key) == [MemoKey("w")])
            let after = try bench.killed()
            let reclaimed = try after.claim(1)
            #expect(try after.advance(reclaimed) { $0.eventsTaken = [.init(wait: MemoKey("w"), event: event)] } == .stale)
            let next = try after.accept("f").sequence
            try after.advanced(reclaimed) { $0.eventsTaken = [.init(wait: MemoKey("w"), event: next)] }
        },
        Clause("an event that is not delivered to all who wait stays, and so do those after it") { bench throws in
            let limit = JournalLimits.candidatesPerCommit
            let starts = (1...(limit + 1)).map { number in
                var start = Transition(
                    subject: .start(bench.new(number)), time: bench.store.now(), instance: .init(status: .suspended))
                start.waitsOpened = [bench.wait("w")]
                return JournalWrite.transition(start)
            }
            _ = try bench.store.write(starts)
            let first = try bench.accept("0", "scanned").sequence
            let event = try bench.accept("e").sequence
            let last = try bench.accept("1", "scanned").sequence
            #expect(try bench.remove(RemovalOrder(events: .zero)).events == [first])
            #expect(try bench.store.continueDelivery().count == 1)
            #expect(try bench.remove(RemovalOrder(events: .zero)).events == [event, last])
        },
        Clause("records of firings leave at the age of events; the schedule, and what it started, stay") { bench throws in
            try bench.scheduled(to: 0)
            try bench.scheduled(from: 0, to: 2, [bench.start(1, at: 1), bench.skip(at: 2, .missed)])
            bench.clock.advance(seconds: 10)
            try bench.scheduled(from: 2, to: 3, [bench.skip(at: 3, .missed)])
            #expect(try bench.remove(RemovalOrder(events: TimeSpan(microseconds: 10_000_001))).hasMore == false)
            #expect(try bench.store.firings(of: Bench.schedule, limit: 9).count == 3)
            _ = try bench.remove(RemovalOrder(events: bench.seconds(10)))
            #expect(try bench.store.firings(of: Bench.schedule, limit: 9).map(\.instant) == [bench.minute(3)])
            #expect(try bench.store.schedules() == [bench.stored(at: 3, latest: 1)])
            #expect(try bench.summary(1).status == .pending)
        },
        Clause("a commit removes a hundred events at most and says that there are more") { bench throws in
            let limit = JournalLimits.removalsPerCommit
            let sequences = try (1...(limit + 2)).map { try bench.accept("\($0)").sequence }
            let first = try bench.remove(RemovalOrder(events: .zero))
            #expect(first == Removed(instances: [], events: Array(sequences.prefix(limit)), hasMore: true))
            let second = try bench.killed().remove(RemovalOrder(events: .zero))
            #expect(second == Removed(instances: [], events: Array(sequences.suffix(2)), hasMore: false))
        },
    ]
}

extension Bench {
    func seconds(_ seconds: Int64) -> TimeSpan { TimeSpan(microseconds: seconds * 1_000_000) }

    func remove(_ order: RemovalOrder) throws -> Removed {
        let outcome = try write(.remove(order))
        guard case .removed(let removed) = outcome else { throw Unexpected(outcome: outcome) }
        return removed
    }

    func remove(_ status: InstanceStatus, after seconds: Int64) throws -> Removed {
        try remove(RemovalOrder(instances: [status: self.seconds(seconds)]))
    }

    /// Removes what fits in one commit, then the process is killed.
    fileprivate func removingAndKilled() throws -> Bench {
        _ = try remove(.completed, after: 0)
        return try killed()
    }
}

extension Transition {
    fileprivate mutating func bind(to definition: DefinitionRecord) {
        guard case .start(var new) = subject else { return }
        new.digest = definition.digest
        subject = .start(new)
    }
}
