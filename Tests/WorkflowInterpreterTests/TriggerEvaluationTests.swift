import TestSupport
import Testing
import Values
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// What events and schedules start, and with what input.
struct TriggerEvaluationTests {
    private let graph: StepGraph
    private let config: Value = ["smallest": .double(5), "shop": "main"]

    init() throws {
        graph = try compileWorkflow(
            """
            workflow: case
            input: { day: timestamp, who: string, note: string? }
            events:
              order.paid: { orderId: string, total: number, at: timestamp }
            config: { smallest: number, shop: string }
            triggers:
              - event: order.paid
                where: ${{ event.data.total > config.smallest }}
                input: { day: "${{ event.data.at }}", who: "${{ event.data.orderId }}" }
              - cron: "@daily"
                input: { day: "${{ schedule.time }}", who: "${{ config.shop }}" }
              - event: order.odd
                where: ${{ event.data.total > 1 }}
                input: ${{ event.data }}
            concurrency: { key: "${{ input.who }}/${{ input.day }}", limit: 2, overflow: replace }
            steps:
              - { id: a, call: random.uuid }
            """.replacing("events:\n", with: "events:\n  order.odd: any\n"), named: "case")
    }

    private func event(_ name: String, _ data: Value) -> StoredEvent {
        StoredEvent(
            sequence: EventSequence(1), id: "e1", name: name, source: "test", time: Timestamp(microseconds: 0), data: data)
    }

    private func input(_ trigger: Int, _ event: StoredEvent) -> Result<Value?, Failure> {
        TriggerEvaluation.input(of: graph.triggers[trigger], event: event, graph: graph, config: config)
    }

    @Test func `An event for which 'where' is true gives the input, typed`() throws {
        let paid = event("order.paid", ["orderId": "o1", "total": .int(7), "at": "2026-01-05T09:00:00Z"])
        let time = try #require(Timestamp(rfc3339: "2026-01-05T09:00:00Z"))
        #expect(try input(0, paid).get() == ["day": .timestamp(time), "who": "o1"])
    }

    @Test func `An event for which 'where' is false starts nothing, nor does one of another name`() throws {
        #expect(
            try input(0, event("order.paid", ["orderId": "o1", "total": .int(5), "at": "2026-01-05T09:00:00Z"])).get() == nil)
        #expect(try input(0, event("order.odd", ["total": .int(7)])).get() == nil)
        #expect(try input(1, event("order.paid", [:])).get() == nil)
    }

    @Test func `A payload that does not fit, a failing 'where' and an input that does not fit are failures`() {
        func code(_ trigger: Int, _ event: StoredEvent) -> String? {
            guard case .failure(let failure) = input(trigger, event) else { return nil }
            return "\(failure.code): \(failure.message)"
        }
        #expect(
            code(0, event("order.paid", ["orderId": .int(1)]))
                == "schema: the payload of event 'e1' does not fit the type of 'order.paid'")
        #expect(
            code(2, event("order.odd", ["total": "much"]))?.hasPrefix("expression: 'where' of the trigger could not") == true)
        #expect(
            code(2, event("order.odd", ["total": .int(2)]))?.hasPrefix(
                "schema: the trigger's input does not fit workflow 'case'")
                == true)
    }

    @Test func `A schedule gives the input with its time`() throws {
        let time = Timestamp(microseconds: 86_400_000_000)
        let input = TriggerEvaluation.input(of: graph.triggers[1], scheduledAt: time, graph: graph, config: config)
        #expect(try input.get() == ["day": .timestamp(time), "who": "main"])
    }

    @Test func `The gate's key is evaluated over the input`() throws {
        let input: Value = ["day": .timestamp(Timestamp(microseconds: 0)), "who": "Ada", "note": .null]
        #expect(
            try TriggerEvaluation.gate(of: graph, input: input).get()
                == GateRequest(workflow: "case", key: "Ada/1970-01-01T00:00:00Z", limit: 2, overflow: .replace))
    }
}
