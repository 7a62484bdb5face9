import JournalMemory
import Simulation
import TestSupport
import Testing
import Values
import WorkflowEngine
import WorkflowJournal

/// Places under `concurrency`: in order of coming, over crashes, cancels and further runs.
struct GateTests {
    private static func yaml(_ overflow: String, limit: Int = 1) -> String {
        """
        workflow: case
        input: { key: string = k, again: boolean = false }
        events:
          go: { key: string }
        triggers:
          - event: go
            input: { key: "${{ event.data.key }}" }
        concurrency: { key: "${{ input.key }}", limit: \(limit), overflow: \(overflow) }
        steps:
          - id: a
            call: shell
            with: { argv: [a] }
            compensate:
              - id: undo
                call: shell
                with: { argv: [undo] }
          - id: next
            if: ${{ input.again }}
            continue_as_new: { key: "${{ input.key }}" }
        """
    }

    private static let parent = """
        workflow: parent
        steps:
          - id: sub
            invoke: case
        """

    @Test func `Who finds no place waits and begins in order of coming`() throws {
        let bench = try Bench(Self.yaml("queue"))
        let ids = (0..<4).map { _ in bench.start() }
        #expect(bench.answers.count == 4)
        #expect(ids.map { bench.status($0) } == [.running, .pending, .pending, .pending])
        let other = bench.start("case", ["key": "elsewhere"])
        #expect(bench.status(other) == .running)
        for place in 0..<4 {
            #expect(bench.status(ids[place]) == .running)
            let index = try #require(bench.running.firstIndex { $0.invocation.instance == ids[place] })
            bench.end(at: index)
            #expect(bench.status(ids[place]) == .completed)
        }
    }

    @Test func `A place is handed on whenever the process dies`() throws {
        var wasUntouched = false
        for crash in 1...300 where !wasUntouched {
            let bench = try Bench(Self.yaml("queue"))
            let before = bench.journal.operations
            var isArmed = true
            bench.journal.plan = { number, _ in
                guard isArmed, number == before + crash else { return nil }
                isArmed = false
                return [StoreFault.crashBefore, .crashAt, .crashAfter][crash % 3]
            }
            let ids = (0..<3).map { number -> InstanceID in
                if bench.journal.isDown || bench.journal.diesSoon { try? bench.restart() }
                return bench.start(key: "k\(number)")
            }
            for _ in 0..<8 {
                if bench.journal.isDown || bench.journal.diesSoon { try bench.restart() }
                bench.advance(1)
                bench.end("a")
                let active = ids.filter { [.running, .suspended].contains(bench.status($0)) }
                #expect(active.count <= 1)
            }
            wasUntouched = isArmed
            for id in ids where bench.status(id) != nil {
                #expect(bench.status(id) == .completed, "crash at operation \(crash)")
            }
        }
        #expect(wasUntouched)
    }

    @Test func `The same key starts one instance at a gate`() throws {
        let bench = try Bench(Self.yaml("queue"))
        bench.start(key: "k")
        bench.start(key: "k")
        #expect(bench.instances(of: "case").count == 1)
        guard case .started(let second)? = bench.answers.last else { throw TestError("not started") }
        #expect(!second.isNew)
    }

    @Test func `A waiting instance that is cancelled ends without beginning`() throws {
        let bench = try Bench(Self.yaml("queue"))
        let first = bench.start()
        let second = bench.start()
        let third = bench.start()
        bench.cancel(second)
        #expect(bench.status(second) == .cancelled)
        #expect(bench.summary(second)?.startedAt == nil)
        #expect(bench.keys(second).isEmpty)
        bench.end("a")
        #expect(bench.status(first) == .completed)
        #expect(bench.status(third) == .running)
    }

    @Test func `A full gate that rejects refuses a start`() throws {
        let bench = try Bench(Self.yaml("reject"))
        bench.start()
        bench.start()
        guard case .refused(let error)? = bench.answers.last else { throw TestError("started") }
        #expect(error.code == .gateFull)
        #expect(bench.instances(of: "case").count == 1)
    }

    @Test func `A full gate that rejects fails the step that invokes`() throws {
        let bench = try Bench()
        try bench.define(Self.yaml("reject"))
        try bench.define(Self.parent, besides: [Self.yaml("reject")])
        bench.start()
        let id = bench.start("parent")
        #expect(bench.failure(id)?.code == "workflow.rejected")
        bench.end("a")
        let other = bench.start("parent")
        #expect(bench.status(other) == .suspended)
        bench.end("a")
        #expect(bench.status(other) == .completed)
    }

    @Test func `A detached child knows whether its gate rejected it`() throws {
        let bench = try Bench()
        let parent = Self.parent.replacing("invoke: case", with: "invoke: case\n    detach: true")
        try bench.define(Self.yaml("reject"))
        try bench.define(parent, besides: [Self.yaml("reject")])
        let first = bench.start("parent")
        #expect(bench.status(first) == .completed)
        let second = bench.start("parent")
        #expect(bench.failure(second)?.code == "workflow.rejected")
        #expect(bench.instances(of: "case").count == 1)
    }

    @Test func `A full gate that rejects skips a trigger and keeps the event`() throws {
        let bench = try Bench(Self.yaml("reject"))
        bench.send("go", ["key": "k"])
        bench.send("go", ["key": "k"])
        #expect(bench.instances(of: "case").count == 1)
        guard case .written(.accepted(let accepted))? = bench.answers.last else { throw TestError("not accepted") }
        #expect(accepted.rejected.count == 1)
    }

    @Test func `Replacing cancels the active one and begins when that has ended`() throws {
        let bench = try Bench(Self.yaml("replace"))
        let first = bench.start()
        let second = bench.start()
        #expect(bench.summary(first)?.ending == .cancelled)
        #expect(bench.status(second) == .pending)
        let third = bench.start()
        #expect(bench.status(second) == .cancelled)
        #expect(bench.status(third) == .pending)
        bench.end("a", .failure(Bench.stopped))
        #expect(bench.status(first) == .cancelled)
        #expect(bench.status(third) == .running)
    }

    @Test func `Continuing as new keeps the place`() throws {
        let bench = try Bench(Self.yaml("queue"))
        let first = bench.start("case", ["again": true])
        let second = bench.start()
        bench.end("a")
        #expect(bench.summary(first)?.run == 2)
        #expect(bench.status(first) == .running)
        #expect(bench.status(second) == .pending)
        bench.end("a")
        #expect(bench.status(second) == .running)
    }

    @Test func `Compensations hold the place until they are over`() throws {
        let bench = try Bench(
            Self.yaml("queue").replacing(
                "continue_as_new: { key: \"${{ input.key }}\" }", with: "fail: { code: no, message: no }"))
        let first = bench.start("case", ["again": true])
        let second = bench.start()
        bench.end("a")
        #expect(bench.runningSteps == ["a.undo/undo"])
        #expect(bench.status(second) == .pending)
        bench.end("a.undo/undo")
        #expect(bench.status(first) == .failed)
        #expect(bench.status(second) == .running)
    }

    @Test func `Cancelling a parent ends a child that waits at its gate`() throws {
        let bench = try Bench()
        try bench.define(Self.yaml("queue"))
        try bench.define(Self.parent, besides: [Self.yaml("queue")])
        bench.start()
        let id = bench.start("parent")
        let child = bench.child(of: id, "sub")
        #expect(bench.status(child) == .pending)
        bench.cancel(id)
        #expect(bench.status(child) == .cancelled)
        #expect(bench.status(id) == .cancelled)
    }
}
