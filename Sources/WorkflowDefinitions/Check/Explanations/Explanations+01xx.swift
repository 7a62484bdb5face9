import YAMLSyntax

extension Explanation {
    /// WF01xx: the text itself, as the reader of YAML sees it.
    static let source: [Explanation] = [
        Explanation(
            .sourceText,
            """
            The file is not UTF-8, or holds a control character. Editors, diffs and other readers of YAML show such
            characters differently or not at all, so what runs would not be what people see. Save the file as UTF-8;
            a control character that is meant is written as an escape between double quotes.
            """,
            wrong: """
                workflow: ring
                steps:
                  - id: bell
                    call: log
                    with: { message: "Ready\u{0007}" }
                """,
            right: #"""
                workflow: ring
                steps:
                  - id: bell
                    call: log
                    with: { message: "Ready\x07" }
                """#),
        Explanation(
            .syntax,
            """
            The text is not YAML. The usual causes have words of their own: a tab in the indentation, an unquoted `: ` or ` #`
            inside an expression, a value that begins with `{{`, `*`, `&`, `!`, `%` or `@`, a quote that is not closed, and
            `${{ }}` without quotes between braces or brackets, where YAML takes its `{` for a mapping. Quote the value.
            """,
            wrong: """
                workflow: fetch
                input: { id: string }
                steps:
                  - id: order
                    call: http.get
                    with: { url: http://127.0.0.1:9000/orders/${{ input.id }} }
                """,
            right: """
                workflow: fetch
                input: { id: string }
                steps:
                  - id: order
                    call: http.get
                    with: { url: "http://127.0.0.1:9000/orders/${{ input.id }}" }
                """),
        Explanation(
            .duplicateKey,
            """
            A key stands twice in one mapping. Many readers of YAML keep the last one in silence; then a line that is plainly
            there has no effect. Remove one of the two.
            """,
            wrong: """
                workflow: fetch
                steps:
                  - id: order
                    call: http.get
                    with: { url: "http://127.0.0.1:9000/orders" }
                    retry: 3
                    timeout: 1m
                    retry: 5
                """,
            right: """
                workflow: fetch
                steps:
                  - id: order
                    call: http.get
                    with: { url: "http://127.0.0.1:9000/orders" }
                    timeout: 1m
                    retry: 5
                """),
        Explanation(
            .outsideSubset,
            """
            The file uses a part of YAML that definitions do without: merge keys (`<<`), tags (`!name`), directives, several
            documents in one file, or keys that are no strings. Readers of YAML disagree about these, and a definition means
            the same to everybody. Anchors and aliases are allowed; write merged mappings out.
            """,
            wrong: """
                workflow: two-calls
                steps:
                  - id: first
                    call: http.get
                    with: &common { url: "http://127.0.0.1:9000/a", timeout: 5s }
                  - id: second
                    call: http.get
                    with: { <<: *common, url: "http://127.0.0.1:9000/b" }
                """,
            right: """
                workflow: two-calls
                steps:
                  - id: first
                    call: http.get
                    with: { url: "http://127.0.0.1:9000/a", timeout: 5s }
                  - id: second
                    call: http.get
                    with: { url: "http://127.0.0.1:9000/b", timeout: 5s }
                """),
        Explanation(
            .ambiguousScalar,
            """
            A word or number without quotes that YAML 1.1 and YAML 1.2 read differently, in a place where no type says what is
            meant: `no` and `off` are booleans to one and text to the other, `012` is ten or twelve, `12:30` is a number of
            minutes or text. Quote it if it is text, or write the value it should be.
            """,
            wrong: """
                workflow: switch-lights
                steps:
                  - id: lights
                    call: http.post
                    with: { url: "http://127.0.0.1:9000/lights", body: { state: off } }
                """,
            right: """
                workflow: switch-lights
                steps:
                  - id: lights
                    call: http.post
                    with: { url: "http://127.0.0.1:9000/lights", body: { state: "off" } }
                """),
        Explanation(
            .aliasOrSize,
            """
            An alias (`*name`) refers to an anchor that is not there before it, or to something around itself; or aliases make
            the document many times larger than its text; or the file is over 1 MiB or nested deeper than 64 levels. These
            limits keep a small file from becoming an endless one.
            """,
            wrong: """
                workflow: two-calls
                steps:
                  - id: first
                    call: http.get
                    with: { url: "http://127.0.0.1:9000/a", headers: *accept }
                """,
            right: """
                workflow: two-calls
                steps:
                  - id: first
                    call: http.get
                    with: { url: "http://127.0.0.1:9000/a", headers: &accept { Accept: text/plain } }
                  - id: second
                    call: http.get
                    with: { url: "http://127.0.0.1:9000/b", headers: *accept }
                """),
        Explanation(
            .unusedAnchor,
            """
            An anchor (`&name`) that no alias uses. Often the alias was removed, or a value was meant to begin with `&`.
            Remove the anchor, or quote the value.
            """,
            wrong: """
                workflow: fetch
                steps:
                  - id: order
                    call: http.get
                    with: { url: "http://127.0.0.1:9000/a", headers: &accept { Accept: text/plain } }
                """,
            right: """
                workflow: fetch
                steps:
                  - id: order
                    call: http.get
                    with: { url: "http://127.0.0.1:9000/a", headers: { Accept: text/plain } }
                """),
        Explanation(
            .rootShape,
            """
            The file is empty, or its root is a list or a single value. A definition is a mapping that begins with `workflow:`
            or `action:`. A file that is not to be read yet can have another extension than `.yaml`.
            """,
            wrong: """
                - id: greet
                  call: log
                  with: { message: hello }
                """,
            right: """
                workflow: greet
                steps:
                  - id: greet
                    call: log
                    with: { message: hello }
                """),
        Explanation(
            .numberRange,
            """
            An integer that does not fit in 64 bits, or one of YAML's `.inf` and `.nan`, which JSON cannot hold. Such digits
            are nearly always an id or a code: quote them.
            """,
            wrong: """
                workflow: pay
                steps:
                  - id: charge
                    call: http.post
                    with: { url: "http://127.0.0.1:9000/charges", body: { card: 40123456789012345678901 } }
                """,
            right: """
                workflow: pay
                steps:
                  - id: charge
                    call: http.post
                    with: { url: "http://127.0.0.1:9000/charges", body: { card: "40123456789012345678901" } }
                """),
        Explanation(
            .trailingNewline,
            """
            A block scalar (`|` or `>`) keeps the line break at its end, and the place needs an exact value: a URL, an address,
            a member of a set, a duration, a secret. Begin the block with `|-` or `>-`, which drop it.
            """,
            wrong: """
                workflow: fetch
                steps:
                  - id: order
                    call: http.get
                    with:
                      url: http://127.0.0.1:9000/orders
                      headers:
                        Accept: |
                          application/json
                """,
            right: """
                workflow: fetch
                steps:
                  - id: order
                    call: http.get
                    with:
                      url: http://127.0.0.1:9000/orders
                      headers:
                        Accept: |-
                          application/json
                """),
        Explanation(
            .nonCanonicalWord,
            """
            `True`, `TRUE`, `Null` and their like mean `true` and `null`, but not to every reader and search. Write them in
            lower case; quote them if they are text.
            """,
            wrong: """
                workflow: count
                output: { done: True }
                steps:
                  - id: note
                    call: log
                    with: { message: counted, data: { urgent: True } }
                """,
            right: """
                workflow: count
                output: { done: true }
                steps:
                  - id: note
                    call: log
                    with: { message: counted, data: { urgent: true } }
                """),
    ]
}
