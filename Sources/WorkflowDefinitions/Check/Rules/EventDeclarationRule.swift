import Diagnostics

/// Events that a file emits or is triggered by are declared (WF2113). What `wait` names is looked up when it is typed.
enum EventDeclarationRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        var named: [Located<String>] = []
        for trigger in subject.definition.triggers {
            if case .event(let names, _) = trigger.source { named += names }
        }
        subject.definition.forEachStep { step, _ in
            if case .emit(let event, _) = step.verb { named.append(event) }
        }
        for event in named where subject.types.event(event.value) == nil {
            report(.undeclaredEvent(event, known: subject.types.events.map(\.name)))
        }
    }
}
