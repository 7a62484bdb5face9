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

    @Test func `A failure ends ten thousand waiting branches at once`() throws {
        let branches = (0..<10_000).map { StepSketch("b\($0)", .sleep) } + [StepSketch("last")]
        let interpreter = interpreter([StepSketch("all", .parallel(branches))])
        #expect(interpreter.start().count == 10_001)
        let failure = Failure(code: "broken", message: "it failed")
        let entry = JournalEntry(
            sequence: 1, time: Timestamp(microseconds: 1), content: .outcome(MemoKey("all/last"), .failed(failure)))
        let commands = try interpreter.apply(entry)
        #expect(commands.prefix(10_000) == (0..<10_000).map { .endLeaf(MemoKey("all/b\($0)")) }[...])
        #expect(code(interpreter) == "broken")
    }

    @Test func `The retry of a wide run that was undone keeps none of it`() throws {
        var each = StepSketch("each", .group([StepSketch("one")]))
        each.items = (0..<2_000).map { .int(Int64($0)) }
        each.concurrency = 2_000
        each.compensate = [StepSketch("undo")]
        let header = InstanceHeader(
            id: InstanceID("0198c0de-0000-7000-8000-000000000001"), workflow: "case", input: [:], config: [:], trigger: [:],
            startedAt: Timestamp(microseconds: 0))
        let graph = GraphSketch.graph([each, StepSketch("after")])
        let interpreter = Interpreter(graph: graph, header: header)
        var rows: [StepRow] = []
        var open = interpreter.start().compactMap(\.leaf)
        while rows.count < open.count {
            let leaf = open[rows.count]
            let sequence = rows.count + 1
            let failure: Failure? = leaf.key == MemoKey("after") ? Failure(code: "broken", message: "it failed") : nil
            let time = Timestamp(microseconds: Int64(sequence))
            rows.append(
                StepRow(
                    key: leaf.key, verb: .call, action: "work", status: failure == nil ? .completed : .failed,
                    inputDigest: leaf.inputDigest, scheduledSequence: leaf.scheduledSequence, completedSequence: sequence,
                    output: failure == nil ? .null : nil, failure: failure, occurrence: leaf.occurrence, scheduledAt: time,
                    completedAt: time))
            open += try interpreter.apply(Replay.entry(of: rows[sequence - 1])).compactMap(\.leaf)
        }
        #expect(code(interpreter) == "broken")
        let plan = try RetryPlan.make(graph: graph, header: header, rows: rows).get()
        #expect(plan.kept.isEmpty && plan.beginning.count == 2_000 && plan.again.count == 2_001)
        #expect(plan.occurrences["each[7]/one"] == 1)
    }
}
