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
        let clock = ContinuousClock()
        var id = InstanceID("")
        let time = clock.measure { id = bench.start("case", items(count)) }
        #expect(bench.status(id) == .completed)
        return time
    }

    @Test(.timeLimit(.minutes(2))) func `Ten thousand steps in a row cost ten times a thousand`() throws {
        let yaml = Self.loop(concurrency: 1)
        let short = try Self.run(yaml, 1_000)
        let long = try Self.run(yaml, 10_000)
        // Quadratic growth would be a hundred times; a busy machine is forgiven.
        #expect(long < short * 25)
    }

    @Test(.timeLimit(.minutes(2))) func `A thousand steps at a time, ten thousand of them cost ten times a thousand`() throws {
        let yaml = Self.loop(concurrency: 1_000)
        let short = try Self.run(yaml, 1_000)
        let long = try Self.run(yaml, 10_000)
        // Quadratic growth would be a hundred times; a busy machine is forgiven.
        #expect(long < short * 25)
    }
}
