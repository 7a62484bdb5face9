// WorkflowEngine: moves instances. Takes outcomes, lets the interpreter say what follows, writes that down in one
// transition, and does it once the commit is durable: compute → commit → act.
//
// Invariant: knows no HTTP, no SQL, no YAML. `EngineCore` is a synchronous state machine without clock, thread or I/O of its
// own: inputs in, effects out. `Engine` drives it with threads, the simulator with a simulated world; both run the same core.
//
// Start at `EngineCore.handle`; an instance in memory is a `LiveInstance`; `EngineCore+Activation` is the heart.

package import Values
import WorkflowGraph
package import WorkflowInterpreter
package import WorkflowJournal

/// The executor, the resumer and the bookkeeping between them.
package final class EngineCore {
    package struct Configuration: Sendable {
        /// Attempts in flight at once, all actions together.
        package var maximumActions = 256
        /// Instances kept in memory while nothing happens to them.
        package var maximumIdleInstances = 10_000
        /// How long a stopped action may still answer.
        package var graceTime = TimeSpan(microseconds: 10_000_000)
        /// How far ahead timers are held in memory.
        package var timerHorizon = TimeSpan(microseconds: 30_000_000)
        /// How often the store is asked for what nobody told us of.
        package var pollInterval = TimeSpan(microseconds: 1_000_000)
        /// How long after it an instant of a cron trigger may still start an instance.
        package var catchUpWindow = TimeSpan(microseconds: 7 * 86_400_000_000)
        /// What is removed by age, beside what definitions say themselves; nil: nothing is removed at all.
        package var retention: RemovalOrder?
        /// How often the store is asked to remove it.
        package var removalInterval = TimeSpan(microseconds: 60_000_000)
        /// Hears which instance is worked on from here on; nil: none.
        package var noteWork: (@Sendable (InstanceKey?) -> Void)?
        /// Version of the meaning of the language that this engine runs.
        package var semantics = 1
        /// Hears of the nodes that instances begin while they are live: how `wfrun test` measures what was reached.
        package var tracer: StepTracer?
        /// Whether an `invoke` raises the failure of this child as it is, instead of one that says how the child ended: how
        /// `wfrun test` lets a mock stand for a child. Nil: never.
        package var raisesEndOfChild: (@Sendable (InstanceID) -> Bool)?

        package init() {}
    }

    /// Something that happened.
    package enum Input: Sendable {
        case opened(Epoch)
        case start(Ticket, StartRequest, InstanceID)
        /// A write by a client: an event, a request, a definition, a configuration.
        case write(Ticket, JournalWrite)
        /// Runs an ended instance again; it comes as it was read without a claim.
        case retry(Ticket, StoredInstance, RetryRequest)
        /// Moves a live instance to the definition current now.
        case upgrade(Ticket, InstanceKey, reason: String?)
        case written([(tag: WriteTag, outcome: WriteOutcome)])
        case claimed([Claim], isLast: Bool)
        case claimedOne(InstanceKey, Claim?)
        case loaded(Claim, StoredInstance?)
        case inbox(Claim, InstanceInbox?)
        case timers([DueTimer], through: Timestamp)
        /// The provider has its definitions, or others than before: cron triggers are followed from here on.
        case definitionsChanged
        case schedules([StoredSchedule])
        case attemptEnded(AttemptTag, ActionResult)
        /// Several at once: what they bring about for one instance is one transition.
        case attemptsEnded([(tag: AttemptTag, result: ActionResult)])
        case wakeup([InstanceKey])
        /// Time has passed; also sent when nothing else happens.
        case tick
        /// Nothing new begins from here on.
        case drain
        /// The time to drain is over: what still runs is stopped, and counts as interrupted.
        case stopActions
    }

    /// Something to do. Reads answer with an input, attempts with `attemptEnded`.
    package enum Effect: Sendable {
        case write(WriteTag, JournalWrite)
        case claim(limit: Int)
        case claimOne(InstanceKey)
        case load(Claim)
        case readInbox(Claim)
        case readTimers(dueBy: Timestamp)
        case readSchedules
        case release(Claim)
        case perform(AttemptTag, action: String, ActionInvocation)
        case abort(AttemptTag)
        case answer(Ticket, Answer)
        /// A terminal status is durable.
        case ended(InstanceID)
        /// A line for the server's own log.
        case report(String)
    }

    package enum Answer: Sendable {
        case started(StartedInstance)
        case written(WriteOutcome)
        case retried(RetryPlan)
        /// The definition it goes on with.
        case upgraded(ContentDigest)
        case refused(EngineError)
    }

    /// Names a client's call until it is answered.
    package struct Ticket: Sendable, Hashable {
        package var number: UInt64
        package init(number: UInt64) { self.number = number }
    }

    /// Names a write until its outcome is known.
    package struct WriteTag: Sendable, Hashable { package var number: UInt64 }

    /// Names an attempt in flight.
    package struct AttemptTag: Sendable, Hashable {
        package var instance: InstanceKey
        package var step: MemoKey
        package var attempt: Int
        /// Distinguishes a repetition of the same number after an interruption.
        package var serial: UInt64
    }

    enum PendingWrite {
        case transition(LiveInstance)
        /// The start of an instance that is only written down; it begins later.
        case start(Ticket)
        case retry(Ticket, RetryPlan)
        case upgrade(Ticket, Claim, ContentDigest)
        case schedule(ScheduleAdvance)
        case removal
        case client(Ticket, JournalWrite)
    }

    let configuration: Configuration
    let definitions: any DefinitionProvider
    let handlers: [String: ActionHandler]
    let secrets: any SecretSource

    var epoch: Epoch?
    package internal(set) var now: Timestamp
    var effects: [Effect] = []

    var live: [InstanceKey: LiveInstance] = [:]
    /// Asked for by `claimOne` or `load` and not here yet.
    var arriving: Set<InstanceKey> = []
    var pendingWrites: [WriteTag: PendingWrite] = [:]
    var starts: [ObjectIdentifier: Ticket] = [:]
    var attempts = AttemptTable()
    /// Results whose instance was dropped from memory before they were committed.
    var keptResults: [InstanceKey: [LiveInstance.Occurrence]] = [:]
    /// Keys to look at again once they have been loaded.
    var refetch: Set<InstanceKey> = []
    /// Asked for while the instance comes out of the store.
    var upgrades: [InstanceKey: [Upgrade]] = [:]
    /// Idle instances are looked for when there are more than this in memory.
    var evictionThreshold: Int
    var slots: SlotPool
    var timers = TimerQueue()
    var schedules = ScheduleTable()
    var isRemoving = false
    var nextRemoval: Timestamp
    private var workedOn: InstanceKey?
    /// Timers of the store up to here are in memory.
    var horizon: Timestamp
    /// New timers up to here are held in memory from the beginning: as far as the store is being read, and further.
    var armedThrough: Timestamp
    var isReadingTimers = false
    var isClaiming = false
    var nextPoll: Timestamp
    package internal(set) var isDraining = false
    var counter: UInt64 = 0

    package init(
        definitions: any DefinitionProvider, actions: [ActionHandler], secrets: any SecretSource,
        configuration: Configuration = Configuration(), now: Timestamp
    ) {
        self.configuration = configuration
        self.definitions = definitions
        self.secrets = secrets
        handlers = Dictionary(actions.map { ($0.name, $0) }, uniquingKeysWith: { _, last in last })
        slots = SlotPool(
            total: configuration.maximumActions,
            perAction: Dictionary(actions.compactMap { action in action.limit.map { (action.name, $0) } }) { $1 })
        self.now = now
        evictionThreshold = configuration.maximumIdleInstances
        horizon = now
        armedThrough = now
        nextPoll = now
        nextRemoval = now
    }

    // MARK: - In and out

    /// Takes in what happened at an instant; what is to be done is collected by `takeEffects`.
    package func handle(_ input: Input, at time: Timestamp) {
        now = max(now, time)
        switch input {
        case .opened(let epoch):
            self.epoch = epoch
            schedules.servedSince = now
            poll()
            readSchedules()
        case .start(let ticket, let request, let id): start(request, id: id, ticket: ticket)
        case .write(let ticket, let write): submit(write, ticket)
        case .retry(let ticket, let stored, let request): retry(stored, request, ticket)
        case .upgrade(let ticket, let key, let reason): upgrade(key, reason: reason, ticket)
        case .written(let results): for result in results { written(result.tag, result.outcome) }
        case .claimed(let claims, let isLast):
            isClaiming = false
            for claim in claims { arrived(claim) }
            if !isLast { claimMore() }
        case .claimedOne(let key, let claim):
            if let claim { arrived(claim) } else { unavailable(key) }
        case .loaded(let claim, let stored): loaded(claim, stored)
        case .inbox(let claim, let inbox): received(claim, inbox)
        case .timers(let due, let through): received(due, through: through)
        case .definitionsChanged: followSchedules()
        case .schedules(let stored): received(stored)
        case .attemptEnded(let tag, let result): attemptEnded(tag, result)
        case .attemptsEnded(let ends): attemptsEnded(ends)
        case .wakeup(let keys): for key in keys { wake(key) }
        case .tick: break
        case .drain: isDraining = true
        case .stopActions: stopActions()
        }
        fireTimers()
        if now >= nextPoll { poll() }
        workOn(nil)
    }

    /// Says so where it survives the process: an instance that kills the server again and again is found by it.
    func workOn(_ key: InstanceKey?) {
        guard key != workedOn else { return }
        workedOn = key
        configuration.noteWork?(key)
    }

    package func takeEffects() -> [Effect] {
        defer { effects = [] }
        return effects
    }

    /// When `handle(.tick)` is due, if nothing happens before.
    package var nextWakeup: Timestamp { min(nextPoll, timers.next ?? nextPoll) }

    /// Nothing is in flight: no attempt, no write, nothing that will become one.
    package var isQuiet: Bool {
        attempts.isEmpty && pendingWrites.isEmpty && live.values.allSatisfy { $0.queue.isEmpty && !$0.isReadingInbox }
    }

    func serial() -> UInt64 {
        counter += 1
        return counter
    }

    func submit(_ write: JournalWrite, _ pending: PendingWrite) {
        let tag = WriteTag(number: serial())
        pendingWrites[tag] = pending
        effects.append(.write(tag, write))
    }

    private func written(_ tag: WriteTag, _ outcome: WriteOutcome) {
        guard let pending = pendingWrites.removeValue(forKey: tag) else { return }
        switch pending {
        case .transition(let instance): transitionWritten(instance, outcome)
        case .start(let ticket): started(ticket, outcome)
        case .retry(let ticket, let plan): retried(ticket, plan, outcome)
        case .upgrade(let ticket, let claim, let digest): upgraded(ticket, claim, digest, outcome)
        case .schedule(let advance): scheduleWritten(advance, outcome)
        case .removal: removalWritten(outcome)
        case .client(let ticket, let write):
            effects.append(.answer(ticket, .written(outcome)))
            clientWritten(write, outcome)
        }
    }

    private func clientWritten(_ write: JournalWrite, _ outcome: WriteOutcome) {
        switch outcome {
        case .accepted(let event): for key in event.woken { wake(key) }
        case .requested(.recorded(let key)):
            wake(key)
            // The store has ended it, and told its parent and the next at its gate.
            if case .request(let request) = write, case .forceCancel = request.kind {
                effects.append(.ended(request.instance))
                wakeAll()
            }
        case .enqueued(let enqueued): for key in enqueued.woken { wake(key) }
        // Whom it marked, if it was committed, is not known.
        case .unknown: wakeAll()
        case .committed, .requested, .scheduled, .removed, .stored, .existing, .stale, .refused: break
        }
    }

    func wakeAll() { for key in live.keys.sorted() { wake(key) } }

    /// A client's write. What an event starts is decided here, before it is written.
    private func submit(_ write: JournalWrite, _ ticket: Ticket) {
        var write = write
        if case .accept(var sent) = write {
            let triggered = trigger(by: sent.event)
            sent.starts = triggered.starts
            for failure in triggered.failures { effects.append(.report(failure)) }
            write = .accept(sent)
        }
        submit(write, .client(ticket, write))
    }
}
