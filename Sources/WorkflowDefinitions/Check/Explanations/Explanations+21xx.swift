extension Explanation {
    /// WF21xx: references and flow.
    static let references: [Explanation] = stepReferences + declaredNames + callTargets + stepOrder

    /// WF21xx: where the outputs of steps are in sight.
    static let stepReferences: [Explanation] = [
        Explanation(
            .unknownStep,
            """
            An expression names a step that the file does not have. Ids are case-sensitive. The message proposes the nearest
            id, or lists the steps that are in sight at that place.
            """,
            wrong: """
                workflow: fetch
                steps:
                  - id: order
                    call: random.uuid
                  - id: note
                    call: log
                    with: { message: "${{ steps.ordre }}" }
                """,
            right: """
                workflow: fetch
                steps:
                  - id: order
                    call: random.uuid
                  - id: note
                    call: log
                    with: { message: "${{ steps.order }}" }
                """),
        Explanation(
            .usedBeforeRun,
            """
            An expression uses the output of a step that has not run when the expression is evaluated: it comes later in the
            list, or it is the very step the expression belongs to. Move the step up. A step's own result is called `result`
            in its `output`.
            """,
            wrong: """
                workflow: draw
                steps:
                  - id: note
                    call: log
                    with: { message: "drew ${{ steps.number }}" }
                  - id: number
                    call: random.int
                    with: { min: 1, max: 6 }
                """,
            right: """
                workflow: draw
                steps:
                  - id: number
                    call: random.int
                    with: { min: 1, max: 6 }
                  - id: note
                    call: log
                    with: { message: "drew ${{ steps.number }}" }
                """),
        Explanation(
            .insideOtherBody,
            """
            The step exists, but inside a body (a group, a loop, a clause) that this place is not part of. Nothing leaks out of
            a body: whether the step ran, and how often, is the body's own affair. The body's `output` is the only door: let
            it carry the value.
            """,
            wrong: """
                workflow: draw
                steps:
                  - id: game
                    steps:
                      - id: number
                        call: random.int
                        with: { min: 1, max: 6 }
                  - id: note
                    call: log
                    with: { message: "drew ${{ steps.number }}" }
                """,
            right: """
                workflow: draw
                steps:
                  - id: game
                    steps:
                      - id: number
                        call: random.int
                        with: { min: 1, max: 6 }
                    output: ${{ steps.number }}
                  - id: note
                    call: log
                    with: { message: "drew ${{ steps.game }}" }
                """),
        Explanation(
            .siblingBranch,
            """
            A case of a `switch` uses a step of another case, or a branch of `parallel` one of another branch. Only one case
            runs, and branches run at the same time, so the other step's output need not exist. Move what both need before
            the `switch` or `parallel`; after it, use its output.
            """,
            wrong: """
                workflow: ship
                input: { kind: enum(small | large) }
                steps:
                  - id: send
                    switch:
                      - id: small
                        if: ${{ input.kind == 'small' }}
                        call: random.uuid
                      - id: large
                        call: log
                        with: { message: "label ${{ steps.small }}" }
                """,
            right: """
                workflow: ship
                input: { kind: enum(small | large) }
                steps:
                  - id: label
                    call: random.uuid
                  - id: send
                    switch:
                      - id: small
                        if: ${{ input.kind == 'small' }}
                        call: log
                        with: { message: "letter ${{ steps.label }}" }
                      - id: large
                        call: log
                        with: { message: "parcel ${{ steps.label }}" }
                """),
    ]

    /// WF21xx: variables and declarations.
    static let declaredNames: [Explanation] = [
        Explanation(
            .outOfPlace,
            """
            A variable is used where it has no value. `error` exists in `catch`, `compensate` and `finally`; `event` in the
            `where` and `output` of a `wait` and in triggers; `result` in `output` and `until`; `previous` in a `repeat` with
            `initial`; `step` in `with`, `match` and `data`; the variables of a loop inside it; `secrets` in the inputs that
            take secrets.
            """,
            wrong: """
                workflow: fetch
                steps:
                  - id: order
                    call: http.get
                    with: { url: "http://127.0.0.1:9000/orders" }
                    catch: { errors: http.404 }
                  - id: note
                    call: log
                    with: { message: "${{ error.message }}" }
                """,
            right: """
                workflow: fetch
                steps:
                  - id: order
                    call: http.get
                    with: { url: "http://127.0.0.1:9000/orders" }
                    catch:
                      errors: http.404
                      steps:
                        - id: note
                          call: log
                          with: { message: "${{ error.message }}" }
                """),
        Explanation(
            .shadowing,
            """
            A name hides another one: the variable of a comprehension or of a `foreach` is called like a variable that is in
            sight already. Readers would take one for the other. Choose another name. Only `error`, `result`, `previous`,
            `event` and `step` mean the innermost one of several.
            """,
            wrong: """
                workflow: count
                input: { lines: list(string) }
                steps:
                  - id: note
                    call: log
                    with: { message: "${{ input.lines.filter(input, input != '').size() }} lines" }
                """,
            right: """
                workflow: count
                input: { lines: list(string) }
                steps:
                  - id: note
                    call: log
                    with: { message: "${{ input.lines.filter(line, line != '').size() }} lines" }
                """),
        Explanation(
            .unreachable,
            """
            A step can never run: it comes after one that always fails, returns or continues as new, or its `if` is always
            false. Remove it, or give the step before it a condition.
            """,
            wrong: """
                workflow: refuse
                input: { amount: number }
                steps:
                  - id: too_much
                    fail: { code: amount.too_high, message: That is too much }
                  - id: pay
                    call: http.post
                    with: { url: "http://127.0.0.1:9000/charges", body: { amount: "${{ input.amount }}" } }
                """,
            right: """
                workflow: refuse
                input: { amount: number }
                steps:
                  - id: too_much
                    if: ${{ input.amount > 1000.0 }}
                    fail: { code: amount.too_high, message: That is too much }
                  - id: pay
                    call: http.post
                    with: { url: "http://127.0.0.1:9000/charges", body: { amount: "${{ input.amount }}" } }
                """),
        Explanation(
            .unused,
            """
            Something is declared and nothing uses it: a type, an event, a setting, a secret, a name in `let`, or the type of an
            output (`returns`) that no expression looks at. A setting or secret that nobody needs still has to be provided
            where the workflow runs. Remove it; a `returns` that only checks what comes back is worth a waiver.
            """,
            wrong: """
                workflow: fetch
                secrets: [shop_key]
                steps:
                  - id: order
                    call: http.get
                    with: { url: "http://127.0.0.1:9000/orders" }
                """,
            right: """
                workflow: fetch
                secrets: [shop_key]
                steps:
                  - id: order
                    call: http.get
                    with:
                      url: http://127.0.0.1:9000/orders
                      headers: { Authorization: "Bearer ${{ secrets.shop_key }}" }
                """),
    ]
}
