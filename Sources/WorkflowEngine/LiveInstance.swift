import Values
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// An instance in memory: its interpreter and the open rows. Belongs to the core that holds it.
final class LiveInstance {
    /// Something that waits to be applied.
    enum Occurrence {
        case result(MemoKey, attempt: Int, ActionResult, startedAt: Timestamp)
        case timer(MemoKey)
        case event(wait: MemoKey, StoredEvent)
        case examined(wait: MemoKey, through: EventSequence)
        case cancel(CancelRequest)
        /// A place for this step's next attempt is free and taken.
        case place(MemoKey)
        /// An action was stopped before an attempt of it ran.
        case notStarted(MemoKey)
        /// An announced attempt is not begun after all, because of a shutdown.
        case takeBack(MemoKey)
        case interrupted(MemoKey)
    }

    /// An action step that has no final outcome yet.
    struct OpenAction {
        var row: StepRow
        var request: ActionRequest
        var isStopped = false
        /// Waits in line for a place, or has one that is not announced yet.
        var isQueued = false
    }

    /// Nil until the first transition is committed.
    var claim: Claim?
    let id: InstanceID
    let interpreter: Interpreter
    let trustedHosts: Set<String>
    var state: Transition.InstanceState
    /// As read last; what the next transition declares consumed.
    var marks: Int64
    var openActions: [MemoKey: OpenAction] = [:]
    /// Open sleeps and waits.
    var openLeaves: [MemoKey: StepRow] = [:]
    var waits: [MemoKey: WaitRow] = [:]
    var timers: [MemoKey: TimerRow] = [:]

    var queue: [Occurrence] = []
    /// What the transition in flight was made of, in case it has to be made again.
    var drained: [Occurrence] = []
    /// To be begun when the transition in flight is committed.
    var announced: [MemoKey] = []
    /// To be stopped when the transition in flight is committed.
    var stopped: [MemoKey] = []
    /// Scheduled in the transition in flight without finding a place.
    var unqueued: [MemoKey] = []
    /// Why events were declined, for the instance's log.
    var declined: [(wait: MemoKey, reason: String)] = []
    /// Signals that are in the journal of this run.
    var signals: Set<MemoKey> = []
    var isWriting = false
    var needsInbox = false
    var isReadingInbox = false
    var lastUsed: UInt64 = 0

    init(
        claim: Claim?, id: InstanceID, interpreter: Interpreter, trustedHosts: Set<String>, state: Transition.InstanceState,
        marks: Int64
    ) {
        self.claim = claim
        self.id = id
        self.interpreter = interpreter
        self.trustedHosts = trustedHosts
        self.state = state
        self.marks = marks
    }

    /// Nothing of it is under way: it may leave memory without loss.
    var isIdle: Bool {
        !isWriting && !isReadingInbox && !needsInbox && queue.isEmpty
            && openActions.values.allSatisfy { $0.row.status == .sleeping }
    }

    /// `running` while an attempt is announced or about to be, or an action is being stopped; otherwise `suspended`.
    var restingStatus: InstanceStatus {
        openActions.values.contains { $0.row.status != .sleeping || $0.isStopped } ? .running : .suspended
    }
}

/// An attempt in flight in this process.
struct RunningAttempt {
    var action: String
    var startedAt: Timestamp
    /// Inline actions hold no place.
    var holdsPlace: Bool
    /// Its `retry.timeout` came due: a failure is a `timeout`.
    var hasTimedOut = false
    var isAborted = false
    /// Aborted by nothing but the end of the drain.
    var isStoppedByShutdown = false
    /// Values that must not be stored.
    var redactor: Redactor
}
