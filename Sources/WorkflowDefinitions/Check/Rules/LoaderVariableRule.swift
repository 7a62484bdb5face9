import Diagnostics
import YAMLSyntax

/// Environment variables that make the loader, a shell or an interpreter run something else (WF6108).
enum LoaderVariableRule: DefinitionRule {
    private static let names: Set<String> = [
        "BASH_ENV", "ENV", "SHELLOPTS", "BASHOPTS", "PS4", "PROMPT_COMMAND", "IFS", "CDPATH", "GCONV_PATH", "NODE_OPTIONS",
        "PERL5OPT", "PERL5LIB", "PYTHONSTARTUP", "PYTHONPATH", "RUBYOPT", "JAVA_TOOL_OPTIONS", "GIT_SSH_COMMAND",
    ]
    private static let prefixes = ["LD_", "DYLD_", "BASH_FUNC_"]

    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        subject.definition.forEachStep { step, _ in
            guard case .call(let action, let with?) = step.verb, let signature = subject.project.names.actions[action.value],
                case .mapping(let inputs) = with.node.content
            else { return }
            for input in inputs where signature.traits(of: input.key.text).sink == .environment {
                guard case .mapping(let variables) = input.value.content else { continue }
                for variable in variables where changesLoader(variable.key.text) { report(.loaderVariable(variable.key)) }
            }
        }
    }

    private static func changesLoader(_ name: String) -> Bool {
        names.contains(name) || prefixes.contains { name.utf8.starts(with: $0.utf8) }
    }
}
