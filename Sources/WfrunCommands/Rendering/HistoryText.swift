import Values

/// The history of an instance, one line per entry.
struct HistoryText {
    let lines: [Value]
    let style: Style

    var text: String {
        var table = Table(header: ["TIME", "ENTRY", "STEP", "WHAT", "DETAIL"], style: style)
        for line in lines {
            let type = line["type"]?.stringValue ?? ""
            let isOutcome = type != "scheduled"
            table.add([
                Wording.exactTime(line["time"]), isOutcome ? line["sequence"]?.intValue.map(String.init) ?? "" : "",
                printable(line["step"]?.stringValue ?? ""), word(type), detail(line),
            ])
        }
        return table.text
    }

    private func word(_ type: String) -> String {
        switch type {
        case "started": style("started", .bold)
        case "scheduled": style("scheduled", .faint)
        case "attemptFailed": style("attempt failed", .yellow)
        case "cancelRequested": style("cancel requested", .yellow)
        case "deadlineReached": style("deadline reached", .yellow)
        case "timedOut": style("timed out", .yellow)
        case "retried": style("run again", .yellow)
        case "noted": style("noted", .faint)
        case "continuedAsNew": style("continued as new", .bold)
        default: Wording.status(type, style)
        }
    }

    private func detail(_ line: Value) -> String {
        var parts = [line["verb"]?.stringValue, line["action"]?.stringValue].compactMap(\.self).map(printable)
        if let attempt = line["attempt"]?.intValue, attempt > 1 || line["type"]?.stringValue == "attemptFailed" {
            parts.append("attempt \(attempt)")
        }
        if let count = line["interruptions"]?.intValue, count > 0 { parts.append("interrupted \(count)×") }
        if line["type"]?.stringValue == "retried", let run = line["run"]?.intValue { parts.append("as run \(run)") }
        if let text = line["reason"]?.stringValue ?? line["message"]?.stringValue { parts.append(printable(text)) }
        if let failure = Wording.failure(line["failure"]) { parts.append(failure) }
        return parts.joined(separator: "  ")
    }
}
