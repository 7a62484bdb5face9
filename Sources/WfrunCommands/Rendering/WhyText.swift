import Values

/// Why an instance is where it is, as `why` prints it: the sentences the server made, each open step under its glyph.
struct WhyText {
    let why: Value
    let style: Style

    var text: String {
        let name = printable(why["workflow"]?.stringValue ?? "")
        let heading = "\(style(name, .bold))  \(Wording.fullStatus(why, style))  \(style(why["id"]?.stringValue ?? "", .faint))"
        return ([heading] + body(of: why, indent: "")).joined(separator: "\n")
    }

    private func body(of why: Value, indent: String) -> [String] {
        var lines = texts(why["sentences"]).map { indent + $0 } + commands(why["commands"], indent: indent)
        // A blank line after the heading and around each step that takes more than a line; none further in.
        var isApart = true
        for step in why["steps"]?.listValue ?? [] {
            let text = self.step(step, indent: indent)
            if indent.isEmpty && (isApart || text.count > 1) { lines.append("") }
            isApart = text.count > 1
            lines += text
        }
        if let more = why["more"]?.stringValue { lines += (indent.isEmpty && isApart ? [""] : []) + [indent + printable(more)] }
        return lines
    }

    private func step(_ step: Value, indent: String) -> [String] {
        let status = step["status"]?.stringValue ?? "?"
        let mark = style(Wording.glyph(status), Wording.ink(status))
        var lines = texts(step["sentences"]).enumerated().map { index, sentence in
            "\(indent)\(index == 0 ? mark : " ") \(sentence)"
        }
        for near in step["near"]?.listValue ?? [] {
            lines.append("\(indent)    · " + printable(near["sentence"]?.stringValue ?? ""))
        }
        if let child = step["child"], child["sentences"] != nil { lines += body(of: child, indent: indent + "    ") }
        return lines + commands(step["commands"], indent: indent + "  ")
    }

    private func commands(_ commands: Value?, indent: String) -> [String] {
        (commands?.listValue ?? []).map { command in
            let effect = printable(command["effect"]?.stringValue ?? "")
            return
                "\(indent)  $ \(style(printable(command["command"]?.stringValue ?? ""), .bold))  \(style("# " + effect, .faint))"
        }
    }

    private func texts(_ value: Value?) -> [String] { (value?.listValue ?? []).compactMap(\.stringValue).map(printable) }
}
