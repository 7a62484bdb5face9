package import Values

/// A node's right to move one instance, as it was when the node last read or wrote it. Opaque outside stores: the engine
/// passes it back with every write.
package struct Claim: Sendable, Hashable {
    package var instance: InstanceKey
    package var id: InstanceID
    /// Counts the instance's transitions; a write with an old one is stale.
    package var version: Int64
    package var epoch: Epoch

    package init(instance: InstanceKey, id: InstanceID, version: Int64, epoch: Epoch) {
        self.instance = instance
        self.id = id
        self.version = version
        self.epoch = epoch
    }
}

/// What the start of an instance writes before its first steps.
package struct NewInstance: Sendable, Equatable {
    package var id: InstanceID
    package var workflow: String
    package var digest: ContentDigest
    package var input: Value
    /// Digest of the configuration snapshot, stored before.
    package var config: ContentDigest
    package var labels: [String: String]
    /// `{type: api | cli | cron | event | invoke, …}`, as `instance.trigger` shows it.
    package var trigger: Value
    /// The caller's own name for it, unique per workflow among kept instances.
    package var callerKey: String?
    package var request: IdempotentRequest?
    /// Who invoked it; nil for one that nobody did.
    package var parent: ParentLink?
    /// Its place under `concurrency`; nil: it has none.
    package var gate: GateRequest?
    /// Workflows invoking each other (`JournalLimits.childDepth`).
    package var depth: Int
    /// Length of the chain of events that started it (`JournalLimits.eventDepth`).
    package var eventDepth: Int
    /// The first run's number is 1.
    package var createdAt: Timestamp

    package init(
        id: InstanceID, workflow: String, digest: ContentDigest, input: Value, config: ContentDigest,
        labels: [String: String] = [:], trigger: Value, callerKey: String? = nil, request: IdempotentRequest? = nil,
        parent: ParentLink? = nil, gate: GateRequest? = nil, depth: Int = 0, eventDepth: Int = 0, createdAt: Timestamp
    ) {
        self.id = id
        self.workflow = workflow
        self.digest = digest
        self.input = input
        self.config = config
        self.labels = labels
        self.trigger = trigger
        self.callerKey = callerKey
        self.request = request
        self.parent = parent
        self.gate = gate
        self.depth = depth
        self.eventDepth = eventDepth
        self.createdAt = createdAt
    }
}

/// The `invoke` step that started an instance.
package struct ParentLink: Sendable, Hashable {
    package var instance: InstanceID
    package var run: Int
    package var step: MemoKey
    package var attempt: Int
    /// The parent does not wait for it, and is not told of its end.
    package var isDetached: Bool

    package init(instance: InstanceID, run: Int, step: MemoKey, attempt: Int, isDetached: Bool) {
        self.instance = instance
        self.run = run
        self.step = step
        self.attempt = attempt
        self.isDetached = isDetached
    }
}

/// A place under `concurrency`: language.md §1. Places are taken, given up and handed on by the store, in the transaction
/// that starts or ends an instance, in the order in which instances came to the gate.
package struct GateRequest: Sendable, Hashable {
    package enum Overflow: String, Sendable { case queue, reject, replace }

    /// The workflow and the evaluated key.
    package var key: String
    package var limit: Int
    package var overflow: Overflow

    package init(workflow: String, key: String, limit: Int, overflow: Overflow) {
        self.key = workflow + "/" + key
        self.limit = limit
        self.overflow = overflow
    }
}

/// An `Idempotency-Key` with what it was first used for (guarantees.md G2).
package struct IdempotentRequest: Sendable, Hashable {
    package var key: String
    package var bodyDigest: ContentDigest

    package init(key: String, bodyDigest: ContentDigest) {
        self.key = key
        self.bodyDigest = bodyDigest
    }
}

