/// Definitions that have what the shipped ones lack.
enum MutationBases {
    static let all = [
        (
            "orders",
            """
            workflow: orders
            timeout: 2d
            input:
              orderId: string
              note: string?
              lines: list(Line)
              kind: enum(retail | wholesale)
            types:
              Line: { sku: string, qty: integer, price: number }
            events:
              order.packed: { orderId: string, by: string? }
            config:
              shopUrl: uri
            secrets: [shop_key]
            steps:
              - id: total
                let:
                  sum: ${{ input.lines.map(l, l.price * double(l.qty)).sum() }}
                  large: ${{ input.lines.size() > 10 && input.kind == 'wholesale' }}
              - id: fetch
                if: ${{ steps.total.sum > 0.0 }}
                call: http.get
                with: { url: "${{ config.shopUrl }}/orders/${{ input.orderId }}", headers: { Authorization: "Bearer ${{ secrets.shop_key }}" } }
                returns: { id: string, address: string? }
                retry: { attempts: 4, delay: 2s, max_delay: 1m, jitter: false, errors: [http.5*, http.timeout] }
                timeout: 10m
              - id: address
                if: ${{ steps.fetch != null && steps.fetch.address != null && steps.fetch.address.size() > 3 }}
                call: log
                with: { message: "to ${{ input.orderId }}", level: info }
              - id: note
                if: ${{ input.note != null && input.note.contains('rush') }}
                call: log
                with: { message: "in a hurry: ${{ input.orderId }}" }
              - id: packed
                wait:
                  event: order.packed
                  match: { orderId: "${{ input.orderId }}" }
                  where: ${{ event.source != 'test' }}
                timeout: 1d
                catch:
                  - errors: timeout
                    steps:
                      - id: late
                        call: log
                        with: { message: "late: ${{ steps.total.sum }}" }
                      - id: stop
                        fail: { code: order.late, message: "Order ${{ input.orderId }} is late", retryable: false }
              - id: way
                switch:
                  - id: truck
                    if: ${{ steps.total.large }}
                    call: log
                    with: { message: by truck }
                  - id: parcel
                    call: log
                    with: { message: by parcel }
              - id: mark
                call: shell
                with: { argv: [echo, "${{ input.orderId }}"], env: { KEY: "${{ secrets.shop_key }}" } }
                at_most_once: true
              - id: pause
                sleep: 5m
            output: { orderId: "${{ input.orderId }}", by: "${{ steps.packed.by.orValue('nobody') }}" }
            finally:
              - id: bye
                call: log
                with: { message: "done with ${{ input.orderId }}" }
            """
        ),
        (
            "nightly",
            """
            workflow: nightly
            timeout: 6h
            input:
              day: string?
              limit: integer = 10
            types:
              Report: { title: string, rows: list(Row), owner: email? }
              Row: { name: string, amount: number, state: enum(open | paid) }
            events:
              report.wanted: { day: string, by: email }
              report.done: { title: string, rows: integer }
            config:
              reportUrl: uri
              keep: integer = 7
            secrets: [report_token]
            triggers:
              - cron: "30 2 * * MON-FRI"
                timezone: Europe/Berlin
                catchup: last
                overlap: skip
                input: { limit: 20 }
              - event: report.wanted
                where: ${{ event.data.by != 'nobody' }}
                input: { day: "${{ event.data.day }}" }
            concurrency: { key: "${{ string(input.limit) }}", limit: 2, overflow: queue }
            retention: { completed: 30d, failed: 90d }
            steps:
              - id: report
                call: http.get
                with:
                  url: ${{ config.reportUrl }}/daily
                  headers: { Authorization: "Bearer ${{ secrets.report_token }}" }
                returns: Report
                retry: { attempts: 3, delay: 5s, timeout: 30s }
                timeout: 1h
              - id: checks
                parallel:
                  - id: sum
                    let: { total: "${{ steps.report.rows.map(r, r.amount).sum() }}" }
                  - id: paid
                    let: { count: "${{ steps.report.rows.filter(r, r.state == 'paid').size() }}" }
                output: { total: "${{ steps.sum.total }}", paid: "${{ steps.paid.count }}" }
              - id: each
                foreach: { in: "${{ steps.report.rows }}", as: row, index: place, concurrency: 4 }
                call: log
                with: { message: "${{ row.name }} at ${{ place }}" }
              - id: poll
                repeat: { until: "${{ result.done }}", max: 5, every: 1m }
                call: http.get
                with: { url: "${{ config.reportUrl }}/state" }
                returns: { done: boolean }
                timeout: 30m
              - id: tell
                emit: { event: report.done, data: { title: "${{ steps.report.title }}", rows: "${{ steps.report.rows.size() }}" } }
              - id: owner
                if: ${{ steps.report.owner != null && steps.report.owner.endsWith('.example') }}
                call: email
                with: { to: "${{ steps.report.owner.orValue('a@b.example') }}", subject: "${{ steps.report.title }}", text: Done. }
              - id: child
                invoke: orders
                with: { orderId: o1, lines: [], kind: retail }
                timeout: 2h
                catch: { errors: [workflow.failed, timeout], output: null }
            output: { total: "${{ steps.checks.total }}", rows: "${{ steps.report.rows.size() }}" }
            """
        ),
    ]

