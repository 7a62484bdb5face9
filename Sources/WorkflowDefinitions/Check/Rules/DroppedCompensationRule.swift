import Diagnostics
import YAMLSyntax

/// `continue_as_new` drops what was registered for compensation (WF5119).
enum DroppedCompensationRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        subject.definition.forEachStep { step, surroundings in
            guard case .continueAsNew = step.verb else { return }
            for (level, place) in zip(surroundings.levels, surroundings.places) {
                // Of cases only one runs.
                let earlier = level.kind == .choice ? [] : place.list.steps[..<place.position]
                guard let registered = earlier.lazy.compactMap(registration).first else { continue }
                return report(.dropsCompensation(step, registered: registered.keyRange))
            }
        }
    }

    /// The `compensate` of the step or of one inside its body.
    private static func registration(_ step: Step) -> StepList? {
        if let list = step.modifiers.compensate { return list }
        switch step.verb {
        case .steps(let list), .parallel(let list), .choice(let list): return list.steps.lazy.compactMap(registration).first
        default: return nil
        }
    }
}
