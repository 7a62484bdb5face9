import JournalMemory
import Simulation
import TestSupport
import Testing
import Values
import WorkflowEngine
import WorkflowGraph
import WorkflowJournal

/// Child workflows: started, awaited, stopped, tried again, over crashes.
struct ChildTests {
    private static let child = """
        workflow: child
        input: { n: integer = 1, note: string? }
        returns: { sum: integer }
        steps:
          - id: work
            call: shell
            with: { argv: [work] }
            compensate:
              - id: undo
                call: shell
                with: { argv: [undo] }
          - id: more
            call: shell
            with: { argv: [more] }
        output: { sum: "${{ input.n + 1 }}" }
        """

    private static func parent(_ modifiers: String = "", with: String = "{ n: 4 }") -> String {
        """
        workflow: case
        steps:
          - id: sub
            invoke: child
            with: \(with)
        \(modifiers)
          - id: after
            call: log
            with: { message: "${{ string(steps.sub.sum) }}" }
        output: ${{ steps.sub.sum }}
        """
    }

    private static func bench(_ parent: String, child: String = Self.child) throws -> Bench {
        let bench = try Bench()
        try bench.define(child)
        try bench.define(parent, besides: [child])
        return bench
    }

    @Test func `A child's output is its step's`() throws {
        let bench = try Self.bench(Self.parent())
        let id = bench.start()
        let child = bench.child(of: id, "sub")
        #expect(bench.status(id) == .suspended)
        #expect(bench.status(child) == .running)
        #expect(bench.row(id, "sub")?.status == .waiting)
        bench.end("work")
        bench.end("more")
        #expect(bench.status(child) == .completed)
        #expect(bench.status(id) == .completed)
        #expect(bench.output(id) == 5)
        #expect(bench.row(id, "sub")?.output == ["sum": 5])
    }

    @Test func `The start of a child and its parent's wait are one transition`() throws {
        let bench = try Self.bench(Self.parent())
        let id = bench.start()
        let start = try #require(bench.transitions.first { !$0.children.isEmpty })
        #expect(start.children.map(\.id) == [bench.child(of: id, "sub")])
        #expect(start.children.first?.parent?.step == MemoKey("sub"))
        #expect(start.children.first?.trigger["type"] == "invoke")
        let written = start.steps.contains { change in
            switch change {
            case .insert(let row), .update(let row): row.key == MemoKey("sub") && row.status == .waiting
            }
        }
        #expect(written)
    }

    @Test func `A child that fails fails its step with the cause`() throws {
        let bench = try Self.bench(Self.parent())
        let id = bench.start()
        bench.end("work", .failure(Failure(code: "shell.exit", message: "exit 1")))
        #expect(bench.status(id) == .failed)
        let failure = try #require(bench.failure(id))
        #expect(failure.code == "workflow.failed")
        #expect(failure.cause.first?.code == "shell.exit")
        #expect(failure.data["instanceId"] == .string(bench.child(of: id, "sub").text))
        #expect(!failure.isRetryable)
    }

    @Test func `A retry starts another child after its delay, over a crash`() throws {
        let retry = "    retry: { attempts: 2, delay: 10s, jitter: false, errors: [workflow.failed] }"
        let bench = try Self.bench(Self.parent(retry))
        let id = bench.start()
        bench.end("work", .failure(Failure(code: "shell.exit", message: "exit 1")))
        #expect(bench.row(id, "sub")?.status == .sleeping)
        #expect(bench.row(id, "sub")?.lastFailure?.code == "workflow.failed")
        #expect(bench.instances(of: "child").count == 1)
        try bench.restart()
        bench.advance(9)
        #expect(bench.instances(of: "child").count == 1)
        bench.advance(2)
        #expect(bench.instances(of: "child") == [bench.child(of: id, "sub"), bench.child(of: id, "sub", attempt: 2)])
        bench.end("work")
        bench.end("more")
        #expect(bench.output(id) == 5)
        #expect(bench.row(id, "sub")?.attempt == 2)
    }

