import Testing
import Values
import WorkflowJournal

extension JournalContract {
    static let holdClauses: [Clause] = [
        Clause("a request to pause is stored once, marks, and is seen until a transition sets the hold") { bench throws in
            let claim = try bench.started(1)
            #expect(try bench.request(1, .pause(reason: "first")) == .requested(.recorded(claim.instance)))
            #expect(try bench.request(1, .pause(reason: "second")) == .requested(.recorded(claim.instance)))
            #expect(try bench.inbox(claim).pause == PauseRequest(reason: "first") && bench.summary(1).hold == nil)
            let other = try bench.advanced(claim)
            #expect(try bench.inbox(other.claim).pause == PauseRequest(reason: "first"))
            let held = try bench.advanced(other.claim) {
                $0.instance.hold = .paused
                $0.instance.holdReason = "first"
                $0.instance.marksConsumed = 2
            }
            #expect(!held.isReady)
            #expect(try bench.inbox(held.claim).pause == nil && bench.summary(1).holdReason == "first")
            #expect(try bench.request(1, .pause(reason: "again")) == .requested(.recorded(claim.instance)))
            #expect(try bench.inbox(held.claim).pause == nil && bench.inbox(held.claim).marks == 2)
            let after = try bench.killed()
            #expect(try after.store.claim(limit: 10).isEmpty && after.summary(1).hold == .paused)
        },
        Clause("resume releases a hold by itself: version, mark and a line with the reason") { bench throws in
            let claim = try bench.started(1, status: .suspended) {
                $0.instance.hold = .mismatch
                $0.instance.holdReason = "expected b"
            }
            try bench.store.release([claim])
            #expect(try bench.request(1, .resume(reason: "fixed")) == .requested(.recorded(claim.instance)))
            let again = try #require(try bench.store.claim(limit: 10).first)
            #expect(again.version == claim.version + 1)
            #expect(try bench.advance(claim) == .stale)
            let state = try bench.load(again).state
            #expect(state.hold == nil && state.holdReason == nil && state.status == .suspended)
            let lines = try bench.store.logs(of: Bench.id(1), after: 0, limit: 10)
            #expect(lines.map(\.message) == ["Resumed, was held 'mismatch': fixed"])
            #expect(lines[0].data == ["reason": "fixed", "hold": "mismatch"] && lines[0].time == bench.store.now())
        },
        Clause("resume takes back a pause that has not taken effect, even one that is being set") { bench throws in
            let claim = try bench.started(1)
            _ = try bench.request(1, .pause(reason: nil))
            let pausing = bench.transition(claim) { $0.instance.hold = .paused }
            #expect(try bench.request(1, .resume(reason: nil)) == .requested(.recorded(claim.instance)))
            #expect(try bench.write(.transition(pausing)) == .stale)
            #expect(try bench.inbox(bench.claim(1)).pause == nil && bench.summary(1).hold == nil)
            let lines = try bench.store.logs(of: Bench.id(1), after: 0, limit: 10)
            #expect(lines.map(\.message) == ["Resumed before the pause took effect."])
        },
        Clause("a cancel ends a pause, also one that is being set, and no other hold") { bench throws in
            let claim = try bench.started(1, status: .suspended) {
                $0.instance.hold = .paused
                $0.instance.holdReason = "first"
            }
            try bench.store.release([claim])
            #expect(try bench.request(1, .cancel(CancelRequest())) == .requested(.recorded(claim.instance)))
            #expect(try bench.summary(1).hold == nil && bench.summary(1).holdReason == nil)
            #expect(try bench.advance(claim) == .stale)
            let after = try bench.killed()
            #expect(try after.store.claim(limit: 10).map(\.instance) == [claim.instance])

            let second = try after.started(2)
            _ = try after.request(2, .pause(reason: nil))
            let pausing = after.transition(second) { $0.instance.hold = .paused }
            #expect(try after.request(2, .cancel(CancelRequest())) == .requested(.recorded(second.instance)))
            #expect(try after.write(.transition(pausing)) == .stale)
            #expect(try after.inbox(after.claim(2)).pause == nil && after.summary(2).hold == nil)
        },
        Clause("a transition whose child replaces it at the gate while a pause is asked for has a stale claim, and is ready") {
            bench throws in
            try bench.enqueued(1) { $0.gate = bench.gate("", .replace) }
            let claim = try bench.claim(1)
            _ = try bench.request(1, .pause(reason: nil))
            let committed = try bench.replacedByChild(claim) { _ in }
            #expect(committed.claim.version == claim.version + 1 && committed.isReady)
            // It may have read the request to pause, and must not act on it.
            #expect(try bench.store.inbox(committed.claim, limit: 10) == nil)
            #expect(try bench.advance(committed.claim) { $0.instance.hold = .paused } == .stale)
            try bench.store.release([committed.claim])
            let inbox = try bench.inbox(bench.claim(1))
            #expect(inbox.pause == nil && inbox.cancel?.reason?.contains(Bench.id(2).text) == true)
        },
        Clause("a transition that sets a pause and whose child replaces it at the gate leaves it ready and not held") {
            bench throws in
            try bench.enqueued(1) { $0.gate = bench.gate("", .replace) }
            let claim = try bench.claim(1)
            let committed = try bench.replacedByChild(claim) {
                $0.instance.hold = .paused
                $0.instance.holdReason = "wait"
            }
            #expect(committed.claim.version == claim.version + 1 && committed.isReady)
            #expect(try bench.advance(committed.claim) { $0.instance.hold = .paused } == .stale)
            try bench.store.release([committed.claim])
            #expect(try bench.summary(1).hold == nil && bench.summary(1).holdReason == nil)
            let again = try #require(try bench.store.claim(limit: 1).first)
            #expect(again.instance == claim.instance && again.version == claim.version + 2)
            #expect(try bench.inbox(again).cancel?.reason?.contains(Bench.id(2).text) == true)
        },
        Clause("a start that is paused and cancels itself is ready, and its claim stale") { bench throws in
            let cancel = InstanceRequest(instance: Bench.id(1), kind: .cancel(CancelRequest()))
            let committed = try bench.committed(
                bench.start(bench.new(1)) {
                    $0.instance.hold = .paused
                    $0.requests = [cancel]
                })
            #expect(committed.claim.version == 1 && committed.isReady)
            #expect(try bench.advance(committed.claim) == .stale && bench.summary(1).hold == nil)
        },
        Clause("a pause stands when a transition that sets it is marked by something else than a cancel") { bench throws in
            let claim = try bench.started(1)
            let committed = try bench.advanced(claim) {
                $0.instance.hold = .paused
                $0.steps = [.insert(bench.invoke("c"))]
                $0.children = [bench.child(2, of: 1, step: "c")]
                $0.eventsSent = [bench.sent("2")]
                $0.waitsOpened = [bench.wait("w")]
            }
            #expect(!committed.isReady)
            #expect(try bench.summary(1).hold == .paused && bench.inbox(committed.claim).candidates.count == 1)
        },
        Clause("resume and force are for held instances; plain cancel of a broken one needs force") { bench throws in
            try bench.started(1)
            try bench.started(2) { $0.instance.hold = .quarantined }
            try bench.started(3) { $0.instance.hold = .paused }
            try bench.ended(4, .failed, starting: true)
            let cancel = CancelRequest(reason: "x")
            #expect(try bench.request(1, .resume(reason: nil)) == .requested(.notHeld(.suspended)))
            #expect(try bench.request(1, .forceCancel(cancel)) == .requested(.notHeld(.suspended)))
            #expect(try bench.request(2, .cancel(cancel)) == .requested(.held(.quarantined)))
            #expect(try bench.request(2, .pause(reason: nil)) == .requested(.held(.quarantined)))
            #expect(try bench.request(3, .cancel(cancel)) == .requested(.recorded(bench.key(3))))
            for kind: InstanceRequest.Kind in [.resume(reason: nil), .pause(reason: nil), .forceCancel(cancel)] {
                #expect(try bench.request(4, kind) == .requested(.alreadyEnded(.failed)))
                #expect(try bench.request(9, kind) == .requested(.notFound))
            }
            let stored = try bench.store.storedInstance(Bench.id(2))
            #expect(stored?.cancel == nil && stored?.marks == 0)
            #expect(try bench.request(2, .resume(reason: nil)) == .requested(.recorded(bench.key(2))))
            #expect(try bench.inbox(bench.claim(2)).pause == nil)
        },
        Clause("force ends a held instance at once: nothing undone, everything it had given up, its line written") {
            bench throws in
            try bench.enqueued(1) { $0.gate = bench.gate() }
            try bench.enqueued(2) { $0.gate = bench.gate() }
            let timer = TimerRow(key: MemoKey("a"), kind: .sleep, dueAt: bench.store.now())
            let claim = try bench.advanced(bench.claim(1)) {
                $0.instance.hold = .unsupported
                $0.instance.ending = .failed
                $0.timersSet = [timer]
                $0.waitsOpened = [bench.wait("w")]
                $0.steps = [.insert(bench.invoke("c")), .insert(bench.invoke("d"))]
                $0.children = [bench.child(3, of: 1, step: "c"), bench.child(4, of: 1, step: "d", detached: true)]
            }.claim
            bench.clock.advance(seconds: 7)
            let request = InstanceRequest.Kind.forceCancel(CancelRequest(reason: "gone"))
            #expect(try bench.request(1, request) == .requested(.recorded(claim.instance)))
            let summary = try bench.summary(1)
            #expect(summary.status == .cancelled && summary.isCleanupIncomplete && summary.endedAt == bench.store.now())
            #expect(summary.hold == nil && summary.ending == nil)
            #expect(try bench.store.timers(of: Bench.id(1)).isEmpty && bench.store.waits(of: Bench.id(1)).isEmpty)
            #expect(try bench.advance(claim) == .stale && bench.store.claim(claim.instance) == nil)
            #expect(try bench.load(bench.claim(2)).isAdmitted)
            #expect(try bench.inbox(bench.claim(3)).cancel?.reason == "gone" && bench.inbox(bench.claim(4)).cancel == nil)
            let lines = try bench.store.logs(of: Bench.id(1), after: 0, limit: 10)
            #expect(lines.map(\.message) == ["Cancelled by force while held 'unsupported', nothing was undone: gone"])
            #expect(try bench.request(1, request) == .requested(.alreadyEnded(.cancelled)))
            let counts = try bench.store.counts()
            #expect(counts.first { $0.status == .cancelled }?.count == 1 && counts.reduce(0) { $0 + $1.count } == 4)
        },
        Clause("the forced end of a child reaches its parent") { bench throws in
            let parent = try bench.started(1) {
                $0.steps = [.insert(bench.invoke("c"))]
                $0.children = [bench.child(2, of: 1, step: "c")]
            }
            try bench.advanced(bench.claim(2)) { $0.instance.hold = .mismatch }
            _ = try bench.request(2, .forceCancel(CancelRequest()))
            let inbox = try bench.inbox(parent)
            #expect(inbox.childEnds.map(\.status) == [.cancelled] && inbox.marks == 1)
        },
        Clause("instances are filtered by hold and by definition") { bench throws in
            _ = try bench.write(.define(Bench.otherDefinition))
            try bench.started(1) { $0.instance.hold = .paused }
            try bench.started(2) { $0.instance.hold = .mismatch }
            try bench.started(3) { $0.rebinding = nil }
            var new = bench.new(4)
            new.digest = Bench.otherDefinition.digest
            _ = try bench.start(new)
            func ids(_ change: (inout InstanceFilter) -> Void) throws -> [InstanceID] {
                var filter = InstanceFilter()
                change(&filter)
                return try bench.store.instances(matching: filter, after: nil, limit: 10).map(\.id)
            }
            #expect(try ids { $0.holds = [.paused] } == [Bench.id(1)])
            #expect(try ids { $0.holds = [.paused, .mismatch] } == [2, 1].map(Bench.id))
            #expect(try ids { $0.digest = Bench.otherDefinition.digest } == [Bench.id(4)])
            #expect(try ids { $0.digest = Bench.definition.digest }.count == 3)
        },
    ]
}

extension Bench {
    /// An instance that was started and has ended.
    func ended(_ number: Int, _ status: InstanceStatus, starting: Bool) throws {
        try started(number)
        try ended(number, status)
    }
}
