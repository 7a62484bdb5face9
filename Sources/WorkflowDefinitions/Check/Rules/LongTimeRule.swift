import Diagnostics
import Values
import YAMLSyntax

/// A sleep or timeout over a year, or until an instant that is past (WF5113).
enum LongTimeRule: DefinitionRule {
    private static let year = TimeSpan(microseconds: 366 * 86_400 * 1_000_000)

    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        if let timeout = subject.definition.timeout, timeout.value > year { report(.overAYear("timeout", timeout)) }
        subject.definition.forEachStep { step, _ in
            if case .sleep(let limit) = step.verb { check("sleep", limit, subject.project.asOf, report) }
            if let timeout = step.modifiers.timeout { check("timeout", timeout.limit, subject.project.asOf, report) }
        }
    }

    private static func check(_ key: String, _ limit: Step.Limit, _ asOf: Timestamp?, _ report: (Diagnostic) -> Void) {
        switch limit {
        case .after(let node):
            if let span = node.literalSpan, span.value > year { report(.overAYear(key, span)) }
        case .until(let node):
            guard let scalar = node.scalar, let instant = Timestamp(rfc3339: scalar.text), let asOf else { return }
            if instant < asOf { return report(.alreadyPast(key, at: scalar.range)) }
            if instant.since(asOf) > year { report(.overAYear(key, Located(instant.since(asOf), at: scalar.range))) }
        }
    }
}
