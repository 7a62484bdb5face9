import JournalMemory
import Simulation
import TestSupport
import Testing
import Values
import WorkflowEngine
import WorkflowJournal

/// Events from steps, and the instances that events start.
struct EmitTests {
    private static let sender = """
        workflow: sender
        events:
          order.paid: { id: string, total: number }
        steps:
          - id: tell
            emit: { event: order.paid, data: { id: A, total: 12 } }
          - id: after
            call: shell
            with: { argv: [after] }
        output: ${{ steps.tell.id }}
        """

    private static let triggered = """
        workflow: triggered
        input: { order: string }
        events:
          order.paid: { id: string, total: number }
        config: { least: number = 10 }
        triggers:
          - event: order.paid
            where: ${{ event.data.total > config.least }}
            input: { order: "${{ event.data.id }}" }
        steps:
          - id: work
            call: shell
            with: { argv: ["${{ input.order }}"] }
        output: ${{ instance.trigger.event.name }}
        """

    private static func bench() throws -> Bench {
        let bench = try Bench()
        try bench.define(sender)
        try bench.define(triggered, config: ["least": 10])
        return bench
    }

    @Test func `An event, what it starts and its step's outcome are one transition`() throws {
        let bench = try Self.bench()
        let id = bench.start("sender")
        let sent = try #require(bench.transitions.first { !$0.eventsSent.isEmpty })
        #expect(sent.eventsSent.first?.starts.map(\.workflow) == ["triggered"])
        #expect(
            sent.steps.contains { if case .insert(let row) = $0 { row.key == MemoKey("tell") } else { false } }
                || sent.steps.contains { if case .update(let row) = $0 { row.status == .completed } else { false } })
        let event = try #require(try bench.journal.events(named: nil, limit: 9).first)
        #expect(event.source == "wfrun")
        #expect(bench.row(id, "tell")?.output == ["id": .string(event.id)])
        let started = try #require(bench.instances(of: "triggered").first)
        #expect(bench.runningSteps == ["after", "work"])
        bench.end("work")
        #expect(bench.output(started) == "order.paid")
        bench.end("after")
        #expect(bench.output(id) == .string(event.id))
    }

    @Test func `An event from outside starts one instance per trigger, however often it is sent`() throws {
        let bench = try Self.bench()
        bench.send("order.paid", ["id": "A", "total": 12], id: "e")
        bench.send("order.paid", ["id": "A", "total": 12], id: "e")
        try bench.restart()
        bench.send("order.paid", ["id": "A", "total": 12], id: "e")
        #expect(bench.instances(of: "triggered").count == 1)
        guard case .written(.accepted(let first))? = bench.answers.first else { throw TestError("not accepted") }
        #expect(first.started == bench.instances(of: "triggered"))
    }

    @Test func `'where' decides with the configuration`() throws {
        let bench = try Self.bench()
        bench.send("order.paid", ["id": "A", "total": 9])
        #expect(bench.instances(of: "triggered").isEmpty)
        #expect(bench.reports.isEmpty)
    }

    @Test func `A trigger that cannot be evaluated refuses nothing and says so`() throws {
        let bench = try Self.bench()
        bench.send("order.paid", ["id": 7, "total": 90])
        #expect(bench.instances(of: "triggered").isEmpty)
        #expect(bench.reports.count == 1)
        #expect(try bench.journal.events(named: "order.paid", limit: 9).count == 1)
    }

    @Test func `An event whose acceptance is not known starts what it starts`() throws {
        for fault in [StoreFault.unknownCommitted, .unknownLost] {
            let bench = try Self.bench()
            bench.failNextWrite(fault)
            bench.send("order.paid", ["id": "A", "total": 12], id: "e")
            bench.send("order.paid", ["id": "A", "total": 12], id: "e")
            bench.advance(2)
            #expect(bench.instances(of: "triggered").count == 1)
            #expect(bench.runningSteps == ["work"])
        }
    }

    @Test func `A stale transition is made again and its event sent once`() throws {
        let yaml = """
            workflow: case
            events:
              ping: {}
              pong: {}
            steps:
              - id: w
                wait: { event: ping }
                timeout: 10s
                catch: { errors: timeout }
              - id: tell
                emit: { event: pong, data: {} }
            """
        let bench = try Bench(yaml)
        let id = bench.start()
        bench.holdsWrites = true
        bench.advance(11)
        _ = try bench.journal.write([.accept(SentEvent(event: NewEvent(id: "e", name: "ping", source: "t", data: [:])))])
        try bench.flush()
        #expect(bench.status(id) == .completed)
        #expect(bench.row(id, "w")?.status == .completed)
        #expect(try bench.journal.events(named: "pong", limit: 9).count == 1)
    }

    @Test func `Emitting wakes a wait of another instance and one's own`() throws {
        let yaml = """
            workflow: case
            events:
              ping: { n: integer }
            steps:
              - id: both
                parallel:
                  - id: w
                    wait: { event: ping }
                  - id: tell
                    emit: { event: ping, data: { n: 3 } }
                output: ${{ steps.w.n }}
            output: ${{ steps.both }}
            """
        let bench = try Bench(yaml)
        let id = bench.start()
        #expect(bench.status(id) == .completed)
        #expect(bench.output(id) == 3)
    }

    @Test func `A thousand events in a row need no stack`() throws {
        let yaml = """
            workflow: case
            events:
              ping: { n: integer }
            steps:
              - id: many
                foreach: { in: "${{ input.items }}" }
                emit: { event: ping, data: { n: "${{ item }}" } }
            input: { items: list(integer) }
            """
        let bench = try Bench(yaml)
        let id = bench.start("case", ["items": .list((0..<3_000).map { .int($0) })])
        #expect(bench.status(id) == .completed)
        #expect(try bench.journal.events(named: "ping", limit: 9_000).count == 3_000)
    }

    @Test func `A chain of events and triggers ends at its limit`() throws {
        let yaml = """
            workflow: case
            events:
              ping: {}
            triggers:
              - event: ping
            steps:
              - id: tell
                emit: { event: ping, data: {} }
            """
        let bench = try Bench(yaml)
        bench.start()
        let all = bench.instances(of: "case")
        #expect(all.count == JournalLimits.eventDepth + 1)
        #expect(bench.failure(all[all.count - 1])?.code == "limit.event_chain")
        #expect(all.dropLast().allSatisfy { bench.status($0) == .completed })
    }
}
