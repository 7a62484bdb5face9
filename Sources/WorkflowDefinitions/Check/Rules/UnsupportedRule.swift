import Diagnostics
import YAMLSyntax

/// Parts of the language that this version reads and cannot run yet (WF1117): mail templates.
enum UnsupportedRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        subject.definition.forEachStep { step, _ in
            guard case .call(let action, let with) = step.verb, action.value == "email", let with,
                case .mapping(let pairs) = with.node.content
            else { return }
            for pair in pairs where pair.key.text == "template" {
                report(.unsupported("template", at: pair.key.range, help: "write the mail here: `subject` and `text`"))
            }
        }
    }
}
