import JournalMemory
import Simulation
import Testing
import Values
import WorkflowEngine
import WorkflowGraph
import WorkflowJournal

extension ExplanationCase {
    private static let orderInput: Value = ["orderId": "A-1042"]
    private static let head = """
        input: { orderId: string }
        events:
          shipment.scanned: { orderId: string, trackingNumber: string, weight: number, carrier: enum(dhl | ups), note: string? }
        """
    private static let matching = """
          - id: shipment
            wait: { event: shipment.scanned, match: { orderId: "${{ input.orderId }}" } }
            timeout: 7d
        """
    private static let testing = """
          - id: shipment
            wait:
              event: shipment.scanned
              where: "${{ event.data.orderId == input.orderId && event.source == 'depot' && event.data.weight > 1.0 }}"
        """

    private static func scan(
        _ orderId: Value, weight: Value = 2.5
    ) -> Value {
        ["orderId": orderId, "trackingNumber": "T9", "weight": weight, "carrier": "dhl"]
    }

    static let waits = [
        ExplanationCase("event") { try started(matching, head, input: orderInput, seconds: 7_500) },
        ExplanationCase("event-where") { try started(testing, head, input: orderInput) },
        ExplanationCase("event-of-several-names") {
            try started(
                "  - { id: w, wait: { event: [yes.sir, no.sir] } }", "events: { yes.sir: { by: string }, no.sir: any }",
                seconds: 5)
        },
        ExplanationCase("event-other-value") {
            let (bench, id) = try started(matching, head, input: orderInput)
            bench.send("shipment.scanned", scan("A-1043"))
            bench.advance(600)
            return (bench, id)
        },
        ExplanationCase("event-looks-alike") {
            let (bench, id) = try started(matching, head, input: orderInput)
            bench.send("shipment.scanned", scan("a-1042"))
            bench.send("shipment.scanned", scan(" A-1042\n"))
            return (bench, id)
        },
        ExplanationCase("event-number-for-text") {
            let (bench, id) = try started(matching, head, input: ["orderId": "1042"])
            bench.send("shipment.scanned", scan(1042))
            return (bench, id)
        },
        ExplanationCase("event-without-the-field") {
            let (bench, id) = try started(matching, head, input: orderInput)
            bench.send("shipment.scanned", ["order": "A-1042"])
            return (bench, id)
        },
        ExplanationCase("event-where-declined") {
            let (bench, id) = try started(testing, head, input: orderInput)
            bench.send("shipment.scanned", scan("A-1042", weight: 0.5))
            return (bench, id)
        },
        ExplanationCase("event-where-fails") {
            let (bench, id) = try started(
                "  - { id: w, wait: { event: ping, where: \"${{ event.data.a.b == 1 }}\" } }", "events: { ping: any }")
            bench.send("ping", ["a": 3])
            return (bench, id)
        },
        ExplanationCase("event-misspelt") {
            let (bench, id) = try started(matching, head, input: orderInput)
            bench.send("shipment.scaned", scan("A-1042"))
            bench.send("Shipment.Scanned", scan("A-1043"))
            bench.send("invoice.paid", scan("A-1042"))
            return (bench, id)
        },
        ExplanationCase("event-too-early") {
            let bench = try Bench("workflow: case\n\(head)\nsteps:\n\(matching)\n")
            bench.send("shipment.scanned", scan("A-1042"))
            bench.advance(60)
            let id = bench.start("case", orderInput)
            return (bench, id)
        },
        ExplanationCase("event-taken") {
            let (bench, id) = try started(
                matching + "\n" + matching.replacing("id: shipment", with: "id: second"), head, input: orderInput)
            bench.send("shipment.scanned", scan("A-1042"))
            return (bench, id)
        },
        ExplanationCase("event-among-many") {
            let (bench, id) = try started(matching, head, input: orderInput)
            for number in 2_000..<2_100 { bench.send("shipment.scanned", scan(.string("B-\(number)"))) }
            bench.send("shipment.scanned", scan("A-1024"))
            for number in 2_100..<2_150 { bench.send("shipment.scanned", scan(.string("B-\(number)"))) }
            return (bench, id)
        },
        ExplanationCase("event-that-matches", obstacle: noServer) {
            let (bench, id) = try started(matching, head, input: orderInput)
            let event = NewEvent(id: "e1", name: "shipment.scanned", source: "depot", data: scan("A-1042"))
            _ = try bench.journal.inner.write([.accept(SentEvent(event: event))])
            return (bench, id)
        },
        ExplanationCase("event-needs-quoting") {
            try started(matching, head, input: ["orderId": "it's \"x\""])
        },
        ExplanationCase("event-that-started-it") {
            let bench = try Bench()
            try bench.define(
                """
                workflow: case
                events: { ping: any }
                triggers:
                  - { event: ping }
                steps:
                  - { id: w, wait: { event: ping } }
                """)
            bench.send("other", .null)
            let graph = try #require(bench.definitions.current("case"))
            let id = InstanceID("01890000-0000-7000-8000-0000000000aa")
            let new = NewInstance(
                id: id, workflow: "case", digest: graph.graph.digest, input: [:], config: graph.configDigest,
                trigger: ["type": "event", "event": ["id": "e7", "name": "ping"]], createdAt: bench.journal.now())
            _ = try bench.journal.inner.write([
                .accept(
                    SentEvent(event: NewEvent(id: "e7", name: "ping", source: "shop", data: .null), starts: [new]))
            ])
            bench.advance(1)
            bench.advance(1)
            return (bench, id)
        },
        ExplanationCase("child") {
            let child = """
                workflow: payment
                events: { bank.confirmed: any }
                steps:
                  - { id: confirm, wait: { event: bank.confirmed }, timeout: 1d }
                """
            let bench = try Bench()
            try bench.define(child)
            try bench.define(
                "workflow: case\nsteps:\n  - { id: pay, invoke: payment, timeout: 2d }\n", besides: [child])
            let id = bench.start()
            bench.advance(30)
            return (bench, id)
        },
        ExplanationCase("child-tried-again") {
            let child = """
                workflow: payment
                steps:
                  - { id: no, fail: { code: bank.closed, message: come back later, retryable: true } }
                """
            let bench = try Bench()
            try bench.define(child)
            try bench.define(
                "workflow: case\nsteps:\n  - { id: pay, invoke: payment, retry: { attempts: 3, delay: 10m, jitter: false } }\n",
                besides: [child])
            let id = bench.start()
            bench.advance(1)
            return (bench, id)
        },
        ExplanationCase("queued") {
            let bench = try Bench(
                """
                workflow: case
                input: { shop: string }
                concurrency: { key: "${{ input.shop }}", limit: 1 }
                steps:
                  - { id: nap, sleep: 1h }
                """)
            bench.start("case", ["shop": "north"])
            bench.start("case", ["shop": "north"])
            return (bench, bench.start("case", ["shop": "north"]))
        },
        ExplanationCase("several-open-steps") {
            try started(
                """
                  - id: all
                    parallel:
                      - { id: a, call: shell, with: { argv: [a] } }
                      - { id: b, sleep: 1h }
                      - { id: c, wait: { event: go } }
                """, "events: { go: any }")
        },
        ExplanationCase("more-open-steps-than-are-told") {
            try started(
                "  - { id: all, foreach: \"${{ [1,2,3,4,5,6,7,8,9,10,11,12] }}\", sleep: 1h }".replacing(
                    "foreach: \"${{ [1,2,3,4,5,6,7,8,9,10,11,12] }}\"",
                    with: "foreach: { in: \"${{ [1,2,3,4,5,6,7,8,9,10,11,12] }}\", concurrency: 12 }"))
        },
    ]
}
