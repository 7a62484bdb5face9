extension Explanation {
    /// WF11xx: names, files and what surrounds a definition.
    static let namesAndFiles: [Explanation] = [
        Explanation(
            .duplicateID,
            """
            Two steps of a file have one id, also where they stand in different lists. The id names the step in expressions, in
            the journal and in `wfrun retry --from`, so it has to mean one place. Rename one of them.
            """,
            wrong: """
                workflow: greet
                steps:
                  - id: hello
                    call: log
                    with: { message: hello }
                  - id: more
                    steps:
                      - id: hello
                        call: log
                        with: { message: hello again }
                """,
            right: """
                workflow: greet
                steps:
                  - id: hello
                    call: log
                    with: { message: hello }
                  - id: more
                    steps:
                      - id: hello_again
                        call: log
                        with: { message: hello again }
                """),
        Explanation(
            .badID,
            """
            A name has a form that its kind does not allow, or is a word of the expression language. Ids have lower-case
            letters, digits and `_` and begin with a letter, so that `steps.send_mail.id` reads as what it is; workflows have
            words joined by `-`, types begin with a capital letter. `validate` offers the nearest name as a fix.
            """,
            wrong: """
                workflow: greet
                steps:
                  - id: Say-Hello
                    call: log
                    with: { message: hello }
                """,
            right: """
                workflow: greet
                steps:
                  - id: say_hello
                    call: log
                    with: { message: hello }
                """),
        Explanation(
            .emptyList,
            """
            A list that needs at least one item has none: `steps` that do nothing, a `catch` without a clause, `errors` that name
            none. Leave the key out where it is optional.
            """,
            wrong: """
                workflow: fetch
                steps:
                  - id: order
                    call: http.get
                    with: { url: "http://127.0.0.1:9000/orders" }
                    retry: { attempts: 3, errors: [] }
                """,
            right: """
                workflow: fetch
                steps:
                  - id: order
                    call: http.get
                    with: { url: "http://127.0.0.1:9000/orders" }
                    retry: { attempts: 3, errors: [http.5*] }
                """),
        Explanation(
            .workflowOrAction,
            """
            A definition says what it is by its first key: `workflow: name` has instances and a lifecycle of its own, `action:
            name` is called by steps and runs inside the caller's instance. It is one of the two.
            """,
            wrong: """
                description: Says hello.
                steps:
                  - id: hello
                    call: log
                    with: { message: hello }
                """,
            right: """
                workflow: greet
                description: Says hello.
                steps:
                  - id: hello
                    call: log
                    with: { message: hello }
                """),
        Explanation(
            .nameAndPath,
            """
            The name of a definition equals its path below the definitions folder, subfolders joined by dots; actions stand
            below `actions/`. So a name in a message leads to its file, and no two files can define one name. Change the name
            or move the file.
            """,
            wrong: [
                File(
                    "billing/reminder.yaml",
                    """
                    workflow: reminder
                    steps:
                      - id: note
                        call: log
                        with: { message: please pay }
                    """)
            ],
            right: [
                File(
                    "billing/reminder.yaml",
                    """
                    workflow: billing.reminder
                    steps:
                      - id: note
                        call: log
                        with: { message: please pay }
                    """)
            ]),
        Explanation(
            .unsupportedLanguage,
            """
            `dsl` names a version of the language that this wfrun does not know. The only version is 1, which is also meant
            where the key is left out. A file for a later version needs a later wfrun.
            """,
            wrong: """
                workflow: greet
                dsl: 2
                steps:
                  - id: hello
                    call: log
                    with: { message: hello }
                """,
            right: """
                workflow: greet
                dsl: 1
                steps:
                  - id: hello
                    call: log
                    with: { message: hello }
                """),
        Explanation(
            .missingFile,
            """
            A step names a file that the project does not have: the template of a mail is `emails/<name>.mustache` in the
            definitions folder, `Subject: …` on its first line. Templates are part of a definition and of its digest, so a
            file outside the folder cannot be named.
            """,
            wrong: [
                """
                workflow: welcome
                input: { to: email }
                steps:
                  - id: mail
                    call: email
                    with: { to: "${{ input.to }}", template: welcom }
                """,
                File(
                    "emails/welcome.mustache",
                    """
                    Subject: Welcome

                    Good to have you here.
                    """),
            ],
            right: [
                """
                workflow: welcome
                input: { to: email }
                steps:
                  - id: mail
                    call: email
                    with: { to: "${{ input.to }}", template: welcome }
                """,
                File(
                    "emails/welcome.mustache",
                    """
                    Subject: Welcome

                    Good to have you here.
                    """),
            ]),
        Explanation(
            .malformedName,
            """
            A name that other programs read has not the form they ask for: the name of a header, which has no spaces and no
            `:` and whose value is one line; of an environment variable, which has letters, digits and `_`; of an event, a label
            or an error code. (A method that is none is WF1105.)
            """,
            wrong: """
                workflow: send
                steps:
                  - id: order
                    call: http.post
                    with: { url: "http://127.0.0.1:9000/orders", headers: { "Content-Type:": text/plain }, body: hello }
                """,
            right: """
                workflow: send
                steps:
                  - id: order
                    call: http.post
                    with: { url: "http://127.0.0.1:9000/orders", headers: { Content-Type: text/plain }, body: hello }
                """),
        Explanation(
            .unsupported,
            """
            Something is understood, and this version of wfrun does not do it: partials in the template of a mail
            (`{{> footer }}`), which would make one template of several files. Write out what it stands for, or use a later
            version.
            """,
            wrong: [
                """
                workflow: welcome
                input: { to: email }
                steps:
                  - id: mail
                    call: email
                    with: { to: "${{ input.to }}", template: welcome }
                """,
                File(
                    "emails/welcome.mustache",
                    """
                    Subject: Welcome

                    Good to have you here.
                    {{> footer }}
                    """),
            ],
            right: [
                """
                workflow: welcome
                input: { to: email }
                steps:
                  - id: mail
                    call: email
                    with: { to: "${{ input.to }}", template: welcome }
                """,
                File(
                    "emails/welcome.mustache",
                    """
                    Subject: Welcome

                    Good to have you here.
                    The shop
                    """),
            ]),
        Explanation(
            .waiver,
            """
            A waiver (`# wfrun: ignore[WF5107] reason`) suppresses nothing, names a code that does not exist, gives no reason,
            cannot be read, or is about an error that cannot be waived. Waivers that outlive what they were for would hide
            the next mistake on that line: remove it, or put it on the line of the key it is about or on the line before.
            This finding cannot itself be waived.
            """,
            wrong: """
                workflow: greet
                steps:
                  - id: hello
                    # wfrun: ignore[WF5107] nobody waits here
                    call: log
                    with: { message: hello }
                """,
            right: """
                workflow: greet
                steps:
                  - id: hello
                    call: log
                    # wfrun: ignore[WF3102] the reader of the log fills the gap
                    with: { message: "hello {{ name }}" }
                """),
    ]
}
