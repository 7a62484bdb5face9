import JournalMemory
import Simulation
import TestSupport
import Testing
import Values
import WorkflowEngine
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// Ended instances that are run again, and live ones that move to another definition.
struct RetryTests {
    private static let three = """
        workflow: case
        events:
          ping: { n: integer }
        steps:
          - id: a
            call: shell
            with: { argv: [a] }
          - id: w
            wait: { event: ping }
          - id: b
            call: shell
            with: { argv: [b] }
          - id: c
            call: shell
            with: { argv: [c] }
        """

    private static let broken = Failure(code: "shell.exit", message: "exit 1")

    private static func failed(_ yaml: String = Self.three) throws -> (Bench, InstanceID) {
        let bench = try Bench(yaml)
        let id = bench.start()
        bench.end("a")
        bench.send("ping", ["n": 1])
        bench.end("b", .failure(broken))
        #expect(bench.status(id) == .failed)
        return (bench, id)
    }

    @Test func `A retry that finds everything done ends at once`() throws {
        let bench = try Bench(Bench.one)
        let id = bench.start()
        bench.cancel(id)
        // Within the grace time.
        bench.end("a")
        #expect(bench.status(id) == .cancelled)
        try bench.retry(id)
        #expect(bench.status(id) == .completed)
        #expect(bench.running.isEmpty)
    }

    @Test func `A step that begins anew asks again for what had been stopped in it`() throws {
        let bench = try Bench(
            """
            workflow: case
            steps:
              - id: a
                call: shell
                with: { argv: [a] }
              - id: p
                parallel:
                  - id: z
                    sleep: 1m
                  - id: f
                    fail: { code: author.no, message: no }
                finally:
                  - id: c
                    call: log
                    with: { message: done }
            """)
        let id = bench.start()
        bench.end("a")
        #expect(bench.status(id) == .failed)
        try bench.retry(id, from: "p/z")
        #expect(bench.summary(id)?.hold == nil)
        #expect(bench.summary(id)?.run == 2)
        #expect(bench.status(id) == .failed)
        #expect(bench.keys(id).filter { $0 == "p/z" }.count == 1)
    }

