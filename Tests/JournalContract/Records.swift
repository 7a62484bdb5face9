import Testing
import Values
import WorkflowJournal

extension JournalContract {
    static let requestClauses: [Clause] = [
        Clause("a request to cancel is stored once, marks the instance, and waits for its own transition") { bench throws in
            let claim = try bench.started(1)
            #expect(try bench.cancel(Bench.id(1), reason: "first") == .requested(.recorded(claim.instance)))
            #expect(try bench.cancel(Bench.id(1), reason: "second") == .requested(.recorded(claim.instance)))
            let inbox = try bench.inbox(claim)
            #expect(inbox.cancel?.reason == "first" && inbox.marks >= 1)
            #expect(try bench.store.instance(Bench.id(1))?.summary.status == .suspended)
            try bench.store.release([claim])
            let again = try #require(try bench.killed().store.claim(limit: 1).first)
            #expect(again.id == Bench.id(1))
        },
        Clause("a consumed request is gone and later ones change nothing") { bench throws in
            let claim = try bench.started(1)
            _ = try bench.cancel(Bench.id(1))
            let next = try bench.advanced(claim) {
                $0.instance.consumesCancel = true
                $0.instance.marksConsumed = 1
            }
            #expect(!next.isReady)
            #expect(try bench.inbox(next.claim).cancel == nil)
            #expect(try bench.cancel(Bench.id(1)) == .requested(.recorded(claim.instance)))
            #expect(try bench.inbox(next.claim).cancel == nil)
        },
        Clause("a request survives continue_as_new unconsumed, and a new run after a consumed one can be cancelled") {
            bench throws in
            var claim = try bench.started(1)
            _ = try bench.cancel(Bench.id(1), reason: "kept")
            claim = try bench.continued(claim, to: 2).claim
            #expect(try bench.inbox(claim).cancel?.reason == "kept")
            claim = try bench.advanced(claim) {
                $0.instance.run = 2
                $0.instance.consumesCancel = true
            }.claim
            claim = try bench.continued(claim, to: 3).claim
            #expect(try bench.inbox(claim).cancel == nil)
            _ = try bench.cancel(Bench.id(1), reason: "new")
            #expect(try bench.inbox(claim).cancel?.reason == "new")
        },
        Clause("a request to an ended or unknown instance says so") { bench throws in
            try bench.advanced(bench.started(1), status: .completed)
            #expect(try bench.cancel(Bench.id(1)) == .requested(.alreadyEnded(.completed)))
            #expect(try bench.cancel(Bench.id(2)) == .requested(.notFound))
        },
    ]

