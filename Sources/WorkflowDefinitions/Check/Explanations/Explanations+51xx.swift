extension Explanation {
    /// WF51xx: time and durability.
    static let time: [Explanation] = [
        Explanation(
            .badCron,
            """
            Five fields: minute, hour, day of the month, month, weekday; each a `*`, a number, a range, a list, or a step over `*` or a \
            range. Months and weekdays have names. `@hourly`, `@daily`, `@weekly`, `@monthly` and `@yearly` stand for the usual ones. There \
            are no seconds, and a day that none of the months has is a mistake.
            """,
            wrong: """
                workflow: morning-report
                triggers:
                  - { cron: "0 25 * * *" }
                steps:
                  - id: report
                    call: log
                    with: { message: good morning }
                """,
            right: """
                workflow: morning-report
                triggers:
                  - { cron: "0 5 * * *" }
                steps:
                  - id: report
                    call: log
                    with: { message: good morning }
                """),
        Explanation(
            .eitherDay,
            """
            Where both the day of the month and the weekday are restricted, cron fires when either matches: `0 9 13 * FRI` is every Friday \
            and every 13th. The message shows the next dates. For both at once write one of them and test the other in the first step.
            """,
            wrong: """
                workflow: careful-day
                triggers:
                  - { cron: "0 9 13 * FRI" }
                steps:
                  - id: report
                    call: log
                    with: { message: careful today }
                """,
            right: """
                workflow: careful-day
                triggers:
                  - { cron: "0 9 13 * *" }
                steps:
                  - id: report
                    call: log
                    with: { message: careful today }
                """),
        Explanation(
            .clockChange,
            """
            The time does not exist on the day on which clocks are set forward, or comes twice when they are set back. It fires once all \
            the same: at the end of the gap, or the first time. Choose an hour in which clocks of the zone do not change.
            """,
            wrong: """
                workflow: night-report
                triggers:
                  - { cron: "30 2 * * *", timezone: Europe/Berlin }
                steps:
                  - id: report
                    call: log
                    with: { message: good night }
                """,
            right: """
                workflow: night-report
                triggers:
                  - { cron: "30 4 * * *", timezone: Europe/Berlin }
                steps:
                  - id: report
                    call: log
                    with: { message: good night }
                """),
        Explanation(
            .rareSchedule,
            """
            The pattern matches no date at all, or dates more than four years apart (then it is a warning that shows the next two). A \
            weekday field that begins with `*` does not count as restricted, so day and weekday must both match.
            """,
            wrong: """
                workflow: leap-day
                triggers:
                  - { cron: "0 9 29 2 */7" }
                steps:
                  - id: report
                    call: log
                    with: { message: a leap day }
                """,
            right: """
                workflow: leap-day
                triggers:
                  - { cron: "0 9 29 2 *" }
                steps:
                  - id: report
                    call: log
                    with: { message: a leap day }
                """),
        Explanation(
            .unknownZone,
            """
            Zones are named by place, as the IANA database of the system has them: `Europe/Berlin`. Abbreviations and offsets are none, \
            because they do not say when clocks change.
            """,
            wrong: """
                workflow: morning-report
                triggers:
                  - { cron: "0 6 * * *", timezone: Europe/Berln }
                steps:
                  - id: report
                    call: log
                    with: { message: good morning }
                """,
            right: """
                workflow: morning-report
                triggers:
                  - { cron: "0 6 * * *", timezone: Europe/Berlin }
                steps:
                  - id: report
                    call: log
                    with: { message: good morning }
                """),
        Explanation(
            .badDuration,
            """
            Durations are numbers with units, largest first: `w`, `d`, `h`, `m` (minutes), `s`, `ms`, as in `1d12h`. Months and years have \
            no fixed length and are none. A number without a unit is refused; the fix makes seconds of it.
            """,
            wrong: """
                workflow: nap
                steps:
                  - id: nap
                    sleep: 90
                """,
            right: """
                workflow: nap
                steps:
                  - id: nap
                    sleep: 90s
                """),
        Explanation(
            .waitForever,
            """
            The event may never come, or the condition of a `repeat` never be met, and then the instance is there for ever. Give the step, \
            a step around it or the workflow a `timeout`. The workflow's does not count inside `compensate` and `finally`, which nothing \
            interrupts.
            """,
            wrong: """
                workflow: await-payment
                input: { orderId: string }
                events:
                  order.paid: { orderId: string }
                steps:
                  - id: paid
                    wait: { event: order.paid, match: { orderId: "${{ input.orderId }}" } }
                """,
            right: """
                workflow: await-payment
                input: { orderId: string }
                events:
                  order.paid: { orderId: string }
                steps:
                  - id: paid
                    wait: { event: order.paid, match: { orderId: "${{ input.orderId }}" } }
                    timeout: 7d
                """),
        Explanation(
            .innerTimeout,
            """
            A timeout inside another one that is over first never comes. Milder: all attempts of a `retry` and the delays between them may \
            take longer than the timeout around them, so the last attempts never happen; the message shows the sum.
            """,
            wrong: """
                workflow: await-payment
                timeout: 1d
                input: { orderId: string }
                events:
                  order.paid: { orderId: string }
                steps:
                  - id: paid
                    wait: { event: order.paid, match: { orderId: "${{ input.orderId }}" } }
                    timeout: 7d
                """,
            right: """
                workflow: await-payment
                timeout: 8d
                input: { orderId: string }
                events:
                  order.paid: { orderId: string }
                steps:
                  - id: paid
                    wait: { event: order.paid, match: { orderId: "${{ input.orderId }}" } }
                    timeout: 7d
                """),
        Explanation(
            .nothingToRetry,
            """
            Without `errors`, `retry` repeats errors that say they may pass. This action has none: `log` cannot fail, and whether a \
            command may be run again only its author knows. Name the errors, or remove the key.
            """,
            wrong: """
                workflow: list-files
                steps:
                  - id: files
                    call: shell
                    with: { argv: [ls] }
                    retry: 3
                """,
            right: """
                workflow: list-files
                steps:
                  - id: files
                    call: shell
                    with: { argv: [ls] }
                    retry: { attempts: 3, errors: shell.exit }
                """),
        Explanation(
            .longTime,
            """
            A sleep or timeout of more than a year is more often a wrong unit than a plan, and an instance keeps its definition all that \
            time. An instant that is written out and already past is over at once.
            """,
            wrong: """
                workflow: remind
                steps:
                  - id: nap
                    sleep: 9000h
                """,
            right: """
                workflow: remind
                steps:
                  - id: nap
                    sleep: 90h
                """),
        Explanation(
            .pileUp,
            """
            With `overlap: allow` every firing starts an instance, also while earlier ones run. When they may run longer than the interval, \
            more and more of them run at once.
            """,
            wrong: """
                workflow: minute-report
                timeout: 1h
                triggers:
                  - { cron: "* * * * *", overlap: allow }
                steps:
                  - id: report
                    call: log
                    with: { message: a minute has passed }
                """,
            right: """
                workflow: minute-report
                timeout: 50s
                triggers:
                  - { cron: "* * * * *", overlap: allow }
                steps:
                  - id: report
                    call: log
                    with: { message: a minute has passed }
                """),
        Explanation(
            .retryWithoutKey,
            """
            An HTTP request carries an idempotency key, by which the other side can tell a second try from a second wish. A command or a \
            mail has none: if the first try did its work and failed afterwards, a retry does it again. Make that harmless and waive the \
            finding with the reason, or write `at_most_once: true`.
            """,
            wrong: """
                workflow: shrink
                input: { path: string }
                steps:
                  - id: shrink
                    call: shell
                    with: { argv: [gzip, "${{ input.path }}"] }
                    retry: { attempts: 3, errors: shell.exit }
                """,
            right: """
                workflow: shrink
                input: { path: string }
                steps:
                  - id: shrink
                    call: shell
                    with: { argv: [gzip, "${{ input.path }}"] }
                    at_most_once: true
                """),
        Explanation(
            .effectStays,
            """
            The file undoes some of what it does when it fails, and this effect, which comes before a step that can fail, is not among it. \
            Perhaps it may stay; then waive it with the reason. Mails are not reported: what has been said cannot be taken back.
            """,
            wrong: """
                workflow: order
                config: { shopUrl: uri }
                steps:
                  - id: reserve
                    call: http.post
                    with: { url: "${{ config.shopUrl }}/reservations" }
                  - id: charge
                    call: http.post
                    with: { url: "${{ config.shopUrl }}/charges" }
                    compensate:
                      - id: refund
                        call: http.post
                        with: { url: "${{ config.shopUrl }}/refunds" }
                        retry: 10
                """,
            right: """
                workflow: order
                config: { shopUrl: uri }
                steps:
                  - id: reserve
                    call: http.post
                    with: { url: "${{ config.shopUrl }}/reservations" }
                    compensate:
                      - id: release
                        call: http.delete
                        with: { url: "${{ config.shopUrl }}/reservations" }
                        retry: 10
                  - id: charge
                    call: http.post
                    with: { url: "${{ config.shopUrl }}/charges" }
                    compensate:
                      - id: refund
                        call: http.post
                        with: { url: "${{ config.shopUrl }}/refunds" }
                        retry: 10
                """),
        Explanation(
            .silentCatch,
            """
            A clause with neither `steps` nor `output` makes an error disappear: nobody hears of it, and the result is null. Log it, or say \
            what the result is then.
            """,
            wrong: """
                workflow: read-stock
                config: { shopUrl: uri }
                steps:
                  - id: stock
                    call: http.get
                    with: { url: "${{ config.shopUrl }}/stock" }
                    catch: { errors: http.404 }
                """,
            right: """
                workflow: read-stock
                config: { shopUrl: uri }
                steps:
                  - id: stock
                    call: http.get
                    with: { url: "${{ config.shopUrl }}/stock" }
                    catch: { errors: http.404, output: none }
                """),
        Explanation(
            .undoOnce,
            """
            A compensation is tried as often as its `retry` says, and without one only once. If it fails, the instance ends half undone \
            (`cleanup: incomplete`) and a person has to see to it. Give it plenty of attempts.
            """,
            wrong: """
                workflow: charge
                config: { bankUrl: uri }
                steps:
                  - id: charge
                    call: http.post
                    with: { url: "${{ config.bankUrl }}/charges" }
                    compensate:
                      - id: refund
                        call: http.post
                        with: { url: "${{ config.bankUrl }}/refunds" }
                """,
            right: """
                workflow: charge
                config: { bankUrl: uri }
                steps:
                  - id: charge
                    call: http.post
                    with: { url: "${{ config.bankUrl }}/charges" }
                    compensate:
                      - id: refund
                        call: http.post
                        with: { url: "${{ config.bankUrl }}/refunds" }
                        retry: 10
                """),
        Explanation(
            .droppedUndo,
            """
            `continue_as_new` begins the next run with an empty journal, and what was registered for compensation goes with the old one. \
            Do what has to be undone in a workflow of its own and `invoke` it: that one ends, or is undone, before the next run begins.
            """,
            wrong: """
                workflow: charge-monthly
                config: { bankUrl: uri }
                steps:
                  - id: charge
                    call: http.post
                    with: { url: "${{ config.bankUrl }}/charges" }
                    compensate:
                      - id: refund
                        call: http.post
                        with: { url: "${{ config.bankUrl }}/refunds" }
                        retry: 10
                  - id: pause
                    sleep: 30d
                  - id: next
                    continue_as_new: {}
                """,
            right: [
                """
                workflow: charge-monthly
                steps:
                  - id: charge
                    invoke: charge-once
                  - id: pause
                    sleep: 30d
                  - id: next
                    continue_as_new: {}
                """,
                """
                workflow: charge-once
                config: { bankUrl: uri }
                steps:
                  - id: charge
                    call: http.post
                    with: { url: "${{ config.bankUrl }}/charges" }
                    compensate:
                      - id: refund
                        call: http.post
                        with: { url: "${{ config.bankUrl }}/refunds" }
                        retry: 10
                """,
            ]),
        Explanation(
            .sharedConcurrency,
            """
            The caller holds its place under the concurrency key until it ends, and waits for a workflow that queues for the same key: both \
            wait for ever, or until a timeout.
            """,
            wrong: [
                """
                workflow: close-month
                concurrency: { key: billing }
                steps:
                  - id: close
                    invoke: close-books
                """,
                """
                workflow: close-books
                concurrency: { key: billing }
                steps:
                  - id: note
                    call: log
                    with: { message: closed }
                """,
            ],
            right: [
                """
                workflow: close-month
                concurrency: { key: closing }
                steps:
                  - id: close
                    invoke: close-books
                """,
                """
                workflow: close-books
                concurrency: { key: billing }
                steps:
                  - id: note
                    call: log
                    with: { message: closed }
                """,
            ]),
    ]
}
