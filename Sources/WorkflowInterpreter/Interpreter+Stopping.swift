import Values
import WorkflowGraph
package import WorkflowJournal

/// Stopping bodies: language.md §3 "Stopping".
extension Interpreter {
    /// Nothing new starts inside the frame; waits, sleeps and pauses end at once; running actions are let finish after a failure
    /// and really stopped after a timeout or cancel, and their outcome is awaited. Compensations and `finally` blocks under way
    /// are left alone: the stop takes effect after them.
    func stop(_ frame: Frame, _ cause: StopCause) {
        // Linear once in what is open; a timeout or cancel may still follow a failure.
        if let earlier = frame.stopCause, !earlier.letsFinish || cause.letsFinish { return }
        let wasStopped = frame.stopCause != nil
        frame.stopCause = cause
        switch frame.state {
        case .body, .sequence, .fanOut, .round, .clause: frame.forEachChild { stop($0, cause) }
        case .leaf(let command), .pause(let command, _): stopLeaf(frame, command, cause, wasStopped: wasStopped)
        case .undoing, .cleaning, .new, .ended: break
        }
    }

    private func stopLeaf(_ frame: Frame, _ command: Command, _ cause: StopCause, wasStopped: Bool) {
        switch command {
        case .runAction(let request):
            emit(cause.letsFinish ? .letActionFinish(request.leaf.key) : .stopAction(request.leaf.key))
        case .startSleep(let request): endUnfinished(frame, request.leaf.key, cause)
        case .openWait(let request): endUnfinished(frame, request.leaf.key, cause)
        case .startChild(let request): if !wasStopped { emit(.stopChild(request.leaf.key)) }
        case .sendEvent: break
        case .stopAction, .letActionFinish, .stopChild, .endLeaf, .startTimer, .stopTimer, .beginEnding, .noteFailedCleanup,
            .finish:
            preconditionFailure("no leaf waits for this command")
        }
    }

    private func endUnfinished(_ frame: Frame, _ key: MemoKey, _ cause: StopCause) {
        leaves[key] = nil
        emit(.endLeaf(key))
        end(frame, .stopped(stoppedFailure(cause, step: key)))
    }

    /// Open actions that were asked to stop.
    package var stoppedActions: [MemoKey] {
        openLeaves { command, cause in if case .runAction = command { !cause.letsFinish } else { false } }
    }

    /// Open actions of which no further attempt begins.
    package var finishingActions: [MemoKey] {
        openLeaves { command, cause in if case .runAction = command { cause.letsFinish } else { false } }
    }

    /// Open children that were asked to stop.
    package var stoppedChildren: [MemoKey] {
        openLeaves { command, _ in if case .startChild = command { true } else { false } }
    }

    private func openLeaves(where matches: (Command, StopCause) -> Bool) -> [MemoKey] {
        leaves.filter { _, frame in
            if case .leaf(let command) = frame.state, let cause = frame.stopCause { matches(command, cause) } else { false }
        }.keys.sorted()
    }
}