    static let timerClauses: [Clause] = [
        Clause("timers come due earliest first, none early, none of held instances") { bench throws in
            func timer(_ key: String, after seconds: Int64) -> TimerRow {
                let instant = Timestamp(microseconds: bench.store.now().microseconds + seconds * 1_000_000)
                return TimerRow(key: MemoKey(key), kind: .sleep, dueAt: instant)
            }
            let start = bench.store.now()
            let one = try bench.started(1) { $0.timersSet = [timer("late", after: 20), timer("b", after: 10)] }
            let two = try bench.started(2) { $0.timersSet = [timer("a", after: 5)] }
            try bench.started(3) {
                $0.timersSet = [timer("held", after: 1)]
                $0.instance.hold = .paused
            }
            func due(_ seconds: Int64, limit: Int = 10) throws -> [MemoKey] {
                let instant = Timestamp(microseconds: start.microseconds + seconds * 1_000_000)
                return try bench.store.timers(dueBy: instant, limit: limit).map(\.timer.key)
            }
            #expect(try due(4).isEmpty)
            #expect(try due(10) == [MemoKey("a"), MemoKey("b")])
            #expect(try due(100, limit: 1) == [MemoKey("a")])
            #expect(
                try bench.store.timers(dueBy: start.adding(TimeSpan(microseconds: 5_000_000)) ?? start, limit: 1)
                    == [DueTimer(instance: two.instance, timer: timer("a", after: 5))])
            try bench.advanced(one) {
                $0.timersSet = [timer("late", after: 2)]
                $0.timersCleared = [MemoKey("b"), MemoKey("never set")]
            }
            #expect(try due(100) == [MemoKey("late"), MemoKey("a")])
        }
    ]

    static let definitionClauses: [Clause] = [
        Clause("definitions and configurations are stored by content, once") { bench throws in
            #expect(try bench.store.definition(Bench.definition.digest) == Bench.definition)
            #expect(try bench.write(.define(Bench.definition)) == .stored(Bench.definition.digest))
            #expect(try bench.write(.configure(Bench.config)) == .stored(ContentDigest(of: Bench.config)))
            #expect(try bench.store.config(ContentDigest(of: Bench.config)) == Bench.config)
            #expect(try bench.store.definition(ContentDigest(of: "x".utf8)) == nil)
            #expect(try bench.store.config(ContentDigest(of: "x".utf8)) == nil)
        },
        Clause("match sets of a new definition count for events from then on, after a restart too") { bench throws in
            let set = MatchSet(event: "stored", paths: ["b", "a"])
            var record = Bench.definition
            record.digest = ContentDigest(of: "second".utf8)
            record.matchSets = [set]
            _ = try bench.write(.define(record))
            let claim = try bench.started(1) {
                let match = EventMatch(event: "stored", key: set.key(ofValues: ["x", 2]))
                $0.waitsOpened = [WaitRow(key: MemoKey("w"), matches: [match], scheduledSequence: 0)]
            }
            let after = try bench.killed()
            #expect(try after.accept("e", "stored", data: ["a": "x", "b": 2]).woken == [claim.instance])
        },
    ]

    static let recordClauses: [Clause] = [
        Clause("log lines and mails are kept in order and read page by page") { bench throws in
            func line(_ text: String) -> LogRow {
                LogRow(time: bench.store.now(), level: "info", key: MemoKey("a"), message: text, data: ["n": 1])
            }
            let email = EmailRow(
                id: "m1", key: MemoKey("a"), time: bench.store.now(), to: ["a@example.org"], subject: "Hi", file: "m1.eml")
            let claim = try bench.started(1) { $0.logs = [line("one"), line("two")] }
            try bench.advanced(claim) {
                $0.logs = [line("three")]
                $0.emails = [email, email]
            }
            let page = try bench.store.logs(of: Bench.id(1), after: 0, limit: 2)
            #expect(page.map(\.message) == ["one", "two"] && page[0].key == MemoKey("a") && page[0].data == ["n": 1])
            let rest = try bench.store.logs(of: Bench.id(1), after: page[1].line, limit: 2)
            #expect(rest.map(\.message) == ["three"])
            #expect(try bench.store.emails(of: Bench.id(1)) == [email])
        },
        Clause("values come back as JSON has them: no fractions of whole numbers, strings for instants, microseconds") {
            bench throws in
            let time = try #require(Timestamp(seconds: 1_800_000_000, nanoseconds: 123_456_789))
            var row = bench.step("a", status: .completed, output: ["n": .double(2), "t": .timestamp(time), "e": "\u{E9}\u{0}"])
            row.completedAt = time
            let claim = try bench.started(1) { $0.steps = [.insert(row)] }
            let stored = try bench.load(claim).steps[0]
            #expect(stored.output == ["n": 2, "t": .string(time.description), "e": "\u{E9}\u{0}"])
            #expect(stored.completedAt == Timestamp(microseconds: time.microseconds))
        },
        Clause("an output of null is not the same as no output") { bench throws in
            let claim = try bench.started(1) {
                $0.steps = [.insert(bench.step("a", output: .null)), .insert(bench.step("b"))]
            }
            #expect(try bench.load(claim).steps.map(\.output) == [.null, nil])
        },
    ]
}
