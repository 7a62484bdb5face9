import Simulation
import TestSupport
import Testing
import Values
import WorkflowEngine
import WorkflowJournal

/// What a step costs must not depend on how many steps are behind it or beside it.
@Suite(.serialized) struct GrowthTests {
    private static func loop(concurrency: Int) -> String {
        """
        workflow: case
        input: { items: list(integer) }
        steps:
          - id: all
            foreach: { in: "${{ input.items }}", concurrency: \(concurrency) }
            call: random.int
            with: { min: 1, max: 9 }
        """
    }

    private static func items(_ count: Int) -> Value { ["items": .list((0..<count).map { .int(Int64($0)) })] }

    /// Runs the loop to its end.
    private static func run(_ yaml: String, _ count: Int) throws -> Duration {
        let bench = try Bench(yaml)
        bench.recordsTransitions = false
        var id = InstanceID("")
        let time = ThreadTime.of { id = bench.start("case", items(count)) }
        #expect(bench.status(id) == .completed)
        return time
    }

    /// Quadratic growth would be a hundred times.
    private static func expectLinear(_ yaml: String) throws {
        var short = try run(yaml, 1_000)
        var long = try run(yaml, 10_000)
        for _ in 0..<5 where long >= short * 25 {
            short = min(short, try run(yaml, 1_000))
            long = min(long, try run(yaml, 10_000))
        }
        #expect(long < short * 25)
    }

    @Test(.timeLimit(.minutes(2))) func `Ten thousand steps in a row cost ten times a thousand`() throws {
        try Self.expectLinear(Self.loop(concurrency: 1))
    }

    @Test(.timeLimit(.minutes(2))) func `A thousand steps at a time, ten thousand of them cost ten times a thousand`() throws {
        try Self.expectLinear(Self.loop(concurrency: 1_000))
    }
}
