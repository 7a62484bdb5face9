import Diagnostics

/// An undo is tried once unless it says otherwise, and what it leaves behind needs a person (WF5118).
enum CompensationRetryRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        subject.definition.forEachStep { step, surroundings in
            guard step.modifiers.retry == nil, canBeRetried(step, subject.project), isInsideUndo(surroundings) else { return }
            report(.undoWithoutRetry(step))
        }
    }

    private static func canBeRetried(_ step: Step, _ project: Project) -> Bool {
        switch step.verb {
        case .invoke: return true
        case .call(let action, _):
            guard step.modifiers.isAtMostOnce?.value != true, let signature = project.names.actions[action.value] else {
                return false
            }
            return !signature.isBuiltin || !signature.errors.isEmpty
        default: return false
        }
    }

    /// In a `compensate`, with no body around that is retried.
    private static func isInsideUndo(_ surroundings: StepSurroundings) -> Bool {
        for level in surroundings.levels.reversed() {
            switch level.kind {
            case .compensate: return true
            case .steps, .parallel, .choice: if level.step?.modifiers.retry != nil { return false }
            case .catching, .finally: return false
            }
        }
        return false
    }
}
