import DequeModule
import Values
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// An instance in memory: its interpreter and the open rows. Belongs to the core that holds it.
final class LiveInstance {
    /// Something that waits to be applied.
    enum Occurrence {
        /// The run begins.
        case begin
        case result(MemoKey, attempt: Int, ActionResult, startedAt: Timestamp)
        case timer(MemoKey)
        case event(wait: MemoKey, StoredEvent)
        case examined(wait: MemoKey, through: EventSequence)
        case childEnded(InstanceInbox.ChildEnd)
        case cancel(CancelRequest)
        case pause(PauseRequest)
        /// A place for this step's next attempt is free and taken.
        case place(MemoKey)
        /// A child is to be started or an event to be sent, by the transition itself.
        case execute(MemoKey)
        /// A detached child has been started, and its gate has not rejected it.
        case detached(MemoKey)
        /// A step was stopped before an attempt of it ran.
        case notStarted(MemoKey)
        /// An announced attempt is not begun after all, because of a shutdown.
        case takeBack(MemoKey)
        case interrupted(MemoKey)
    }

    /// How a run begins that has not begun.
    enum Beginning {
        case first
        case retried(RetryRecord)
    }

    /// What an instance is beside its state and its journal.
    struct Facts {
        var id: InstanceID
        /// The configuration snapshot.
        var config: Value
        var configDigest: ContentDigest
        /// How deep it is in workflows invoking each other.
        var depth = 0
        /// How long the chain of events is that led to it.
        var eventDepth = 0
    }

    /// Nil until the first transition is committed.
    var claim: Claim?
    let facts: Facts
    let interpreter: Interpreter
    var state: Transition.InstanceState
    /// As read last; what the next transition declares consumed.
    var marks: Int64
    var openActions = OpenSteps<OpenAction>()
    var openChildren = OpenSteps<OpenChild>()
    var openEmits = OpenSteps<OpenEmit>()
    /// Open sleeps and waits.
    var openLeaves: [MemoKey: StepRow] = [:]
    var waits: [MemoKey: WaitRow] = [:]
    var timers: [MemoKey: TimerRow] = [:]
    /// The input of the next run, once this one has continued as new.
    var continuation: Value?
    var beginning: Beginning?

    var queue: Deque<Occurrence> = []
    /// What the transition in flight was made of, in case it has to be made again.
    var drained: [Occurrence] = []
    /// What cannot be applied while it is held; taken up anew from the rows when it is released.
    var heldBack: [Occurrence] = []
    /// To be begun when the transition in flight is committed; `OpenAction.isAnnounced` says whether that still holds.
    var announced: [MemoKey] = []
    /// To be stopped when the transition in flight is committed.
    var stopped: [MemoKey] = []
    /// Scheduled in the transition in flight without finding a place.
    var unqueued: [MemoKey] = []
    /// Detached children whose gate may reject them, started in the transition in flight.
    var detaching: [MemoKey] = []
    /// Why events were declined, for the instance's log.
    var declined: [(wait: MemoKey, reason: String)] = []
    /// Signals that are in the journal of this run.
    var signals: Set<MemoKey> = []
    var isWriting = false
    var needsInbox = false
    var isReadingInbox = false
    /// Somebody woke it while it was here without having begun: it is read again before it is forgotten.
    var mustComeBack = false
    var lastUsed: UInt64 = 0

    init(
        claim: Claim?, facts: Facts, interpreter: Interpreter, state: Transition.InstanceState,
        marks: Int64
    ) {
        self.claim = claim
        self.facts = facts
        self.interpreter = interpreter
        self.state = state
        self.marks = marks
    }

    var id: InstanceID { facts.id }
    var hasBegun: Bool { state.runStartedAt != nil }
    var isHeld: Bool { state.hold != nil }

    private var isBusy: Bool { openActions.busyCount > 0 || openChildren.busyCount > 0 || openEmits.busyCount > 0 }

    /// Nothing of it is under way: it may leave memory without loss.
    var isIdle: Bool { !isWriting && !isReadingInbox && !needsInbox && queue.isEmpty && !isBusy }

    /// `running` while an attempt is announced or about to be, an action is being stopped, or a child or event is to go out with
    /// the next transition; otherwise `suspended`.
    var restingStatus: InstanceStatus { isBusy ? .running : .suspended }
}
