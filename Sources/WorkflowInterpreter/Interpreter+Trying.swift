import Values
import WorkflowGraph
import WorkflowJournal

/// `timeout`, and `retry` of a body.
extension Interpreter {
    func timeoutFired(_ frame: Frame) {
        guard case .body(let child) = frame.state else { return }
        frame.hasTimedOut = true
        inOrder { stop(child, .timeout) }
    }

    func timeoutAdvanced(_ frame: Frame, _ ending: Ending) {
        stopTimer(frame)
        if frame.hasTimedOut, frame.stopCause == nil, case .stopped(let failure) = ending {
            end(frame, .failure(timeoutFailure(frame.key, stopped: failure, isRetryable: false)))
        } else {
            end(frame, ending)
        }
    }

    /// Raised at the step whose time is over, never inside it; `key` is that of the effect that is uncertain, if one is.
    private func timeoutFailure(_ step: String, stopped: Failure, isRetryable: Bool, attempt: Int = 0) -> Failure {
        Failure(
            code: "timeout", message: "'\(step)' took longer than its timeout", isRetryable: isRetryable, step: memoKey(step),
            key: stopped.key, attempt: attempt > 0 ? attempt : stopped.attempt, isUncertain: stopped.isUncertain)
    }

    // MARK: - retry of a body

    func beginAttempt(_ frame: Frame, _ policy: RetryPolicy, _ body: NodeIndex) {
        if let limit = policy.timeout {
            startTimer(frame, key: attemptTimer(frame), dueAt: now.adding(limit) ?? now)
        }
        var context = frame.context
        context.isRepeatable = true
        beginChild(frame, .node(body), key: attemptKey(frame), scope: frame.scope, context: context) { .body($0) }
    }

    private func attemptKey(_ frame: Frame) -> String {
        frame.attempt == 1 ? frame.key : "\(frame.key)~\(frame.attempt)"
    }

    /// Says the attempt also of the first one: the step's own timeout has the key without.
    private func attemptTimer(_ frame: Frame) -> MemoKey { memoKey("\(frame.key)~\(frame.attempt)").timeout }

    func retryAdvanced(_ frame: Frame, _ policy: RetryPolicy, _ ending: Ending) {
        if case .undoing(_, let then) = frame.state {
            undoAdvanced(frame, then, ending)
            return
        }
        stopTimer(frame)
        var ending = ending
        if frame.hasTimedOut, frame.stopCause == nil, case .stopped(let failure) = ending {
            let timeout = timeoutFailure(
                attemptKey(frame), stopped: failure, isRetryable: true, attempt: frame.attempt)
            ending = .failure(timeout)
        }
        frame.hasTimedOut = false
        guard case .failure(let failure) = ending, frame.stopCause == nil, frame.attempt < policy.attempts,
            policy.retries(code: failure.code, isRetryable: failure.isRetryable)
        else {
            end(frame, ending)
            return
        }
        undo(frame, error: failure, then: .attemptAgain(after: failure))
    }

    func beginDelay(_ frame: Frame, after failure: Failure) {
        guard let node = frame.isNode, case .retry(let policy, _) = graph[node].kind else { return }
        let due = AttemptMachine.nextDue(
            policy, failedAttempt: frame.attempt, retryAfter: failure.retryAfter, now: now,
            jitterSeed: "\(header.id)/\(frame.key)")
        do {
            try pause(frame, key: "\(frame.key)~\(frame.attempt + 1)!delay", until: due, then: .attempt(after: failure))
        } catch {
            end(frame, .failure(error))
        }
    }

    /// A pause had its outcome: the next attempt or round begins.
    func pauseEnded(_ frame: Frame, _ then: Frame.AfterPause) {
        guard let node = frame.isNode else { return }
        switch then {
        case .attempt:
            guard case .retry(let policy, let body) = graph[node].kind else { return }
            frame.attempt += 1
            beginAttempt(frame, policy, body)
        case .round(let number, let previous):
            guard case .repeat(let loop) = graph[node].kind else { return }
            beginRound(frame, loop, number, previous: previous)
        }
    }
}
