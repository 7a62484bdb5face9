import Testing
import Values
import WorkflowJournal

extension JournalContract {
    static let transitionClauses: [Clause] = [
        Clause("a transition moves the version and everything it holds is read back") { bench throws in
            let claim = try bench.started(1) { $0.steps = [.insert(bench.step("a"))] }
            let failure = Failure(
                code: "http.503", message: "later", isRetryable: true, step: MemoKey("a"), attempt: 1, data: ["status": 503],
                cause: Failure(code: "dns", message: "no name"))
            var row = bench.step("a", status: .sleeping)
            row.attempt = 1
            row.interruptions = 2
            row.dueAt = bench.store.now()
            row.lastFailure = failure
            row.startedAt = bench.store.now()
            let attempt = AttemptRow(
                key: MemoKey("a"), attempt: 1, startedAt: bench.store.now(), endedAt: bench.store.now(), failure: failure)
            let timer = TimerRow(key: MemoKey("a"), kind: .retry, dueAt: bench.store.now())
            let next = try bench.advanced(claim) {
                $0.steps = [.update(row), .insert(bench.step("b"))]
                $0.attempts = [attempt]
                $0.timersSet = [timer]
                $0.waitsOpened = [bench.wait("w", scheduled: 1)]
                $0.instance.lastSequence = 1
                $0.instance.ending = .failed
                $0.instance.failure = failure
            }
            #expect(next.claim.version > claim.version && !next.isReady)
            let stored = try bench.load(next.claim)
            #expect(stored.steps == [row, bench.step("b")])
            #expect(stored.timers == [timer])
            #expect(stored.waits == [bench.wait("w", scheduled: 1)])
            #expect(stored.state.ending == .failed && stored.state.lastSequence == 1 && stored.state.failure == failure)
            #expect(try bench.store.attempts(of: Bench.id(1), run: nil) == [attempt])
        },
        Clause("a transition with an old claim is stale and writes nothing") { bench throws in
            let claim = try bench.started(1)
            let next = try bench.advanced(claim)
            let late = try bench.advance(claim, status: .failed) {
                $0.steps = [.insert(bench.step("late"))]
                $0.logs = [LogRow(time: bench.store.now(), level: "info", key: nil, message: "late")]
            }
            #expect(late == .stale)
            let stored = try bench.load(next.claim)
            #expect(stored.steps.isEmpty && stored.state.status == .suspended)
            #expect(try bench.store.logs(of: Bench.id(1), after: 0, limit: 10).isEmpty)
            #expect(try bench.store.load(claim) == nil)
            #expect(try bench.store.inbox(claim, limit: 1) == nil)
        },
        Clause("each write of a batch stands or falls alone") { bench throws in
            let (one, two) = (try bench.started(1), try bench.started(2))
            try bench.advanced(one)
            let outcomes = try bench.store.write([
                .transition(bench.transition(one) { $0.steps = [.insert(bench.step("x"))] }),
                .transition(bench.transition(two) { $0.steps = [.insert(bench.step("y"))] }),
                .accept(SentEvent(event: NewEvent(id: "e", name: "paid", source: "s", data: [:]))),
            ])
            #expect(outcomes[0] == .stale)
            let claim = try bench.committed(outcomes[1]).claim
            #expect(try bench.load(claim).steps == [bench.step("y")])
            guard case .accepted = outcomes[2] else { throw Unexpected(outcome: outcomes[2]) }
        },
        Clause("of two transitions with one claim in a batch the first is written and the second is stale") { bench throws in
            let claim = try bench.started(1)
            let outcomes = try bench.store.write([
                .transition(bench.transition(claim) { $0.steps = [.insert(bench.step("x"))] }),
                .transition(bench.transition(claim) { $0.steps = [.insert(bench.step("y"))] }),
            ])
            #expect(try bench.load(bench.committed(outcomes[0]).claim).steps == [bench.step("x")])
            #expect(outcomes[1] == .stale)
        },
        Clause("a final result never changes: the culprit is quarantined and the others go on") { bench throws in
            let culprit = try bench.started(1) {
                $0.steps = [.insert(bench.step("a", status: .completed, output: 1, completed: 1))]
            }
            let other = try bench.started(2)
            let outcomes = try bench.store.write([
                .transition(bench.transition(other) { $0.steps = [.insert(bench.step("before"))] }),
                .transition(
                    bench.transition(culprit, status: .running) {
                        $0.logs = [LogRow(time: bench.store.now(), level: "info", key: nil, message: "half")]
                        $0.steps = [
                            .insert(bench.step("b")), .update(bench.step("a", status: .completed, output: 2, completed: 1)),
                        ]
                    }),
                .accept(SentEvent(event: NewEvent(id: "e", name: "paid", source: "s", data: [:]))),
            ])
            #expect(try bench.load(bench.committed(outcomes[0]).claim).steps == [bench.step("before")])
            #expect(outcomes[1].refusal == .quarantined)
            guard case .accepted = outcomes[2] else { throw Unexpected(outcome: outcomes[2]) }
            let held = try #require(try bench.store.instance(Bench.id(1)))
            #expect(held.summary.hold == .quarantined && held.summary.holdReason?.contains("'a'") == true)
            #expect(held.summary.status == .suspended)
            let steps = try bench.store.steps(of: Bench.id(1), run: nil)
            #expect(steps.map(\.key) == [MemoKey("a")] && steps[0].output == 1)
            #expect(try bench.store.logs(of: Bench.id(1), after: 0, limit: 10).isEmpty)
            #expect(try bench.advance(culprit) == .stale)
        },
        Clause("a step is recorded once per run") { bench throws in
            let claim = try bench.started(1) { $0.steps = [.insert(bench.step("a"))] }
            #expect(try bench.advance(claim) { $0.steps = [.insert(bench.step("a"))] }.refusal == .quarantined)
        },
        Clause("a new run has rows of its own; the earlier run's stay and take the last changes") { bench throws in
            let claim = try bench.started(1) {
                $0.steps = [.insert(bench.step("a"))]
                $0.timersSet = [TimerRow(key: MemoKey("a"), kind: .retry, dueAt: bench.store.now())]
                $0.waitsOpened = [bench.wait("w")]
            }
            let next = try bench.continued(claim, to: 2) {
                $0.steps = [.update(bench.step("a", status: .completed, output: 1, completed: 1)), .insert(bench.step("a"))]
                $0.waitsOpened = [bench.wait("w2")]
            }
            let stored = try bench.load(next.claim)
            #expect(stored.state.run == 2 && stored.state.continuations == 1)
            #expect(stored.steps == [bench.step("a")])
            #expect(stored.timers.isEmpty && stored.waits.map(\.key) == [MemoKey("w2")])
            #expect(try bench.store.steps(of: Bench.id(1), run: 1).map(\.output) == [1])
            #expect(try bench.store.steps(of: Bench.id(1), run: nil) == [bench.step("a")])
        },
        Clause("the end of an instance takes its timers and waits with it and gives up its claim") { bench throws in
            let claim = try bench.started(1) {
                $0.timersSet = [TimerRow(key: .deadlineSignal, kind: .deadline, dueAt: bench.store.now())]
                $0.waitsOpened = [bench.wait("w")]
            }
            try bench.advanced(claim, status: .completed) {
                $0.instance.output = ["ok": true]
                $0.instance.endedAt = bench.store.now()
            }
            #expect(try bench.store.timers(of: Bench.id(1)).isEmpty)
            #expect(try bench.store.waits(of: Bench.id(1)).isEmpty)
            #expect(try bench.store.claim(claim.instance) == nil)
            #expect(try bench.accept("e").woken.isEmpty)
            #expect(try bench.store.instance(Bench.id(1))?.output == ["ok": true])
        },
        Clause("an ended instance is never advanced") { bench throws in
            let ended = try bench.advanced(bench.started(1), status: .cancelled).claim
            #expect(try bench.advance(ended, status: .running) == .stale)
            #expect(try bench.store.instance(Bench.id(1))?.summary.status == .cancelled)
        },
        Clause("a run that nothing says how it follows is refused") { bench throws in
            let claim = try bench.started(1)
            #expect(try bench.advance(claim) { $0.instance.run = 2 }.refusal == .quarantined)
            #expect(try bench.store.instance(Bench.id(1))?.summary.run == 1)
        },
    ]
}