    @Test func `A failure is retryable as its cause is`() throws {
        let bench = try Self.bench(Self.parent("    retry: { attempts: 2, delay: 1s, jitter: false }"))
        let id = bench.start()
        bench.end("work", .failure(Bench.unavailable))
        #expect(bench.row(id, "sub")?.status == .sleeping)
    }

    @Test func `A missing workflow and an input that does not fit are failures of the step`() throws {
        let bench = try Self.bench(Self.parent())
        bench.definitions.retire("child")
        let id = bench.start()
        #expect(bench.failure(id)?.code == "workflow.not_found")
        try bench.define(Self.child.replacing("n: integer = 1", with: "n: integer, m: integer"))
        let other = bench.start()
        #expect(bench.failure(other)?.code == "schema")
        #expect(bench.instances(of: "child").isEmpty)
    }

    @Test func `A child gets the definition current when it starts`() throws {
        let bench = try Self.bench(Self.parent())
        let graph = try bench.define(Self.child.replacing("input.n + 1", with: "input.n + 2"))
        let id = bench.start()
        #expect(bench.summary(bench.child(of: id, "sub"))?.digest == graph.digest)
        bench.end("work")
        bench.end("more")
        #expect(bench.output(id) == 6)
    }

    @Test func `Cancelling the parent cancels the child and waits for its compensations`() throws {
        let bench = try Self.bench(Self.parent())
        let id = bench.start()
        let child = bench.child(of: id, "sub")
        bench.end("work")
        bench.cancel(id)
        #expect(bench.status(id)?.isTerminal == false)
        #expect(bench.summary(id)?.ending == .cancelled)
        #expect(bench.aborted == ["more"])
        bench.end("more", .failure(Bench.stopped))
        #expect(bench.runningSteps == ["work.undo/undo"])
        #expect(bench.status(id)?.isTerminal == false)
        bench.end("work.undo/undo")
        #expect(bench.status(child) == .cancelled)
        #expect(bench.status(id) == .cancelled)
        #expect(bench.row(id, "sub")?.status == .cancelled)
    }

    @Test func `A timeout of the step stops the child and is raised when it has ended`() throws {
        let bench = try Self.bench(Self.parent("    timeout: 1m"))
        let id = bench.start()
        bench.advance(61)
        #expect(bench.status(id)?.isTerminal == false)
        bench.end("work", .failure(Bench.stopped))
        #expect(bench.status(bench.child(of: id, "sub")) == .cancelled)
        #expect(bench.failure(id)?.code == "timeout")
    }

    @Test func `A child that completes while it is being stopped has completed`() throws {
        let bench = try Self.bench(Self.parent("    timeout: 1m"))
        let id = bench.start()
        bench.end("work")
        bench.advance(59)
        bench.holdsWrites = true
        bench.end("more")
        bench.advance(2)
        try bench.flush()
        #expect(bench.status(bench.child(of: id, "sub")) == .completed)
        #expect(bench.status(id) == .completed)
    }

    @Test func `Whenever the process dies, a child is started once and its end is heard once`() throws {
        var operations = 0
        for crash in 1...200 {
            let bench = try Self.bench(Self.parent())
            let before = bench.journal.operations
            var isArmed = true
            bench.journal.plan = { number, _ in
                guard isArmed, number == before + crash else { return nil }
                isArmed = false
                return [StoreFault.crashBefore, .crashAt, .crashAfter][crash % 3]
            }
            let id = bench.start(key: "once")
            for _ in 0..<6 {
                if bench.journal.isDown || bench.journal.diesSoon { try bench.restart() }
                bench.advance(1)
                bench.end("work")
                bench.end("more")
            }
            if bench.status(id) == nil { continue }
            #expect(bench.status(id) == .completed, "crash at operation \(crash)")
            #expect(bench.output(id) == 5)
            #expect(bench.instances(of: "child").count == 1)
            operations = bench.journal.operations - before
            if isArmed { break }
        }
        #expect(operations > 5)
    }

