extension Explanation {
    /// WF72xx: an edit against what is recorded. The files under `against` are the definitions before it.
    static let edits: [Explanation] = [
        Explanation(
            .stepGone,
            """
            Live instances keep the definition they began with, so an edit harms none of them. One that is to go on with the edited \
            definition (`wfrun plan --apply`, `wfrun upgrade`) must find a place in it for everything that is recorded, and finds it by \
            the memo key: the ids of the step and of what is around it. A step that is gone, or has another id, has no place for its \
            record. `wfrun plan` says which instances have one.
            """,
            wrong: [
                """
                workflow: order
                steps:
                  - id: reserve_stock
                    call: http.post
                    with: { url: "https://stock.example.com/reservations" }
                """,
                File(
                    "against/order.yaml",
                    """
                    workflow: order
                    steps:
                      - id: reserve
                        call: http.post
                        with: { url: "https://stock.example.com/reservations" }
                    """),
            ],
            right: [
                """
                workflow: order
                steps:
                  - id: reserve
                    description: Reserve the stock.
                    call: http.post
                    with: { url: "https://stock.example.com/reservations" }
                """,
                File(
                    "against/order.yaml",
                    """
                    workflow: order
                    steps:
                      - id: reserve
                        call: http.post
                        with: { url: "https://stock.example.com/reservations" }
                    """),
            ]),
        Explanation(
            .stepChanged,
            """
            A recorded result belongs to what was asked for: the same verb and action, with the same input. A step that does something \
            else under the same id would take a result that is not its own. Give it a new id; what has the old record goes on with the \
            old definition.
            """,
            wrong: [
                """
                workflow: order
                steps:
                  - id: number
                    call: random.int
                    with: { min: 1, max: 999 }
                """,
                File("against/order.yaml", "workflow: order\nsteps:\n  - id: number\n    call: random.uuid\n"),
            ],
            right: [
                """
                workflow: order
                steps:
                  - id: number
                    call: random.uuid
                """,
                File("against/order.yaml", "workflow: order\nsteps:\n  - id: number\n    call: random.uuid\n"),
            ]),
        Explanation(
            .recordUnfit,
            """
            Results are recorded as they came, and `returns` is applied to them again on replay, as the type of an event is to what a \
            wait took; inputs and configuration are recorded when an instance starts. A type that takes less than it did refuses what is \
            there. New fields that are optional (`?`) or have a default, and types that take more, are safe. With `wfrun plan` the \
            recorded values themselves are tried; without a journal only types are compared.
            """,
            wrong: [
                """
                workflow: order
                input: { id: string, channel: string }
                steps:
                  - id: note
                    call: log
                    with: { message: "${{ input.id }} from ${{ input.channel }}" }
                """,
                File(
                    "against/order.yaml",
                    """
                    workflow: order
                    input: { id: string }
                    steps:
                      - id: note
                        call: log
                        with: { message: "${{ input.id }}" }
                    """),
            ],
            right: [
                """
                workflow: order
                input: { id: string, channel: string=web }
                steps:
                  - id: note
                    call: log
                    with: { message: "${{ input.id }}" }
                  - id: origin
                    call: log
                    with: { message: "from ${{ input.channel }}" }
                """,
                File(
                    "against/order.yaml",
                    """
                    workflow: order
                    input: { id: string }
                    steps:
                      - id: note
                        call: log
                        with: { message: "${{ input.id }}" }
                    """),
            ]),
        Explanation(
            .stepMoved,
            """
            The memo key says where a step stands: `reserve` is not `reserve[0]`, and not `stock/reserve`. A step that moves into a loop, \
            a group or an action, or out of one, leaves its record behind. Put the new loop around new steps.
            """,
            wrong: [
                """
                workflow: order
                input: { skus: list(string) }
                steps:
                  - id: reserve
                    foreach: { in: "${{ input.skus }}", as: sku }
                    call: http.post
                    with: { url: "https://stock.example.com/reservations", body: "${{ sku }}" }
                """,
                File(
                    "against/order.yaml",
                    """
                    workflow: order
                    input: { skus: list(string) }
                    steps:
                      - id: reserve
                        call: http.post
                        with: { url: "https://stock.example.com/reservations", body: "${{ input.skus }}" }
                    """),
            ],
            right: [
                """
                workflow: order
                input: { skus: list(string) }
                steps:
                  - id: reserve
                    call: http.post
                    with: { url: "https://stock.example.com/reservations", body: "${{ input.skus }}" }
                  - id: label
                    foreach: { in: "${{ input.skus }}", as: sku }
                    call: http.post
                    with: { url: "https://labels.example.com/", body: "${{ sku }}" }
                """,
                File(
                    "against/order.yaml",
                    """
                    workflow: order
                    input: { skus: list(string) }
                    steps:
                      - id: reserve
                        call: http.post
                        with: { url: "https://stock.example.com/reservations", body: "${{ input.skus }}" }
                    """),
            ]),
        Explanation(
            .undoChanged,
            """
            A completed step is undone as the definition says that the instance runs when it is undone. An instance that moves to an edited \
            definition undoes in the new way what was done in the old one. That is often what the edit is for; make sure that the new undo \
            can undo the old effect.
            """,
            wrong: [
                """
                workflow: order
                steps:
                  - id: reserve
                    call: http.post
                    with: { url: "https://stock.example.com/reservations" }
                    compensate:
                      - id: release
                        call: http.delete
                        with: { url: "https://stock.example.com/holds" }
                        retry: 5
                """,
                File(
                    "against/order.yaml",
                    """
                    workflow: order
                    steps:
                      - id: reserve
                        call: http.post
                        with: { url: "https://stock.example.com/reservations" }
                        compensate:
                          - id: release
                            call: http.delete
                            with: { url: "https://stock.example.com/reservations" }
                            retry: 5
                    """),
            ],
            right: [
                """
                workflow: order
                steps:
                  - id: reserve
                    call: http.post
                    with: { url: "https://stock.example.com/reservations" }
                    compensate:
                      - id: release
                        description: Give it back.
                        call: http.delete
                        with: { url: "https://stock.example.com/reservations" }
                        retry: 5
                """,
                File(
                    "against/order.yaml",
                    """
                    workflow: order
                    steps:
                      - id: reserve
                        call: http.post
                        with: { url: "https://stock.example.com/reservations" }
                        compensate:
                          - id: release
                            call: http.delete
                            with: { url: "https://stock.example.com/reservations" }
                            retry: 5
                    """),
            ]),
        Explanation(
            .orderChanged,
            """
            A journal is in order: each step is recorded with the entry that led to it. An instance that is past the place of a new step \
            has no record of it, and cannot go back. Without a journal this is a warning, because instances that have not come there \
            move without harm; `wfrun plan` says which have.
            """,
            wrong: [
                """
                workflow: order
                steps:
                  - id: check
                    call: http.get
                    with: { url: "https://risk.example.com/" }
                  - id: charge
                    call: http.post
                    with: { url: "https://pay.example.com/charges" }
                """,
                File(
                    "against/order.yaml",
                    """
                    workflow: order
                    steps:
                      - id: charge
                        call: http.post
                        with: { url: "https://pay.example.com/charges" }
                    """),
            ],
            right: [
                """
                workflow: order
                steps:
                  - id: charge
                    call: http.post
                    with: { url: "https://pay.example.com/charges" }
                  - id: check
                    call: http.get
                    with: { url: "https://risk.example.com/" }
                """,
                File(
                    "against/order.yaml",
                    """
                    workflow: order
                    steps:
                      - id: charge
                        call: http.post
                        with: { url: "https://pay.example.com/charges" }
                    """),
            ]),
    ]
}
