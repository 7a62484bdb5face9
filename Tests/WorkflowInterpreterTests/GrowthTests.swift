import TestSupport
import Testing
import Values
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// The cost of one completion depends neither on how much came before it nor on how much is open beside it. Measured in
/// processor time of the thread, as the ratio of the cheapest stretches at the end and at the start; where others disturb them, of the
/// cheapest of some runs.
@Suite(.serialized)
struct GrowthTests {
    private static let width = 10_000

    @Test func `A completion in a wide 'parallel' costs at the end what it costs at the start`() throws {
        let branches = (0..<Self.width).map { StepSketch("b\($0)") }
        try expectFlat(GraphSketch.graph([StepSketch("all", .parallel(branches))]))
    }

    @Test func `A completion in a wide 'foreach' costs at the end what it costs at the start`() throws {
        var step = StepSketch("each", .group([StepSketch("one"), StepSketch("two")]))
        step.items = (0..<Self.width / 2).map { .int(Int64($0)) }
        step.concurrency = Self.width
        step.compensate = [StepSketch("undo")]
        try expectFlat(GraphSketch.graph([step]))
    }

    @Test func `A completion in a long 'repeat' costs at the end what it costs at the start`() throws {
        var step = StepSketch("again", .group([StepSketch("one")]))
        step.rounds = Self.width
        step.compensate = [StepSketch("undo")]
        try expectFlat(GraphSketch.graph([step]))
    }

    @Test func `A completion in a 'foreach' of one at a time costs at the end what it costs at the start`() throws {
        var step = StepSketch("each")
        step.items = (0..<Self.width).map { .int(Int64($0)) }
        try expectFlat(GraphSketch.graph([step]))
    }

    private func expectFlat(_ graph: StepGraph) throws {
        var costs = try Self.costs(graph)
        var (early, late) = Self.ends(of: costs)
        for _ in 0..<10 where late > early * 1.2 {
            costs = zip(costs, try Self.costs(graph)).map(min)
            (early, late) = Self.ends(of: costs)
        }
        #expect(late <= early * 1.2)
    }

    /// What each completion costs, of open steps in the order in which they were asked for.
    private static func costs(_ graph: StepGraph) throws -> [Duration] {
        let header = InstanceHeader(
            id: InstanceID("0198c0de-0000-7000-8000-000000000001"), workflow: "case", input: [:], config: [:], trigger: [:],
            startedAt: Timestamp(microseconds: 0))
        let interpreter = Interpreter(graph: graph, header: header)
        var open = interpreter.start().compactMap(\.leafKey)
        var costs: [Duration] = []
        for sequence in 1...width {
            let content = JournalEntry.Content.outcome(open[sequence - 1], .completed(.null))
            let entry = JournalEntry(sequence: sequence, time: Timestamp(microseconds: Int64(sequence)), content: content)
            var commands: [Command] = []
            costs.append(try ThreadTime.of { commands = try interpreter.apply(entry) })
            open += commands.compactMap(\.leafKey)
        }
        #expect(interpreter.completion == .completed(output: .null))
        return costs
    }

    /// The cheapest of a hundred completions, near the start and near the end: from the thousandth on, where all keys are equally long,
    /// so that their digests cost the same, and before the last, which ends the loop and is linear in its width.
    private static func ends(of costs: [Duration]) -> (early: Duration, late: Duration) {
        let stretches = stride(from: 0, to: costs.count, by: 100).map { costs[$0..<($0 + 100)].min() ?? .zero }
        return (stretches[10..<30].min() ?? .zero, stretches[79..<99].min() ?? .zero)
    }
}
