import Diagnostics

/// `return` and `continue_as_new` end the whole definition and cannot do so from inside certain bodies (WF2118); the latter
/// is for workflows only.
enum ReturnPlaceRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        subject.definition.forEachStep { step, surroundings in
            switch step.verb {
            case .return: break
            case .continueAsNew:
                if subject.definition.kind != .workflow {
                    return report(.nextRunOfAction(at: step.verbRange))
                }
            default: return
            }
            if let key = own(step) ?? around(surroundings) { report(.returnNotAllowed(step, inside: key, at: step.verbRange)) }
        }
    }

    private static func own(_ step: Step) -> String? {
        step.modifiers.foreach != nil ? "foreach" : step.modifiers.repeat != nil ? "repeat" : nil
    }

    private static func around(_ surroundings: StepSurroundings) -> String? {
        for level in surroundings.levels.reversed() {
            switch level.kind {
            case .parallel: return "parallel"
            case .compensate: return "compensate"
            case .finally: return "finally"
            case .catching: continue
            case .steps, .choice: break
            }
            // The `catch` of a loop is outside it; its body is not.
            if let step = level.step, let key = own(step) { return key }
        }
        return nil
    }
}
