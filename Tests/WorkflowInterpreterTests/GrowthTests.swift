import Foundation
import TestSupport
import Testing
import Values
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// The cost of one completion depends neither on how much came before it nor on how much is open beside it. Measured in
/// processor time of the thread, as the ratio of the cheapest stretches at the end and at the start of one run.
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

    /// Completes open steps in the order in which they were asked for.
    private func expectFlat(_ graph: StepGraph) throws {
        let header = InstanceHeader(
            id: InstanceID("0198c0de-0000-7000-8000-000000000001"), workflow: "case", input: [:], config: [:], trigger: [:],
            startedAt: Timestamp(microseconds: 0))
        let interpreter = Interpreter(graph: graph, header: header)
        var open = interpreter.start().compactMap(\.leafKey)
        var costs: [UInt64] = []
        for sequence in 1...Self.width {
            let content = JournalEntry.Content.outcome(open[sequence - 1], .completed(.null))
            let entry = JournalEntry(sequence: sequence, time: Timestamp(microseconds: Int64(sequence)), content: content)
            let before = threadTime()
            let commands = try interpreter.apply(entry)
            costs.append(threadTime() - before)
            open += commands.compactMap(\.leafKey)
        }
        #expect(interpreter.completion == .completed(output: .null))
        let stretches = stride(from: 0, to: costs.count, by: 100).map { costs[$0..<($0 + 100)].min() ?? 0 }
        // From the thousandth on: all keys are equally long, so that their digests cost the same.
        let early = try #require(stretches[10..<30].min())
        // The very last completion ends the loop, which is linear in its width.
        let late = try #require(stretches[79..<99].min())
        #expect(Double(late) <= 1.2 * Double(early), "\(early) ns at the start, \(late) ns at the end")
    }

    private func threadTime() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
