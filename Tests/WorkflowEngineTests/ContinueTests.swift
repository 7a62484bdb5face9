import JournalMemory
import Simulation
import TestSupport
import Testing
import Values
import WorkflowEngine
import WorkflowGraph
import WorkflowJournal

/// `continue_as_new`: run after run of one instance.
struct ContinueTests {
    private static let counting = """
        workflow: case
        input: { n: integer = 0, until: integer = 3 }
        labels: { n: "n${{ input.n }}" }
        events:
          ping: {}
        steps:
          - id: a
            call: shell
            with: { argv: [a] }
          - id: next
            if: ${{ input.n < input.until }}
            continue_as_new: { n: "${{ input.n + 1 }}", until: "${{ input.until }}" }
        output: ${{ instance.continuations }}
        """

    @Test func `The next run begins with the new input and an empty journal`() throws {
        let bench = try Bench(Self.counting)
        let id = bench.start()
        bench.advance(5)
        bench.end("a")
        let summary = try #require(bench.summary(id))
        #expect(summary.run == 2)
        #expect(summary.status == .running)
        #expect(summary.labels == ["n": "n1"])
        #expect(bench.keys(id) == ["a"])
        for _ in 0..<3 { bench.end("a") }
        #expect(bench.status(id) == .completed)
        #expect(bench.output(id) == 3)
        #expect(bench.summary(id)?.run == 4)
    }

    @Test func `The next run takes the definition current then, if it accepts the input`() throws {
        let bench = try Bench(Self.counting)
        let id = bench.start()
        let graph = try bench.define(
            Self.counting.replacing("call: shell", with: "call: http").replacing("argv: [a]", with: "url: 'https://x.test/'"))
        bench.end("a")
        #expect(bench.summary(id)?.digest == graph.digest)
        #expect(bench.running.map(\.action) == ["http"])
    }

    @Test func `A definition that does not accept the input, or is gone, leaves the run on its own`() throws {
        let bench = try Bench(Self.counting)
        let id = bench.start()
        let own = bench.summary(id)?.digest
        try bench.define(
            """
            workflow: case
            input: { other: string }
            steps:
              - id: b
                call: shell
                with: { argv: ["${{ input.other }}"] }
            """)
        bench.end("a")
        #expect(bench.summary(id)?.run == 2)
        #expect(bench.summary(id)?.digest == own)
        bench.definitions.retire("case")
        bench.end("a")
        #expect(bench.summary(id)?.run == 3)
        #expect(bench.summary(id)?.digest == own)
    }

    @Test func `A cancel between two runs is not lost`() throws {
        let bench = try Bench(Self.counting)
        let id = bench.start()
        bench.holdsWrites = true
        bench.end("a")
        _ = try bench.journal.write([.request(InstanceRequest(instance: id, kind: .cancel(CancelRequest())))])
        try bench.flush()
        bench.end("a", .failure(Bench.stopped))
        #expect(bench.status(id) == .cancelled)
    }

    @Test func `Whenever the process dies, each run happens once`() throws {
        var wasUntouched = false
        for crash in 1...300 where !wasUntouched {
            let bench = try Bench(Self.counting)
            let before = bench.journal.operations
            var isArmed = true
            bench.journal.plan = { number, _ in
                guard isArmed, number == before + crash else { return nil }
                isArmed = false
                return [StoreFault.crashBefore, .crashAt, .crashAfter][crash % 3]
            }
            let id = bench.start()
            for _ in 0..<8 {
                if bench.journal.isDown || bench.journal.diesSoon { try bench.restart() }
                bench.advance(1)
                bench.end("a")
            }
            wasUntouched = isArmed
            if bench.status(id) == nil { continue }
            #expect(bench.output(id) == 3, "crash at operation \(crash)")
        }
        #expect(wasUntouched)
    }

    @Test func `Thousands of runs in a row leave nothing in memory`() throws {
        let yaml = """
            workflow: case
            input: { n: integer = 0 }
            timeout: 10s
            steps:
              - id: r
                call: random.int
                with: { min: 1, max: 9 }
              - id: next
                if: ${{ input.n < 2000 }}
                continue_as_new: { n: "${{ input.n + 1 }}" }
            """
        let bench = try Bench(yaml)
        let id = bench.start()
        #expect(bench.status(id) == .completed)
        #expect(bench.summary(id)?.run == 2_001)
        #expect(bench.core.isQuiet)
    }

    @Test func `A run whose last step sends an event continues all the same`() throws {
        let yaml = """
            workflow: case
            input: { n: integer = 0 }
            events:
              ping: { n: integer }
            steps:
              - id: tell
                emit: { event: ping, data: { n: "${{ input.n }}" } }
              - id: next
                if: ${{ input.n < 2 }}
                continue_as_new: { n: "${{ input.n + 1 }}" }
            """
        let bench = try Bench(yaml)
        let id = bench.start()
        #expect(bench.status(id) == .completed)
        #expect(bench.summary(id)?.run == 3)
        #expect(try bench.journal.events(named: "ping", limit: 9).count == 3)
    }

    @Test func `A run that has nothing to wait for ends with its beginning`() throws {
        let yaml = """
            workflow: case
            input: { n: integer = 0 }
            concurrency: {}
            steps:
              - id: next
                if: ${{ input.n < 5 }}
                continue_as_new: { n: "${{ input.n + 1 }}" }
            output: ${{ input.n }}
            """
        let bench = try Bench(yaml)
        let id = bench.start()
        #expect(bench.status(id) == .completed)
        #expect(bench.output(id) == 5)
        #expect(bench.summary(id)?.run == 6)
    }
}
