package import Values

/// Where journals live: the storage port of the engine.
///
/// Calls block and may be made from any thread but one thread writes: `write` is called by a single writer, one batch at a
/// time, each batch one transaction and one flush. Reads may run beside it and see committed state only. The suite
/// `JournalContract` says what every implementation must do.
package protocol JournalStore: JournalQueries {
    /// Begins an epoch for this node; claims of the node's earlier epochs are void from here on. Live instances that a thread
    /// was working on when the process died (`noteWork`) have crashed once more; after `JournalLimits.crashes` times without a
    /// transition in between they are held `quarantined` (guarantees.md G20).
    func open(node: String) throws(JournalError) -> Epoch

    /// The store's clock, the only one whose instants are written to rows. Never goes back within an epoch.
    func now() -> Timestamp

    /// Writes a batch. One outcome per write, in order. A write that cannot be made does not hinder the others: on a failing
    /// statement the batch is rolled back and made again one by one, and the culprit's instance is held `quarantined`.
    /// - Throws: `JournalError` when nothing at all was written (`busy`, `full`: try the same batch again) or the store must
    ///   not be used any more (`failed`). After a throw with code `unknown` each write may or may not have happened.
    func write(_ batch: [JournalWrite]) throws(JournalError) -> [WriteOutcome]

    /// Claims up to `limit` instances that can move and that this node has not claimed yet: those with marks, and those
    /// `pending` or `running` that a node left behind. Instances with a hold are not claimed. Oldest first.
    func claim(limit: Int) throws(JournalError) -> [Claim]

    /// Claims a certain instance; nil when it does not exist, has ended, is `quarantined`, or is somebody else's.
    func claim(_ instance: InstanceKey) throws(JournalError) -> Claim?

    /// Gives instances back: they are claimed again when they are marked or due.
    func release(_ claims: [Claim]) throws(JournalError)

    /// Everything to rebuild the instance; nil when the claim is no longer good.
    func load(_ claim: Claim) throws(JournalError) -> StoredInstance?

    /// What others have left for the instance: marks, a request to cancel, and for each open wait the oldest matching events
    /// that it has neither taken nor examined (at most `limit` each), in order of acceptance. The marks are read before the
    /// events, so a mark made meanwhile is not lost. Nil when the claim is no longer good.
    func inbox(_ claim: Claim, limit: Int) throws(JournalError) -> InstanceInbox?

    /// Timers due up to an instant, earliest first, of instances without a hold.
    func timers(dueBy: Timestamp, limit: Int) throws(JournalError) -> [DueTimer]

    /// Goes on marking waits for events that had more candidates than one commit marks. Returns the instances marked; empty
    /// when nothing is left to do. Called by the writer.
    func continueDelivery() throws(JournalError) -> [InstanceKey]

    /// Registers for hints that instances of this node became ready by somebody else's write. They may be lost or repeated.
    func onWakeup(_ receive: @escaping @Sendable ([InstanceKey]) -> Void)

    func config(_ digest: ContentDigest) throws(JournalError) -> Value?

    /// Says which instance a thread is about to work on; nil: none any more. Costs next to nothing, and survives the process.
    func noteWork(on instance: InstanceKey?, by worker: Worker)

    /// Forgets idempotency keys and keeps files in order, between batches; called by the writer.
    func maintain() throws(JournalError)

    func close()
}

/// Threads of a node that work on one instance at a time and could be killed by what it holds.
package enum Worker: Int, Sendable, Hashable, CaseIterable {
    /// Replays and moves instances.
    case executor
    /// Reads them from the store.
    case reader
}

/// Why a store could not do what it was asked to.
package struct JournalError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// Locked or overloaded: the same call may succeed later.
        case busy
        /// No space on the device: the same call may succeed later.
        case full
        /// The commit's outcome is not known.
        case unknown
        /// An I/O error or a damaged file: the store must not be used any more.
        case failed
        /// Another process has the store open; `message` names it.
        case inUse
        /// Written by a newer version, or no journal at all.
        case incompatible
        /// The path cannot be read or written, or is on a network file system.
        case inaccessible
    }

    package var code: Code
    /// One sentence that says what is wrong and what to do.
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}

