extension Explanation {
    /// WF52xx: events.
    static let events: [Explanation] = [
        Explanation(
            .matchPath,
            """
            `match` compares fields of the event's payload, which is declared under `events`; paths into nested records are dotted.
            """,
            wrong: """
                workflow: await-payment
                timeout: 7d
                input: { orderId: string }
                events:
                  order.paid: { orderId: string }
                steps:
                  - id: paid
                    wait: { event: order.paid, match: { oderId: "${{ input.orderId }}" } }
                """,
            right: """
                workflow: await-payment
                timeout: 7d
                input: { orderId: string }
                events:
                  order.paid: { orderId: string }
                steps:
                  - id: paid
                    wait: { event: order.paid, match: { orderId: "${{ input.orderId }}" } }
                """),
        Explanation(
            .matchType,
            """
            The value to compare with has another type than the field of the payload, so nothing would ever match.
            """,
            wrong: """
                workflow: await-payment
                timeout: 7d
                input: { number: integer }
                events:
                  order.paid: { orderId: string }
                steps:
                  - id: paid
                    wait: { event: order.paid, match: { orderId: "${{ input.number }}" } }
                """,
            right: """
                workflow: await-payment
                timeout: 7d
                input: { number: integer }
                events:
                  order.paid: { orderId: string }
                steps:
                  - id: paid
                    wait: { event: order.paid, match: { orderId: "${{ string(input.number) }}" } }
                """),
        Explanation(
            .waitForAny,
            """
            Without `match` and `where` the wait takes the next event of the name, whatever it is about. Events go to every instance that \
            waits: all of them would take it for their own.
            """,
            wrong: """
                workflow: await-payment
                timeout: 7d
                input: { orderId: string }
                events:
                  order.paid: { orderId: string }
                steps:
                  - id: paid
                    wait: { event: order.paid }
                output: ${{ input.orderId }}
                """,
            right: """
                workflow: await-payment
                timeout: 7d
                input: { orderId: string }
                events:
                  order.paid: { orderId: string }
                steps:
                  - id: paid
                    wait: { event: order.paid, match: { orderId: "${{ input.orderId }}" } }
                output: ${{ input.orderId }}
                """),
    ]
}
