import JournalMemory
import Simulation
import Testing
import Values
import WorkflowEngine
import WorkflowJournal

/// Attempts: announced before they begin, counted in the store, repeated as their policy says.
struct AttemptTests {
    private static let one = Bench.one

    private static func retried(_ retry: String) -> String { one + "\n    retry: \(retry)" }

    @Test func `A start and its first announcement are one transition`() throws {
        let bench = try Bench(Self.one)
        let id = bench.start()
        #expect(bench.transitions.count == 1)
        #expect(bench.row(id, "a")?.status == .running)
        #expect(bench.row(id, "a")?.attempt == 1)
        #expect(bench.runningSteps == ["a"])
        bench.end("a")
        #expect(bench.status(id) == .completed)
    }

    @Test func `Attempts that end together are one transition of each instance`() throws {
        let bench = try Bench(
            """
            workflow: case
            steps:
              - { id: all, foreach: { in: "${{ [1, 2, 3] }}", concurrency: 3 }, call: shell, with: { argv: ["true"] } }
            """)
        let ids = [bench.start(), bench.start()]
        let before = bench.transitions.count
        bench.endAll()
        #expect(bench.transitions.count == before + 2)
        for id in ids {
            #expect(bench.status(id) == .completed)
            #expect(bench.keys(id).compactMap { bench.row(id, $0)?.completedSequence } == [1, 2, 3])
        }
    }

    @Test func `Nothing begins before its commit`() throws {
        let bench = try Bench(Self.one)
        bench.holdsWrites = true
        bench.start()
        #expect(bench.running.isEmpty)
        try bench.flush()
        #expect(bench.runningSteps == ["a"])
    }

    @Test func `An attempt is announced only when it has a place`() throws {
        let bench = try Bench(Self.one)
        bench.configuration.maximumActions = 1
        try bench.restart()
        let first = bench.start()
        let second = bench.start()
        #expect(bench.row(second, "a")?.status == .scheduled)
        #expect(bench.row(second, "a")?.attempt == 0)
        #expect(bench.running.count == 1)
        bench.end("a")
        #expect(bench.status(first) == .completed)
        #expect(bench.row(second, "a")?.status == .running)
        bench.end("a")
        #expect(bench.status(second) == .completed)
        #expect(bench.core.placesInUse == 0)
    }

    @Test func `An action at its own limit does not hold up others`() throws {
        let bench = try Bench()
        try bench.define(Self.one)
        try bench.define(
            "workflow: mail\nsteps:\n  - id: m\n    call: email\n    with: { to: a@example.com, subject: s, text: t }\n")
        bench.limits = ["shell": 1]
        try bench.restart()
        bench.start()
        bench.start()
        bench.start("mail")
        #expect(bench.runningSteps == ["a", "m"])
    }

    @Test func `A retry waits for its delay, in the store`() throws {
        let bench = try Bench(Self.retried("{ attempts: 3, delay: 10s, backoff: 3, jitter: false, errors: http.* }"))
        let id = bench.start()
        bench.end("a", .failure(Bench.unavailable))
        #expect(bench.row(id, "a")?.status == .sleeping)
        #expect(bench.status(id) == .suspended)
        bench.advance(9.9)
        #expect(bench.running.isEmpty)
        bench.advance(0.2)
        #expect(bench.row(id, "a")?.attempt == 2)
        bench.end("a", .failure(Bench.unavailable))
        bench.advance(29)
        #expect(bench.running.isEmpty)
        bench.advance(1.1)
        #expect(bench.row(id, "a")?.attempt == 3)
        bench.end("a", .failure(Bench.unavailable))
        #expect(bench.status(id) == .failed)
        #expect(bench.failure(id)?.code == "http.503")
        #expect(try bench.journal.attempts(of: id, run: nil).map(\.attempt) == [1, 2, 3])
    }

    @Test func `A restart neither resets nor hurries a retry`() throws {
        let bench = try Bench(Self.retried("{ attempts: 2, delay: 10s, jitter: false, errors: http.* }"))
        let id = bench.start()
        bench.end("a", .failure(Bench.unavailable))
        try bench.restart()
        bench.advance(9)
        #expect(bench.running.isEmpty)
        bench.advance(1.5)
        #expect(bench.row(id, "a")?.attempt == 2)
        bench.end("a", .failure(Bench.unavailable))
        #expect(bench.status(id) == .failed)
    }

