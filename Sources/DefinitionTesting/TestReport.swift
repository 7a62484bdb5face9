import Diagnostics

/// The results of test files as text for people.
package struct TestReport {
    package var isColored: Bool

    package init(isColored: Bool = false) { self.isColored = isColored }

    /// The failing cases of one file, or one line for a file without any.
    package func text(_ result: SuiteResult) -> String {
        let failed = result.cases.filter { !$0.hasPassed }
        if result.cases.isEmpty { return "" }
        if failed.isEmpty { return paint("✔ \(result.target)  \(Self.count(result.cases.count, "case"))", .green) + "\n" }
        return failed.map { text($0, of: result) }.joined()
    }

    private func text(_ result: CaseResult, of suite: SuiteResult) -> String {
        let place = "\(suite.file.path):\(result.range.start.line)"
        var lines = [paint("✘ \(suite.target): \(result.name)", .red) + "  \(place)"]
        for difference in result.differences {
            lines.append("    \(difference.subject)")
            lines += difference.lines.map { "      " + paint($0) }
        }
        if !result.steps.isEmpty {
            lines.append("    steps")
            lines += result.steps.map { "      \($0)" }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// One line over all files.
    package func summary(_ results: [SuiteResult]) -> String {
        let cases = results.flatMap(\.cases)
        let failed = cases.filter { !$0.hasPassed }.count
        let runs = cases.reduce(0) { $0 + $1.runs }
        let files = Self.count(results.count, "file")
        let restarts = runs > cases.count ? ", \(Self.count(runs - cases.count, "run")) with restarts" : ""
        if failed == 0 { return "\(Self.count(cases.count, "case")) passed in \(files)\(restarts)" }
        return "\(failed) of \(Self.count(cases.count, "case")) failed in \(files)\(restarts)"
    }

    /// What was reached per definition, with what was not below it.
    package func coverage(_ coverage: Coverage) -> String {
        let titles = ["definition", "steps", "branches", "catch", "undo"]
        let rows = coverage.rows.map { row in
            [row.definition] + [row.steps, row.branches, row.clauses, row.compensations].map(Self.share)
        }
        let widths = titles.indices.map { column in ([titles] + rows).map { $0[column].count }.max() ?? 0 }
        var lines: [String] = []
        for (index, cells) in ([titles] + rows).enumerated() {
            let padded = zip(cells, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            lines.append(Self.trimmed(padded.joined(separator: "  ")))
            guard index > 0 else { continue }
            let row = coverage.rows[index - 1]
            if !row.steps.missed.isEmpty { lines.append("  not reached: \(row.steps.missed.joined(separator: ", "))") }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func share(_ parts: Coverage.Parts) -> String {
        parts.all == 0 ? "–" : "\(parts.reached)/\(parts.all)"
    }

    private static func trimmed(_ text: String) -> String {
        var text = text[...]
        while text.last == " " { text = text.dropLast() }
        return String(text)
    }

    private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    // MARK: Colour

    private enum Colour: Int { case red = 31, green = 32 }

    private func paint(_ text: String, _ colour: Colour) -> String {
        isColored ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }

    private func paint(_ line: String) -> String {
        line.hasPrefix("- ") ? paint(line, .green) : line.hasPrefix("+ ") ? paint(line, .red) : line
    }
}
