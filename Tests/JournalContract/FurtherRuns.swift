import Testing
import Values
import WorkflowJournal

extension JournalContract {
    static let continuationClauses: [Clause] = [
        Clause("continue_as_new gives the instance another definition, input, labels and an empty journal") { bench throws in
            _ = try bench.write(.define(Bench.otherDefinition))
            _ = try bench.write(.configure(["url": "http://other/"]))
            var new = bench.new(1)
            new.labels = ["region": "eu"]
            new.callerKey = "order-7"
            let start = bench.store.now()
            var claim = try bench.committed(
                bench.start(new) {
                    $0.instance.runStartedAt = start
                    $0.steps = [.insert(bench.step("a"))]
                }
            ).claim
            bench.clock.advance(seconds: 60)
            claim = try bench.continued(claim, to: 2) {
                $0.steps = [.update(bench.step("a", status: .completed, output: 1, completed: 1))]
                $0.nextRun = Transition.NextRun(
                    kind: .continuedAsNew, digest: Bench.otherDefinition.digest, input: ["n": 2],
                    config: ContentDigest(of: ["url": "http://other/"] as Value), labels: ["region": "us"])
                $0.instance.startedAt = bench.store.now()
            }.claim
            let stored = try bench.load(claim)
            #expect(stored.digest == Bench.otherDefinition.digest && stored.input == ["n": 2])
            #expect(stored.config == ["url": "http://other/"] && stored.state.continuations == 1 && stored.steps.isEmpty)
            #expect(stored.state.runStartedAt == nil && stored.state.lastSequence == 0 && stored.keptSequence == 0)
            func labelled(_ value: String) throws -> Int {
                var filter = InstanceFilter()
                filter.labels = ["region": value]
                return try bench.store.instances(matching: filter, after: nil, limit: 10).count
            }
            #expect(try labelled("us") == 1 && labelled("eu") == 0)
            let runs = try bench.store.runs(of: Bench.id(1))
            #expect(
                runs == [
                    RunSummary(
                        run: 1, kind: .started, digest: Bench.definition.digest, input: ["n": 1], beganAt: start,
                        endedAt: bench.store.now()),
                    RunSummary(run: 2, kind: .continuedAsNew, digest: Bench.otherDefinition.digest, input: ["n": 2]),
                ])
            #expect(try bench.store.steps(of: Bench.id(1), run: 1).map(\.output) == [1])
            // The caller's key still stands for the input that the instance was started with.
            #expect(try bench.enqueue(2) { $0.callerKey = "order-7" } == .existing(Bench.id(1)))
        },
        Clause("attempts belong to the run they were made in, the one that ends a run included") { bench throws in
            func attempt(_ number: Int) -> AttemptRow {
                AttemptRow(
                    key: MemoKey("a"), attempt: number, startedAt: bench.store.now(), endedAt: bench.store.now(),
                    failure: Failure(code: "x", message: "\(number)", attempt: number))
            }
            let claim = try bench.advanced(bench.started(1)) { $0.attempts = [attempt(1)] }.claim
            let next = try bench.continued(claim, to: 2) { $0.attempts = [attempt(2)] }.claim
            _ = try bench.advanced(next) {
                $0.instance.run = 2
                $0.attempts = [attempt(3)]
            }
            func attempts(_ run: Int?) throws -> [Int] {
                try bench.store.attempts(of: Bench.id(1), run: run).map(\.attempt)
            }
            #expect(try attempts(1) == [1, 2] && attempts(2) == [3] && attempts(nil) == [3] && attempts(7) == [])
        },
        Clause("a run that has not begun is claimed after a crash") { bench throws in
            try bench.continued(bench.started(1), to: 2)
            let after = try bench.killed()
            let claim = try #require(try after.store.claim(limit: 10).first)
            let stored = try after.load(claim)
            #expect(stored.state.run == 2 && stored.state.runStartedAt == nil && stored.state.status == .running)
        },
        Clause("events that were taken stay taken in the run after continue_as_new") { bench throws in
            let claim = try bench.started(1) { $0.waitsOpened = [bench.wait("w")] }
            let event = try bench.accept("e").sequence
            try bench.accept("f")
            let taken = try bench.advanced(claim) { $0.eventsTaken = [.init(wait: MemoKey("w"), event: event)] }
            let next = try bench.continued(taken.claim, to: 2) { $0.waitsOpened = [bench.wait("w")] }
            #expect(try bench.inbox(next.claim).candidates.map { $0.events.map(\.id) } == [["f"]])
        },
        Clause("continuing to what is not stored quarantines and changes nothing") { bench throws in
            let claim = try bench.started(1)
            let outcome = try bench.advance(claim) {
                $0.instance.run = 2
                $0.nextRun = bench.next(.continuedAsNew)
                $0.nextRun?.digest = ContentDigest(of: "unknown".utf8)
            }
            #expect(outcome.refusal == .quarantined)
            #expect(try bench.summary(1).run == 1 && bench.store.runs(of: Bench.id(1)).count == 1)
        },
        Clause("of an instance with one run that run is told, and of nobody none") { bench throws in
            let now = bench.store.now()
            try bench.started(1) { $0.instance.runStartedAt = now }
            try bench.ended(1, .failed) {
                $0.instance.runStartedAt = now
                $0.instance.failure = Failure(code: "x", message: "y")
            }
            let expected = RunSummary(
                run: 1, kind: .started, digest: Bench.definition.digest, input: ["n": 1], beganAt: now, endedStatus: .failed,
                endedAt: now, failure: Failure(code: "x", message: "y"))
            #expect(try bench.store.runs(of: Bench.id(1)) == [expected])
            #expect(try bench.store.runs(of: Bench.id(9)).isEmpty)
        },
    ]

    static let retryClauses: [Clause] = [
        Clause("a retry begins another run of an ended instance with rows of the one before") { bench throws in
            let start = bench.store.now()
            let claim = try bench.started(1) {
                $0.instance.runStartedAt = start
                $0.steps = [
                    .insert(bench.step("a", status: .completed, output: 1, completed: 1)), .insert(bench.step("b")),
                ]
            }
            bench.clock.advance(seconds: 9)
            try bench.advanced(claim, status: .failed) {
                $0.steps = [.update(bench.step("b", status: .failed, completed: 2))]
                $0.instance.startedAt = start
                $0.instance.runStartedAt = start
                $0.instance.failure = Failure(code: "x", message: "y")
                $0.instance.isCleanupIncomplete = true
                $0.instance.lastSequence = 2
                $0.instance.endedAt = bench.store.now()
            }
            let ended = bench.store.now()
            let snapshot = try #require(try bench.store.storedInstance(Bench.id(1)))
            #expect(
                snapshot.state.status == .failed && snapshot.steps.count == 2 && snapshot.claim.version == claim.version + 1)
            #expect(try bench.store.load(snapshot.claim) == nil)
            bench.clock.advance(seconds: 60)
            let kept = [snapshot.steps[0]]
            let retried = try bench.committed(
                bench.retry(1) {
                    $0.instance.lastSequence = 1
                    $0.nextRun = bench.next(.retried, labels: ["tier": "gold"], kept: kept)
                    $0.nextRun?.reason = "try again"
                    $0.nextRun?.occurrences = ["b": 2]
                })
            let stored = try bench.load(retried.claim)
            #expect(stored.state.status == .running && stored.state.run == 2 && stored.state.failure == nil)
            #expect(stored.state.endedAt == nil && !stored.state.isCleanupIncomplete && stored.state.startedAt == start)
            #expect(stored.state.runStartedAt == nil && stored.keptSequence == 1 && stored.occurrences == ["b": 2])
            #expect(stored.steps == kept)
            #expect(try bench.store.steps(of: Bench.id(1), run: 1) == snapshot.steps)
            #expect(try bench.summary(1).labels == ["tier": "gold"])
            let runs = try bench.store.runs(of: Bench.id(1))
            #expect(runs.map(\.kind) == [.started, .retried] && runs[1].reason == "try again" && runs[1].keptSequence == 1)
            #expect(runs[0].endedStatus == .failed && runs[0].endedAt == ended && runs[0].failure?.code == "x")
            #expect(runs[0].beganAt == start && runs[1].endedStatus == nil && runs[1].beganAt == nil)
            #expect(try bench.store.counts() == [InstanceCount(workflow: "orders", status: .running, count: 1)])
            #expect(try bench.store.claim(limit: 10).isEmpty)
            #expect(try bench.killed().store.claim(limit: 10).map(\.id) == [Bench.id(1)])
            try bench.advanced(retried.claim, status: .running) {
                $0.instance.run = 2
                $0.steps = [.insert(bench.step("b"))]
            }
        },
        Clause("a retry of one that lives, moved on, or is unknown is stale") { bench throws in
            let claim = try bench.started(1)
            #expect(try bench.retry(1) == .stale)
            let ended = try bench.advanced(claim, status: .failed).claim
            #expect(try bench.retry(1, version: ended.version - 1) == .stale)
            _ = try bench.committed(bench.retry(1))
            #expect(try bench.retry(1, version: ended.version) == .stale)
            var unknown = Transition(
                subject: .revive(Bench.id(9), version: 1), time: bench.store.now(), instance: .init(status: .running, run: 2))
            unknown.nextRun = bench.next(.retried)
            #expect(try bench.write(.transition(unknown)) == .stale)
        },
        Clause("a retry without the run that follows, or with rows twice, is refused and changes nothing") { bench throws in
            try bench.ended(1, .failed, starting: true)
            #expect(try bench.retry(1) { $0.nextRun = nil }.refusal == .quarantined)
            let row = bench.step("a", status: .completed, output: 1, completed: 1)
            #expect(try bench.retry(1) { $0.nextRun = bench.next(.retried, kept: [row, row]) }.refusal == .quarantined)
            let summary = try bench.summary(1)
            #expect(summary.status == .failed && summary.run == 1 && summary.hold == nil)
        },
        Clause("events of waits that a retry drops are free again, those of kept waits stay taken, run after run") {
            bench throws in
            var claim = try bench.started(1) { $0.waitsOpened = [bench.wait("kept"), bench.wait("dropped")] }
            let events = try ["1", "2", "3"].map { try bench.accept($0).sequence }
            func wait(_ key: String) -> StepRow {
                StepRow(
                    key: MemoKey(key), verb: .wait, status: .completed, scheduledSequence: 0, completedSequence: 1,
                    scheduledAt: bench.store.now())
            }
            claim = try bench.advanced(claim) {
                $0.steps = [.insert(wait("kept")), .insert(wait("dropped"))]
                $0.eventsTaken = [
                    .init(wait: MemoKey("kept"), event: events[0]), .init(wait: MemoKey("dropped"), event: events[1]),
                ]
            }.claim
            try bench.ended(1, .failed)
            var retried = try bench.committed(
                bench.retry(1) {
                    $0.nextRun = bench.next(.retried, kept: [wait("kept")])
                    $0.waitsOpened = [bench.wait("again")]
                })
            #expect(retried.isReady)
            #expect(try bench.inbox(retried.claim).candidates.map { $0.events.map(\.id) } == [["2", "3"]])
            #expect(try bench.store.takers(of: events[0]).map(\.run) == [2] && bench.store.takers(of: events[1]).isEmpty)
            try bench.ended(1, .failed)
            retried = try bench.committed(
                bench.retry(1, run: 3) {
                    $0.nextRun = bench.next(.retried)
                    $0.waitsOpened = [bench.wait("again")]
                })
            #expect(try bench.inbox(retried.claim).candidates.map { $0.events.map(\.id) } == [["1", "2", "3"]])
        },
        Clause("a request to cancel or pause from before the end is gone with a retry, and so are old marks") { bench throws in
            let claim = try bench.started(1) { $0.waitsOpened = [bench.wait("w")] }
            _ = try bench.cancel(Bench.id(1))
            _ = try bench.request(1, .pause(reason: nil))
            try bench.accept("e")
            try bench.advanced(claim, status: .cancelled) { $0.instance.consumesCancel = true }
            let retried = try bench.committed(bench.retry(1))
            let inbox = try bench.inbox(retried.claim)
            #expect(!retried.isReady && inbox.cancel == nil && inbox.pause == nil && inbox.candidates.isEmpty)
            #expect(try bench.load(retried.claim).state.consumesCancel == false)
            _ = try bench.cancel(Bench.id(1), reason: "new")
            #expect(try bench.inbox(retried.claim).cancel?.reason == "new")
        },
        Clause("a child that is retried tells nobody when it ends again") { bench throws in
            let parent = try bench.started(1) {
                $0.steps = [.insert(bench.invoke("c"))]
                $0.children = [bench.child(2, of: 1, step: "c")]
            }
            try bench.ended(2, .failed)
            let after = try bench.advanced(parent) {
                $0.steps = [.update(bench.invoke("c", status: .failed))]
                $0.childEndsTaken = [Bench.id(2)]
                $0.instance.marksConsumed = 1
            }
            _ = try bench.committed(bench.retry(2))
            #expect(try bench.ended(2).woken.isEmpty)
            #expect(try bench.inbox(after.claim).childEnds.isEmpty)
        },
        Clause("what an instance looks like can be read without a right to write it") { bench throws in
            let claim = try bench.started(1) {
                $0.steps = [.insert(bench.step("a"))]
                $0.waitsOpened = [bench.wait("w")]
            }
            let snapshot = try #require(try bench.store.storedInstance(Bench.id(1)))
            let loaded = try bench.load(claim)
            #expect(snapshot.claim.version == claim.version && snapshot.claim.epoch != claim.epoch)
            #expect(snapshot.steps == loaded.steps && snapshot.waits == loaded.waits && snapshot.state == loaded.state)
            #expect(try bench.advance(snapshot.claim) == .stale)
            #expect(try bench.store.storedInstance(Bench.id(9)) == nil)
        },
    ]

    static let rebindingClauses: [Clause] = [
        Clause("a live instance moves to another definition in its own transition") { bench throws in
            _ = try bench.write(.define(Bench.otherDefinition))
            let claim = try bench.started(1)
            let next = try bench.advanced(claim) { $0.rebinding = Bench.otherDefinition.digest }
            #expect(try bench.load(next.claim).digest == Bench.otherDefinition.digest)
            #expect(try bench.summary(1).digest == Bench.otherDefinition.digest && bench.summary(1).run == 1)
            let unknown = try bench.advance(next.claim) { $0.rebinding = ContentDigest(of: "unknown".utf8) }
            #expect(unknown.refusal == .quarantined)
            #expect(try bench.summary(1).digest == Bench.otherDefinition.digest)
        }
    ]

    static let staleClauses: [Clause] = [
        Clause("after a take-over nothing that an earlier epoch computed is written, of whatever kind") { bench throws in
            let claim = try bench.started(1)
            let epoch = try bench.store.open(node: "two")
            #expect(epoch != claim.epoch)
            let node = bench
            let writes: [(String, (inout Transition) -> Void)] = [
                ("children", { $0.children = [bench.child(2, of: 1, step: "c")] }),
                ("events", { $0.eventsSent = [bench.sent("e", starts: [bench.new(3)])] }),
                (
                    "next run",
                    {
                        $0.instance.run = 2
                        $0.nextRun = bench.next(.continuedAsNew)
                    }
                ),
                ("hold", { $0.instance.hold = .paused }),
                ("rebinding", { $0.rebinding = Bench.definition.digest }),
                ("requests", { $0.requests = [InstanceRequest(instance: Bench.id(1), kind: .cancel(CancelRequest()))] }),
            ]
            for (name, change) in writes { #expect(try bench.advance(claim, change) == .stale, "\(name)") }
            #expect(try node.store.instances(matching: InstanceFilter(), after: nil, limit: 10).map(\.id) == [Bench.id(1)])
            #expect(try node.store.events(named: nil, limit: 1).isEmpty && node.summary(1).run == 1)
            let now = try #require(try node.store.claim(claim.instance))
            #expect(try node.inbox(now).cancel == nil)
        },
        Clause("a repeated write whose outcome was unknown is settled: once, whatever kind it is") { bench throws in
            var gated = bench.new(2)
            gated.gate = bench.gate()
            _ = try bench.write(.enqueue(gated))
            #expect(try bench.write(.enqueue(gated)) == .existing(Bench.id(2)))
            #expect(try bench.store.gatePosition(of: Bench.id(2))?.active == 1)
            try bench.ended(1, .failed, starting: true)
            let version = try #require(try bench.store.storedInstance(Bench.id(1))?.claim.version)
            _ = try bench.committed(bench.retry(1, version: version))
            #expect(try bench.retry(1, version: version) == .stale)
            #expect(try bench.store.runs(of: Bench.id(1)).count == 2)
        },
    ]
}