/// All rows of one commit about one instance: guarantees.md G3. Everything or nothing of it is written.
package struct Transition: Sendable, Equatable {
    package enum Subject: Sendable, Equatable {
        /// The instance begins with this transition. Only instances without a gate begin so; those with one, children and
        /// triggered instances are written `pending` and begin with an `advance` of their own.
        case start(NewInstance)
        case advance(Claim)
        /// An ended instance begins another run (`nextRun`); stale when it is not at this version or has not ended.
        case revive(InstanceID, version: Int64)
    }

    /// The run that follows: after `continue_as_new`, or an operator's retry. `instance.run` is its number.
    package struct NextRun: Sendable, Equatable {
        package enum Kind: String, Sendable { case continuedAsNew = "continued_as_new", retried }

        package var kind: Kind
        /// Of the operator.
        package var reason: String?
        package var digest: ContentDigest
        package var input: Value
        package var config: ContentDigest
        package var labels: [String: String]
        /// Rows of the run before that this one begins with; their entries are 1…`keptSequence`.
        package var kept: [StepRow]
        package var keptSequence: Int
        /// How often places have completed before, where no kept row says it: what the `Signal.retried` says that begins the run.
        package var occurrences: [String: Int]
        /// A retry comes to its gate again; `continue_as_new` keeps its place.
        package var gate: GateRequest?

        package init(
            kind: Kind, reason: String? = nil, digest: ContentDigest, input: Value, config: ContentDigest,
            labels: [String: String], kept: [StepRow] = [], keptSequence: Int = 0, occurrences: [String: Int] = [:],
            gate: GateRequest? = nil
        ) {
            self.kind = kind
            self.reason = reason
            self.digest = digest
            self.input = input
            self.config = config
            self.labels = labels
            self.kept = kept
            self.keptSequence = keptSequence
            self.occurrences = occurrences
            self.gate = gate
        }
    }

    /// What a step row becomes. In a transition that begins a run, inserted rows are those of the new run, changed ones (and
    /// closed waits, cleared timers) those of the run before.
    package enum StepChange: Sendable, Equatable {
        case insert(StepRow)
        /// Replaces the open row of this key. Refused when the row is final: a final row is never updated.
        case update(StepRow)
    }

    /// A wait that ended for another reason than an event. The store looks for a matching, unconsumed, unexamined event
    /// first, inside the same transaction; if there is one the transition is stale (guarantees.md G9).
    package struct ClosedWait: Sendable, Equatable {
        package var key: MemoKey
        package init(key: MemoKey) { self.key = key }
    }

    package struct TakenEvent: Sendable, Equatable {
        /// The wait that took it; the wait's row is deleted.
        package var wait: MemoKey
        package var event: EventSequence

        package init(wait: MemoKey, event: EventSequence) {
            self.wait = wait
            self.event = event
        }
    }

    package struct ExaminedWait: Sendable, Equatable {
        package var wait: MemoKey
        package var through: EventSequence

        package init(wait: MemoKey, through: EventSequence) {
            self.wait = wait
            self.through = through
        }
    }

    /// The instance's row after this transition.
    package struct InstanceState: Sendable, Equatable {
        package var status: InstanceStatus
        /// Set once unwinding towards a terminal status begins.
        package var ending: InstanceStatus?
        package var hold: Hold?
        /// The mismatch report, or what quarantined it.
        package var holdReason: String?
        /// An undo or a `finally` failed.
        package var isCleanupIncomplete: Bool
        package var run: Int
        package var continuations: Int
        /// Sequence of the last entry of the run.
        package var lastSequence: Int
        package var output: Value?
        package var failure: Failure?
        /// When it left `pending`; `continue_as_new` sets it anew, a retry does not.
        package var startedAt: Timestamp?
        /// When the current run began, from which the workflow's timeout counts; nil: it has not begun, the next activation
        /// begins it.
        package var runStartedAt: Timestamp?
        package var endedAt: Timestamp?
        /// Marks up to this count have been dealt with; further ones keep the instance ready.
        package var marksConsumed: Int64
        /// The request to cancel has become an entry, or came too late.
        package var consumesCancel: Bool

        package init(
            status: InstanceStatus, ending: InstanceStatus? = nil, hold: Hold? = nil, holdReason: String? = nil,
            isCleanupIncomplete: Bool = false, run: Int = 1, continuations: Int = 0, lastSequence: Int = 0,
            output: Value? = nil,
            failure: Failure? = nil, startedAt: Timestamp? = nil, runStartedAt: Timestamp? = nil, endedAt: Timestamp? = nil,
            marksConsumed: Int64 = 0, consumesCancel: Bool = false
        ) {
            self.status = status
            self.ending = ending
            self.hold = hold
            self.holdReason = holdReason
            self.isCleanupIncomplete = isCleanupIncomplete
            self.run = run
            self.continuations = continuations
            self.lastSequence = lastSequence
            self.output = output
            self.failure = failure
            self.startedAt = startedAt
            self.runStartedAt = runStartedAt
            self.endedAt = endedAt
            self.marksConsumed = marksConsumed
            self.consumesCancel = consumesCancel
        }
    }

    package var subject: Subject
    /// The store's clock when the transition was computed; an instance's times never go back.
    package var time: Timestamp
    package var instance: InstanceState
    package var steps: [StepChange] = []
    package var attempts: [AttemptRow] = []
    package var timersSet: [TimerRow] = []
    package var timersCleared: [MemoKey] = []
    package var waitsOpened: [WaitRow] = []
    package var waitsClosed: [ClosedWait] = []
    package var waitsExamined: [ExaminedWait] = []
    package var eventsTaken: [TakenEvent] = []
    package var logs: [LogRow] = []
    package var emails: [EmailRow] = []
    /// Child workflows, each `pending`.
    package var children: [NewInstance] = []
    /// Ends of children that became outcomes.
    package var childEndsTaken: [InstanceID] = []
    package var eventsSent: [SentEvent] = []
    /// Facts for others: children to be cancelled.
    package var requests: [InstanceRequest] = []
    /// The transition ends the current run and begins this one.
    package var nextRun: NextRun?
    /// A live instance moves to another definition, on which its journal replays.
    package var rebinding: ContentDigest?

    package init(subject: Subject, time: Timestamp, instance: InstanceState) {
        self.subject = subject
        self.time = time
        self.instance = instance
    }
}

