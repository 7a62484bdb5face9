import ArgumentParser
import Values

struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List instances, newest first.",
        discussion: """
            Examples:
              wfrun list
              wfrun list --status failed,timed_out --since 2d
              wfrun list --workflow order-fulfillment --label customer=c7
              wfrun list --waiting-for shipment.label.scanned
              wfrun list --db .wfrun/wfrun.db        # while no server runs
            """)

    @Option(help: "Only these: pending, running, suspended, completed, failed, cancelled, timed_out; several with commas.")
    var status: String?

    @Option(help: "Only instances of this workflow.")
    var workflow: String?

    @Option(help: ArgumentHelp("Only with this label; may be repeated.", valueName: "name=value"))
    var label: [String] = []

    @Option(help: ArgumentHelp("Only those created since then: a timestamp, or a duration such as 2h ago.", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Only those with an open wait for this event.", valueName: "event"))
    var waitingFor: String?

    @Option(help: "At most this many.")
    var limit: Int = 50

    @OptionGroup var read: ReadOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let console = Surroundings.current.console
        let source = try read.source()
        var items: [Value] = []
        var cursor: String?
        repeat {
            let page = try await source.get(["instances"], query: try query(limit - items.count, cursor))
            items += page["items"]?.listValue ?? []
            cursor = page["nextCursor"]?.stringValue
        } while cursor != nil && items.count < limit

        switch output.output {
        case .json: console.answer(JSON.text(["items": .list(items), "nextCursor": cursor.map(Value.string) ?? .null]))
        case .jsonl: for item in items { console.answer(JSON.text(item)) }
        case .text:
            if items.isEmpty {
                console.talk("No instances.")
            } else {
                console.answer(table(items, Style(isColored: console.colorsOutput)))
            }
            if cursor != nil { console.talk("There are more; ask for them with --limit.") }
        }
    }

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be at least 1.") }
    }

    private func query(_ count: Int, _ cursor: String?) throws(CommandFailure) -> [(String, String)] {
        var query = [("limit", String(min(count, 200)))]
        if let status { query.append(("status", status.replacing("-", with: "_"))) }
        if let workflow { query.append(("workflow", workflow)) }
        for label in label { query.append(("label", label)) }
        if let since { query.append(("since", try Self.instant(since).description)) }
        if let waitingFor { query.append(("waitingFor", waitingFor)) }
        if let cursor { query.append(("cursor", cursor)) }
        return query
    }

    private static func instant(_ text: String) throws(CommandFailure) -> Timestamp {
        if let time = Timestamp(rfc3339: text) { return time }
        if let span = TimeSpan(durationLiteral: text), let time = wallClock().adding(span.negated) { return time }
        throw CommandFailure(
            .usage, "'--since \(text)' is neither a timestamp such as 2026-11-23T10:00:00Z nor a duration such as 2h.")
    }

    private func table(_ items: [Value], _ style: Style) -> String {
        var table = Table(header: ["ID", "WORKFLOW", "STATUS", "CREATED", "ENDED", "LABELS"], style: style)
        for item in items {
            let labels = (item["labels"]?.mapValue ?? [:]).map {
                "\($0.key.value.stringValue ?? "")=\($0.value.stringValue ?? "")"
            }
            table.add([
                item["id"]?.stringValue ?? "", printable(item["workflow"]?.stringValue ?? ""),
                Wording.fullStatus(item, style), Wording.time(item["createdAt"]), Wording.time(item["endedAt"]),
                printable(labels.joined(separator: " ")),
            ])
        }
        return table.text
    }
}
