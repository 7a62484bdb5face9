import Diagnostics

/// A `catch` clause that does nothing and gives nothing hides the error (WF5117). `output: null` says what is given.
enum SilentCatchRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        check(subject.definition.catches, report)
        subject.definition.forEachStep { step, _ in check(step.modifiers.catches, report) }
    }

    private static func check(_ list: CatchList?, _ report: (Diagnostic) -> Void) {
        for clause in list?.clauses ?? [] where clause.steps == nil && clause.output == nil { report(.silentCatch(clause)) }
    }
}
