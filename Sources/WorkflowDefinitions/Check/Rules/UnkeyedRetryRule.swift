import Diagnostics
import WorkflowGraph
import YAMLSyntax

/// A retried effect that carries no idempotency key: the other side cannot tell a second try from a second wish (WF5115).
enum UnkeyedRetryRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        let effects = StepEffects(subject.project)
        subject.definition.forEachStep { step, surroundings in
            guard case .call(let action, _) = step.verb, let signature = subject.project.names.actions[action.value],
                signature.isBuiltin, !signature.sendsIdempotencyKey, effects.hasEffect(step),
                let retry = step.modifiers.retry ?? retry(around: surroundings), FileLowering.policy(retry).attempts > 1,
                repeats(retry, signature)
            else { return }
            report(.retriedWithoutKey(action.value, at: action.range, retry: retry.keyRange))
        }
    }

    /// A retry that never happens is reported as that.
    private static func repeats(_ retry: Modifiers.Retry, _ signature: ActionSignature) -> Bool {
        retry.errors != nil || signature.errors.contains(where: \.isRetryable)
    }

    private static func retry(around surroundings: StepSurroundings) -> Modifiers.Retry? {
        for level in surroundings.levels.reversed() {
            switch level.kind {
            case .steps, .parallel, .choice: if let retry = level.step?.modifiers.retry { return retry }
            case .catching, .compensate, .finally: return nil
            }
        }
        return nil
    }
}
