extension Explanation {
    /// WF21xx: what steps call, and the order in which they run.
    static let callTargets: [Explanation] = [
        Explanation(
            .unknownTarget,
            """
            `call` names an action, or `invoke` a workflow, that neither the project nor the standard library has. Actions are
            run with `call`, inside the caller's instance; workflows are started with `invoke`.
            """,
            wrong: """
                workflow: fetch
                steps:
                  - id: order
                    call: http.gte
                    with: { url: "http://127.0.0.1:9000/orders" }
                """,
            right: """
                workflow: fetch
                steps:
                  - id: order
                    call: http.get
                    with: { url: "http://127.0.0.1:9000/orders" }
                """),
        Explanation(
            .callInput,
            """
            What is passed to an action or a workflow does not fit what it declares as `input`, in whichever file that is: an
            input is missing, unknown or of another type. Inputs are closed, so a misspelt one is not ignored.
            """,
            wrong: [
                """
                workflow: pay
                steps:
                  - id: charge
                    call: billing.charge
                    with: { amount: "20" }
                """,
                """
                action: billing.charge
                input: { amount: number }
                steps:
                  - id: send
                    call: http.post
                    with: { url: "http://127.0.0.1:9000/charges", body: { amount: "${{ input.amount }}" } }
                """,
            ],
            right: [
                """
                workflow: pay
                steps:
                  - id: charge
                    call: billing.charge
                    with: { amount: 20 }
                """,
                """
                action: billing.charge
                input: { amount: number }
                steps:
                  - id: send
                    call: http.post
                    with: { url: "http://127.0.0.1:9000/charges", body: { amount: "${{ input.amount }}" } }
                """,
            ]),
        Explanation(
            .circularCall,
            """
            Actions call each other in a circle. An action runs inside its caller, so the circle would never end. A workflow
            that starts itself with `invoke`, directly or through others, is a warning: each start is an instance of its own,
            and something has to end the chain.
            """,
            wrong: [
                """
                workflow: fetch
                steps:
                  - id: order
                    call: shop.order
                """,
                """
                action: shop.order
                steps:
                  - id: again
                    call: shop.order
                """,
            ],
            right: [
                """
                workflow: fetch
                steps:
                  - id: order
                    call: shop.order
                """,
                """
                action: shop.order
                steps:
                  - id: order
                    call: http.get
                    with: { url: "http://127.0.0.1:9000/orders" }
                    retry: 3
                """,
            ]),
        Explanation(
            .eventDeclaration,
            """
            A `wait`, an `emit` or a trigger names an event that the file does not declare under `events`, or two files of the
            project declare one event with different payloads. Senders and receivers agree on a payload by its declaration;
            what several files use is best declared once, in `types.yaml`.
            """,
            wrong: """
                workflow: await-payment
                timeout: 1d
                input: { orderId: string }
                steps:
                  - id: paid
                    wait: { event: order.paid, match: { orderId: "${{ input.orderId }}" } }
                """,
            right: [
                """
                workflow: await-payment
                timeout: 1d
                input: { orderId: string }
                steps:
                  - id: paid
                    wait: { event: order.paid, match: { orderId: "${{ input.orderId }}" } }
                """,
                File(
                    "types.yaml",
                    """
                    events:
                      order.paid: { orderId: string }
                    """),
            ]),
    ]

