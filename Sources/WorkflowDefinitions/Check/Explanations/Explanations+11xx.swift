extension Explanation {
    /// WF11xx: structure.
    static let structure: [Explanation] = [
        Explanation(
            .unknownKey,
            """
            A mapping of the language has a key it does not know. Keys are never ignored: a misspelt `timeout` would otherwise \
            be a definition without one. Correct the spelling; where the key is near a known one, `validate` offers that as a fix.
            """,
            wrong: """
                workflow: send-receipt
                steps:
                  - id: mail
                    call: log
                    wiht: { message: sent }
                """,
            right: """
                workflow: send-receipt
                steps:
                  - id: mail
                    call: log
                    with: { message: sent }
                """)
    ]
}
