import Diagnostics
import YAMLSyntax

/// `True` for `true` (WF0111), and a block scalar's last newline where an exact value is needed (WF0110).
enum LiteralSpellingRule {
    static func check(_ scalar: YAMLScalar, as expected: DeclaredType, report: (Diagnostic) -> Void) {
        switch expected.required.form {
        case .boolean, .null, .any: if let warning = scalar.nonCanonicalSpelling() { report(warning) }
        case .text(.uri), .text(.email), .text(.uuid), .text(.secret), .enumeration, .duration, .timestamp:
            if let warning = scalar.trailingNewlineWarning() { report(warning) }
        default: break
        }
    }
}
