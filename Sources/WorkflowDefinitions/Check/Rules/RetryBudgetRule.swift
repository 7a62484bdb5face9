import Diagnostics
import Values
import WorkflowGraph
import YAMLSyntax

/// Retries that are not over when the timeout around them is: the last attempts never happen (WF5109).
enum RetryBudgetRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        subject.definition.forEachStep { step, surroundings in
            guard let retry = step.modifiers.retry,
                let limit = step.literalTimeout ?? surroundings.enclosingTimeout(in: subject.definition)
            else { return }
            let policy = FileLowering.policy(retry)
            let attempt = retry.timeout ?? actionTimeout(step)
            // An attempt that is longer than the limit by itself is another mistake.
            if let attempt, attempt.value > limit.value { return }
            let delays = delays(of: policy)
            let attempts = Double(attempt?.value.microseconds ?? 0) * Double(policy.attempts)
            let total = delays + attempts
            guard policy.attempts > 1, total > Double(limit.value.microseconds), total < 9e15 else { return }
            report(
                .retriesExceedTimeout(
                    at: retry.keyRange, attempts: policy.attempts, attempt: attempt,
                    delays: TimeSpan(microseconds: Int64(delays)), total: TimeSpan(microseconds: Int64(total)), limit: limit))
        }
    }

    /// All pauses together, without the shortening by jitter, in microseconds.
    private static func delays(of policy: RetryPolicy) -> Double {
        var delay = Double(policy.delay.microseconds)
        let longest = Double(policy.maxDelay.microseconds)
        var sum = 0.0
        for _ in 1..<max(policy.attempts, 1) {
            sum += min(delay, longest)
            delay = min(delay * policy.backoff, longest)
        }
        return sum
    }

    /// `timeout` among the inputs of a call bounds one attempt.
    private static func actionTimeout(_ step: Step) -> Located<TimeSpan>? {
        guard case .call(_, let with?) = step.verb else { return nil }
        return with.node.pair("timeout")?.value.literalSpan
    }
}
