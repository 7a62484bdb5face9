import Diagnostics
import Values
import YAMLSyntax

/// A `catch` clause that does nothing and gives nothing hides the error (WF5117).
enum SilentCatchRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        check(subject.definition.catches, report)
        subject.definition.forEachStep { step, _ in check(step.modifiers.catches, report) }
    }

    private static func check(_ list: CatchList?, _ report: (Diagnostic) -> Void) {
        for clause in list?.clauses ?? [] where clause.steps == nil && isNothing(clause.output) {
            report(.silentCatch(clause))
        }
    }

    private static func isNothing(_ output: Entry?) -> Bool {
        guard let output else { return true }
        guard let scalar = output.node.scalar, case .success(.null) = scalar.untypedValue() else { return false }
        return true
    }
}
