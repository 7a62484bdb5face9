package import Values
package import WorkflowGraph
package import WorkflowJournal

/// What becomes of a step's attempts: pure, below the interpreter, and no part of replay. Its state is columns of the
/// step's row.
///
/// ```
///              announce                      failed, may retry
/// scheduled ──────────────▶ running ────────────────────────────▶ sleeping ──▶ scheduled
///     ▲                        │  completed, or failed for good
///     │  interrupted           └──────────────────────────────▶ final outcome
///     └────────(same number)───┘
/// ```
package enum AttemptMachine {
    /// Attempts found announced and unfinished after a crash, at most, before the step fails with `interrupted`.
    package static let maximumInterruptions = 5

    package enum Decision: Sendable, Equatable {
        case final(StepOutcome)
        /// Try again at this instant, with the next number.
        case retry(at: Timestamp)
        /// Repeat the same number now: it was interrupted.
        case again
    }

    package static func failed(
        _ failure: Failure, attempt: Int, policy: RetryPolicy, now: Timestamp, jitterSeed: String
    ) -> Decision {
        guard attempt < policy.attempts, policy.retries(code: failure.code, isRetryable: failure.isRetryable) else {
            return .final(.failed(failure))
        }
        return .retry(
            at: nextDue(policy, failedAttempt: attempt, retryAfter: failure.retryAfter, now: now, jitterSeed: jitterSeed))
    }

    /// An attempt was found announced and unfinished.
    /// - Parameters:
    ///   - interruptions: how many times that has happened to the step, this one included.
    ///   - isAborted: a timeout or cancel stops it. A failure beside it does not: what has begun is let finish then.
    package static func interrupted(
        attempt: Int, interruptions: Int, isAtMostOnce: Bool, isAborted: Bool
    ) -> Decision {
        if !isAtMostOnce && !isAborted && interruptions <= maximumInterruptions { return .again }
        let reason =
            isAtMostOnce
            ? "it runs at most once" : isAborted ? "the scope around it is ending" : "it was interrupted \(interruptions) times"
        return .final(
            .failed(
                Failure(
                    code: "interrupted",
                    message: "attempt \(attempt) was interrupted by a crash and is not repeated: \(reason)",
                    attempt: attempt, isUncertain: true)))
    }

    /// When the attempt after a failed one begins. Jitter is drawn from the seed and the attempt's number, so that computing
    /// it again gives the same instant.
    package static func nextDue(
        _ policy: RetryPolicy, failedAttempt: Int, retryAfter: TimeSpan?, now: Timestamp, jitterSeed: String
    ) -> Timestamp {
        if let retryAfter, !retryAfter.isNegative { return rounded(now.adding(retryAfter) ?? now) }
        let longest = Double(max(policy.maxDelay, policy.delay).microseconds)
        var delay = Double(policy.delay.microseconds)
        // Step by step and capped, so that no power can overflow.
        for _ in 1..<max(failedAttempt, 1) where delay < longest { delay *= policy.backoff }
        delay = min(delay, longest)
        if policy.hasJitter { delay *= 0.5 + 0.5 * fraction("\(jitterSeed)#\(failedAttempt)") }
        return rounded(now.adding(TimeSpan(microseconds: Int64(delay))) ?? now)
    }

    private static func rounded(_ time: Timestamp) -> Timestamp { Timestamp(microseconds: time.microseconds) }

    /// Uniform in [0, 1).
    private static func fraction(_ seed: String) -> Double {
        let bits = SHA256.digest(seed.utf8).prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Double(bits >> 11) / 9_007_199_254_740_992
    }
}
