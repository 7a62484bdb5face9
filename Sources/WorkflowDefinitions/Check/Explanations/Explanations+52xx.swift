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
            .emittedData,
            """
            What is sent does not fit the payload declared for the event under `events`.
            """,
            wrong: """
                workflow: pay-order
                events:
                  order.paid: { orderId: string, amount: number }
                input: { orderId: string }
                steps:
                  - id: tell
                    emit: { event: order.paid, data: { orderId: "${{ input.orderId }}" } }
                """,
            right: """
                workflow: pay-order
                events:
                  order.paid: { orderId: string, amount: number }
                input: { orderId: string, amount: number }
                steps:
                  - id: tell
                    emit: { event: order.paid, data: { orderId: "${{ input.orderId }}", amount: "${{ input.amount }}" } }
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
        Explanation(
            .triggerInput,
            """
            What the trigger makes of the event, or of the time, does not fit the workflow's `input`. Without `input` a trigger passes \
            nothing, so every field needs a default.
            """,
            wrong: """
                workflow: ship-order
                events:
                  order.paid: { orderId: string }
                triggers:
                  - event: order.paid
                    input: { order: "${{ event.data.orderId }}" }
                input: { orderId: string }
                steps:
                  - id: note
                    call: log
                    with: { message: "shipping ${{ input.orderId }}" }
                """,
            right: """
                workflow: ship-order
                events:
                  order.paid: { orderId: string }
                triggers:
                  - event: order.paid
                    input: { orderId: "${{ event.data.orderId }}" }
                input: { orderId: string }
                steps:
                  - id: note
                    call: log
                    with: { message: "shipping ${{ input.orderId }}" }
                """),
        Explanation(
            .eventLoop,
            """
            A workflow sends an event that starts it again, by itself or over other workflows. A chain of events ends after 32 links, with \
            an error. A trigger with `where` is not reported: the condition may end the loop.
            """,
            wrong: """
                workflow: change-order
                events:
                  order.changed: { orderId: string }
                triggers:
                  - event: order.changed
                    input: { orderId: "${{ event.data.orderId }}" }
                input: { orderId: string }
                steps:
                  - id: tell
                    emit: { event: order.changed, data: { orderId: "${{ input.orderId }}" } }
                """,
            right: """
                workflow: change-order
                events:
                  order.touched: { orderId: string }
                  order.changed: { orderId: string }
                triggers:
                  - event: order.touched
                    input: { orderId: "${{ event.data.orderId }}" }
                input: { orderId: string }
                steps:
                  - id: tell
                    emit: { event: order.changed, data: { orderId: "${{ input.orderId }}" } }
                """),
        Explanation(
            .unheardEvent,
            """
            An event is waited for that nothing sends, while one of a similar name is sent to nobody: most likely they are meant to be the \
            same. Milder: an event is sent that nothing in the project takes. That most events come from outside is no mistake, so a wait \
            by itself is not reported.
            """,
            wrong: [
                """
                workflow: ship-order
                timeout: 1d
                events:
                  order.payed: { orderId: string }
                input: { orderId: string }
                steps:
                  - id: paid
                    wait: { event: order.payed, match: { orderId: "${{ input.orderId }}" } }
                """,
                """
                workflow: pay-order
                events:
                  order.paid: { orderId: string }
                input: { orderId: string }
                steps:
                  - id: tell
                    emit: { event: order.paid, data: { orderId: "${{ input.orderId }}" } }
                """,
            ],
            right: [
                """
                workflow: ship-order
                timeout: 1d
                events:
                  order.paid: { orderId: string }
                input: { orderId: string }
                steps:
                  - id: paid
                    wait: { event: order.paid, match: { orderId: "${{ input.orderId }}" } }
                """,
                """
                workflow: pay-order
                events:
                  order.paid: { orderId: string }
                input: { orderId: string }
                steps:
                  - id: tell
                    emit: { event: order.paid, data: { orderId: "${{ input.orderId }}" } }
                """,
            ]),
    ]
}
