extension Explanation {
    /// WF71xx: determinism.
    static let determinism: [Explanation] = [
        Explanation(
            .impure,
            """
            Expressions are computed again on every replay and have to come to the same: there is no clock in them, no randomness, no \
            environment. What changes is asked for by a step and recorded: `call: time.now`, `call: random.uuid`, `call: random.int`. \
            Settings of the deployment are declared under `config`.
            """,
            wrong: """
                workflow: check-due
                input: { due: timestamp }
                steps:
                  - id: late
                    if: ${{ input.due < now() }}
                    call: log
                    with: { message: late }
                """,
            right: """
                workflow: check-due
                input: { due: timestamp }
                steps:
                  - id: now
                    call: time.now
                  - id: late
                    if: ${{ input.due < steps.now }}
                    call: log
                    with: { message: late }
                """)
    ]
}
