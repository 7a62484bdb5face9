import JournalMemory
import Simulation
import Testing
import Values
import WorkflowEngine
import WorkflowJournal

/// Races that the simulator found; each would have damaged a journal, or kept an instance busy for ever.
struct RaceTests {
    /// Entries of the journal, numbered without a gap up to what the instance's row says.
    private static func isWhole(_ bench: Bench, _ id: InstanceID) throws -> Bool {
        let stored = try #require(try bench.journal.storedInstance(id))
        return stored.steps.compactMap(\.completedSequence).sorted() == Array(1..<(stored.state.lastSequence + 1))
    }

    /// One action at a time.
    private static func withOnePlace() throws -> Bench {
        let bench = try Bench()
        bench.configuration.maximumActions = 1
        try bench.restart()
        return bench
    }

    @Test func `A lost commit does not let the next step in line go on from what was never stored`() throws {
        let bench = try Self.withOnePlace()
        try bench.define(
            """
            workflow: case
            steps:
              - id: both
                parallel:
                  - id: a
                    call: shell
                    with: { argv: [a] }
                  - id: b
                    call: shell
                    with: { argv: [b] }
            """)
        let id = bench.start()
        #expect(bench.runningSteps == ["both/a"])
        bench.failNextWrite(.unknownLost)
        bench.end("both/a")
        #expect(try Self.isWhole(bench, id))
        bench.end("both/b")
        #expect(try Self.isWhole(bench, id))
        #expect(bench.row(id, "both/a")?.status == .completed)
        #expect(bench.status(id) == .completed)
    }

    @Test func `An instance that is loaded does not move before it is whole`() throws {
        let bench = try Self.withOnePlace()
        try bench.define(
            """
            workflow: case
            events:
              ping: {}
            steps:
              - id: both
                parallel:
                  - id: once
                    call: shell
                    with: { argv: [a] }
                    at_most_once: true
                  - id: later
                    call: shell
                    with: { argv: [b] }
                  - id: pause
                    sleep: 1m
                catch: { errors: interrupted }
              - id: ping
                wait: { event: ping }
            """)
        let id = bench.start()
        #expect(bench.runningSteps == ["both/once"])
        try bench.restart()
        #expect(bench.row(id, "both/once")?.failure?.code == "interrupted")
        #expect(bench.row(id, "both/pause")?.status == .cancelled)
        #expect(bench.row(id, "ping")?.status == .waiting)
        #expect(try bench.journal.timers(of: id).isEmpty)
    }

    @Test func `A timeout that is due with many declined events lets the accepted one win`() throws {
        let bench = try Bench(
            """
            workflow: case
            events:
              ping: { n: integer }
            steps:
              - id: w
                wait: { event: ping, where: "${{ event.data.n == 1 }}" }
                timeout: 10s
            """)
        let id = bench.start()
        bench.request(id, .pause(reason: nil))
        // More than the bench reads at once.
        for _ in 0..<9 { bench.send("ping", ["n": 0]) }
        bench.send("ping", ["n": 1])
        bench.advance(20)
        bench.request(id, .resume(reason: nil))
        #expect(bench.row(id, "w")?.output?["data"]?["n"]?.intValue == 1)
        #expect(bench.status(id) == .completed)
    }

    @Test func `A cancel with a pause after it lets an event that came before win`() throws {
        let bench = try Bench(
            """
            workflow: case
            events:
              ping: {}
            steps:
              - id: w
                wait: { event: ping }
            """)
        let id = bench.start()
        let event = NewEvent(id: "e", name: "ping", source: "test", data: [:])
        // All before the engine looks.
        _ = try bench.journal.inner.write([
            .accept(SentEvent(event: event)),
            .request(InstanceRequest(instance: id, kind: .cancel(CancelRequest()))),
            .request(InstanceRequest(instance: id, kind: .pause(reason: nil))),
        ])
        try bench.restart()
        #expect(bench.row(id, "w")?.status == .completed)
        #expect(bench.status(id) == .completed)
    }

    @Test func `A parent that died before it confirmed its detached child is found again`() throws {
        let bench = try Bench()
        let child = """
            workflow: child
            concurrency: { limit: 1, overflow: reject }
            steps:
              - id: work
                call: shell
                with: { argv: [work] }
            """
        try bench.define(child)
        try bench.define(
            """
            workflow: case
            steps:
              - id: side
                invoke: child
                detach: true
            """, besides: [child])
        var writes = 0
        bench.journal.plan = { _, kind in
            if kind == .write { writes += 1 }
            return kind == .write && writes == 3 ? .crashBefore : nil
        }
        let id = bench.start()
        #expect(bench.row(id, "side")?.status == .waiting)
        bench.journal.plan = { _, _ in nil }
        try bench.restart()
        #expect(bench.status(id) == .completed)
        #expect(bench.runningSteps == ["work"])
    }

    @Test func `A paused instance that its running step ends is not held any more`() throws {
        let bench = try Bench(Bench.one)
        let id = bench.start()
        bench.request(id, .pause(reason: nil))
        bench.end("a", .failure(Failure(code: "shell.exit", message: "exit 1")))
        #expect(bench.status(id) == .failed)
        #expect(bench.summary(id)?.hold == nil)
    }
}
