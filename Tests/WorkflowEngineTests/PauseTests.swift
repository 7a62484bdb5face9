import JournalMemory
import Simulation
import TestSupport
import Testing
import Values
import WorkflowEngine
import WorkflowJournal

/// Instances that operators hold, release and end by force.
struct PauseTests {
    private static let three = """
        workflow: case
        events:
          ping: {}
        steps:
          - id: a
            call: shell
            with: { argv: [a] }
          - id: s
            sleep: 1m
          - id: b
            call: shell
            with: { argv: [b] }
            compensate:
              - id: undo
                call: shell
                with: { argv: [undo] }
          - id: w
            wait: { event: ping }
          - id: c
            call: shell
            with: { argv: [c] }
        """

    private static func pause(_ bench: Bench, _ id: InstanceID, _ reason: String? = "maintenance") {
        bench.request(id, .pause(reason: reason))
    }

    @Test func `A paused instance records what comes back and announces nothing`() throws {
        let bench = try Bench(Self.three)
        let id = bench.start()
        Self.pause(bench, id)
        #expect(bench.summary(id)?.hold == .paused)
        #expect(bench.summary(id)?.holdReason == "maintenance")
        #expect(bench.runningSteps == ["a"])
        bench.end("a")
        #expect(bench.row(id, "a")?.status == .completed)
        #expect(bench.row(id, "s")?.status == .sleeping)
        bench.advance(120)
        #expect(bench.row(id, "s")?.status == .sleeping)
        bench.request(id, .resume(reason: "done"))
        #expect(bench.summary(id)?.hold == nil)
        #expect(bench.runningSteps == ["b"])
        #expect(bench.logs(id).contains { $0.contains("maintenance") })
    }

    @Test func `A step that a result leads to waits for the release, over a crash`() throws {
        let bench = try Bench(Self.three.replacing("  - id: s\n    sleep: 1m\n", with: ""))
        let id = bench.start()
        Self.pause(bench, id)
        bench.end("a")
        #expect(bench.row(id, "b")?.status == .scheduled)
        #expect(bench.row(id, "b")?.attempt == 0)
        #expect(bench.core.placesInUse == 0)
        try bench.restart()
        bench.advance(5)
        #expect(bench.runningSteps.isEmpty)
        bench.request(id, .resume(reason: nil))
        #expect(bench.runningSteps == ["b"])
        #expect(bench.row(id, "b")?.attempt == 1)
    }

    @Test func `An attempt that a crash interrupts while it is held is repeated after the release`() throws {
        let bench = try Bench(Self.three)
        let id = bench.start()
        Self.pause(bench, id)
        try bench.restart()
        bench.advance(5)
        #expect(bench.runningSteps.isEmpty)
        bench.request(id, .resume(reason: nil))
        #expect(bench.runningSteps == ["a"])
        #expect(bench.row(id, "a")?.interruptions == 1)
    }

    @Test func `An event that comes while an instance is held is taken after the release`() throws {
        let bench = try Bench(Self.three)
        let id = bench.start()
        bench.end("a")
        bench.advance(61)
        bench.end("b")
        Self.pause(bench, id)
        bench.send("ping", [:])
        #expect(bench.row(id, "w")?.status == .waiting)
        bench.request(id, .resume(reason: nil))
        #expect(bench.runningSteps == ["c"])
    }

    @Test func `A release while a result is being written loses neither`() throws {
        let bench = try Bench(Self.three.replacing("  - id: s\n    sleep: 1m\n", with: ""))
        let id = bench.start()
        Self.pause(bench, id)
        bench.holdsWrites = true
        bench.end("a")
        _ = try bench.journal.write([.request(InstanceRequest(instance: id, kind: .resume(reason: nil)))])
        try bench.flush()
        bench.advance(2)
        #expect(bench.row(id, "a")?.status == .completed)
        #expect(bench.row(id, "a")?.interruptions == 0)
        #expect(bench.runningSteps == ["b"])
    }

    @Test func `A cancel ends the pause and unwinds`() throws {
        let bench = try Bench(Self.three)
        let id = bench.start()
        bench.end("a")
        bench.advance(61)
        bench.end("b")
        Self.pause(bench, id)
        bench.cancel(id)
        #expect(bench.summary(id)?.hold == nil)
        #expect(bench.runningSteps == ["b.undo/undo"])
        bench.end("b.undo/undo")
        #expect(bench.status(id) == .cancelled)
    }

    @Test func `A cancel of a paused instance survives a crash`() throws {
        let bench = try Bench(Self.three)
        let id = bench.start()
        bench.end("a")
        Self.pause(bench, id)
        _ = try bench.journal.write([.request(InstanceRequest(instance: id, kind: .cancel(CancelRequest())))])
        try bench.restart()
        bench.advance(2)
        #expect(bench.status(id) == .cancelled)
    }

    @Test func `A pause before the beginning holds the beginning`() throws {
        let yaml = "workflow: case\nconcurrency: {}\nsteps:\n  - id: a\n    call: shell\n    with: { argv: [a] }\n"
        let bench = try Bench(yaml)
        bench.start()
        let id = bench.start()
        Self.pause(bench, id)
        #expect(bench.summary(id)?.hold == .paused)
        bench.end("a")
        bench.advance(3)
        #expect(bench.status(id) == .pending)
        bench.request(id, .resume(reason: nil))
        #expect(bench.status(id) == .running)
    }

    @Test func `Children and events wait for the release`() throws {
        let child = "workflow: child\nsteps:\n  - id: x\n    call: shell\n    with: { argv: [x] }\n"
        let bench = try Bench()
        try bench.define(child)
        try bench.define(
            """
            workflow: case
            events:
              ping: {}
            steps:
              - id: a
                call: shell
                with: { argv: [a] }
              - id: tell
                emit: { event: ping, data: {} }
              - id: sub
                invoke: child
            """, besides: [child])
        let id = bench.start()
        Self.pause(bench, id)
        bench.end("a")
        bench.advance(3)
        #expect(try bench.journal.events(named: nil, limit: 9).isEmpty)
        bench.request(id, .resume(reason: nil))
        #expect(try bench.journal.events(named: nil, limit: 9).count == 1)
        Self.pause(bench, id)
        bench.end("x")
        bench.advance(3)
        #expect(bench.status(id) == .suspended)
        bench.request(id, .resume(reason: nil))
        #expect(bench.status(id) == .completed)
    }

    @Test func `Force ends a held instance, stops what runs and tells the parent`() throws {
        let child = Self.three.replacing("workflow: case", with: "workflow: child")
        let bench = try Bench()
        try bench.define(child)
        try bench.define("workflow: case\nsteps:\n  - id: sub\n    invoke: child\n", besides: [child])
        let id = bench.start()
        let held = bench.child(of: id, "sub")
        Self.pause(bench, held)
        bench.request(held, .forceCancel(CancelRequest(reason: "broken")))
        #expect(bench.status(held) == .cancelled)
        #expect(bench.summary(held)?.isCleanupIncomplete == true)
        #expect(bench.aborted == ["a"])
        bench.end("a", .failure(Bench.stopped))
        #expect(bench.core.placesInUse == 0)
        #expect(bench.failure(id)?.code == "workflow.cancelled")
    }
}