    @Test func `A child that outlives the limit of an attempt is cancelled and another one started, over a crash`() throws {
        let retry = "    retry: { attempts: 2, delay: 10s, jitter: false, timeout: 1m }"
        let bench = try Self.bench(Self.parent(retry))
        let id = bench.start()
        bench.advance(61)
        #expect(bench.aborted == ["work"])
        try bench.restart()
        bench.advance(1)
        #expect(bench.status(bench.child(of: id, "sub")) == .cancelled)
        #expect(bench.row(id, "sub")?.status == .sleeping)
        #expect(bench.row(id, "sub")?.lastFailure?.code == "timeout")
        bench.advance(11)
        #expect(bench.runningSteps == ["work"])
        bench.advance(30)
        bench.end("work")
        bench.end("more")
        #expect(bench.status(id) == .completed)
        #expect(try bench.journal.timers(of: id).isEmpty)
    }

    @Test func `A detached child is left alone`() throws {
        let yaml = """
            workflow: case
            steps:
              - id: sub
                invoke: child
                with: { n: 1 }
                detach: true
              - id: a
                call: shell
                with: { argv: [a] }
            output: ${{ steps.sub.instanceId }}
            """
        let bench = try Self.bench(yaml)
        let id = bench.start()
        let child = bench.child(of: id, "sub")
        #expect(bench.row(id, "sub")?.output == ["instanceId": .string(child.text)])
        #expect(bench.runningSteps == ["a", "work"])
        bench.cancel(id)
        bench.end("a", .failure(Bench.stopped))
        #expect(bench.status(id) == .cancelled)
        #expect(bench.status(child) == .running)
        bench.end("work")
        bench.end("more")
        #expect(bench.status(child) == .completed)
    }

    @Test func `Workflows that invoke each other end at the limit of depth`() throws {
        let bench = try Bench()
        let yaml = """
            workflow: case
            steps:
              - id: again
                invoke: case
            """
        try bench.define(yaml)
        let id = bench.start()
        let all = bench.instances(of: "case")
        #expect(all.count == JournalLimits.childDepth + 1)
        #expect(all.allSatisfy { bench.status($0) == .failed })
        var cause = try #require(bench.failure(id))
        while let next = cause.cause.first { cause = next }
        #expect(cause.code == "limit.depth")
    }

    @Test func `A wide fan-out of children completes in any order`() throws {
        let yaml = """
            workflow: case
            steps:
              - id: all
                foreach: { in: "${{ [1, 2, 3, 4, 5, 6, 7, 8, 9] }}", concurrency: 9 }
                invoke: child
                with: { n: "${{ item }}" }
                output: ${{ result.sum }}
            output: ${{ steps.all }}
            """
        let bench = try Self.bench(yaml)
        let id = bench.start()
        #expect(bench.instances(of: "child").count == 9)
        for _ in 0..<9 { bench.end("work") }
        try bench.restart()
        bench.advance(1)
        for _ in 0..<9 { bench.end("more") }
        #expect(bench.status(id) == .completed)
        #expect(bench.output(id) == [2, 3, 4, 5, 6, 7, 8, 9, 10])
    }

    @Test func `The first failing child stops the others and is the step's failure`() throws {
        let yaml = """
            workflow: case
            steps:
              - id: all
                foreach: { in: "${{ [1, 2, 3] }}", concurrency: 3 }
                invoke: child
                with: { n: "${{ item }}" }
            """
        let bench = try Self.bench(yaml)
        let id = bench.start()
        bench.end("work", .failure(Failure(code: "shell.exit", message: "exit 1")))
        #expect(bench.status(id)?.isTerminal == false)
        #expect(bench.aborted == ["work", "work"])
        bench.end("work", .failure(Bench.stopped))
        bench.end("work", .failure(Bench.stopped))
        #expect(bench.instances(of: "child").map { bench.status($0) } == [.failed, .cancelled, .cancelled])
        #expect(bench.failure(id)?.code == "workflow.failed")
    }
}
