import Diagnostics

/// An effect without `compensate` before a step that can fail, in a file that undoes others (WF5116).
enum UncompensatedEffectRule: DefinitionRule {
    /// What has been said cannot be taken back.
    private static let final: Set<String> = ["email"]

    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        guard let example = firstCompensation(in: subject.definition) else { return }
        let effects = StepEffects(subject.project)
        subject.definition.forEachStep { step, surroundings in
            guard step.modifiers.compensate == nil, !surroundings.isInside(.compensate, .finally, .catching),
                !surroundings.levels.contains(where: { $0.step?.modifiers.compensate != nil }),
                effects.hasEffect(step, counting: { !final.contains($0.name) }),
                let later = laterStep(after: surroundings, where: effects.canFail)
            else { return }
            report(.effectStays(step, whenFailing: later, example: example))
        }
    }

    private static func firstCompensation(in definition: Definition) -> StepList? {
        var found: StepList?
        definition.forEachStep { step, _ in found = found ?? step.modifiers.compensate }
        return found
    }

    private static func laterStep(after surroundings: StepSurroundings, where matches: (Step) -> Bool) -> Step? {
        for (level, place) in zip(surroundings.levels, surroundings.places).reversed() where level.kind != .choice {
            if let later = place.list.steps.dropFirst(place.position + 1).first(where: matches) { return later }
        }
        return nil
    }
}
