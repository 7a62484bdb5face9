import Diagnostics

/// A wait says which event of the name it is about (WF5204).
enum WaitConditionRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        subject.definition.forEachStep { step, _ in
            guard case .wait(let wait) = step.verb, wait.match.isEmpty, wait.condition == nil else { return }
            report(.waitForAny(step))
        }
    }
}
