extension Explanation {
    /// WF31xx: expressions.
    static let expressions: [Explanation] = [
        Explanation(
            .expressionSyntax,
            """
            The text between `${{` and `}}` is no expression. The mark stands at the first token that does not go on from what is before \
            it. Expressions are CEL: `==` compares, `&&`, `||` and `!` combine conditions, texts stand in single or double quotes.
            """,
            wrong: """
                workflow: greet-ada
                input: { name: string }
                steps:
                  - id: greet
                    if: ${{ input.name = 'Ada' }}
                    call: log
                    with: { message: hello }
                """,
            right: """
                workflow: greet-ada
                input: { name: string }
                steps:
                  - id: greet
                    if: ${{ input.name == 'Ada' }}
                    call: log
                    with: { message: hello }
                """),
        Explanation(
            .unterminated,
            """
            An expression begins with `${{` and never ends, often because a quote inside it is not closed and takes the `}}` along. For \
            the characters themselves write `$${{`. Milder: `{{ name }}` without the `$` is plain text, which is hardly ever meant; the \
            fix puts the `$` before it.
            """,
            wrong: """
                workflow: greet
                input: { name: string }
                steps:
                  - id: greet
                    call: log
                    with: { message: "Hello, ${{ input.name" }
                """,
            right: """
                workflow: greet
                input: { name: string }
                steps:
                  - id: greet
                    call: log
                    with: { message: "Hello, ${{ input.name }}" }
                """),
        Explanation(
            .unknownName,
            """
            An expression uses a name that is not in sight. In sight are `input`, `config`, `instance`, the steps before this place, and \
            what the place itself provides, such as `error` in a `catch`. Texts stand in quotes; without them they are names.
            """,
            wrong: """
                workflow: greet
                input: { name: string }
                steps:
                  - id: greet
                    call: log
                    with: { message: "Hello, ${{ inputs.name }}" }
                """,
            right: """
                workflow: greet
                input: { name: string }
                steps:
                  - id: greet
                    call: log
                    with: { message: "Hello, ${{ input.name }}" }
                """),
        Explanation(
            .unknownField,
            """
            The value is known to have no such field. Known are the fields of declared types: `input`, `config`, a step's `returns`, an \
            event's payload. A field that may be absent is declared with `?`.
            """,
            wrong: """
                workflow: greet
                types:
                  Person: { name: string, town: string? }
                input: { person: Person }
                steps:
                  - id: greet
                    call: log
                    with: { message: "Hello, ${{ input.person.nmae }}" }
                """,
            right: """
                workflow: greet
                types:
                  Person: { name: string, town: string? }
                input: { person: Person }
                steps:
                  - id: greet
                    call: log
                    with: { message: "Hello, ${{ input.person.name }}" }
                """),
        Explanation(
            .noOverload,
            """
            There is no such operation for values of these types. Integers widen to numbers by themselves; anything else is converted in \
            words: `string(…)`, `int(…)`, `double(…)`. Where one conversion would do, `validate` offers it as a fix.
            """,
            wrong: """
                workflow: count-parcels
                input: { count: integer }
                steps:
                  - id: note
                    call: log
                    with: { message: "${{ 'parcels: ' + input.count }}" }
                """,
            right: """
                workflow: count-parcels
                input: { count: integer }
                steps:
                  - id: note
                    call: log
                    with: { message: "parcels: ${{ input.count }}" }
                """),
        Explanation(
            .unknownFunction,
            """
            A function that does not exist, or one with another number of arguments. `docs/expressions.md` lists all of them.
            """,
            wrong: """
                workflow: shout
                input: { name: string }
                steps:
                  - id: note
                    call: log
                    with: { message: "${{ input.name.toUpper() }}" }
                """,
            right: """
                workflow: shout
                input: { name: string }
                steps:
                  - id: note
                    call: log
                    with: { message: "${{ input.name.upperAscii() }}" }
                """),
        Explanation(
            .notCondition,
            """
            A condition is true or false. A text such as `"${{ input.count }} > 3"` is neither: the whole comparison belongs inside one \
            `${{ }}`.
            """,
            wrong: """
                workflow: warn-when-many
                input: { count: integer }
                steps:
                  - id: warn
                    if: "${{ input.count }} > 3"
                    call: log
                    with: { message: many }
                """,
            right: """
                workflow: warn-when-many
                input: { count: integer }
                steps:
                  - id: warn
                    if: ${{ input.count > 3 }}
                    call: log
                    with: { message: many }
                """),
        Explanation(
            .unfitValue,
            """
            The value has another type than its place: `sleep` takes a duration, `foreach` a list, `output` what `returns` promises.
            """,
            wrong: """
                workflow: wait-a-little
                input: { minutes: integer }
                steps:
                  - id: nap
                    sleep: ${{ input.minutes }}
                """,
            right: """
                workflow: wait-a-little
                input: { minutes: integer }
                steps:
                  - id: nap
                    sleep: ${{ duration(string(input.minutes) + 'm') }}
                """),
        Explanation(
            .unfitText,
            """
            Strings, numbers, booleans, timestamps and durations can stand in a text. For lists, maps and records there is no one way to \
            write them: take a field, join a list, or write JSON with `json.text(…)`.
            """,
            wrong: """
                workflow: list-tags
                input: { tags: list(string) }
                steps:
                  - id: note
                    call: log
                    with: { message: "tags: ${{ input.tags }}" }
                """,
            right: """
                workflow: list-tags
                input: { tags: list(string) }
                steps:
                  - id: note
                    call: log
                    with: { message: "tags: ${{ input.tags.join(', ') }}" }
                """),
        Explanation(
            .mayBeNull,
            """
            The value may be null where null has no meaning. Null comes from optional fields, from steps that were skipped by their `if`, \
            from a `switch` without a default and from `catch` clauses without `output`; a note shows the place.

            Test it first (`x != null && …`, also in the step's `if`), give another value with `x.orValue(…)`, or reach through it with \
            `x.?field`. Of a `wait` for several events, a field of `data` that only some of them have may be null until their `name` \
            has been compared: `x.name == 'order.paid' && x.data.amount > 3`.
            """,
            wrong: """
                workflow: forward-note
                input: { note: string? }
                steps:
                  - id: note
                    call: log
                    with: { message: "${{ input.note }}" }
                """,
            right: """
                workflow: forward-note
                input: { note: string? }
                steps:
                  - id: note
                    if: ${{ input.note != null }}
                    call: log
                    with: { message: "${{ input.note }}" }
                """),
        Explanation(
            .alwaysSame,
            """
            A comparison that is always true or always false decides nothing: the two sides have types that never share a value, the text \
            is no member of the enumeration it is compared with, or the condition has no variables.
            """,
            wrong: """
                workflow: send-large
                input: { size: enum(small | large) }
                steps:
                  - id: note
                    if: ${{ input.size == 'larg' }}
                    call: log
                    with: { message: large }
                """,
            right: """
                workflow: send-large
                input: { size: enum(small | large) }
                steps:
                  - id: note
                    if: ${{ input.size == 'large' }}
                    call: log
                    with: { message: large }
                """),
        Explanation(
            .constantFails,
            """
            A part of the expression has no variables and fails whenever it is evaluated: a division by zero, a bad pattern, a date that \
            does not exist, an index outside a list that is written out.
            """,
            wrong: """
                workflow: check-code
                input: { code: string }
                steps:
                  - id: note
                    if: ${{ input.code.matches('[A-Z') }}
                    call: log
                    with: { message: good }
                """,
            right: """
                workflow: check-code
                input: { code: string }
                steps:
                  - id: note
                    if: ${{ input.code.matches('[A-Z]+') }}
                    call: log
                    with: { message: good }
                """),
        Explanation(
            .redundant,
            """
            Comparing a boolean with `true` or `false`, or negating twice, says the same in more words. The fix removes them.
            """,
            wrong: """
                workflow: hurry
                input: { isUrgent: boolean }
                steps:
                  - id: note
                    if: ${{ input.isUrgent == true }}
                    call: log
                    with: { message: hurry }
                """,
            right: """
                workflow: hurry
                input: { isUrgent: boolean }
                steps:
                  - id: note
                    if: ${{ input.isUrgent }}
                    call: log
                    with: { message: hurry }
                """),
        Explanation(
            .tooComplex,
            """
            An expression may have 2,000 nodes and three loops inside each other, and may take 10⁶ steps when it runs. A warning says that \
            loops inside each other would go over that with lists of a hundred items each. Make a map of one list in a `let` and look up in \
            it, or split the expression.
            """,
            wrong: """
                workflow: all-scanned
                input: { orders: list(string), parcels: list(string), scans: list(string) }
                steps:
                  - id: note
                    if: ${{ input.orders.all(o, input.parcels.exists(p, p == o && input.scans.exists(s, s == p))) }}
                    call: log
                    with: { message: all scanned }
                """,
            right: """
                workflow: all-scanned
                input: { orders: list(string), parcels: list(string), scans: list(string) }
                steps:
                  - id: note
                    if: ${{ input.orders.all(o, o in input.parcels && o in input.scans) }}
                    call: log
                    with: { message: all scanned }
                """),
        Explanation(
            .protobufOnly,
            """
            CEL can build protocol buffer messages, `Type{field: value}`. There are none here: a map does it.
            """,
            wrong: """
                workflow: make-order
                input: { id: string }
                steps:
                  - id: order
                    let: { order: "${{ Order{id: input.id} }}" }
                output: ${{ steps.order }}
                """,
            right: """
                workflow: make-order
                input: { id: string }
                steps:
                  - id: order
                    let: { order: "${{ {'id': input.id} }}" }
                output: ${{ steps.order }}
                """),
        Explanation(
            .untypedUse,
            """
            Something is done with a value of type `any`, so that a misspelt field or a wrong type shows only when it runs. Declare what \
            the value is: `returns` on the step, a payload under `events`, a type under `input`. Handing such a value on is fine, and so \
            is comparing it. It is reported once for each value.
            """,
            wrong: """
                workflow: fetch-order
                config: { shopUrl: uri }
                steps:
                  - id: order
                    call: http.get
                    with: { url: "${{ config.shopUrl }}/orders/1" }
                  - id: note
                    call: log
                    with: { message: "${{ steps.order.customer }}" }
                """,
            right: """
                workflow: fetch-order
                config: { shopUrl: uri }
                steps:
                  - id: order
                    call: http.get
                    with: { url: "${{ config.shopUrl }}/orders/1" }
                    returns: { customer: string }
                  - id: note
                    call: log
                    with: { message: "${{ steps.order.customer }}" }
                """),
        Explanation(
            .nestedExpression,
            """
            `${{` inside an expression: everything there is an expression already, names stand by themselves. Milder: a plain text that \
            names a value in sight, such as `input.name`, is probably meant to be one; the fix puts it into `${{ }}`.
            """,
            wrong: """
                workflow: greet
                input: { first: string, last: string }
                steps:
                  - id: note
                    call: log
                    with: { message: "${{ input.first + ' ' + ${{ input.last }} }}" }
                """,
            right: """
                workflow: greet
                input: { first: string, last: string }
                steps:
                  - id: note
                    call: log
                    with: { message: "${{ input.first + ' ' + input.last }}" }
                """),
    ]
}
