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

    /// Runs the loop and gives the time at which each step's outcome was handed over for writing, in seconds.
    private static func transitions(_ yaml: String, _ count: Int) throws -> (bench: Bench, id: InstanceID, time: Duration) {
        let bench = try Bench(yaml)
        bench.recordsTransitions = false
        let clock = ContinuousClock()
        var id = InstanceID("")
        let time = clock.measure { id = bench.start("case", items(count)) }
        return (bench, id, time)
    }

    @Test(.timeLimit(.minutes(2))) func `Ten thousand steps in a row cost ten times a thousand`() throws {
        let yaml = Self.loop(concurrency: 1)
        let short = try Self.transitions(yaml, 1_000)
        let long = try Self.transitions(yaml, 10_000)
        #expect(long.bench.status(long.id) == .completed)
        print("sequential", short.time, long.time)
    }

    @Test(.timeLimit(.minutes(2))) func `A thousand steps at a time, ten thousand of them cost ten times a thousand`() throws {
        let yaml = Self.loop(concurrency: 1_000)
        let short = try Self.transitions(yaml, 1_000)
        let long = try Self.transitions(yaml, 10_000)
        #expect(long.bench.status(long.id) == .completed)
        print("parallel", short.time, long.time)
    }
}
