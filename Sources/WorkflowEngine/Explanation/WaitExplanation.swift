package import Values
package import WorkflowInterpreter
package import WorkflowJournal

/// Why an instance is where it is: what it waits for, until when, what happens then, and what would move it.
///
/// Made by `Explainer` from what is stored; `ExplanationWording` puts it into sentences.
package struct WaitExplanation: Sendable {
    package var summary: InstanceSummary
    /// When it was looked at.
    package var time: Timestamp
    /// Nil: a server has the journal open. Else what keeps the instance from moving whatever it waits for.
    package var obstacle: String?
    package var standing: Standing
    /// It is on its way to its end.
    package var unwinding: Unwinding?
    /// A request that has not taken effect.
    package var cancel: CancelRequest?
    /// When the workflow's timeout is over.
    package var deadline: Timestamp?
    /// The first of its open steps.
    package var steps: [StepExplanation] = []
    /// How many there are in all.
    package var openCount = 0
    package var remedies: [Remedy] = []

    package enum Standing: Sendable {
        case ended(End)
        case held(Hold, reason: String?, since: Timestamp?)
        /// It waits for a place under `concurrency`.
        case queued(GatePosition, holders: [InstanceID])
        /// Written, and not begun; until then when it begins later.
        case unbegun(startsAt: Timestamp?)
        /// Something of it is on its way through the server.
        case moving
        case waiting
    }

    package struct End: Sendable {
        package var failure: Failure?
        /// Of the operator who cancelled it.
        package var reason: String?
        /// What it was held for when it was cancelled by force.
        package var forcedFrom: Hold?
        /// What stands in the way of a retry.
        package var obstacleToRetry: RetryObstacle?
        /// Steps that may have had their effect without anybody knowing.
        package var uncertain: [MemoKey]
        /// Undos and `finally` blocks that failed.
        package var failedCleanup: [MemoKey]
    }

    /// Why a retry would be refused.
    package struct RetryObstacle: Sendable {
        package var reason: String
        /// It could be run again on a corrected definition.
        package var isOfDefinition: Bool
    }

    package struct Unwinding: Sendable {
        package var ending: InstanceStatus
        /// The failure behind it.
        package var failure: Failure?
        /// An operator's reason.
        package var reason: String?
        package var since: Timestamp?
        /// Still to be undone, newest first.
        package var undoing: [MemoKey]
    }
}

/// One open step.
package struct StepExplanation: Sendable {
    package var step: MemoKey
    package var verb: StepVerb
    /// The action, or the workflow it invokes.
    package var action: String?
    package var status: StepStatus
    package var since: Timestamp
    package var cause: Cause
    /// When it moves by itself.
    package var until: Timestamp?
    package var timeout: RunningTimeout?
    package var phase: UnwindingPhase?
    package var stop: StopReason?
    package var remedies: [Remedy] = []

    package enum Cause: Sendable {
        case attempt(Attempt)
        /// It is next to run an action, as soon as there is a place.
        case place(places: Int)
        /// `after` nil: it is not known any more.
        case retry(number: Int, of: Int, after: Failure?)
        case bodyRetry(step: MemoKey, number: Int, of: Int, after: Failure)
        case round(step: MemoKey, number: Int, of: Int)
        case sleep
        case event(EventWait)
        case child(Child)
        /// The next transition does it.
        case transition
        /// The definition is not at hand: only the row is known.
        case unknown
    }

    package struct Attempt: Sendable {
        package var number: Int
        package var of: Int
        package var interruptions: Int
        package var lastFailure: Failure?
        package var isAtMostOnce: Bool
    }

    package struct Child: Sendable {
        package var id: InstanceID
        /// Why it is where it is; none when it is not known.
        package var explanation: [WaitExplanation]
    }

    package struct EventWait: Sendable {
        package var wait: OpenWait
        /// Events that nearly matched, the nearest first.
        package var near: [NearEvent]
        /// How many more of the awaited names were looked at.
        package var furtherCount: Int
    }

    package struct NearEvent: Sendable {
        package var event: StoredEvent
        package var differences: [Difference]
    }

    package enum Difference: Sendable, Hashable {
        /// The awaited name that it nearly has.
        case name(String)
        case earlier
        /// It started the instance.
        case trigger
        /// Another step of the instance has consumed it.
        case taken(by: MemoKey)
        case content(EventDifference)
    }
}

/// A command that would move the instance.
package struct Remedy: Sendable, Hashable {
    package var command: String
    /// What it does, as a phrase: "takes it up again".
    package var effect: String
}