    @Test func `A retry never keeps the failure, also where it came before what was undone`() throws {
        let bench = try Bench(
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
                    compensate:
                      - id: undo
                        call: shell
                        with: { argv: [undo] }
            """)
        let id = bench.start()
        bench.end("both/a", .failure(Self.broken))
        bench.end("both/b")
        bench.end("both/b.undo/undo")
        #expect(bench.status(id) == .failed)
        try bench.retry(id)
        #expect(bench.runningSteps == ["both/a", "both/b"])
    }

    @Test func `A retry keeps what had completed and tries the failed step again under its key`() throws {
        let bench = try Bench(Self.three)
        let id = bench.start()
        bench.end("a")
        bench.send("ping", ["n": 1])
        let key = try #require(bench.running.first).invocation.key
        bench.end("b", .failure(Self.broken))
        try bench.retry(id, reason: "fixed the disk")
        #expect(bench.summary(id)?.run == 2)
        #expect(bench.status(id) == .running)
        #expect(bench.runningSteps == ["b"])
        #expect(bench.running.first?.invocation.key == key)
        #expect(bench.row(id, "a")?.status == .completed)
        #expect(bench.logs(id).contains { $0.contains("fixed the disk") })
        try bench.restart()
        bench.end("b")
        bench.end("c")
        #expect(bench.status(id) == .completed)
        #expect(bench.summary(id)?.isCleanupIncomplete == false)
        #expect(bench.failure(id) == nil)
    }

    @Test func `A retry from a step drops what came after it and frees its events`() throws {
        let (bench, id) = try Self.failed()
        try bench.retry(id, from: "w")
        #expect(bench.row(id, "b")?.status == .scheduled || bench.runningSteps == ["b"])
        #expect(bench.row(id, "w")?.output?["data"] == ["n": 1])
        bench.end("b")
        bench.end("c")
        #expect(bench.status(id) == .completed)
    }

    @Test func `Only an ended instance is run again, and a completed one from a step only`() throws {
        let bench = try Bench(Self.three)
        let id = bench.start()
        try bench.retry(id)
        guard case .refused(let error)? = bench.answers.last else { throw TestError("run again") }
        #expect(error.code == .notEnded)
        bench.end("a")
        bench.send("ping", ["n": 1])
        bench.end("b")
        bench.end("c")
        try bench.retry(id)
        guard case .refused(let refused)? = bench.answers.last else { throw TestError("run again") }
        #expect(refused.code == .notRetryable)
        #expect(bench.summary(id)?.run == 1)
    }

    @Test func `Two retries of one end are one run`() throws {
        let (bench, id) = try Self.failed()
        let stored = try #require(try bench.journal.storedInstance(id))
        bench.handle(.retry(.init(number: 900), stored, RetryRequest()))
        bench.handle(.retry(.init(number: 901), stored, RetryRequest()))
        guard case .refused(let error)? = bench.answers.last else { throw TestError("run twice") }
        #expect(error.code == .notEnded)
        #expect(bench.summary(id)?.run == 2)
    }

    @Test func `An upgrade of a retry runs the current definition, if what is kept replays on it`() throws {
        let (bench, id) = try Self.failed()
        let graph = try bench.define(Self.three.replacing("argv: [c]", with: "argv: [d]"))
        try bench.retry(id, upgrades: true)
        #expect(bench.summary(id)?.digest == graph.digest)
        bench.end("b", .failure(Self.broken))
        try bench.define(Self.three.replacing("argv: [a]", with: "argv: [z]"))
        try bench.retry(id, upgrades: true)
        guard case .refused(let error)? = bench.answers.last else { throw TestError("run again") }
        #expect(error.code == .mismatch)
        #expect(bench.status(id) == .failed)
    }

    @Test func `A retry comes to its gate anew`() throws {
        let (bench, id) = try Self.failed(Self.three.replacing("steps:\n  - id: a", with: "concurrency: {}\nsteps:\n  - id: a"))
        let other = bench.start()
        try bench.retry(id)
        #expect(bench.status(id) == .pending)
        bench.cancel(other)
        bench.end("a", .failure(Bench.stopped))
        #expect(bench.status(other) == .cancelled)
        #expect(bench.status(id) == .running)
        #expect(bench.runningSteps == ["b"])
    }

    @Test func `The workflow's timeout counts anew in a retry`() throws {
        let (bench, id) = try Self.failed(Self.three.replacing("workflow: case", with: "workflow: case\ntimeout: 1h"))
        bench.advance(7_200)
        try bench.retry(id)
        bench.advance(3_500)
        #expect(bench.status(id) == .running)
        try bench.restart()
        bench.advance(200)
        #expect(bench.summary(id)?.ending == .timedOut)
    }

    @Test func `Whenever the process dies, a retry happens once or not at all`() throws {
        var wasUntouched = false
        for crash in 1...60 where !wasUntouched {
            let (bench, id) = try Self.failed()
            let before = bench.journal.operations
            var isArmed = true
            bench.journal.plan = { number, _ in
                guard isArmed, number == before + crash else { return nil }
                isArmed = false
                return [StoreFault.crashBefore, .crashAt, .crashAfter][crash % 3]
            }
            try bench.retry(id)
            for _ in 0..<4 {
                if bench.journal.isDown || bench.journal.diesSoon { try bench.restart() }
                bench.advance(1)
                bench.end("b")
                bench.end("c")
            }
            wasUntouched = isArmed
            #expect([1, 2].contains(bench.summary(id)?.run ?? 0))
            #expect(bench.status(id) == (bench.summary(id)?.run == 2 ? .completed : .failed), "crash at operation \(crash)")
        }
        #expect(wasUntouched)
    }

    @Test func `A live instance moves to a definition on which its journal replays`() throws {
        let bench = try Bench(Self.three)
        let id = bench.start()
        bench.end("a")
        let graph = try bench.define(Self.three.replacing("argv: [c]", with: "argv: [d]"))
        try bench.upgrade(id, reason: "new step")
        #expect(bench.summary(id)?.digest == graph.digest)
        bench.send("ping", ["n": 1])
        bench.end("b")
        #expect(bench.running.first?.invocation.input["argv"] == ["d"])
        #expect(bench.logs(id).contains { $0.contains("new step") })
    }

    @Test func `An attempt that waits for its time when the instance moves is made, and no other where the edit allows none`()
        throws
    {
        let text = """
            workflow: case
            steps:
              - id: a
                call: shell
                with: { argv: [a] }
                retry: { attempts: 3, delay: 10s, jitter: false }
            """
        let bench = try Bench(text)
        let id = bench.start()
        let passing = Failure(code: "http.503", message: "", isRetryable: true)
        bench.end("a", .failure(passing))
        #expect(bench.row(id, "a")?.status == .sleeping)
        try bench.define(text.replacing("\n    retry: { attempts: 3, delay: 10s, jitter: false }", with: ""))
        try bench.upgrade(id)
        bench.advance(11)
        #expect(bench.row(id, "a")?.attempt == 2)
        bench.end("a", .failure(passing))
        #expect(bench.status(id) == .failed)
    }

    @Test func `A definition that the journal does not fit is refused and nothing changes`() throws {
        let bench = try Bench(Self.three)
        let id = bench.start()
        let own = bench.summary(id)?.digest
        try bench.define(Self.three.replacing("argv: [a]", with: "argv: [z]"))
        try bench.upgrade(id)
        guard case .refused(let error)? = bench.answers.last else { throw TestError("moved") }
        #expect(error.code == .mismatch)
        #expect(bench.summary(id)?.digest == own)
        bench.end("a")
        #expect(bench.row(id, "w")?.status == .waiting)
    }

    @Test func `An upgrade releases an instance that its own definition holds`() throws {
        let bench = try Bench(Self.three)
        let id = bench.start()
        bench.end("a")
        let digest = try #require(bench.summary(id)?.digest)
        let graph = try bench.define(Self.three.replacing("argv: [c]", with: "argv: [d]"))
        bench.definitions.replace(digest, by: nil)
        try bench.restart()
        bench.send("ping", ["n": 1])
        bench.advance(2)
        #expect(bench.summary(id)?.hold == .unsupported)
        try bench.upgrade(id)
        #expect(bench.summary(id)?.hold == nil)
        #expect(bench.summary(id)?.digest == graph.digest)
        #expect(bench.runningSteps == ["b"])
    }

    @Test func `An upgrade to the definition that already runs is refused where the journal does not replay on it`() throws {
        let bench = try Bench()
        let graph = try bench.define(Self.three)
        let id = bench.start()
        bench.end("a")
        // As if what is recorded had been altered: the definition and the journal part, and the digest is the same.
        let other = try compileWorkflow(Self.three.replacing("argv: [a]", with: "argv: [z]"))
        bench.definitions.define(other.under(graph.digest))
        try bench.restart()
        bench.send("ping", ["n": 1])
        bench.advance(2)
        #expect(bench.summary(id)?.hold == .mismatch)
        try bench.upgrade(id)
        guard case .refused(let error)? = bench.answers.last else { throw TestError("moved") }
        #expect(error.code == .mismatch)
        #expect(error.message.contains("at step 'a'"))
        #expect(bench.summary(id)?.hold == .mismatch)

        bench.definitions.define(graph)
        try bench.upgrade(id)
        guard case .upgraded(graph.digest)? = bench.answers.last else { throw TestError("refused") }
        #expect(bench.summary(id)?.hold == nil)
        #expect(bench.runningSteps == ["b"])
        #expect(bench.logs(id).contains { $0.hasPrefix("released: ") })
    }

    @Test func `An upgrade is refused where an event that was taken does not fit its type any more`() throws {
        let bench = try Bench(Self.three)
        let id = bench.start()
        bench.end("a")
        bench.send("ping", ["n": 1])
        let digest = bench.summary(id)?.digest
        try bench.define(Self.three.replacing("n: integer", with: "n: integer, more: string"))
        try bench.upgrade(id)
        guard case .refused(let error)? = bench.answers.last else { throw TestError("moved") }
        #expect(error.code == .mismatch)
        #expect(error.message.contains("the event that 'w' took does not fit"))
        #expect(bench.summary(id)?.digest == digest)
    }

    @Test func `An upgrade of a retry is refused where an event that is kept does not fit its type any more`() throws {
        let (bench, id) = try Self.failed()
        try bench.define(Self.three.replacing("n: integer", with: "n: string"))
        try bench.retry(id, upgrades: true)
        guard case .refused(let error)? = bench.answers.last else { throw TestError("run again") }
        #expect(error.code == .mismatch)
        #expect(error.message.contains("the event that 'w' took does not fit"))
        try bench.define(Self.three.replacing("n: integer", with: "n: number"))
        try bench.retry(id, upgrades: true)
        #expect(bench.runningSteps == ["b"])
    }

    @Test func `What an upgrade of a retry would run again are steps of the current definition`() throws {
        let (bench, id) = try Self.failed()
        try bench.define(Self.three.replacing("id: b", with: "id: bb"))
        let plan = try bench.preview(id, upgrades: true)
        #expect(plan.staying.map(\.text) == ["a", "w"])
        #expect(plan.again == [])
        #expect(plan.beginning.map(\.text) == ["bb"])
        #expect(try bench.preview(id).again.map(\.text) == ["b"])
    }

    @Test func `The preview of a retry that its gate would reject is refused, too`() throws {
        let bench = try Bench(Self.three.replacing("events:", with: "concurrency: { overflow: reject }\nevents:"))
        let id = bench.start()
        bench.end("a", .failure(Self.broken))
        #expect(try bench.preview(id).beginning.map(\.text) == ["a"])
        bench.start()
        #expect { try bench.preview(id) } throws: { ($0 as? EngineError)?.code == .gateFull }
    }
}
