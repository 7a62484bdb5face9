import Diagnostics
import Values
import YAMLSyntax

extension Step {
    /// Its `timeout` when it is written out.
    var literalTimeout: Located<TimeSpan>? {
        guard case .after(let node)? = modifiers.timeout?.limit else { return nil }
        return node.literalSpan
    }
}

extension YAMLNode {
    /// A length of time that is written out.
    var literalSpan: Located<TimeSpan>? {
        guard let scalar else { return nil }
        return TimeSpan(durationLiteral: scalar.text).map { Located($0, at: scalar.range) }
    }
}

extension StepSurroundings {
    /// The nearest written timeout around the step that can end it: a clause runs after its step's timeout, and nothing bounds
    /// an undo or a clean-up but what stands inside it.
    func enclosingTimeout(in definition: Definition) -> Located<TimeSpan>? {
        for level in levels.reversed() {
            switch level.kind {
            case .steps, .parallel, .choice: if let timeout = level.step?.literalTimeout { return timeout }
            case .catching: continue
            case .compensate, .finally: return nil
            }
        }
        return definition.timeout
    }

    /// Whether any timeout around the step can end it, written out or computed.
    func isBounded(in definition: Definition) -> Bool {
        for level in levels.reversed() {
            switch level.kind {
            case .steps, .parallel, .choice: if level.step?.modifiers.timeout != nil { return true }
            case .catching: continue
            case .compensate, .finally: return false
            }
        }
        return definition.timeout != nil
    }

    /// It is part of an undo or a clean-up.
    func isInside(_ kinds: StepPlaces.ListKind...) -> Bool { levels.contains { kinds.contains($0.kind) } }
}
