import Diagnostics

/// A wait has a timeout: its own, that of a step around it, or the workflow's (WF5107). In `compensate` and `finally` the
/// workflow's does not count, because nothing interrupts them.
enum WaitTimeoutRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        // An action's waits are bounded by its callers.
        guard subject.definition.kind == .workflow else { return }
        subject.definition.forEachStep { step, surroundings in
            guard case .wait = step.verb, step.modifiers.timeout == nil else { return }
            var countsWorkflow = true
            for level in surroundings.levels.reversed() {
                switch level.kind {
                case .steps, .parallel, .choice: if level.step?.modifiers.timeout != nil { return }
                case .catching: continue
                case .compensate, .finally: countsWorkflow = false
                }
                if !countsWorkflow { break }
            }
            if countsWorkflow, subject.definition.timeout != nil { return }
            report(.waitForever(step))
        }
    }
}
