import Diagnostics
import Values
import YAMLSyntax

// What authors are told about lengths of time (WF5106).

extension Diagnostic {
    static func badDuration(_ scalar: YAMLScalar) -> Diagnostic {
        let isNumber = !scalar.text.isEmpty && scalar.text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        if isNumber {
            return Diagnostic(
                .badDuration, "`\(scalar.text)` has no unit", at: scalar.range, label: "of what?",
                help: "write \(scalar.text)s for seconds, \(scalar.text)ms for milliseconds",
                fix: Fix(title: "write '\(scalar.text)s'", range: scalar.range, replacement: "\(scalar.text)s"))
        }
        let units = scalar.text.split { !$0.isLetter }
        let hasMonth = units.contains { ["M", "mo", "month", "months", "y", "year", "years"].contains($0) }
        return Diagnostic(
            .badDuration, "`\(scalar.text)` is no duration", at: scalar.range, label: "expected such as 30s, 5m, 1d12h",
            help: hasMonth
                ? "units are w, d, h, m (minutes), s and ms; months and years have no fixed length"
                : "numbers with units, largest first: w, d, h, m, s, ms")
    }
}
