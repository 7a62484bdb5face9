import JournalMemory
import Simulation
import Testing
import Values
import WorkflowEngine
import WorkflowInterpreter
import WorkflowJournal

/// What is printed of a `where`, and the event that is offered.
extension ExplanationCase {
    private static let flags = "events: { go: { a: boolean, b: boolean, c: boolean } }"

    private static func waiting(
        _ condition: String, _ head: String = flags, event: String = "go"
    ) throws -> (Bench, InstanceID) {
        try started("  - id: w\n    wait:\n      event: \(event)\n      where: >-\n        ${{ \(condition) }}", head)
    }

    static let samples = [
        ExplanationCase("event-where-in-parentheses") {
            let (bench, id) = try waiting(
                "(event.data.a || event.data.b) && !(event.data.c || event.data.a && event.data.b) && (event.data.a)")
            bench.send("go", ["a": true, "b": true, "c": false])
            return (bench, id)
        },
        ExplanationCase("event-where-of-one-condition") {
            let (bench, id) = try waiting("((event.data.a) || (event.data.b))")
            bench.send("go", ["a": false, "b": false, "c": false])
            return (bench, id)
        },
        ExplanationCase("event-where-as-it-is-written") {
            try waiting(
                """
                (event.data.urgent ? event.data.weight > 1.0 : event.data.note == 'a  b') && ((event.data.weight + 1.0) * 2.0) > 3.0
                """, "events: { go: { urgent: boolean, weight: number, note: string } }")
        },
        ExplanationCase("event-where-decides-the-name") {
            try waiting("event.name == 'two.no'", "events: { two.yes: any, two.no: any }", event: "[two.yes, two.no]")
        },
        ExplanationCase("event-where-solved") {
            try waiting(
                """
                event.data.count > 3 && event.data.count != 4 && 2.5 > event.data.weight && event.data.color in ['red', 'blue'] \
                && event.data.urgent && !event.data.secret && event.source == 'depot' && event.id == 'e-1'
                """, "events: { go: { count: integer, weight: number, color: string, urgent: boolean, secret: boolean } }")
        },
        ExplanationCase("event-where-asks-who-sends-it") {
            try waiting("event.source != 'shop'", "events: { go: any }")
        },
        ExplanationCase("event-where-undecided") {
            try waiting(
                "event.data.code.startsWith('A') && event.data.urgent", "events: { go: { code: string, urgent: boolean } }")
        },
        ExplanationCase("event-where-nothing-fits") {
            try waiting("event.data.count == 1 && event.data.count == 2", "events: { go: { count: integer } }")
        },
        ExplanationCase("event-of-a-workflow") {
            try waiting("event.source == 'wfrun'", "events: { go: any }")
        },
        ExplanationCase("event-of-text") { try started("  - { id: w, wait: { event: ping } }", "events: { ping: string }") },
        ExplanationCase("event-of-null") { try started("  - { id: w, wait: { event: ping } }", "events: { ping: null }") },
        ExplanationCase("event-of-a-list") {
            try started("  - { id: w, wait: { event: ping } }", "events: { ping: list(integer) }")
        },
        ExplanationCase("event-of-formats") {
            try started(
                "  - { id: w, wait: { event: ping } }",
                """
                events:
                  ping:
                    by: email
                    at: timestamp
                    within: duration
                    link: uri
                    order: uuid
                    kind: enum(a | b)
                    of: { each: number }
                """)
        },
        ExplanationCase("event-of-a-schema") {
            try started(
                "  - { id: w, wait: { event: ping } }",
                """
                events:
                  ping:
                    $schema: https://json-schema.org/draft/2020-12/schema
                    type: object
                    required: [count, note, day]
                    properties: { count: { type: integer, minimum: 5 }, note: { type: [string, "null"] }, day: { type: string, format: date } }
                """)
        },
        ExplanationCase("event-of-a-schema-that-is-not-met") {
            try started(
                "  - { id: w, wait: { event: ping } }",
                """
                events:
                  ping:
                    $schema: https://json-schema.org/draft/2020-12/schema
                    type: string
                    pattern: "^[A-Z]{3}$"
                """)
        },
    ]

    // MARK: - Paused

    static let pauses = [
        ExplanationCase("paused-at-a-wait") {
            let (bench, id) = try waiting(
                "event.data.a && event.data.count > 2", "events: { go: { a: boolean, count: integer } }")
            bench.request(id, .pause(reason: nil))
            bench.send("go", ["a": true, "count": 1])
            return (bench, id)
        },
        ExplanationCase("paused-when-the-event-came") {
            let (bench, id) = try started("  - { id: w, wait: { event: go } }", "events: { go: any }")
            bench.request(id, .pause(reason: nil))
            bench.send("go", .null)
            return (bench, id)
        },
        ExplanationCase("paused-at-an-undecided-wait") {
            let (bench, id) = try waiting("event.data.code.startsWith('A')", "events: { go: { code: string } }")
            bench.request(id, .pause(reason: nil))
            return (bench, id)
        },
        ExplanationCase("paused-between-two-steps") {
            let (bench, id) = try started(
                "  - { id: a, call: shell, with: { argv: [a] } }\n  - { id: b, call: shell, with: { argv: [b] } }")
            bench.request(id, .pause(reason: "lunch"))
            bench.end("a")
            return (bench, id)
        },
        ExplanationCase("paused-before-a-retry") {
            let (bench, id) = try started(
                "  - { id: a, call: http, with: { url: \"https://a.example\" }, retry: { attempts: 3, delay: 1m, jitter: false } }"
            )
            bench.request(id, .pause(reason: nil))
            bench.end("a", .failure(Bench.unavailable))
            bench.advance(90)
            return (bench, id)
        },
    ]
}
