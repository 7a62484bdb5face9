import Values
import WorkflowGraph
import WorkflowJournal

/// The point at which a retried run leaves what it kept of the run before: language.md §3, last paragraph.
extension Interpreter {
    /// Whatever is open begins anew, at the time of the entry: a step of which nothing is kept as a whole, in others the leaves
    /// that are open; retry delays and timeouts have their whole length. What a kept entry had stopped is over.
    func beginAnew(_ record: RetryRecord) {
        for (place, count) in record.occurrences { completions[place] = max(completions[place] ?? 0, count) }
        startDeadline()
        guard let root else { return }
        inOrder { beginAnew(root) }
    }

    private func beginAnew(_ frame: Frame) {
        if !frame.hasProgress && frame.stopCause == nil {
            forget(frame)
            begunAnew.append(frame.key)
            frame.reset()
            schedule(frame)
            return
        }
        restartTimer(of: frame)
        switch frame.state {
        case .new, .ended: break
        case .body, .sequence, .fanOut, .round, .clause, .undoing, .cleaning: frame.forEachChild(beginAnew)
        case .pause(let command, let then):
            forget(command)
            pauseAnew(frame, then)
        case .leaf(let command):
            // Without an outcome it has no progress: it is stopped.
            let key = forget(command)
            end(frame, .stopped(stoppedFailure(frame.stopCause ?? .cancelled, step: key)))
        }
    }

    /// Nobody waits any more for what is open in it.
    private func forget(_ frame: Frame) {
        if let timer = frame.timer {
            timers[timer] = nil
            timerDueTimes[timer] = nil
        }
        switch frame.state {
        case .leaf(let command), .pause(let command, _): forget(command)
        case .new, .body, .sequence, .fanOut, .round, .clause, .undoing, .cleaning, .ended: frame.forEachChild(forget)
        }
    }

    private func pauseAnew(_ frame: Frame, _ then: Frame.AfterPause) {
        if let cause = frame.stopCause { return end(frame, .stopped(stoppedFailure(cause))) }
        switch then {
        case .attempt(let failure): beginDelay(frame, after: failure)
        // It has slept long enough by now, and its result is known: the next round begins.
        case .round: pauseEnded(frame, then)
        }
    }

    /// The run before asked for this and had no outcome that was kept.
    @discardableResult private func forget(_ command: Command) -> MemoKey? {
        guard let key = command.leafKey else { return nil }
        leaves[key] = nil
        return key
    }

    private func restartTimer(of frame: Frame) {
        guard let timer = frame.timer, let index = frame.isNode else { return }
        let due: Timestamp?
        switch graph[index].kind {
        case .timeout(let limit, _): due = try? instant(of: limit, in: frame.scope, frame)
        case .retry(let policy, _): due = policy.timeout.flatMap { now.adding($0) }
        case .condition, .finally, .catching, .foreach, .repeat, .shaped, .action, .composite, .wait, .sleep, .bindings,
            .invoke,
            .emit, .group, .parallel, .choice, .fail, .raise, .return, .continueAsNew:
            due = nil
        }
        // What could be evaluated when the step began can be evaluated again: its scope is the same.
        if let due { startTimer(frame, key: timer, dueAt: due) }
    }
}
