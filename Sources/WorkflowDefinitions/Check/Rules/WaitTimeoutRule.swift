import Diagnostics
import YAMLSyntax

/// A wait, and a step that repeats, has a timeout: its own, that of a step around it, or the workflow's (WF5107). In
/// `compensate` and `finally` the workflow's does not count, because nothing interrupts them.
enum WaitTimeoutRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        // An action's waits are bounded by its callers.
        guard subject.definition.kind == .workflow else { return }
        subject.definition.forEachStep { step, surroundings in
            guard step.modifiers.timeout == nil, !surroundings.isBounded(in: subject.definition) else { return }
            let workflow = surroundings.isInside(.compensate, .finally) ? subject.definition.timeout : nil
            if let loop = step.modifiers.repeat {
                report(.repeatsWithoutTimeout(step, at: loop.keyRange, workflow: workflow))
            } else if case .wait = step.verb {
                report(.waitForever(step, workflow: workflow))
            }
        }
    }
}
