import CEL
import TestSupport
import Testing
import Values
import WorkflowGraph

/// What lowered values come to when they are evaluated.
@Suite struct LoweredValueTests {
    private struct NoVariables: SlotSource {
        func value(ofSlot slot: Int) -> Value { .null }
    }

    private func calls(_ graph: StepGraph) -> [Node.ActionCall] {
        graph.nodes.compactMap { if case .action(let call) = $0.kind { call } else { nil } }
    }

    @Test func `a mail is filled when the input is evaluated, and escaped in HTML only`() throws {
        let graph = try compileWorkflow(
            """
            workflow: mail
            steps:
              - id: tell
                call: email
                with: { to: a@example.com, template: paid, data: { name: "${{ 'A & B' }}", lines: [{ sku: one }, { sku: two }] } }
            """,
            files: [
                (
                    "emails/paid.mustache",
                    "Subject: Paid by {{name}}\r\n\r\nThanks, {{name}}\n{{#lines}}\n* {{sku}}\n{{/lines}}"
                ),
                ("emails/paid.html.mustache", "<p>{{name}} {{{name}}}"),
            ])
        let call = try #require(calls(graph).first)
        let input = try call.input.evaluate(NoVariables())
        #expect(
            input == [
                "to": "a@example.com", "subject": "Paid by A & B", "text": "Thanks, A & B\n* one\n* two\n",
                "html": "<p>A &amp; B A & B",
            ])
        #expect(try call.contract.admit(input).get() == input)
    }

    @Test func `an int is a double in the rounds of a fold over doubles`() throws {
        let graph = try compileWorkflow(
            """
            workflow: fold
            steps:
              - id: half
                repeat: { until: "${{ result.x < 0.1 }}", max: 9, initial: { x: 1, n: 1 } }
                steps: [{ id: note, call: log, with: { message: "at ${{ previous.x }}" } }]
                output: { x: "${{ previous.x / 2.0 }}", n: "${{ previous.n + 1 }}" }
            """)
        let loops = graph.nodes.compactMap { if case .repeat(let loop) = $0.kind { loop } else { nil } }
        #expect(loops.first?.previousShape.typed(["x": 1, "n": 1]) == ["x": 1.0, "n": 1])
    }
}
