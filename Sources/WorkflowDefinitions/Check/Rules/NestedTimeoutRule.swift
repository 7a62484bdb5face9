import Diagnostics
import Values
import YAMLSyntax

/// A timeout inside one that is over before it never comes (WF5109).
enum NestedTimeoutRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        subject.definition.forEachStep { step, surroundings in
            guard let inner = literal(step) else { return }
            var outer: Located<TimeSpan>?
            var countsWorkflow = true
            for level in surroundings.levels.reversed() {
                switch level.kind {
                case .steps, .parallel, .choice: outer = level.step.flatMap(literal)
                // A clause runs after its step's timeout; nothing bounds an undo.
                case .catching: continue
                case .compensate, .finally: countsWorkflow = false
                }
                if outer != nil || !countsWorkflow { break }
            }
            if outer == nil, countsWorkflow { outer = subject.definition.timeout }
            guard let outer, outer.value < inner.value else { return }
            report(.innerTimeout(inner, outer: outer))
        }
    }

    private static func literal(_ step: Step) -> Located<TimeSpan>? {
        guard case .after(let node)? = step.modifiers.timeout?.limit, case .scalar(let scalar) = node.content else {
            return nil
        }
        return TimeSpan(durationLiteral: scalar.text).map { Located($0, at: scalar.range) }
    }
}
