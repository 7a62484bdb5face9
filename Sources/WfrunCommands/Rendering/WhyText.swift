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
        for step in why["steps"]?.listValue ?? [] {
            lines += ["" + (indent.isEmpty ? "" : indent)] + self.step(step, indent: indent)
        }
        if let more = why["more"]?.stringValue { lines += [indent, indent + printable(more)] }
        return lines.map { $0.allSatisfy { $0 == " " } ? "" : $0 }
    }

    private func step(_ step: Value, indent: String) -> [String] {
        let status = step["status"]?.stringValue ?? "?"
        let sentences = texts(step["sentences"])
        let near = (step["near"]?.listValue ?? []).compactMap { $0["sentence"]?.stringValue }.map(printable)
        var lines: [String] = []
        for (index, sentence) in sentences.enumerated() {
            let mark = index == 0 ? style(Wording.glyph(status), Wording.ink(status)) : " "
            lines.append("\(indent)\(mark) \(sentence)")
            // The sentence that announces them ends with a colon.
            if !near.isEmpty && sentence.hasSuffix(":") && index > 0 {
                lines += near.map { "\(indent)    · \($0)" }
            }
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