    /// Mistakes that are made by hand: in the base named, the text found is replaced, and the mark stands in `marked`.
    struct Edit {
        var kind: String
        var base: String
        var find: String
        var replacement: String
        var codes: Set<Int>
        /// A part of the replacement; all of it when nil.
        var marked: String?

        init(_ kind: String, _ base: String, _ find: String, _ replacement: String, _ codes: Set<Int>, marked: String? = nil) {
            self.kind = kind
            self.base = base
            self.find = find
            self.replacement = replacement
            self.codes = codes
            self.marked = marked
        }
    }

    static let edits = [
        Edit(
            "reference into another branch", "nightly", "r.state == 'paid').size()", "r.amount > steps.sum.total).size()",
            [2104], marked: "steps.sum"),
        Edit(
            "reference into another body", "nightly",
            "output: { total: \"${{ steps.checks.total }}\", rows: \"${{ steps.report.rows.size() }}\" }",
            "output: { total: \"${{ steps.sum.total }}\" }", [2103], marked: "steps.sum"),
        Edit(
            "reference into another case", "orders", "message: by parcel", "message: \"${{ steps.truck }}\"", [2104],
            marked: "steps.truck"),
        Edit(
            "reference ahead", "orders", "large: ${{ input.lines.size() > 10 && input.kind == 'wholesale' }}",
            "large: ${{ steps.pause == null }}", [2102], marked: "steps.pause"),
        Edit(
            "variable outside its place", "orders", "message: by truck", "message: \"${{ error.code }}\"", [2105],
            marked: "error"),
        Edit("variable outside its place", "nightly", "text: Done.", "text: \"${{ event.name }}\"", [2105], marked: "event"),
        Edit(
            "loop variable outside the loop", "nightly", "text: Done.", "text: \"${{ row.name }}\"", [2105, 3103], marked: "row"
        ),
        Edit(
            "shell interpolation", "orders", "argv: [echo, \"${{ input.orderId }}\"]", "script: \"echo ${{ input.orderId }}\"",
            [6101], marked: "${{ input.orderId }}"),
        Edit(
            "secret into output", "orders", "output: { orderId: \"${{ input.orderId }}\"",
            "output: { orderId: \"${{ secrets.shop_key }}\"", [6103], marked: "secrets.shop_key"),
        Edit(
            "secret into let", "orders", "large: ${{ input.lines.size() > 10 && input.kind == 'wholesale' }}",
            "large: ${{ secrets.shop_key }}", [6103], marked: "secrets.shop_key"),
        Edit(
            "secret into a URL", "orders", "/orders/${{ input.orderId }}\"", "/orders/${{ secrets.shop_key }}\"", [6104],
            marked: "secrets.shop_key"),
        Edit(
            "secret into a log line", "orders", "message: by truck", "message: \"${{ secrets.shop_key }}\"", [6104],
            marked: "secrets.shop_key"),
        Edit("timeout above the enclosing one", "orders", "timeout: 1d\n", "timeout: 5d\n", [5109], marked: "5d"),
        Edit("timeout above the enclosing one", "nightly", "timeout: 1h\n", "timeout: 7h\n", [5109], marked: "7h"),
        Edit("wrong type", "orders", "level: info }", "level: loud }", [2111, 1105], marked: "loud"),
        Edit(
            "wrong type", "orders", "argv: [echo, \"${{ input.orderId }}\"]", "argv: echo", [2111, 1103, 3108], marked: "echo"),
        Edit(
            "wrong type", "nightly", "foreach: { in: \"${{ steps.report.rows }}\"",
            "foreach: { in: \"${{ steps.report.title }}\"", [3108], marked: "${{ steps.report.title }}"),
        Edit(
            "wrong type", "nightly", "rows: \"${{ steps.report.rows.size() }}\" } }", "rows: \"${{ steps.report.title }}\" } }",
            [5203], marked: "${{ steps.report.title }}"),
        Edit("wrong type", "nightly", "input: { limit: 20 }", "input: { limit: many }", [5205], marked: "many"),
        Edit(
            "wrong type", "nightly", "with: { orderId: o1, lines: [], kind: retail }",
            "with: { orderId: o1, lines: [], kind: nothing }", [2111, 1105], marked: "nothing"),
        Edit(
            "wrong operand", "orders", "if: ${{ steps.total.sum > 0.0 }}", "if: ${{ steps.total.sum > 'a' }}", [3105],
            marked: "steps.total.sum > 'a'"),
        Edit(
            "wrong operand", "nightly", "rows.map(r, r.amount).sum()", "rows.map(r, r.name + r.amount).sum()", [3105],
            marked: "r.name + r.amount"),
        Edit("enum member", "orders", "input.kind == 'wholesale'", "input.kind == 'wholesael'", [3112], marked: "'wholesael'"),
        Edit("enum member", "nightly", "r.state == 'paid'", "r.state == 'payed'", [3112], marked: "'payed'"),
        Edit("unknown type", "orders", "lines: list(Line)", "lines: list(Lien)", [4111], marked: "Lien"),
        Edit("unknown type", "orders", "sku: string", "sku: strnig", [4111], marked: "strnig"),
        Edit("unknown type", "nightly", "keep: integer = 7", "keep: integer[]", [4111], marked: "integer[]"),
        Edit("duplicate id", "orders", "- id: parcel", "- id: truck", [1109], marked: "truck"),
        Edit("duplicate id", "nightly", "- id: owner", "- id: each", [1109], marked: "each"),
        Edit("duplicate key", "orders", "at_most_once: true", "at_most_once: true\n    call: log", [103], marked: "call"),
        Edit(
            "keys that exclude each other", "orders", "at_most_once: true", "at_most_once: true\n    retry: 3", [1108],
            marked: "at_most_once: true\n    retry: 3"),
        Edit(
            "keys that exclude each other", "nightly", "concurrency: 4 }", "concurrency: 4 }\n    repeat: { max: 3 }", [1108],
            marked: "repeat"),
        Edit("catchup without overlap", "nightly", "catchup: last", "catchup: all", [1108], marked: "all"),
        Edit(
            "unterminated expression", "orders", "message: \"late: ${{ steps.total.sum }}\"",
            "message: \"late: ${{ steps.total.sum \"", [3102], marked: "${{ steps.total.sum "),
        Edit(
            "unclosed parenthesis", "orders", "input.note.contains('rush') }}", "input.note.contains('rush' }}", [3101]),
        Edit(
            "text that is no list", "orders", "input.lines.size() > 10", "input.lines > 10", [3105], marked: "input.lines > 10"),
        Edit(
            "condition around an expression", "orders", "if: ${{ steps.total.large }}", "if: ${{ steps.total.large }} or not",
            [3107], marked: "${{ steps.total.large }} or not"),
        Edit(
            "list in a text", "orders", "message: by truck", "message: \"all: ${{ input.lines }}\"", [3109],
            marked: "${{ input.lines }}"),
        Edit(
            "may be null", "orders", "message: by truck", "message: \"${{ input.note }}\"", [3109, 3110],
            marked: "${{ input.note }}"),
        Edit(
            "constant that fails", "orders", "if: ${{ steps.total.sum > 0.0 }}", "if: ${{ steps.total.sum > 1 / 0 }}", [3113],
            marked: "1 / 0"),
        Edit("bad pattern", "orders", "input.note.contains('rush')", "input.note.matches('(rush')", [3113], marked: "'(rush'"),
        Edit(
            "clock in an expression", "orders", "input.note.contains('rush')", "now() > timestamp(0)", [7101, 3106],
            marked: "now"),
        Edit("match path", "orders", "match: { orderId: \"${{ input", "match: { ordrId: \"${{ input", [5201], marked: "ordrId"),
        Edit(
            "match type", "orders", "match: { orderId: \"${{ input.orderId }}\" }", "match: { orderId: 5 }", [5202, 1104],
            marked: "5"),
        Edit(
            "return in a parallel", "nightly",
            "- id: sum\n        let: { total: \"${{ steps.report.rows.map(r, r.amount).sum() }}\" }",
            "- id: sum\n        return: 5", [2118], marked: "return"),
        Edit(
            "case without if that is not last", "orders",
            "- id: truck\n        if: ${{ steps.total.large }}\n        call: log",
            "- id: truck\n        call: log", [2119]),
        Edit("YAML 1.1 boolean", "orders", "jitter: false", "jitter: no", [1104, 105, 111], marked: "no"),
        Edit("tab for indentation", "orders", "    sleep: 5m", "\tsleep: 5m", [102], marked: "\tsleep: 5m"),
        Edit("merge key", "orders", "    sleep: 5m", "    sleep: 5m\n    <<: {}", [104], marked: "<<"),
    ]
}
