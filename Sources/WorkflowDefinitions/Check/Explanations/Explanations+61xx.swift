extension Explanation {
    /// WF61xx: security.
    static let security: [Explanation] = [
        Explanation(
            .expressionInLiteral,
            """
            The input is run as code by somebody else, here the shell: a value put into its text could be read as code. Values go through \
            `env`, where they stay values.
            """,
            wrong: """
                workflow: clean
                input: { name: string }
                steps:
                  - id: clean
                    call: shell
                    with: { script: "rm -f \\"/tmp/demo/${{ input.name }}\\"" }
                """,
            right: """
                workflow: clean
                input: { name: string }
                steps:
                  - id: clean
                    call: shell
                    with: { script: 'rm -f "/tmp/demo/$NAME"', env: { NAME: "${{ input.name }}" } }
                """),
        Explanation(
            .clearTextSecret,
            """
            The text is shaped like a token of a known kind, or stands under a key such as `password` and looks drawn at random. Whoever \
            reads the file knows it, and version control keeps it for ever. Declare the secret, give it to the server, and change it.
            """,
            wrong: """
                workflow: call-shop
                config: { shopUrl: uri }
                steps:
                  - id: order
                    call: http.post
                    with:
                      url: ${{ config.shopUrl }}/orders
                      headers: { Authorization: Bearer 9f8Zq27LmXc4Rt61 }
                """,
            right: """
                workflow: call-shop
                config: { shopUrl: uri }
                secrets: [shop_key]
                steps:
                  - id: order
                    call: http.post
                    with:
                      url: ${{ config.shopUrl }}/orders
                      headers: { Authorization: "Bearer ${{ secrets.shop_key }}" }
                """),
        Explanation(
            .storedSecret,
            """
            What a step gives back, names, sends or decides by is written to the journal, and secrets never are. A text that contains a \
            secret is one, and so is everything computed from it. Secrets go into inputs that allow them, and nowhere else.
            """,
            wrong: """
                workflow: call-shop
                config: { shopUrl: uri }
                secrets: [shop_key]
                steps:
                  - id: header
                    let: { authorization: "Bearer ${{ secrets.shop_key }}" }
                  - id: order
                    call: http.get
                    with: { url: "${{ config.shopUrl }}/orders", headers: { Authorization: "${{ steps.header.authorization }}" } }
                """,
            right: """
                workflow: call-shop
                config: { shopUrl: uri }
                secrets: [shop_key]
                steps:
                  - id: order
                    call: http.get
                    with: { url: "${{ config.shopUrl }}/orders", headers: { Authorization: "Bearer ${{ secrets.shop_key }}" } }
                """),
        Explanation(
            .leakedSecret,
            """
            A URL, an argument of a command, a log line and the text of a mail are seen by others: by proxies, in the list of processes, by \
            whoever reads the mail. Milder: the query of a URL is written to many an access log; use a header where the other side takes one.
            """,
            wrong: """
                workflow: call-shop
                config: { shopUrl: uri }
                secrets: [shop_key]
                steps:
                  - id: order
                    call: http.get
                    with: { url: "${{ config.shopUrl }}/orders?key=${{ secrets.shop_key }}" }
                """,
            right: """
                workflow: call-shop
                config: { shopUrl: uri }
                secrets: [shop_key]
                steps:
                  - id: order
                    call: http.get
                    with: { url: "${{ config.shopUrl }}/orders", headers: { X-Key: "${{ secrets.shop_key }}" } }
                """),
        Explanation(
            .plainHTTP,
            """
            What goes over `http://` to another machine can be read and changed on the way. This machine and private networks are not \
            reported.
            """,
            wrong: """
                workflow: call-shop
                steps:
                  - id: order
                    call: http.get
                    with: { url: http://shop.example.com/orders }
                """,
            right: """
                workflow: call-shop
                steps:
                  - id: order
                    call: http.get
                    with: { url: https://shop.example.com/orders }
                """),
        Explanation(
            .hostFromData,
            """
            The host of a URL comes from a workflow's input, an event or an action's answer: whoever sends it chooses which machine is \
            called, from inside your network. Write the host down or take it from `config`, and let data decide the path only. A host from \
            data reaches public addresses alone when it runs.
            """,
            wrong: """
                workflow: fetch-report
                input: { url: uri }
                steps:
                  - id: report
                    call: http.get
                    with: { url: "${{ input.url }}" }
                """,
            right: """
                workflow: fetch-report
                config: { reportsUrl: uri }
                input: { name: string }
                steps:
                  - id: report
                    call: http.get
                    with: { url: "${{ config.reportsUrl }}/${{ input.name }}" }
                """),
        Explanation(
            .computedCommand,
            """
            The command is the first item of `argv`. Taken from a value, whoever decides the value decides what runs on the server.
            """,
            wrong: """
                workflow: convert
                input: { tool: string, path: string }
                steps:
                  - id: convert
                    call: shell
                    with: { argv: ["${{ input.tool }}", "${{ input.path }}"] }
                """,
            right: """
                workflow: convert
                input: { path: string }
                steps:
                  - id: convert
                    call: shell
                    with: { argv: [convert, "${{ input.path }}"] }
                """),
        Explanation(
            .loaderVariable,
            """
            `LD_PRELOAD`, `BASH_ENV` and their like are no mere values: they make the loader, the shell or an interpreter run something \
            else than the command that is written there.
            """,
            wrong: """
                workflow: build
                steps:
                  - id: build
                    call: shell
                    with: { argv: [make], env: { LD_PRELOAD: ./trace.so } }
                """,
            right: """
                workflow: build
                steps:
                  - id: build
                    call: shell
                    with: { argv: [make], env: { TRACE: "1" } }
                """),
        Explanation(
            .secretInput,
            """
            The input of a workflow and the payload of an event are stored, and secrets never are. Only actions take inputs of type \
            `secret`. A workflow declares the secrets it uses under `secrets`; they are read when they are used.
            """,
            wrong: """
                workflow: call-shop
                config: { shopUrl: uri }
                input: { key: secret }
                steps:
                  - id: order
                    call: http.get
                    with: { url: "${{ config.shopUrl }}/orders", headers: { X-Key: "${{ input.key }}" } }
                """,
            right: """
                workflow: call-shop
                config: { shopUrl: uri }
                secrets: [shop_key]
                steps:
                  - id: order
                    call: http.get
                    with: { url: "${{ config.shopUrl }}/orders", headers: { X-Key: "${{ secrets.shop_key }}" } }
                """),
    ]
}
