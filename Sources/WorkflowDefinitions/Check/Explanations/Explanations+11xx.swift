extension Explanation {
    /// WF11xx: structure.
    static let structure: [Explanation] = keysAndValues + namesAndFiles

    /// WF11xx: the keys of mappings and what they hold.
    static let keysAndValues: [Explanation] = [
        Explanation(
            .unknownKey,
            """
            A mapping of the language has a key that it does not know. Unknown keys are never ignored: a misspelt `timeout`
            would be a definition without one. Correct the spelling; where a known key is near, `validate` takes the key for
            that one, checks what it holds, and offers the spelling as a fix.
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
                """),
        Explanation(
            .missingKey,
            """
            A mapping lacks a key that it cannot do without: a definition its `steps`, a step its `id`, a `wait` its `event`,
            a `repeat` its `max`. The message shows how it is written.
            """,
            wrong: """
                workflow: refuse
                steps:
                  - id: no
                    fail: { code: order.refused }
                """,
            right: """
                workflow: refuse
                steps:
                  - id: no
                    fail: { code: order.refused, message: This order is refused }
                """),
        Explanation(
            .wrongKind,
            """
            A key holds another kind of node than it needs, such as a mapping where a list stands, or an expression where the
            value has to be written out because it must be known before anything runs. The message shows the right shape.
            """,
            wrong: """
                workflow: greet
                steps:
                  hello:
                    call: log
                    with: { message: hello }
                """,
            right: """
                workflow: greet
                steps:
                  - id: hello
                    call: log
                    with: { message: hello }
                """),
        Explanation(
            .wrongScalar,
            """
            A value is of another type than its key needs: a number where text is expected, quoted text where a number is.
            Nothing is converted, because a conversion that is right nearly always is wrong unnoticed. Add the quotes or
            remove them; `validate` offers that as a fix.
            """,
            wrong: """
                workflow: refuse
                steps:
                  - id: no
                    fail: { code: 404, message: There is no such order }
                """,
            right: """
                workflow: refuse
                steps:
                  - id: no
                    fail: { code: "404", message: There is no such order }
                """),
        Explanation(
            .notInSet,
            """
            The place takes one of a few words, and this is another one. Members of an `enum` are compared exactly, upper and
            lower case included: the method of a request is `GET`, not `get`.
            """,
            wrong: """
                workflow: fetch
                steps:
                  - id: order
                    call: http
                    with: { method: get, url: "http://127.0.0.1:9000/orders" }
                """,
            right: """
                workflow: fetch
                steps:
                  - id: order
                    call: http
                    with: { method: GET, url: "http://127.0.0.1:9000/orders" }
                """),
        Explanation(
            .outOfRange,
            """
            A number is smaller or larger than makes sense in its place. `retry: 0` would never try at all: `attempts` counts
            the first one too.
            """,
            wrong: """
                workflow: fetch
                steps:
                  - id: order
                    call: http.get
                    with: { url: "http://127.0.0.1:9000/orders" }
                    retry: 0
                """,
            right: """
                workflow: fetch
                steps:
                  - id: order
                    call: http.get
                    with: { url: "http://127.0.0.1:9000/orders" }
                    retry: 3
                """),
        Explanation(
            .verbCount,
            """
            A step does exactly one thing: it has one verb (`call`, `wait`, `let`, `steps` and so on), and everything else in it
            modifies that. A step without a verb does nothing; of two verbs nobody could say which comes first. Make two
            steps of it, or a group with `steps`.
            """,
            wrong: """
                workflow: greet
                steps:
                  - id: hello
                    call: log
                    with: { message: hello }
                    sleep: 5s
                """,
            right: """
                workflow: greet
                steps:
                  - id: hello
                    call: log
                    with: { message: hello }
                  - id: pause
                    sleep: 5s
                """),
        Explanation(
            .exclusiveKeys,
            """
            Keys that exclude each other stand together, or one that needs another stands alone:

            - a modifier on a verb it is not for: `retry` on `let`, `returns` on `sleep`;
            - `foreach` with `repeat`; put one of them on a group around the step;
            - `at_most_once` with `retry`, on the step or on a body around it: a retry would do it a second time;
            - `compensate` inside `compensate` or `finally`: nothing undoes an undo;
            - `catchup: all` without `overlap: allow`, `timezone` on a trigger with `event`, `where` on one with `cron`;
            - `triggers`, `labels`, `timeout`, `retention` or `concurrency` in an action, which runs inside its caller;
            - inputs of an action: `argv` with `script`, `text` with `template`.
            """,
            wrong: """
                workflow: list-files
                steps:
                  - id: files
                    call: shell
                    with: { argv: [ls], script: ls }
                """,
            right: """
                workflow: list-files
                steps:
                  - id: files
                    call: shell
                    with: { argv: [ls] }
                """),
    ]
}
