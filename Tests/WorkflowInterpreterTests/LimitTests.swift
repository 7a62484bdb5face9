import TestSupport
import Testing
import Values
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// Bounds that no definition of readable size reaches.
struct LimitTests {
    private func interpreter(_ steps: [StepSketch]) -> Interpreter {
        let header = InstanceHeader(
            id: InstanceID("0198c0de-0000-7000-8000-000000000001"), workflow: "case", input: [:], config: [:], trigger: [:],
            startedAt: Timestamp(microseconds: 0))
        return Interpreter(graph: GraphSketch.graph(steps), header: header)
    }

    private func code(_ interpreter: Interpreter) -> String? {
        guard case .failed(let failure) = interpreter.completion else { return nil }
        return failure.code
    }

    @Test func `A loop that never suspends ends at the limit of steps per entry`() {
        var loop = StepSketch("spin", .choice([]))
        loop.rounds = 1_000_000
        loop.clauses = [[StepSketch("never")]]
        let interpreter = interpreter([loop])
        _ = interpreter.start()
        #expect(code(interpreter) == "limit.steps")
    }

    @Test func `A run has at most 50,000 entries, compensations apart`() throws {
        var loop = StepSketch("again")
        loop.rounds = 1_000_000
        let first: StepSketch = {
            var step = StepSketch("first")
            step.compensate = [StepSketch("undo")]
            return step
        }()
        let interpreter = interpreter([first, loop])
        var open = interpreter.start().compactMap(\.leafKey)
        var sequence = 0
        while let key = open.popLast() {
            sequence += 1
            let content = JournalEntry.Content.outcome(key, .completed(.null))
            let entry = JournalEntry(sequence: sequence, time: Timestamp(microseconds: Int64(sequence)), content: content)
            open += try interpreter.apply(entry).compactMap(\.leafKey)
        }
        #expect(code(interpreter) == "limit.journal")
        // The last one is the undo.
        #expect(sequence == InterpreterLimits.entriesPerRun + 1)
    }
}
