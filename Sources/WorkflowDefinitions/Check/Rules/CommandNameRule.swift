import Diagnostics
import YAMLSyntax

/// Which command runs is written, not computed (WF6107).
enum CommandNameRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        subject.definition.forEachStep { step, _ in
            guard case .call(let action, let with?) = step.verb, let signature = subject.project.names.actions[action.value],
                case .mapping(let pairs) = with.node.content
            else { return }
            for pair in pairs where signature.traits(of: pair.key.text).sink == .command {
                var first = pair.value
                if case .sequence(let items) = first.content, let item = items.first { first = item }
                guard let scalar = first.scalar else { continue }
                for case .expression(_, let range) in Template(scalar.text).parts.prefix(2) {
                    report(.computedCommand(at: scalar.sourceRange(ofText: range), isWholeList: pair.value.scalar != nil))
                    break
                }
            }
        }
    }
}
