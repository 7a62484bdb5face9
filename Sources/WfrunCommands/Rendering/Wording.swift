import Values

/// How statuses, times and durations are written for people.
enum Wording {
    static func glyph(_ status: String) -> String {
        switch status {
        case "pending", "scheduled": "○"
        case "running": "●"
        case "suspended", "waiting": "◐"
        case "sleeping": "◔"
        case "completed": "✓"
        case "failed": "✗"
        case "cancelled": "⊘"
        case "timed_out": "◷"
        default: "·"
        }
    }

    static func ink(_ status: String) -> Style.Ink {
        switch status {
        case "completed": .green
        case "failed", "timed_out": .red
        case "cancelled", "suspended", "waiting", "sleeping": .yellow
        case "running": .blue
        default: .faint
        }
    }

    /// `✓ completed`.
    static func status(_ status: String, _ style: Style) -> String {
        style("\(glyph(status)) \(status.replacing("_", with: " "))", ink(status))
    }

    /// `running, cancelling`, `suspended, held: mismatch`, `failed, cleanup incomplete`.
    static func fullStatus(_ instance: Value, _ style: Style) -> String {
        let status = instance["status"]?.stringValue ?? "?"
        var text = self.status(status, style)
        if let ending = instance["ending"]?.stringValue, !["completed", "failed", "cancelled", "timed_out"].contains(status) {
            let word = ["failed": "failing", "cancelled": "cancelling", "timed_out": "timing out"][ending] ?? ending
            text += ", \(word)"
        }
        if let hold = instance["hold"]?.stringValue { text += ", held: \(hold)" }
        if instance["cleanup"]?.stringValue == "incomplete" { text += ", cleanup incomplete" }
        return text
    }

    /// `2026-11-23 21:04:05Z`.
    static func time(_ value: Value?) -> String {
        guard let text = value?.stringValue, text.utf8.count >= 20 else { return "–" }
        return text.prefix(10) + " " + text.dropFirst(11).prefix(8) + "Z"
    }

    /// With milliseconds, for histories.
    static func exactTime(_ value: Value?) -> String {
        guard let text = value?.stringValue, let time = Timestamp(rfc3339: text) else { return "–" }
        let milliseconds = String(time.nanoseconds / 1_000_000)
        return self.time(value).dropLast() + "." + String(repeating: "0", count: 3 - milliseconds.utf8.count) + milliseconds
            + "Z"
    }

    static func instant(_ value: Value?) -> Timestamp? { value?.stringValue.flatMap { Timestamp(rfc3339: $0) } }

    /// The two largest units: `2d 3h`, `4m 10s`, `1.204 s`, `45 ms`.
    static func duration(_ span: TimeSpan) -> String { span.readable }

    static func elapsed(from start: Value?, to end: Value?) -> String? {
        guard let start = instant(start), let end = instant(end) else { return nil }
        return duration(end.since(start))
    }

    /// `http.503: the shop is closed`.
    static func failure(_ value: Value?) -> String? {
        guard let value, let code = value["code"]?.stringValue else { return nil }
        let message = value["message"]?.stringValue ?? ""
        let uncertain = value["uncertain"]?.boolValue == true ? " (it may have had its effect)" : ""
        return printable(message.isEmpty ? code : "\(code): \(message)") + uncertain
    }
}
