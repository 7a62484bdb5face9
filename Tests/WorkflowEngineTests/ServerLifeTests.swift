import JournalMemory
import Simulation
import TestSupport
import Testing
import Values
import WorkflowEngine
import WorkflowGraph
import WorkflowJournal

/// Shutdown, definitions that change, secrets.
struct ServerLifeTests {
    private static let two = """
        workflow: case
        steps:
          - id: a
            call: shell
            with: { argv: [a] }
          - id: b
            call: shell
            with: { argv: [b] }
        """

    @Test func `A drain lets what runs finish and begins nothing`() throws {
        let bench = try Bench(Self.two)
        let id = bench.start()
        bench.handle(.drain)
        bench.end("a")
        #expect(bench.row(id, "a")?.status == .completed)
        #expect(bench.row(id, "b")?.status == .scheduled)
        #expect(bench.row(id, "b")?.attempt == 0)
        #expect(bench.core.isQuiet)
        bench.start()
        guard case .refused(let error)? = bench.answers.last else { throw TestError("accepted while draining") }
        #expect(error.code == .unavailable)
        try bench.restart()
        #expect(bench.runningSteps == ["b"])
    }

    @Test func `An announcement that has not begun is taken back`() throws {
        let bench = try Bench(Self.two)
        bench.holdsWrites = true
        let id = bench.start()
        bench.handle(.drain)
        try bench.flush()
        #expect(bench.row(id, "a")?.status == .scheduled)
        #expect(bench.row(id, "a")?.attempt == 0)
        #expect(bench.core.placesInUse == 0)
        try bench.restart()
        #expect(bench.row(id, "a")?.attempt == 1)
        #expect(bench.row(id, "a")?.interruptions == 0)
    }

    @Test func `What the shutdown stops is no failure of the step`() throws {
        let bench = try Bench(Self.two)
        let id = bench.start()
        bench.handle(.drain)
        bench.handle(.stopActions)
        #expect(bench.aborted == ["a"])
        bench.end("a", .failure(Bench.stopped))
        #expect(bench.row(id, "a")?.status == .running)
        #expect(bench.core.isQuiet)
        try bench.restart()
        #expect(bench.row(id, "a")?.interruptions == 1)
        #expect(bench.runningSteps == ["a"])
    }

    @Test func `An action that still answers while the server stops is recorded`() throws {
        let bench = try Bench(Self.two)
        let id = bench.start()
        bench.handle(.drain)
        bench.handle(.stopActions)
        bench.end("a")
        #expect(bench.row(id, "a")?.status == .completed)
    }

    @Test func `A live instance keeps its definition`() throws {
        let bench = try Bench(Self.two)
        let old = bench.start()
        try bench.define(Self.two.replacing("id: b", with: "id: c"))
        let new = bench.start()
        try bench.restart()
        bench.end("a")
        bench.end("a")
        #expect(bench.keys(old) == ["a", "b"])
        #expect(bench.keys(new) == ["a", "c"])
    }

    @Test func `A definition that reads otherwise now holds its instances`() throws {
        let bench = try Bench()
        let graph = try bench.define(Self.two)
        let id = bench.start()
        bench.end("a")
        bench.definitions.replace(graph.digest, by: try compileWorkflow(Self.two.replacing("argv: [a]", with: "argv: [other]")))
        try bench.restart()
        #expect(bench.summary(id)?.hold == .mismatch)
        #expect(bench.summary(id)?.holdReason?.contains("at step 'a'") == true)
        #expect(bench.running.isEmpty)
        bench.advance(5)
        #expect(bench.running.isEmpty)
    }

    @Test func `A definition that cannot be loaded holds its instances`() throws {
        let bench = try Bench()
        let graph = try bench.define(Self.two)
        let id = bench.start()
        bench.definitions.replace(graph.digest, by: nil)
        try bench.restart()
        #expect(bench.summary(id)?.hold == .unsupported)
    }

    @Test func `A retired workflow is refused and its instances go on`() throws {
        let bench = try Bench(Self.two)
        let id = bench.start()
        bench.definitions.retire("case")
        bench.start()
        guard case .refused(let error)? = bench.answers.last else { throw TestError("started") }
        #expect(error.code == .workflowNotFound)
        bench.end("a")
        bench.end("b")
        #expect(bench.status(id) == .completed)
    }

    @Test func `The same key starts one instance`() throws {
        let bench = try Bench(Self.two)
        let first = bench.start(key: "k")
        let second = bench.start(key: "k")
        #expect(bench.status(second) == nil)
        #expect(bench.runningSteps == ["a"])
        guard case .started(let started)? = bench.answers.last else { throw TestError("not started") }
        #expect(started == StartedInstance(id: first, isNew: false))
        #expect(bench.core.placesInUse == 1)
        bench.start("case", [:], key: "other")
        #expect(bench.running.count == 2)
    }

    @Test func `A secret reaches the handler and nothing else`() throws {
        let bench = try Bench()
        bench.secrets = SimulatedSecrets(["token": "s3cr3t-value"])
        try bench.restart()
        try bench.define(
            """
            workflow: case
            secrets: [token]
            steps:
              - id: a
                call: http.post
                with: { url: "https://x.test", headers: { Authorization: "Bearer ${{ secrets.token }}" } }
            """)
        let id = bench.start()
        let sent = bench.running.first?.invocation.input["headers"]?["Authorization"]?.stringValue
        #expect(sent == "Bearer s3cr3t-value")
        bench.end("a/send", .success(["status": 200, "headers": ["echo": "Bearer s3cr3t-value"], "body": "s3cr3t-value!"]))
        #expect(bench.status(id) == .completed)
        let stored = "\(try bench.journal.steps(of: id, run: nil))"
        #expect(!stored.contains("s3cr3t-value"))
        #expect(stored.contains("[secret token]"))
    }

    @Test func `A secret that is not set fails the attempt`() throws {
        let bench = try Bench(
            """
            workflow: case
            secrets: [token]
            steps:
              - id: a
                call: http.post
                with: { url: "https://x.test", headers: { Authorization: "Bearer ${{ secrets.token }}" } }
            """)
        let id = bench.start()
        #expect(bench.status(id) == .failed)
        #expect(bench.failure(id)?.code == "secret.missing")
        #expect(bench.core.placesInUse == 0)
    }
}