/// A fact or a mark for an instance from somebody who holds no claim on it. It changes neither version nor status nor journal;
/// the instance's own transition consumes it.
package struct InstanceRequest: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case cancel(CancelRequest)
        /// Of an instance that is held: the store ends it itself, `cancelled`, undoing nothing, with `cleanup: incomplete`.
        case forceCancel(CancelRequest)
        /// Takes effect with the instance's own next transition, which sets the hold.
        case pause(reason: String?)
        /// Releases whatever hold there is, and a pause that has not taken effect; the store does it itself.
        case resume(reason: String?)
    }

    package var instance: InstanceID
    package var kind: Kind

    package init(instance: InstanceID, kind: Kind) {
        self.instance = instance
        self.kind = kind
    }
}

/// One thing to write. A batch of them is one commit and one flush; each stands or falls alone.
package enum JournalWrite: Sendable, Equatable {
    case transition(Transition)
    case accept(SentEvent)
    /// An instance that begins later: with a gate, or started by somebody who does not run it.
    case enqueue(NewInstance)
    case request(InstanceRequest)
    /// A cron trigger's next instants.
    case schedule(ScheduleAdvance)
    /// Retention: what is past its age leaves.
    case remove(RemovalOrder)
    case define(DefinitionRecord)
    /// A configuration snapshot, by content.
    case configure(Value)
}