    static let stepOrder: [Explanation] = [
        Explanation(
            .catchClause,
            """
            A clause of `catch` never matches, because clauses before it take all the errors it names: the first that matches
            runs, so the narrower one comes first. Or, as a warning, nothing inside the step raises the code it names: it is
            misspelt, or the step that could raise it is elsewhere. A `timeout` is raised at the step that has it, and is
            caught there or further out.
            """,
            wrong: """
                workflow: fetch
                steps:
                  - id: order
                    call: http.get
                    with: { url: "http://127.0.0.1:9000/orders" }
                    catch:
                      - errors: http.*
                        output: failed
                      - errors: http.404
                        output: none
                """,
            right: """
                workflow: fetch
                steps:
                  - id: order
                    call: http.get
                    with: { url: "http://127.0.0.1:9000/orders" }
                    catch:
                      - errors: http.404
                        output: none
                      - errors: http.*
                        output: failed
                """),
        Explanation(
            .switchCoverage,
            """
            No case of a `switch` may apply: its cases compare a value with the members of an `enum` and leave some out, or it
            has no default and its output, which is then null, is used. Add the missing cases, or end with a case without
            `if`, if only to fail there.
            """,
            wrong: """
                workflow: ship
                input: { kind: enum(letter | parcel | pallet) }
                steps:
                  - id: send
                    switch:
                      - id: letter
                        if: ${{ input.kind == 'letter' }}
                        call: log
                        with: { message: by mail }
                      - id: parcel
                        if: ${{ input.kind == 'parcel' }}
                        call: log
                        with: { message: by van }
                """,
            right: """
                workflow: ship
                input: { kind: enum(letter | parcel | pallet) }
                steps:
                  - id: send
                    switch:
                      - id: letter
                        if: ${{ input.kind == 'letter' }}
                        call: log
                        with: { message: by mail }
                      - id: parcel
                        if: ${{ input.kind == 'parcel' }}
                        call: log
                        with: { message: by van }
                      - id: pallet
                        call: log
                        with: { message: by lorry }
                """),
        Explanation(
            .switchCase,
            """
            A case of a `switch` never applies, because cases before it apply whenever it would: one has the same condition, or a
            wider one. The first case whose `if` is true runs, and no other. Remove the case, or put the narrower one first.
            """,
            wrong: """
                workflow: tax
                input: { country: string }
                steps:
                  - id: rate
                    switch:
                      - id: north
                        if: ${{ input.country in ['DK', 'NO', 'SE'] }}
                        call: log
                        with: { message: north }
                      - id: denmark
                        if: ${{ input.country == 'DK' }}
                        call: log
                        with: { message: Denmark }
                """,
            right: """
                workflow: tax
                input: { country: string }
                steps:
                  - id: rate
                    switch:
                      - id: denmark
                        if: ${{ input.country == 'DK' }}
                        call: log
                        with: { message: Denmark }
                      - id: north
                        if: ${{ input.country in ['DK', 'NO', 'SE'] }}
                        call: log
                        with: { message: north }
                """),
        Explanation(
            .returnPlace,
            """
            `return` and `continue_as_new` end the whole definition, so they cannot stand where others still run or clean up:
            inside `parallel`, `foreach`, `repeat`, `compensate` or `finally`, at any depth. The `catch` of such a step is
            outside it. `continue_as_new` is for workflows only. Let the body give an `output`, and return after it.
            """,
            wrong: """
                workflow: fetch
                steps:
                  - id: order
                    call: http.get
                    with: { url: "http://127.0.0.1:9000/orders" }
                    finally:
                      - id: done
                        return: done
                """,
            right: """
                workflow: fetch
                steps:
                  - id: order
                    call: http.get
                    with: { url: "http://127.0.0.1:9000/orders" }
                  - id: done
                    return: done
                """),
        Explanation(
            .caseOrder,
            """
            A case without `if` is the default of its `switch`: it always applies, so the cases after it could never run. Put it
            last, or give it an `if`.
            """,
            wrong: """
                workflow: greet
                input: { name: string }
                steps:
                  - id: hello
                    switch:
                      - id: anybody
                        call: log
                        with: { message: hello }
                      - id: ann
                        if: ${{ input.name == 'Ann' }}
                        call: log
                        with: { message: hello Ann }
                """,
            right: """
                workflow: greet
                input: { name: string }
                steps:
                  - id: hello
                    switch:
                      - id: ann
                        if: ${{ input.name == 'Ann' }}
                        call: log
                        with: { message: hello Ann }
                      - id: anybody
                        call: log
                        with: { message: hello }
                """),
        Explanation(
            .undeclaredSetting,
            """
            An expression uses a setting or a secret that the file does not declare under `config` or `secrets`, or two files
            declare one setting with different types. Declarations are what an installation is checked against before it
            starts anything. `config` is one namespace for all files.
            """,
            wrong: """
                workflow: fetch
                steps:
                  - id: order
                    call: http.get
                    with: { url: "${{ config.shopUrl }}/orders" }
                """,
            right: """
                workflow: fetch
                config: { shopUrl: uri }
                steps:
                  - id: order
                    call: http.get
                    with: { url: "${{ config.shopUrl }}/orders" }
                """),
        Explanation(
            .singleBranch,
            """
            `parallel` has one branch, so nothing runs at the same time. Write the step alone, or put beside it what it should
            run with; the items of a list run at the same time with `foreach` and its `concurrency`.
            """,
            wrong: """
                workflow: fetch
                steps:
                  - id: both
                    parallel:
                      - id: orders
                        call: http.get
                        with: { url: "http://127.0.0.1:9000/orders" }
                """,
            right: """
                workflow: fetch
                steps:
                  - id: both
                    parallel:
                      - id: orders
                        call: http.get
                        with: { url: "http://127.0.0.1:9000/orders" }
                      - id: customers
                        call: http.get
                        with: { url: "http://127.0.0.1:9000/customers" }
                """),
    ]
}
