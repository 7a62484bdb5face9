import Values

/// One instance as `show` prints it: what it is, what it waits for, its steps as a tree.
struct InstanceText {
    let detail: Value
    let steps: [Value]
    let style: Style

    var text: String {
        var lines = heading
        let tree = stepTree
        if !tree.isEmpty {
            lines += ["", style("Steps", .bold)] + tree
        }
        return lines.joined(separator: "\n")
    }

    // MARK: Heading

    private var heading: [String] {
        let id = detail["id"]?.stringValue ?? ""
        let name = printable(detail["workflow"]?.stringValue ?? "")
        var lines = ["\(style(name, .bold))  \(Wording.fullStatus(detail, style))", fact("id", id)]
        if let key = detail["key"]?.stringValue { lines.append(fact("key", printable(key))) }
        var started = Wording.time(detail["startedAt"] ?? .null)
        if started == "–" { started = Wording.time(detail["createdAt"]) }
        lines.append(fact("started", started))
        if let end = detail["endedAt"], !end.isNull {
            let after = Wording.elapsed(from: detail["startedAt"], to: end).map { "  (after \($0))" } ?? ""
            lines.append(fact("ended", Wording.time(end) + after))
        }
        let labels = (detail["labels"]?.mapValue ?? [:]).map { entry in
            printable("\(entry.key.value.stringValue ?? "")=\(entry.value.stringValue ?? "")")
        }
        if !labels.isEmpty { lines.append(fact("labels", labels.joined(separator: ", "))) }
        if let failure = Wording.failure(detail["failure"]) {
            let step = detail["failure"]?["step"]?.stringValue.map { "  (step \(printable($0)))" } ?? ""
            lines.append(fact("failure", style(failure, .red) + step))
        }
        if let reason = detail["holdReason"]?.stringValue { lines.append(fact("held", printable(reason))) }
        return lines + waiting
    }

    private func fact(_ name: String, _ text: String) -> String {
        "  " + style(name + String(repeating: " ", count: max(1, 10 - name.count)), .faint) + text
    }

    private var waiting: [String] {
        var lines: [String] = []
        for wait in detail["waits"]?.listValue ?? [] {
            let names = (wait["events"]?.listValue ?? []).compactMap(\.stringValue).joined(separator: " or ")
            let until = wait["until"].flatMap { $0.isNull ? nil : ", until \(Wording.time($0))" } ?? ""
            lines.append(fact("waits for", "event \(printable(names))\(until)"))
        }
        for timer in detail["timers"]?.listValue ?? [] {
            let due = Wording.time(timer["dueAt"])
            let step = printable(timer["step"]?.stringValue ?? "")
            switch timer["kind"]?.stringValue {
            case "sleep": lines.append(fact("sleeps", "\(step), until \(due)"))
            case "retry": lines.append(fact("retries", "\(step), at \(due)"))
            case "deadline": lines.append(fact("deadline", due))
            default: break
            }
        }
        return lines
    }

    // MARK: Steps

    /// Rows are leaves; the bodies around them are the segments of their keys.
    private var stepTree: [String] {
        var lines: [(name: String, rest: String)] = []
        var shown: [String] = []
        for step in steps {
            let key = step["key"]?.stringValue ?? ""
            if key.contains("!") { continue }
            let segments = key.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            let common = zip(segments.dropLast(), shown).prefix { $0 == $1 }.count
            for depth in common..<(segments.count - 1) {
                let name = segments[depth].isEmpty ? "(workflow)" : segments[depth]
                lines.append((indent(depth) + printable(name), ""))
            }
            shown = segments.dropLast()
            let status = status(of: step)
            let name =
                indent(segments.count - 1) + style(Wording.glyph(status), Wording.ink(status)) + " "
                + printable(segments.last ?? "")
            lines.append((name, stepFacts(step)))
        }
        let width = lines.map { displayWidth($0.name) }.max() ?? 0
        return lines.map { line in
            line.rest.isEmpty
                ? line.name : line.name + String(repeating: " ", count: width - displayWidth(line.name) + 2) + line.rest
        }
    }

    private func indent(_ depth: Int) -> String { String(repeating: "  ", count: depth + 1) }

    /// What was open when the instance was ended by force goes on no more.
    private func status(of step: Value) -> String {
        let status = step["status"]?.stringValue ?? "?"
        let hasEnded = detail["endedAt"].map { !$0.isNull } ?? false
        return Self.isOpen(status) && hasEnded ? "abandoned" : status
    }

    private static func isOpen(_ status: String) -> Bool {
        !["completed", "failed", "cancelled", "abandoned"].contains(status)
    }

    private func stepFacts(_ step: Value) -> String {
        let status = status(of: step)
        let verb = step["verb"]?.stringValue ?? ""
        var parts = [style([verb, step["action"]?.stringValue].compactMap(\.self).joined(separator: " "), .faint)]
        parts.append(style(status, Wording.ink(status)))
        let begin = step["startedAt"].flatMap { $0.isNull ? nil : $0 } ?? step["scheduledAt"]
        if let elapsed = Wording.elapsed(from: begin, to: step["completedAt"]) { parts.append(elapsed) }
        if let attempt = step["attempt"]?.intValue, attempt > 1 { parts.append("attempt \(attempt)") }
        if let count = step["interruptions"]?.intValue, count > 0 { parts.append("interrupted \(count)×") }
        if let failure = Wording.failure(step["failure"]) ?? Wording.failure(step["lastFailure"]) {
            parts.append(style(failure, .red))
        }
        if let due = step["dueAt"], !due.isNull, Self.isOpen(status) {
            parts.append("until \(Wording.time(due))")
        }
        return parts.joined(separator: "  ")
    }
}
