import Diagnostics
import Values

/// A timeout inside one that is over before it never comes (WF5109).
enum NestedTimeoutRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        subject.definition.forEachStep { step, surroundings in
            let around = surroundings.enclosingTimeout(in: subject.definition)
            if let inner = step.literalTimeout, let around, around.value < inner.value {
                report(.innerTimeout(inner, outer: around))
            }
            if let attempt = step.modifiers.retry?.timeout, let outer = step.literalTimeout ?? around,
                outer.value < attempt.value
            {
                report(.innerTimeout(attempt, outer: outer))
            }
        }
    }
}