/// An instance as its rows have it.
package struct StoredInstance: Sendable, Equatable {
    package var claim: Claim
    package var workflow: String
    package var digest: ContentDigest
    package var semantics: Int
    package var input: Value
    package var config: Value
    package var trigger: Value
    package var createdAt: Timestamp
    package var state: Transition.InstanceState
    package var marks: Int64
    package var cancel: CancelRequest?
    package var parent: ParentLink?
    package var depth: Int
    package var eventDepth: Int
    /// Whether it has a place at its gate, or needs none. One that has not and was cancelled ends without beginning.
    package var isAdmitted: Bool
    /// Of a retried run: entries up to here are kept from the run before. One that has not begun yet begins with an entry
    /// `Signal.retried` that carries these occurrences.
    package var keptSequence: Int
    package var occurrences: [String: Int]
    /// All rows of the current run, signals included, in order of scheduling.
    package var steps: [StepRow]
    package var timers: [TimerRow]
    package var waits: [WaitRow]

    package init(
        claim: Claim, workflow: String, digest: ContentDigest, semantics: Int, input: Value, config: Value, trigger: Value,
        createdAt: Timestamp, state: Transition.InstanceState, marks: Int64, cancel: CancelRequest?,
        parent: ParentLink? = nil, depth: Int = 0, eventDepth: Int = 0, isAdmitted: Bool = true, keptSequence: Int = 0,
        occurrences: [String: Int] = [:], steps: [StepRow], timers: [TimerRow], waits: [WaitRow]
    ) {
        self.claim = claim
        self.workflow = workflow
        self.digest = digest
        self.semantics = semantics
        self.input = input
        self.config = config
        self.trigger = trigger
        self.createdAt = createdAt
        self.state = state
        self.marks = marks
        self.cancel = cancel
        self.parent = parent
        self.depth = depth
        self.eventDepth = eventDepth
        self.isAdmitted = isAdmitted
        self.keptSequence = keptSequence
        self.occurrences = occurrences
        self.steps = steps
        self.timers = timers
        self.waits = waits
    }
}

package struct PauseRequest: Sendable, Hashable {
    package var reason: String?
    package init(reason: String?) { self.reason = reason }
}

/// What others have left for an instance.
package struct InstanceInbox: Sendable, Equatable {
    package struct Candidates: Sendable, Equatable {
        package var wait: MemoKey
        package var events: [StoredEvent]

        package init(wait: MemoKey, events: [StoredEvent]) {
            self.wait = wait
            self.events = events
        }
    }

    /// A child that has ended and that its `invoke` step still waits for.
    package struct ChildEnd: Sendable, Equatable {
        package var child: InstanceID
        package var step: MemoKey
        package var attempt: Int
        /// Nil: its gate rejected it, there is no such instance.
        package var status: InstanceStatus?
        package var output: Value?
        package var failure: Failure?

        package init(
            child: InstanceID, step: MemoKey, attempt: Int, status: InstanceStatus?, output: Value?, failure: Failure?
        ) {
            self.child = child
            self.step = step
            self.attempt = attempt
            self.status = status
            self.output = output
            self.failure = failure
        }
    }

    package var marks: Int64
    package var cancel: CancelRequest?
    /// Set by a request to pause that has not taken effect.
    package var pause: PauseRequest?
    /// In the order in which they ended, at most `limit`; a mark stands for what is left out.
    package var childEnds: [ChildEnd]
    /// In the order in which the waits were scheduled; waits without candidates are left out.
    package var candidates: [Candidates]

    package init(
        marks: Int64, cancel: CancelRequest?, pause: PauseRequest? = nil, childEnds: [ChildEnd] = [],
        candidates: [Candidates]
    ) {
        self.marks = marks
        self.cancel = cancel
        self.pause = pause
        self.childEnds = childEnds
        self.candidates = candidates
    }
}

package struct DueTimer: Sendable, Equatable {
    package var instance: InstanceKey
    package var timer: TimerRow

    package init(instance: InstanceKey, timer: TimerRow) {
        self.instance = instance
        self.timer = timer
    }
}
