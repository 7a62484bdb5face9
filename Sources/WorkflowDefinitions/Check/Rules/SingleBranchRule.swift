import Diagnostics

/// `parallel` with one branch runs nothing at the same time (WF2121).
enum SingleBranchRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        subject.definition.forEachStep { step, _ in
            guard case .parallel(let list) = step.verb, list.steps.count == 1 else { return }
            report(.singleBranch(step, branch: list.steps[0].id))
        }
    }
}
