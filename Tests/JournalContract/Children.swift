import Testing
import Values
import WorkflowJournal

extension JournalContract {
    static let enqueueClauses: [Clause] = [
        Clause("an enqueued instance is pending, belongs to nobody, and can be claimed") { bench throws in
            let enqueued = try bench.enqueued(1) {
                $0.depth = 3
                $0.eventDepth = 4
            }
            #expect(enqueued.id == Bench.id(1))
            #expect(try enqueued.woken == [bench.key(1)])
            let claim = try #require(try bench.store.claim(limit: 10).first)
            let stored = try bench.load(claim)
            #expect(claim.id == Bench.id(1) && stored.state.status == .pending && stored.isAdmitted)
            #expect(stored.state.startedAt == nil && stored.state.runStartedAt == nil && stored.state.run == 1)
            #expect(stored.depth == 3 && stored.eventDepth == 4 && stored.parent == nil && stored.steps.isEmpty)
            #expect(try bench.store.counts() == [InstanceCount(workflow: "orders", status: .pending, count: 1)])
        },
        Clause("an enqueued instance begins with its own transition, which says when the run began") { bench throws in
            try bench.enqueued(1)
            let claim = try bench.claim(1)
            bench.clock.advance(seconds: 5)
            let now = bench.store.now()
            let next = try bench.advanced(claim, status: .running) {
                $0.instance.startedAt = now
                $0.instance.runStartedAt = now
                $0.steps = [.insert(bench.step("a"))]
            }
            let state = try bench.load(next.claim).state
            #expect(state.startedAt == now && state.runStartedAt == now)
            let later = try bench.advanced(next.claim, status: .running) {
                $0.instance.startedAt = now
                $0.instance.runStartedAt = now
            }
            #expect(try bench.load(later.claim).state.runStartedAt == now)
        },
        Clause("enqueueing is as idempotent as starting: id, Idempotency-Key, caller's key") { bench throws in
            let request = IdempotentRequest(key: "k", bodyDigest: ContentDigest(of: "body".utf8))
            try bench.enqueued(1) {
                $0.request = request
                $0.callerKey = "order-7"
            }
            #expect(try bench.enqueue(1) == .existing(Bench.id(1)))
            #expect(try bench.enqueue(2) { $0.request = request } == .existing(Bench.id(1)))
            #expect(try bench.enqueue(3) { $0.callerKey = "order-7" } == .existing(Bench.id(1)))
            let other = IdempotentRequest(key: "k", bodyDigest: ContentDigest(of: "other".utf8))
            #expect(try bench.enqueue(4) { $0.request = other }.refusal == .keyReused)
            #expect(
                try bench.enqueue(5) {
                    $0.callerKey = "order-7"
                    $0.input = ["n": 2]
                }.refusal == .callerKeyTaken)
            #expect(try bench.start(bench.new(1)) == .existing(Bench.id(1)))
            #expect(try bench.store.instances(matching: InstanceFilter(), after: nil, limit: 10).count == 1)
        },
        Clause("enqueueing what is not stored is refused, and so is starting at a gate") { bench throws in
            #expect(try bench.enqueue(1) { $0.digest = ContentDigest(of: "x".utf8) }.refusal == .quarantined)
            #expect(try bench.enqueue(1) { $0.config = ContentDigest(of: "x".utf8) }.refusal == .quarantined)
            var new = bench.new(1)
            new.gate = bench.gate()
            #expect(try bench.start(new).refusal == .quarantined)
            #expect(try bench.store.instance(Bench.id(1)) == nil)
        },
        Clause("a pending instance survives a crash and can be cancelled before it begins") { bench throws in
            try bench.enqueued(1)
            let after = try bench.killed()
            _ = try after.cancel(Bench.id(1))
            let claim = try #require(try after.store.claim(limit: 10).first)
            #expect(try after.load(claim).cancel?.reason == "stop")
            try after.advanced(claim, status: .cancelled) { $0.instance.consumesCancel = true }
            #expect(try after.summary(1).status == .cancelled)
        },
    ]

    static let childClauses: [Clause] = [
        Clause("a child is written with its parent's transition, pending, and knows who invoked it") { bench throws in
            let parent = try bench.started(1)
            let committed = try bench.advanced(parent) {
                $0.steps = [.insert(bench.invoke("c"))]
                $0.children = [bench.child(2, of: 1, step: "c")]
            }
            #expect(try committed.woken == [bench.key(2)] && committed.rejected.isEmpty && !committed.isReady)
            let stored = try bench.load(bench.claim(2))
            #expect(stored.parent == bench.child(2, of: 1, step: "c").parent && stored.depth == 1)
            #expect(stored.state.status == .pending && stored.trigger == ["type": "invoke"])
            let children = try bench.store.children(of: Bench.id(1))
            #expect(children.map(\.id) == [Bench.id(2)] && children[0].link == stored.parent)
            #expect(children[0].status == .pending && children[0].workflow == "orders" && children[0].hold == nil)
            #expect(try bench.store.children(of: Bench.id(2)).isEmpty)
        },
        Clause("a stale transition starts no child") { bench throws in
            let claim = try bench.started(1)
            try bench.advanced(claim)
            #expect(try bench.advance(claim) { $0.children = [bench.child(2, of: 1, step: "c")] } == .stale)
            #expect(try bench.store.instance(Bench.id(2)) == nil)
        },
        Clause("a child with the same id is the same child") { bench throws in
            let parent = try bench.started(1) {
                $0.steps = [.insert(bench.invoke("c"))]
                $0.children = [bench.child(2, of: 1, step: "c"), bench.child(2, of: 1, step: "c")]
            }
            let again = try bench.advanced(parent) { $0.children = [bench.child(2, of: 1, step: "c")] }
            #expect(again.woken.isEmpty)
            #expect(try bench.store.children(of: Bench.id(1)).count == 1)
        },
        Clause("a child of a definition that is not stored quarantines its parent and is not written") { bench throws in
            let parent = try bench.started(1)
            var child = bench.child(2, of: 1, step: "c")
            child.digest = ContentDigest(of: "unknown".utf8)
            let refused = try bench.advance(parent) {
                $0.steps = [.insert(bench.invoke("c"))]
                $0.children = [bench.child(3, of: 1, step: "c"), child]
            }
            #expect(refused.refusal == .quarantined)
            #expect(try bench.summary(1).hold == .quarantined)
            #expect(try bench.store.instance(Bench.id(3)) == nil && bench.store.steps(of: Bench.id(1), run: nil).isEmpty)
        },
        Clause("a child's keys are its own: it takes no caller's key and remembers no request") { bench throws in
            _ = try bench.started(1) {
                var child = bench.child(2, of: 1, step: "c")
                child.callerKey = "order-7"
                child.request = IdempotentRequest(key: "k", bodyDigest: ContentDigest(of: "b".utf8))
                $0.children = [child]
            }
            #expect(try bench.summary(2).callerKey == nil)
            try bench.enqueued(3) {
                $0.callerKey = "order-7"
                $0.request = IdempotentRequest(key: "k", bodyDigest: ContentDigest(of: "b".utf8))
            }
        },
        Clause("a parent's transition cancels its children, held ones too; those that ended do not mind") { bench throws in
            let parent = try bench.started(1) {
                $0.steps = [.insert(bench.invoke("a")), .insert(bench.invoke("b")), .insert(bench.invoke("c"))]
                $0.children = [
                    bench.child(2, of: 1, step: "a"), bench.child(3, of: 1, step: "b"), bench.child(4, of: 1, step: "c"),
                ]
            }
            try bench.ended(3)
            try bench.advanced(bench.claim(4)) { $0.instance.hold = .mismatch }
            let kind = InstanceRequest.Kind.cancel(CancelRequest(reason: "parent stopped"))
            let committed = try bench.advanced(parent) {
                $0.requests = [2, 3, 4, 9].map { InstanceRequest(instance: Bench.id($0), kind: kind) }
            }
            #expect(try committed.woken == [bench.key(2), bench.key(4)])
            #expect(try bench.inbox(bench.claim(2)).cancel?.reason == "parent stopped")
            #expect(try bench.inbox(bench.claim(4)).cancel?.reason == "parent stopped")
            #expect(try bench.summary(3).status == .completed)
        },
    ]

    static let childEndClauses: [Clause] = [
        Clause("the end of a child reaches its parent, whatever end it is, and marks it") { bench throws in
            let parent = try bench.started(1) {
                $0.steps = ["a", "b"].map { .insert(bench.invoke($0)) }
                $0.children = [bench.child(2, of: 1, step: "a"), bench.child(3, of: 1, step: "b")]
            }
            let failure = Failure(code: "x", message: "y", data: ["z": 1])
            let failed = try bench.ended(3, .failed) { $0.instance.failure = failure }
            #expect(failed.woken == [parent.instance])
            let completed = try bench.ended(2) { $0.instance.output = ["ok": true] }
            #expect(completed.woken == [parent.instance])
            let inbox = try bench.inbox(parent)
            #expect(inbox.marks == 2)
            #expect(
                inbox.childEnds == [
                    .init(
                        child: Bench.id(3), step: MemoKey("b"), attempt: 1, status: .failed, output: nil, failure: failure),
                    .init(
                        child: Bench.id(2), step: MemoKey("a"), attempt: 1, status: .completed, output: ["ok": true],
                        failure: nil),
                ])
            try bench.store.release([parent])
            #expect(try bench.killed().store.claim(limit: 10).map(\.id) == [Bench.id(1)])
        },
        Clause("an end that was taken is gone, the others stay and keep the parent ready") { bench throws in
            let parent = try bench.started(1) {
                $0.steps = (2...4).map { .insert(bench.invoke("c\($0)")) }
                $0.children = (2...4).map { bench.child($0, of: 1, step: "c\($0)") }
            }
            for number in 2...4 { try bench.ended(number) }
            let inbox = try bench.inbox(parent, limit: 2)
            #expect(inbox.childEnds.map(\.child) == [Bench.id(2), Bench.id(3)])
            let next = try bench.advanced(parent) {
                $0.steps = [.update(bench.invoke("c2", status: .completed)), .update(bench.invoke("c3", status: .completed))]
                $0.childEndsTaken = inbox.childEnds.map(\.child)
                $0.instance.marksConsumed = inbox.marks
            }
            #expect(next.isReady)
            let rest = try bench.inbox(next.claim)
            #expect(rest.childEnds.map(\.child) == [Bench.id(4)])
            let last = try bench.advanced(next.claim) {
                $0.steps = [.update(bench.invoke("c4", status: .completed))]
                $0.childEndsTaken = [Bench.id(4)]
                $0.instance.marksConsumed = rest.marks
            }
            #expect(!last.isReady)
            #expect(try bench.inbox(last.claim).childEnds.isEmpty)
        },
        Clause("an end whose step is closed, at another attempt, or of another run is not heard") { bench throws in
            var parent = try bench.started(1) {
                $0.steps = ["a", "b", "c"].map { .insert(bench.invoke($0)) }
                $0.children = [
                    bench.child(2, of: 1, step: "a"), bench.child(3, of: 1, step: "b"), bench.child(4, of: 1, step: "c"),
                ]
            }
            parent = try bench.advanced(parent) {
                $0.steps = [.update(bench.invoke("a", status: .failed)), .update(bench.invoke("b", attempt: 2))]
            }.claim
            #expect(try bench.ended(2).woken.isEmpty)
            #expect(try bench.ended(3).woken.isEmpty)
            parent = try bench.continued(parent, to: 2) { $0.steps = [.insert(bench.invoke("c"))] }.claim
            #expect(try bench.ended(4).woken.isEmpty)
            let inbox = try bench.inbox(parent)
            #expect(inbox.childEnds.isEmpty && inbox.marks == 0)
        },
        Clause("an end that came before its step was closed, repeated, or left behind by its run is discarded") {
            bench throws in
            var parent = try bench.started(1) {
                $0.steps = ["a", "b", "c"].map { .insert(bench.invoke($0)) }
                $0.children = [
                    bench.child(2, of: 1, step: "a"), bench.child(3, of: 1, step: "b"), bench.child(4, of: 1, step: "c"),
                ]
            }
            for number in 2...4 { try bench.ended(number) }
            parent = try bench.advanced(parent) {
                $0.steps = [.update(bench.invoke("a", status: .cancelled)), .update(bench.invoke("b", attempt: 2))]
                $0.instance.marksConsumed = 3
            }.claim
            #expect(try bench.inbox(parent).childEnds.map(\.child) == [Bench.id(4)])
            parent = try bench.continued(parent, to: 2) { $0.instance.marksConsumed = 10 }.claim
            #expect(try bench.inbox(parent).childEnds.isEmpty)
        },
        Clause("nobody hears of the end of a detached child, or after the parent has ended") { bench throws in
            try bench.started(1) {
                $0.steps = [.insert(bench.invoke("a")), .insert(bench.invoke("b"))]
                $0.children = [bench.child(2, of: 1, step: "a", detached: true), bench.child(3, of: 1, step: "b")]
            }
            #expect(try bench.ended(2).woken.isEmpty)
            try bench.ended(1, .failed)
            #expect(try bench.ended(3).woken.isEmpty)
        },
        Clause("a step that is closed later in one batch than its child ends hears of it, and discards it") { bench throws in
            let parent = try bench.started(1) {
                $0.steps = [.insert(bench.invoke("a"))]
                $0.children = [bench.child(2, of: 1, step: "a")]
            }
            let child = try bench.claim(2)
            let outcomes = try bench.store.write([
                .transition(bench.transition(child, status: .completed)),
                .transition(bench.transition(parent) { $0.steps = [.update(bench.invoke("a", status: .cancelled))] }),
            ])
            #expect(try bench.committed(outcomes[0]).woken == [parent.instance])
            let after = try bench.committed(outcomes[1])
            #expect(after.isReady)
            #expect(try bench.inbox(after.claim).childEnds.isEmpty)
        },
        Clause("a child that its gate rejects is not written, and its step hears so at once") { bench throws in
            try bench.enqueued(9) { $0.gate = bench.gate(limit: 1) }
            let parent = try bench.started(1)
            let committed = try bench.advanced(parent) {
                var child = bench.child(2, of: 1, step: "a")
                child.gate = bench.gate(limit: 1, .reject)
                $0.steps = [.insert(bench.invoke("a"))]
                $0.children = [child]
            }
            #expect(committed.rejected == [Bench.id(2)] && committed.woken.isEmpty && committed.isReady)
            #expect(try bench.store.instance(Bench.id(2)) == nil)
            let end = InstanceInbox.ChildEnd(
                child: Bench.id(2), step: MemoKey("a"), attempt: 1, status: nil, output: nil, failure: nil)
            #expect(try bench.inbox(committed.claim).childEnds == [end])
        },
        Clause("a thousand children that were taken cost nothing: only ends that wait are read") { bench throws in
            let count = 300
            var parent = try bench.started(1) {
                $0.steps = (1...count).map { .insert(bench.invoke("c[\($0)]")) }
                $0.children = (1...count).map { bench.child($0 + 1, of: 1, step: "c[\($0)]") }
            }
            for number in 1...count {
                try bench.ended(number + 1)
                let inbox = try bench.inbox(parent, limit: 5)
                #expect(inbox.childEnds.count == 1)
                parent = try bench.advanced(parent) {
                    $0.steps = [.update(bench.invoke("c[\(number)]", status: .completed))]
                    $0.childEndsTaken = inbox.childEnds.map(\.child)
                    $0.instance.marksConsumed = inbox.marks
                }.claim
            }
            #expect(try bench.store.children(of: Bench.id(1)).count == count)
        },
    ]
}
