import Diagnostics
import YAMLSyntax

/// `retry` without `errors` repeats only errors that say they are retryable; an action that has none is never repeated (WF5110).
enum RetryableErrorRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        subject.definition.forEachStep { step, _ in
            guard case .call(let action, _) = step.verb, let retry = step.modifiers.retry, retry.errors == nil,
                let signature = subject.project.names.actions[action.value], signature.isBuiltin,
                !signature.errors.contains(where: \.isRetryable)
            else { return }
            let codes = signature.errors.map(\.pattern)
            report(.nothingToRetry(action.value, codes: codes, at: retry.keyRange))
        }
    }
}
