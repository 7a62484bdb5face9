import JournalMemory
import Simulation
import Testing
import Values
import WorkflowEngine
import WorkflowJournal

/// Waits against events that come early, late, twice, and together with a timeout.
struct WaitTests {
    private static let waiting = """
        workflow: case
        input: { id: string = x }
        events:
          ping: { id: string, good: boolean }
        steps:
          - id: a
            call: shell
            with: { argv: [a] }
          - id: w
            wait: { event: ping, match: { id: "${{ input.id }}" } }
            timeout: 1m
        output: ${{ steps.w.good }}
        """

    private static let picky = waiting.replacing(
        "match: { id: \"${{ input.id }}\" } }", with: "match: { id: \"${{ input.id }}\" }, where: \"${{ event.data.good }}\" }")

    private static func ping(_ good: Bool = true) -> Value { ["id": "x", "good": .bool(good)] }

    @Test func `An event that came before its wait is taken`() throws {
        let bench = try Bench(Self.waiting)
        let id = bench.start()
        bench.send("ping", Self.ping())
        bench.end("a")
        #expect(bench.status(id) == .completed)
    }

    @Test func `An event older than the instance never counts`() throws {
        let bench = try Bench(Self.waiting)
        bench.send("ping", Self.ping())
        let id = bench.start()
        bench.end("a")
        #expect(bench.status(id) == .suspended)
        #expect(bench.row(id, "w")?.status == .waiting)
    }

    @Test func `An event for somebody else is not taken`() throws {
        let bench = try Bench(Self.waiting)
        let id = bench.start()
        bench.end("a")
        bench.send("ping", ["id": "y", "good": true])
        bench.send("ping", ["good": true])
        #expect(bench.status(id) == .suspended)
        bench.send("ping", Self.ping())
        #expect(bench.status(id) == .completed)
    }

    @Test func `An event accepted before a timeout is committed wins`() throws {
        let bench = try Bench(Self.waiting)
        let id = bench.start()
        bench.end("a")
        bench.holdsWrites = true
        bench.advance(61)
        // The transition of the timeout is under way; the event is accepted first.
        _ = try bench.journal.write([.accept(SentEvent(event: NewEvent(id: "e", name: "ping", source: "t", data: Self.ping())))]
        )
        try bench.flush()
        #expect(bench.status(id) == .completed)
        #expect(bench.row(id, "w")?.status == .completed)
    }

    @Test func `Without an event the timeout wins, once`() throws {
        let bench = try Bench(Self.waiting)
        let id = bench.start()
        bench.end("a")
        bench.advance(61)
        #expect(bench.status(id) == .failed)
        #expect(bench.failure(id)?.code == "timeout")
        #expect(bench.row(id, "w")?.status == .cancelled)
        bench.send("ping", Self.ping())
        #expect(bench.status(id) == .failed)
        #expect(try bench.journal.timers(of: id).isEmpty)
    }

    @Test func `What 'where' declines is examined once, over restarts`() throws {
        let bench = try Bench(Self.picky)
        let id = bench.start()
        bench.end("a")
        for _ in 0..<6 { bench.send("ping", Self.ping(false)) }
        #expect(bench.status(id) == .suspended)
        let examined = try bench.journal.waits(of: id).first?.examined
        #expect(examined == EventSequence(6))
        try bench.restart()
        bench.send("ping", Self.ping())
        #expect(bench.status(id) == .completed)
    }

    @Test func `A timeout passes events that were declined`() throws {
        let bench = try Bench(Self.picky)
        let id = bench.start()
        bench.end("a")
        bench.send("ping", Self.ping(false))
        bench.advance(61)
        #expect(bench.status(id) == .failed)
    }

    @Test func `An event wakes an instance that left memory`() throws {
        let bench = try Bench(Self.waiting)
        let id = bench.start()
        bench.end("a")
        bench.configuration.maximumIdleInstances = 0
        try bench.restart()
        bench.send("ping", Self.ping())
        #expect(bench.status(id) == .completed)
    }

    @Test func `A timer wakes an instance that left memory`() throws {
        let bench = try Bench(Self.waiting)
        bench.configuration.maximumIdleInstances = 0
        try bench.restart()
        let id = bench.start()
        bench.end("a")
        bench.advance(61)
        bench.advance(1)
        #expect(bench.status(id) == .failed)
    }

    @Test func `An event whose acceptance is not known still arrives`() throws {
        let bench = try Bench(Self.waiting)
        let id = bench.start()
        bench.end("a")
        bench.failNextWrite(.unknownCommitted)
        bench.send("ping", Self.ping(), id: "once")
        bench.advance(2)
        #expect(bench.status(id) == .completed)
    }

    @Test func `A hint of a wake-up during the start is harmless later`() throws {
        let bench = try Bench(Self.waiting)
        bench.configuration.maximumIdleInstances = 0
        try bench.restart()
        bench.holdsWrites = true
        let id = bench.start()
        bench.handle(.wakeup([InstanceKey(1)]))
        try bench.flush()
        bench.handle(.wakeup([InstanceKey(1)]))
        bench.end("a")
        bench.send("ping", Self.ping())
        #expect(bench.status(id) == .completed)
    }

    @Test func `A timer set while the store is read for timers is not late`() throws {
        let bench = try Bench(Self.waiting.replacing("timeout: 1m", with: "timeout: 20s"))
        let id = bench.start()
        bench.holdsWrites = true
        bench.end("a")
        // The read sees the store without the timer; its answer moves the horizon past it.
        bench.advance(16)
        try bench.flush()
        bench.advance(4.5)
        #expect(bench.status(id) == .failed)
    }
}
