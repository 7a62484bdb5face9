import Diagnostics

/// `invoke` names a workflow of the project (WF2110). What `call` names is looked up when the call is typed.
enum CallTargetRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        let workflows = subject.project.names.workflows
        var guesses = FileLowering.mostGuesses
        subject.definition.forEachStep { step, _ in
            guard case .invoke(let name, _, _) = step.verb, !workflows.contains(name.value) else { return }
            let isAction = subject.project.names.actions[name.value] != nil
            report(.unknownWorkflow(name, known: guesses > 0 ? workflows : [], isAction: isAction))
            guesses -= 1
        }
    }
}
