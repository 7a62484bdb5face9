import TestSupport
import Testing
import Values
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// A recorded run against edited definitions: the first place where they part, and why.
struct DivergenceTests {
    private static let recorded = """
        workflow: case
        steps:
          - id: a
            call: random.uuid
          - id: b
            call: log
            with: { message: one }
          - id: nap
            timeout: 2h
            sleep: 1h
          - id: c
            call: random.uuid
        """

    struct Edit: Sendable, CustomTestStringConvertible {
        var name: String
        var old: String
        var new: String
        var kind: JournalMismatch.Kind?
        var step: String?
        var testDescription: String { name }
    }

    static let edits: [Edit] = [
        Edit(name: "nothing", old: "", new: "", kind: nil, step: nil),
        Edit(name: "what is still to come", old: "  - id: c\n    call: random.uuid", new: "", kind: nil, step: nil),
        Edit(
            name: "another step before", old: "steps:\n", new: "steps:\n  - id: z\n    call: random.uuid\n", kind: .stepIsNew,
            step: "z"),
        Edit(
            name: "a step taken out", old: "  - id: b\n    call: log\n    with: { message: one }\n", new: "",
            kind: .orderChanged,
            step: "nap"),
        Edit(
            name: "another action", old: "  - id: a\n    call: random.uuid", new: "  - id: a\n    call: time.now",
            kind: .actionChanged, step: "a"),
        Edit(
            name: "another verb", old: "  - id: a\n    call: random.uuid", new: "  - id: a\n    sleep: 1s",
            kind: .actionChanged,
            step: "a"),
        Edit(name: "another input", old: "message: one", new: "message: two", kind: .inputChanged, step: "b"),
        Edit(
            name: "into a loop", old: "  - id: b\n", new: "  - id: b\n    foreach: [1]\n", kind: .stepMoved, step: "b"),
        Edit(
            name: "into a group",
            old: "  - id: b\n    call: log\n    with: { message: one }\n",
            new: "  - id: g\n    steps:\n      - id: b\n        call: log\n        with: { message: one }\n", kind: .stepMoved,
            step: "b"),
        Edit(
            name: "an end before it", old: "  - id: b\n", new: "  - id: out\n    return: early\n  - id: b\n",
            kind: .endsEarlier, step: nil),
        Edit(name: "a timeout that has come due", old: "    timeout: 2h\n", new: "", kind: .timeoutVanished, step: "nap"),
    ]

    @Test(arguments: edits)
    func `The first difference is found and named`(_ edit: Edit) throws {
        let rows = try recordedRows()
        let text = edit.old.isEmpty ? Self.recorded : Self.recorded.replacing(edit.old, with: edit.new)
        let divergence = Divergence.first(graph: try compileWorkflow(text, named: "case"), header: Self.header, rows: rows)
        #expect(divergence?.mismatch.kind == edit.kind)
        #expect(divergence?.mismatch.key?.text == edit.step)
    }

    @Test func `A report says what was recorded and what is asked for`() throws {
        let text = Self.recorded.replacing("  - id: b\n", with: "  - id: b\n    foreach: [1]\n")
        let graph = try compileWorkflow(text, named: "case")
        let divergence = try #require(Divergence.first(graph: graph, header: Self.header, rows: try recordedRows()))
        #expect(divergence.sequence == 0)
        #expect(divergence.mismatch.movedTo == MemoKey("b[0]"))
        #expect(
            divergence.mismatch.description
                == "journal mismatch at step 'b': the step stands in a loop now; recorded: call log at 'b'; the definition asks "
                + "for: call log at 'b[0]'")
    }

    private static let header = InstanceHeader(
        id: InstanceID("0198c0de-0000-7000-8000-000000000001"), workflow: "case", input: [:], config: [:], trigger: [:],
        startedAt: Timestamp(microseconds: 0))

    /// Through `a` and `b` to the timeout of `nap`.
    private func recordedRows() throws -> [StepRow] {
        var run = RunRecorder(graph: try compileWorkflow(Self.recorded, named: "case"), header: Self.header)
        _ = run.begin()
        _ = try run.apply(.outcome(MemoKey("a"), .completed("A")))
        _ = try run.apply(.outcome(MemoKey("b"), .completed(.null)))
        _ = try run.apply(.signal(.timedOut(MemoKey("nap"))))
        return run.rows
    }
}
