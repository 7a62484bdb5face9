import TestSupport
import Testing
import Values
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// Retries that scenario files cannot show: onto a corrected definition, and of runs that ended from outside.
struct RetryPlanTests {
    private static func definition(_ steps: String, output: String = "null") -> String {
        """
        workflow: case
        input: { value: any }
        steps:
        \(steps)
        output: \(output)
        """
    }

    private static let two = """
          - id: a
            call: random.uuid
          - id: b
            call: random.uuid
        """

    private static let header = InstanceHeader(
        id: InstanceID("0198c0de-0000-7000-8000-000000000001"), workflow: "case", input: ["value": .int(1)], config: [:],
        trigger: [:], startedAt: Timestamp(microseconds: 0))

    private func run(_ text: String, _ outcomes: [(String, StepOutcome)]) throws -> RunRecorder {
        var run = RunRecorder(graph: try compileWorkflow(text, named: "case"), header: Self.header)
        _ = run.begin()
        for (key, outcome) in outcomes { _ = try run.apply(.outcome(MemoKey(key), outcome)) }
        return run
    }

    private func plan(
        _ ended: RunRecorder, from step: String? = nil, upgradedTo text: String
    ) throws -> Result<RetryPlan, RetryRefusal> {
        let upgrade = try compileWorkflow(text, named: "case")
        return RetryPlan.make(
            graph: ended.graph, header: ended.header, rows: ended.rows, from: step.map { MemoKey($0) },
            upgrade: (upgrade, Self.header))
    }

    @Test func `A corrected output completes the run with all that is kept`() throws {
        let faulty = Self.definition(Self.two, output: "${{ input.value.missing }}")
        let ended = try run(faulty, [("a", .completed("A")), ("b", .completed("B"))])
        guard case .failed? = ended.interpreter.completion else { throw ScenarioError("it has not failed") }
        #expect(RetryPlan.make(graph: ended.graph, header: ended.header, rows: ended.rows).refusal?.reason == .failsAgain)

        let corrected = Self.definition(Self.two, output: "${{ steps.a + steps.b }}")
        let plan = try plan(ended, upgradedTo: corrected).get()
        #expect(plan.staying.map(\.text) == ["a", "b"])
        #expect(plan.beginning.isEmpty)
        var next = try RunRecorder(
            graph: try compileWorkflow(corrected, named: "case"), header: Self.header, kept: plan.kept,
            keptSequence: plan.keptSequence, now: ended.now)
        #expect(try next.apply(.signal(.retried(RetryRecord(run: 2)))) == [.finish(.completed(output: "AB"))])
        try next.checkReplay()
    }

    @Test func `A corrected step begins anew with what the new definition asks for`() throws {
        let ended = try run(
            Self.definition(Self.two), [("a", .completed("A")), ("b", .failed(Failure(code: "x", message: "")))])
        let corrected = Self.definition(Self.two.replacing("  - id: b\n", with: "  - id: new\n    call: time.now\n  - id: b\n"))
        let plan = try plan(ended, upgradedTo: corrected).get()
        #expect(plan.staying.map(\.text) == ["a"])
        #expect(plan.beginning.map(\.text) == ["new"])
    }

    @Test func `What is kept must replay on the corrected definition`() throws {
        let ended = try run(
            Self.definition(Self.two), [("a", .completed("A")), ("b", .failed(Failure(code: "x", message: "")))])
        let other = Self.definition(Self.two.replacing("id: a\n    call: random.uuid", with: "id: a\n    call: time.now"))
        #expect(try plan(ended, upgradedTo: other).refusal?.reason == .mismatch)
        #expect(try plan(ended, from: "a", upgradedTo: other).get().beginning.map(\.text) == ["a"])
    }

    @Test func `A run that was ended from outside goes on where it was`() throws {
        let ended = try run(Self.definition(Self.two), [("a", .completed("A"))])
        var rows = ended.rows
        // As a store closes them that ends a held instance itself.
        for index in rows.indices where !rows[index].status.isFinal { rows[index].status = .cancelled }
        let plan = try RetryPlan.make(graph: ended.graph, header: ended.header, rows: rows).get()
        #expect(plan.staying.map(\.text) == ["a"])
        #expect(plan.beginning.map(\.text) == ["b"])
    }

    @Test func `A run that ended before it began has nothing to keep`() throws {
        let graph = try compileWorkflow(Self.definition(Self.two), named: "case")
        let plan = try RetryPlan.make(graph: graph, header: Self.header, rows: [], hasBegun: false).get()
        #expect(plan.kept.isEmpty && plan.keptSequence == 0)
        #expect(plan.beginning.map(\.text) == ["a"])
    }
}

extension Result where Failure == RetryRefusal {
    fileprivate var refusal: RetryRefusal? { if case .failure(let refusal) = self { refusal } else { nil } }
}
