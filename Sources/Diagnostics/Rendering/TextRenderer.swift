/// Messages for people: the text around the mistake, everything that matters marked in it, and what to do.
package struct TextRenderer: DiagnosticRenderer {
    package var isColored: Bool

    package init(isColored: Bool = false) { self.isColored = isColored }

    package func render(_ diagnostics: [Diagnostic]) -> String {
        diagnostics.map(render).joined(separator: "\n")
    }

    package func render(_ diagnostic: Diagnostic) -> String {
        let groups = marksByFile(of: diagnostic)
        let snippets = groups.map { Snippet(file: $0.file, marks: $0.marks) }
        let largest = snippets.flatMap(\.lines).map(\.number).max() ?? 1
        let gutter = Gutter(width: String(largest).utf8.count, renderer: self)
        var lines = [heading(of: diagnostic)]
        for (index, (group, snippet)) in zip(groups, snippets).enumerated() {
            let start = group.marks[0].range.start
            let place = "\(DisplayText.escaped(group.file.path)):\(start.line):\(start.column)"
            lines.append(gutter.arrow(index == 0 ? "-->" : ":::") + place)
            lines.append(gutter.empty)
            append(snippet, to: &lines, gutter, diagnostic.severity)
            lines.append(gutter.empty)
        }
        lines += closing(of: diagnostic)
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: Parts

    private typealias MarkedFile = (file: SourceFile, marks: [(range: SourceRange, label: String?, isPrimary: Bool)])

    /// The message's own file first, the others in the order of their notes.
    private func marksByFile(of diagnostic: Diagnostic) -> [MarkedFile] {
        let label = diagnostic.label.map(DisplayText.escaped)
        var groups: [MarkedFile] = [(diagnostic.range.file, [(diagnostic.range, label, true)])]
        for note in diagnostic.notes {
            let mark = (range: note.range, label: Optional(DisplayText.escaped(note.message)), isPrimary: false)
            if let index = groups.firstIndex(where: { $0.file === note.range.file }) {
                groups[index].marks.append(mark)
            } else {
                groups.append((note.range.file, [mark]))
            }
        }
        return groups
    }

    private func heading(of diagnostic: Diagnostic) -> String {
        let kind = painted("\(diagnostic.severity.rawValue)[\(diagnostic.code)]", style(of: diagnostic.severity))
        return kind + painted(": \(DisplayText.escaped(diagnostic.message))", .bold)
    }

    private func append(_ snippet: Snippet, to lines: inout [String], _ gutter: Gutter, _ severity: Severity) {
        var previous: Int?
        for line in snippet.lines {
            if let previous, line.number > previous + 1 { lines.append(gutter.ellipsis) }
            lines.append(gutter.numbered(line.number, line.text))
            let annotations = line.annotations { text, mark in
                painted(text, mark.isPrimary ? style(of: severity) : .note)
            }
            lines += annotations.map(gutter.blank)
            previous = line.number
        }
    }

    private func closing(of diagnostic: Diagnostic) -> [String] {
        let help = diagnostic.help.map {
            $0.split(separator: "\n", omittingEmptySubsequences: false).map { DisplayText.escaped(String($0)) }
        }
        let lines = (help ?? []) + ["wfrun explain \(diagnostic.code)"]
        return lines.enumerated().map { index, line in
            index == 0 ? painted("help:", .help) + " " + line : "      " + line
        }
    }

    // MARK: Colour

    enum Style: String {
        case error = "1;31"
        case warning = "1;33"
        case info = "1;36"
        case note = "1;34"
        case help = "1;32"
        case bold = "1"
    }

    private func style(of severity: Severity) -> Style {
        switch severity {
        case .error: .error
        case .warning: .warning
        case .info: .info
        }
    }

    func painted(_ text: String, _ style: Style) -> String {
        isColored && !text.isEmpty ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }
}

/// The column of line numbers.
private struct Gutter {
    var width: Int
    var renderer: TextRenderer

    private func bar(_ prefix: String) -> String { renderer.painted(prefix + " |", .note) }
    private var spaces: String { String(repeating: " ", count: width) }

    var empty: String { bar(spaces) }
    var ellipsis: String { renderer.painted(spaces + " …", .note) }
    func arrow(_ arrow: String) -> String { renderer.painted(spaces + arrow, .note) + " " }
    func blank(_ text: String) -> String { text.isEmpty ? empty : bar(spaces) + " " + text }

    func numbered(_ number: Int, _ text: String) -> String {
        let digits = String(number)
        let prefix = String(repeating: " ", count: max(0, width - digits.utf8.count)) + digits
        return text.isEmpty ? bar(prefix) : bar(prefix) + " " + text
    }
}
