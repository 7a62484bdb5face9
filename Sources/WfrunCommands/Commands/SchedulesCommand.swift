import ArgumentParser
import Values

struct SchedulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedules",
        abstract: "Show cron triggers: when they fire next, and what became of their latest instants.",
        discussion: """
            An instant either started an instance or was skipped: 'missed' (no server ran, and \
            'catchup' does not make up for it), 'expired' (older than schedules.catchupWindow), \
            'overlap' (the instance before was active), 'concurrency' (no place) or 'input' (the \
            trigger's input could not be built).

            Examples:
              wfrun schedules
              wfrun schedules nightly-report --limit 20
              wfrun schedules --db .wfrun/wfrun.db     # while no server runs
            """)

    @Argument(help: ArgumentHelp("Only triggers of this workflow.", valueName: "workflow"))
    var workflow: String?

    @Option(help: "At most this many of the latest instants of each trigger.")
    var limit: Int = 5

    @OptionGroup var read: ReadOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...200).contains(limit) else { throw ValidationError("--limit must be between 1 and 200.") }
    }

    func run() async throws {
        let console = Surroundings.current.console
        var query = [("limit", String(limit))]
        if let workflow { query.append(("workflow", workflow)) }
        let page = try await read.source().get(["schedules"], query: query)
        let items = page["items"]?.listValue ?? []
        switch output.output {
        case .json: console.answer(JSON.text(page))
        case .jsonl: for item in items { console.answer(JSON.text(item)) }
        case .text:
            if items.isEmpty {
                console.talk(workflow.map { "The workflow '\($0)' has no cron trigger." } ?? "No cron triggers.")
            } else {
                console.answer(items.map(Self.text).joined(separator: "\n\n"))
            }
        }
    }

    private static func text(_ item: Value) -> String {
        let name = item["workflow"]?.stringValue ?? ""
        // Of one that no definition has, only its name is known.
        let trigger = item["trigger"]?.stringValue ?? ""
        let rule =
            item["cron"]?.stringValue.map { "\($0)  \(item["timezone"]?.stringValue ?? "")" }
            ?? String(trigger.drop { $0 != " " }.dropFirst())
        var lines = ["\(printable(name))  \(printable(rule))"]
        if item["active"]?.boolValue != true {
            lines.append("  not followed: no current definition has it")
        } else if let next = item["next"]?.listValue, !next.isEmpty {
            lines.append("  next  " + next.prefix(3).map { Wording.exactTime($0) }.joined(separator: ", "))
        }
        lines += (item["firings"]?.listValue ?? []).map { firing in
            let what =
                firing["instance"]?.stringValue.map { "started \($0)" }
                ?? "skipped: \(firing["skipped"]?.stringValue ?? "")"
                + (firing["detail"]?.stringValue.map { " (\(printable($0)))" } ?? "")
            return "  \(Wording.exactTime(firing["instant"]))  \(what)"
        }
        return lines.joined(separator: "\n")
    }
}
