extension Explanation {
    /// WF41xx: schemas and data.
    static let schemas: [Explanation] = [
        Explanation(
            .invalidSchema,
            """
            A JSON Schema that is none: a keyword has a value of the wrong kind, a type does not exist, a schema refers back to itself \
            without going into the value.
            """,
            wrong: """
                workflow: take-order
                input:
                  $schema: https://json-schema.org/draft/2020-12/schema
                  type: object
                  properties:
                    lines: { type: array, minItems: -1 }
                steps:
                  - id: note
                    call: log
                    with: { message: taken }
                """,
            right: """
                workflow: take-order
                input:
                  $schema: https://json-schema.org/draft/2020-12/schema
                  type: object
                  properties:
                    lines: { type: array, minItems: 1 }
                steps:
                  - id: note
                    call: log
                    with: { message: taken }
                """),
        Explanation(
            .badReference,
            """
            `$ref` leads nowhere. References stay inside the document (`#/$defs/name`): schemas are never fetched, so that a definition \
            means the same on every machine.
            """,
            wrong: """
                workflow: take-order
                input:
                  $schema: https://json-schema.org/draft/2020-12/schema
                  type: object
                  properties:
                    address: { $ref: "#/$defs/adress" }
                  $defs:
                    address: { type: string }
                steps:
                  - id: note
                    call: log
                    with: { message: taken }
                """,
            right: """
                workflow: take-order
                input:
                  $schema: https://json-schema.org/draft/2020-12/schema
                  type: object
                  properties:
                    address: { $ref: "#/$defs/address" }
                  $defs:
                    address: { type: string }
                steps:
                  - id: note
                    call: log
                    with: { message: taken }
                """),
        Explanation(
            .unknownKeyword,
            """
            JSON Schema ignores keywords it does not know, so a misspelt one checks nothing. Keywords of earlier drafts are named with \
            what has taken their place. Annotations of your own begin with `x-`.
            """,
            wrong: """
                workflow: take-name
                input:
                  $schema: https://json-schema.org/draft/2020-12/schema
                  type: object
                  properties:
                    name: { type: string, maxLenght: 30 }
                steps:
                  - id: note
                    call: log
                    with: { message: taken }
                """,
            right: """
                workflow: take-name
                input:
                  $schema: https://json-schema.org/draft/2020-12/schema
                  type: object
                  properties:
                    name: { type: string, maxLength: 30 }
                steps:
                  - id: note
                    call: log
                    with: { message: taken }
                """),
        Explanation(
            .unsatisfiable,
            """
            Two keywords of the schema contradict each other, so no value ever fits: limits that cross, members of an enumeration that \
            another keyword excludes, a required property that may have no value. Only what is certain is reported.
            """,
            wrong: """
                workflow: take-name
                input:
                  $schema: https://json-schema.org/draft/2020-12/schema
                  type: object
                  properties:
                    name: { type: string, minLength: 10, maxLength: 5 }
                steps:
                  - id: note
                    call: log
                    with: { message: taken }
                """,
            right: """
                workflow: take-name
                input:
                  $schema: https://json-schema.org/draft/2020-12/schema
                  type: object
                  properties:
                    name: { type: string, minLength: 5, maxLength: 10 }
                steps:
                  - id: note
                    call: log
                    with: { message: taken }
                """),
        Explanation(
            .unfitDefault,
            """
            A default, or an example in a JSON Schema, does not fit the type it stands at. A default is filled in where a caller leaves \
            the field out, so it has to be a legal value.
            """,
            wrong: """
                workflow: print-pages
                input: { copies: integer = many }
                steps:
                  - id: note
                    call: log
                    with: { message: "${{ input.copies }} copies" }
                """,
            right: """
                workflow: print-pages
                input: { copies: integer = 1 }
                steps:
                  - id: note
                    call: log
                    with: { message: "${{ input.copies }} copies" }
                """),
        Explanation(
            .patternSyntax,
            """
            The regular expression cannot be read. In double quotes YAML takes `\\` for itself: write patterns in single quotes.
            """,
            wrong: """
                workflow: take-sku
                input:
                  $schema: https://json-schema.org/draft/2020-12/schema
                  type: object
                  properties:
                    sku: { type: string, pattern: '^(A|B[0-9]+$' }
                steps:
                  - id: note
                    call: log
                    with: { message: taken }
                """,
            right: """
                workflow: take-sku
                input:
                  $schema: https://json-schema.org/draft/2020-12/schema
                  type: object
                  properties:
                    sku: { type: string, pattern: '^(A|B)[0-9]+$' }
                steps:
                  - id: note
                    call: log
                    with: { message: taken }
                """),
        Explanation(
            .patternFeature,
            """
            Patterns are matched in linear time, whatever the text, so that no input can keep the server busy. Look-around and \
            back-references have no such bound. Mostly several schemas say it: `not: { pattern: … }`, `allOf`.
            """,
            wrong: """
                workflow: take-name
                input:
                  $schema: https://json-schema.org/draft/2020-12/schema
                  type: object
                  properties:
                    name: { type: string, pattern: '^(?!admin)' }
                steps:
                  - id: note
                    call: log
                    with: { message: taken }
                """,
            right: """
                workflow: take-name
                input:
                  $schema: https://json-schema.org/draft/2020-12/schema
                  type: object
                  properties:
                    name: { type: string, not: { pattern: '^admin' } }
                steps:
                  - id: note
                    call: log
                    with: { message: taken }
                """),
        Explanation(
            .unknownFormat,
            """
            The standard's formats are known (`date-time`, `date`, `email`, `uri`, `uuid`, `ipv4` …); any other accepts every text.
            """,
            wrong: """
                workflow: take-day
                input:
                  $schema: https://json-schema.org/draft/2020-12/schema
                  type: object
                  properties:
                    day: { type: string, format: datetime }
                steps:
                  - id: note
                    call: log
                    with: { message: taken }
                """,
            right: """
                workflow: take-day
                input:
                  $schema: https://json-schema.org/draft/2020-12/schema
                  type: object
                  properties:
                    day: { type: string, format: date-time }
                steps:
                  - id: note
                    call: log
                    with: { message: taken }
                """),
        Explanation(
            .literalViolation,
            """
            A value that is written out does not fit what the input it is given to asks for: no URI, no mail address, or against the JSON \
            Schema of its type.
            """,
            wrong: """
                workflow: greet
                steps:
                  - id: mail
                    call: email
                    with: { to: nobody, subject: Hello, text: Hello }
                """,
            right: """
                workflow: greet
                steps:
                  - id: mail
                    call: email
                    with: { to: nobody@example.com, subject: Hello, text: Hello }
                """),
        Explanation(
            .requiredNothing,
            """
            `required` names a property that is not among `properties`, and `additionalProperties: false` allows no other: no value fits, \
            or the name is misspelt.
            """,
            wrong: """
                workflow: take-order
                input:
                  $schema: https://json-schema.org/draft/2020-12/schema
                  type: object
                  properties:
                    customer: { type: string }
                  required: [costumer]
                  additionalProperties: false
                steps:
                  - id: note
                    call: log
                    with: { message: taken }
                """,
            right: """
                workflow: take-order
                input:
                  $schema: https://json-schema.org/draft/2020-12/schema
                  type: object
                  properties:
                    customer: { type: string }
                  required: [customer]
                  additionalProperties: false
                steps:
                  - id: note
                    call: log
                    with: { message: "taken for ${{ input.customer }}" }
                """),
        Explanation(
            .badType,
            """
            The types are `string`, `integer`, `number`, `boolean`, `timestamp`, `duration`, `uri`, `email`, `uuid`, `secret`, `object`, \
            `any`, `null`, `list(…)`, `map(…)`, `enum(a | b)` and the names under `types`. `?` after a type lets it be null, `= …` gives a \
            default.
            """,
            wrong: """
                workflow: count-lines
                input: { lines: "string[]" }
                steps:
                  - id: note
                    call: log
                    with: { message: "${{ input.lines.size() }} lines" }
                """,
            right: """
                workflow: count-lines
                input: { lines: list(string) }
                steps:
                  - id: note
                    call: log
                    with: { message: "${{ input.lines.size() }} lines" }
                """),
        Explanation(
            .untypedSchema,
            """
            The keyword validates, but says nothing that expressions could be checked with: the value is `any` to them. Where expressions \
            read it, a type in the language's own form, or a schema in one shape, lets mistakes be found before anything runs.
            """,
            wrong: """
                workflow: take-order
                input:
                  $schema: https://json-schema.org/draft/2020-12/schema
                  type: object
                  properties:
                    order:
                      allOf:
                        - { type: object, properties: { id: { type: string } } }
                        - { required: [id] }
                steps:
                  - id: note
                    call: log
                    with: { message: taken }
                """,
            right: """
                workflow: take-order
                input:
                  $schema: https://json-schema.org/draft/2020-12/schema
                  type: object
                  properties:
                    order: { type: object, properties: { id: { type: string } }, required: [id] }
                steps:
                  - id: note
                    call: log
                    with: { message: taken }
                """),
    ]
}
