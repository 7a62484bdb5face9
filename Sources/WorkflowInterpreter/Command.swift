package import Values
package import WorkflowGraph
package import WorkflowJournal

/// What the interpreter asks for: plain data. The engine writes it down, commits, and only then does it.
package enum Command: Sendable, Equatable {
    /// Run an action until it has a final outcome.
    case runAction(ActionRequest)
    /// Suspend until an instant.
    case startSleep(SleepRequest)
    /// Suspend until an event.
    case openWait(WaitRequest)
    /// Start a child workflow, and unless it is detached await its end.
    case startChild(ChildRequest)
    /// Send an event; the outcome follows in the same transition.
    case sendEvent(EmitRequest)
    /// Really stop an action, which a timeout or a cancel is waiting for; its final outcome is still awaited.
    case stopAction(MemoKey)
    /// Begin no further attempt of an action, because a step beside it failed. An attempt under way is let finish and counts;
    /// where none is, the outcome is `cancelled`. A `stopAction` may follow.
    case letActionFinish(MemoKey)
    /// Cancel a child; its end is still awaited.
    case stopChild(MemoKey)
    /// An open sleep or wait is over without an outcome.
    case endLeaf(MemoKey)
    /// Send a signal at an instant, unless stopped before.
    case startTimer(MemoKey, dueAt: Timestamp)
    case stopTimer(MemoKey)
    /// The instance is on its way to this terminal status; unwinding begins.
    case beginEnding(InstanceStatus)
    /// An undo or a `finally` failed; recorded, and the rest goes on.
    case noteFailedCleanup(step: MemoKey, failure: Failure)
    case finish(Completion)
}

/// How an instance ended.
package enum Completion: Sendable, Equatable {
    case completed(output: Value)
    case failed(Failure)
    case cancelled(Failure)
    case timedOut(Failure)
    /// The run is over; the instance goes on with this input.
    case continuedAsNew(input: Value)

    /// Nil: the instance has not ended.
    package var status: InstanceStatus? {
        switch self {
        case .continuedAsNew: nil
        case .completed: .completed
        case .failed: .failed
        case .cancelled: .cancelled
        case .timedOut: .timedOut
        }
    }
}

/// What every leaf step's row begins with.
package struct LeafRecord: Sendable, Equatable {
    package var key: MemoKey
    /// The entry whose application asked for it.
    package var scheduledSequence: Int
    /// When that was.
    package var scheduledAt: Timestamp
    /// Of the evaluated inputs, secrets replaced by their names.
    package var inputDigest: ContentDigest
    /// How often this place has completed before.
    package var occurrence: Int
}

package struct ActionRequest: Sendable, Equatable {
    package var leaf: LeafRecord
    package var action: String
    /// Secrets replaced by placeholders; `Interpreter.input(of:secrets:)` gives the real thing.
    package var input: Value
    package var usesSecrets: Bool
    package var policy: RetryPolicy
    package var isAtMostOnce: Bool
    package var idempotencyKey: IdempotencyKey
    /// See `Node.ActionCall`.
    package var writtenHosts: [[String]] = []
}

package struct ChildRequest: Sendable, Equatable {
    package var leaf: LeafRecord
    package var workflow: String
    package var input: Value
    package var isDetached: Bool
    package var policy: RetryPolicy
}

package struct EmitRequest: Sendable, Equatable {
    package var leaf: LeafRecord
    package var event: String
    package var data: Value
    package var id: String
}

package struct SleepRequest: Sendable, Equatable {
    package var leaf: LeafRecord
    package var until: Timestamp
}

package struct WaitRequest: Sendable, Equatable {
    package var leaf: LeafRecord
    package var matches: [EventMatch]
}
