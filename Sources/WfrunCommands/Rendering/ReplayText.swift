import Diagnostics
import Values
import WorkflowInterpreter
import WorkflowJournal
import WorkflowReplay

/// A replayed run: its entries, where it comes to, and the first difference.
struct ReplayText {
    let replay: RunReplay
    /// Of the definition it was replayed on, in words.
    let definition: String
    let style: Style

    private var entries: [ReplayedRun.Entry] { replay.replayed?.entries ?? [] }
    private var stored: StoredInstance { replay.run.instance }

    var text: String {
        let run = stored.state.run == 1 ? "" : ", run \(stored.state.run)"
        var parts = ["\(printable(stored.workflow)) \(printable(stored.claim.id.text))\(run), on \(definition)"]
        if !entries.isEmpty { parts.append(table) }
        if let finding = replay.finding { parts.append(difference(finding)) } else { parts.append(end) }
        return parts.joined(separator: "\n\n")
    }

    private var table: String {
        var table = Table(header: ["ENTRY", "TIME", "STEP", "WHAT"], style: style)
        for entry in entries {
            let row = entry.row
            table.add([
                String(entry.entry.sequence), Wording.exactTime(.string(entry.entry.time.description)),
                printable((row.key.stepOfTimeout ?? row.key).text), what(row),
            ])
        }
        return table.text
    }

    private func what(_ row: StepRow) -> String {
        if row.verb == .signal {
            return row.key.stepOfTimeout != nil ? style("timed out", .yellow) : style("signal", .yellow)
        }
        let action = row.action.map { " \(printable($0))" } ?? ""
        let failure = row.failure.map { "  \(printable($0.code)): \(printable($0.message))" } ?? ""
        return "\(Wording.status(row.status.rawValue, style))  \(row.verb.rawValue)\(action)\(failure)"
    }

    private var end: String {
        let count = entries.count == 1 ? "1 entry replays" : "\(entries.count) entries replay"
        let head = "\(style("✓", .green)) \(count) without a difference; "
        if let status = replay.status {
            return head + "the run ends \(status.rawValue.replacing("_", with: " ")), as recorded."
        }
        let rows = Dictionary(stored.steps.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        let open = replay.open.map { leaf in
            "  \(printable(leaf.key.text))\(rows[leaf.key].map { "  \($0.verb.rawValue)\($0.action.map { " \(printable($0))" } ?? "")" } ?? "")"
        }
        if open.isEmpty { return head + "the run has not begun." }
        return head + "open are:\n" + open.joined(separator: "\n")
    }

    private func difference(_ finding: JournalFinding) -> String {
        let places = [
            finding.sequence.map { "entry \($0)" }, finding.key.map { "step '\(printable($0.text))'" },
        ].compactMap(\.self)
        let place = places.isEmpty ? "" : " at " + places.joined(separator: ", ")
        let lines = [
            "\(style("✗", .red)) diverges\(place): \(printable(finding.reason))",
            "  recorded:                \(printable(finding.recorded))",
            "  the definition asks for: \(printable(finding.asked))",
        ]
        let found = finding.diagnostic.map { "\n\n" + TextRenderer(isColored: style.isColored).render([$0]) } ?? ""
        return lines.joined(separator: "\n") + found
    }

    // MARK: - For programs

    var value: Value {
        var difference: Value = .null
        if let finding = replay.finding {
            let rendered = finding.diagnostic.flatMap { try? JSON.parse(JSONRenderer().render([$0])) }
            difference = [
                "step": finding.key.map { .string($0.text) } ?? .null,
                "sequence": finding.sequence.map { .int(Int64($0)) } ?? .null, "recorded": .string(finding.recorded),
                "asked": .string(finding.asked), "because": .string(finding.reason),
                "diagnostic": rendered?["diagnostics"]?.listValue?.first ?? .null,
            ]
        }
        return [
            "id": .string(stored.claim.id.text), "workflow": .string(stored.workflow),
            "run": .int(Int64(stored.state.run)), "replays": .bool(replay.finding == nil),
            "entries": .list(
                entries.map { entry in
                    [
                        "sequence": .int(Int64(entry.entry.sequence)), "time": .string(entry.entry.time.description),
                        "step": .string(entry.row.key.text), "verb": .string(entry.row.verb.rawValue),
                        "action": entry.row.action.map(Value.string) ?? .null, "status": .string(entry.row.status.rawValue),
                    ]
                }),
            "status": replay.status.map { .string($0.rawValue) } ?? .null,
            "open": .list(replay.open.map { .string($0.key.text) }), "difference": difference,
        ]
    }
}
