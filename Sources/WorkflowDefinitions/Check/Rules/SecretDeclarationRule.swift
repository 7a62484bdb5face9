import Diagnostics
import YAMLSyntax

/// `secret` is a type for inputs of actions only: a workflow's input and an event's payload are stored (WF6109).
enum SecretDeclarationRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        if subject.definition.kind == .workflow, let entry = subject.definition.input, subject.types.input.holdsSecrets {
            report(.secretInput("the input of a workflow", at: entry.keyRange))
        }
        for event in subject.types.events where event.payload.holdsSecrets && event.range.file === subject.definition.file {
            report(.secretInput("the payload of an event", at: event.range))
        }
    }
}