    @Test func `Retry-After replaces the delay`() throws {
        let bench = try Bench(Self.retried("{ attempts: 2, delay: 1s, max_delay: 2s, jitter: false, errors: http.* }"))
        bench.start()
        bench.end("a", .failure(Bench.unavailable), retryAfter: TimeSpan(microseconds: 60_000_000))
        bench.advance(59)
        #expect(bench.running.isEmpty)
        bench.advance(1.5)
        #expect(bench.runningSteps == ["a"])
    }

    @Test func `An interrupted attempt is repeated under its number, five times`() throws {
        let bench = try Bench(Self.one)
        let id = bench.start()
        let key = bench.running[0].invocation.key
        for count in 1...5 {
            try bench.restart()
            #expect(bench.row(id, "a")?.attempt == 1)
            #expect(bench.row(id, "a")?.interruptions == count)
            #expect(bench.running.map(\.invocation.key) == [key])
            #expect(bench.running.map(\.invocation.attempt) == [1])
        }
        try bench.restart()
        #expect(bench.status(id) == .failed)
        #expect(bench.failure(id)?.code == "interrupted")
        #expect(bench.failure(id)?.isUncertain == true)
    }

    @Test func `An interrupted attempt that has to wait for a place keeps its number over another restart`() throws {
        let bench = try Bench(Self.one)
        bench.configuration.maximumActions = 1
        try bench.restart()
        let first = bench.start()
        bench.limits = ["shell": 0]
        try bench.restart()
        #expect(bench.row(first, "a")?.status == .scheduled)
        bench.limits = [:]
        try bench.restart()
        #expect(bench.row(first, "a")?.status == .running)
        #expect(bench.row(first, "a")?.attempt == 1)
        #expect(bench.running.map(\.invocation.attempt) == [1])
    }

    @Test func `At most once means never again`() throws {
        let bench = try Bench(Self.one + "\n    at_most_once: true")
        let id = bench.start()
        try bench.restart()
        #expect(bench.running.isEmpty)
        #expect(bench.status(id) == .failed)
        #expect(bench.failure(id)?.code == "interrupted")
    }

    @Test func `A second answer to an attempt is ignored`() throws {
        let bench = try Bench(Self.one + "\n  - id: b\n    call: shell\n    with: { argv: [b] }")
        let id = bench.start()
        let tag = bench.running[0].tag
        bench.end("a")
        bench.handle(.attemptEnded(tag, ActionResult(.failure(Bench.unavailable))))
        #expect(bench.row(id, "a")?.status == .completed)
        #expect(bench.runningSteps == ["b"])
    }

    @Test func `A result outlives a commit of unknown outcome`() throws {
        for fault in [StoreFault.unknownLost, .unknownCommitted] {
            let bench = try Bench(Self.one + "\n  - id: b\n    call: shell\n    with: { argv: [b] }")
            let id = bench.start()
            bench.failNextWrite(fault)
            bench.end("a")
            #expect(bench.row(id, "a")?.status == .completed, "\(fault)")
            #expect(bench.row(id, "b")?.status == .running, "\(fault)")
            #expect(bench.running.filter { $0.invocation.step.text == "a" }.isEmpty, "\(fault)")
            bench.end("b")
            #expect(bench.status(id) == .completed, "\(fault)")
            #expect(bench.core.placesInUse == 0, "\(fault)")
        }
    }

    @Test func `A start of unknown outcome goes on if it was committed`() throws {
        let bench = try Bench(Self.one)
        bench.failNextWrite(.unknownCommitted)
        let id = bench.start()
        guard case .refused(let error)? = bench.answers.last else { throw TestError("expected a refusal") }
        #expect(error.code == .unknown)
        bench.advance(2)
        #expect(bench.row(id, "a")?.status == .running)
        #expect(bench.runningSteps == ["a"])
        #expect(bench.core.placesInUse == 1)
    }

    @Test func `A result too large to keep fails the step`() throws {
        let bench = try Bench(Self.one)
        let id = bench.start()
        bench.end("a", .success(.string(String(repeating: "x", count: JournalLimits.payloadBytes))))
        #expect(bench.failure(id)?.code == "limit.output")
    }

    @Test func `An attempt over its own time is stopped and tried again`() throws {
        let bench = try Bench(Self.retried("{ attempts: 2, delay: 1s, jitter: false, timeout: 5s }"))
        let id = bench.start()
        bench.advance(5.1)
        #expect(bench.aborted == ["a"])
        bench.end("a", .failure(Bench.stopped))
        #expect(bench.row(id, "a")?.lastFailure?.code == "timeout")
        #expect(bench.row(id, "a")?.status == .sleeping)
        bench.advance(1.1)
        #expect(bench.row(id, "a")?.attempt == 2)
    }
}

struct TestError: Error {
    init(_ message: String) { self.message = message }
    var message: String
}
