import Diagnostics

/// Only the last case of a `switch` may go without `if` (WF2119).
enum CaseOrderRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        subject.definition.forEachStep { step, _ in
            guard case .choice(let list) = step.verb else { return }
            for item in list.steps.dropLast() where item.modifiers.condition == nil { report(.caseNotLast(item)) }
        }
    }
}