/// The answer to one write.
package enum WriteOutcome: Sendable, Equatable {
    case committed(Committed)
    case accepted(AcceptedEvent)
    case requested(RequestOutcome)
    case enqueued(Enqueued)
    case scheduled(Scheduled)
    case removed(Removed)
    /// A definition or configuration is stored.
    case stored(ContentDigest)
    /// A start whose key was used before for the same thing: that instance, unchanged.
    case existing(InstanceID)
    /// Somebody else wrote the instance, or an event came that it must see first. Nothing of the transition was written.
    case stale
    /// Nothing was written and trying again would not help.
    case refused(Refusal)
    /// The commit may or may not have happened: read the instance again.
    case unknown

    package struct Committed: Sendable, Equatable {
        /// Of the version that the transition wrote. It is stale already when a cancel that the transition caused itself (a
        /// child that replaces it at its gate) ended its pause: what is stored is then not what the writer knows.
        package var claim: Claim
        /// Marked meanwhile, or an event that it waits for was already there: it can move again at once.
        package var isReady: Bool
        /// Others that can move because of this commit: children, a parent, waits for sent events, the next at a gate.
        package var woken: [InstanceKey]
        /// Not started because their gate had no place: children (a child end says so too) and what sent events would start.
        package var rejected: [InstanceID]

        package init(claim: Claim, isReady: Bool, woken: [InstanceKey] = [], rejected: [InstanceID] = []) {
            self.claim = claim
            self.isReady = isReady
            self.woken = woken
            self.rejected = rejected
        }
    }

    package struct AcceptedEvent: Sendable, Equatable {
        package var sequence: EventSequence
        package var id: String
        package var isDuplicate: Bool
        /// How many instances have waits that it may satisfy, of those marked in this commit: at most
        /// `JournalLimits.candidatesPerCommit`.
        package var candidates: Int
        /// These, and whom triggers start, unless they queue at a gate.
        package var woken: [InstanceKey]
        /// Started by triggers, in the order of `SentEvent.starts`; queueing ones too.
        package var started: [InstanceID]
        /// Not started because their gate had no place.
        package var rejected: [InstanceID]

        package init(
            sequence: EventSequence, id: String, isDuplicate: Bool, candidates: Int = 0, woken: [InstanceKey],
            started: [InstanceID] = [], rejected: [InstanceID] = []
        ) {
            self.sequence = sequence
            self.id = id
            self.isDuplicate = isDuplicate
            self.candidates = candidates
            self.woken = woken
            self.started = started
            self.rejected = rejected
        }
    }

    package struct Enqueued: Sendable, Equatable {
        package var id: InstanceID
        /// It, if it may begin at once, and whom its coming has marked (`replace`).
        package var woken: [InstanceKey]

        package init(id: InstanceID, woken: [InstanceKey]) {
            self.id = id
            self.woken = woken
        }
    }

    package struct Scheduled: Sendable, Equatable {
        /// What became of the instants, as it is recorded.
        package var firings: [FiringRow]
        /// Those started, unless they queue at a gate, and whom their coming has marked.
        package var woken: [InstanceKey]

        package init(firings: [FiringRow], woken: [InstanceKey]) {
            self.firings = firings
            self.woken = woken
        }
    }

    package enum RequestOutcome: Sendable, Equatable {
        case recorded(InstanceKey)
        case alreadyEnded(InstanceStatus)
        case notFound
        /// It is held: cancelling it needs force.
        case held(Hold)
        /// `forceCancel` and `resume` of one that is not held.
        case notHeld(InstanceStatus)
    }

    package struct Refusal: Sendable, Equatable {
        package enum Reason: String, Sendable {
            /// An `Idempotency-Key` was used for another request.
            case keyReused
            /// The caller's key is taken within the workflow.
            case callerKeyTaken
            /// A row the engine must never write; the instance is held `quarantined`.
            case quarantined
            /// Over a documented limit.
            case limit
            /// `concurrency` with `overflow: reject` has no place.
            case gateFull
        }

        package var reason: Reason
        package var message: String

        package init(reason: Reason, message: String) {
            self.reason = reason
            self.message = message
        }
    }
}

package enum JournalLimits {
    package static let candidatesPerCommit = 1_000
    package static let entriesPerRun = 50_000
    package static let payloadBytes = 1 << 20
    package static let entriesPerActivation = 1_000
    package static let childDepth = 16
    package static let eventDepth = 32
    /// How long an `Idempotency-Key` is remembered (guarantees.md G2), in microseconds.
    package static let requestMicroseconds: Int64 = 24 * 3_600 * 1_000_000
    /// Instants of a schedule that are decided in one commit.
    package static let firingsPerCommit = 500
    /// Instances, and events, that one commit removes.
    package static let removalsPerCommit = 100
    /// Rows of removed instances and of old runs that one commit removes.
    package static let rowsRemovedPerCommit = 1_000
    /// An instance during whose processing the server has died so often, without a transition in between, is quarantined.
    package static let crashes = 5
    /// How many instances an ambiguous reference lists.
    package static let ambiguousReferences = 10
}
