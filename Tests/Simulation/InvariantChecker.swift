import JournalMemory
import Values
import WorkflowEngine
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// Something that must never happen has happened.
package struct Violation: Error, Sendable, CustomStringConvertible {
    /// `I1` … of guarantees.md §2, `G…` of §1, or `liveness`.
    package var invariant: String
    package var message: String
    package var description: String { "\(invariant): \(message)" }
}

/// Holds the promises against what clients were told, what is stored and what really happened outside.
///
/// It knows the definitions, the port and the interpreter's replay, and nothing of how the engine works.
final class InvariantChecker {
    /// All that there are or will be, edited ones too.
    let definitions: [StepGraph]
    let config: Value
    let secrets: SimulatedSecrets
    let graphsByDigest: [ContentDigest: StepGraph]
    /// Payloads fit and the wait's `where` holds: language of the generated definitions.
    let accepts: (StoredEvent, MemoKey) -> Bool
    /// Whose triggers every event must have met; nil: they change under way.
    var startsByTriggers: [StepGraph]?

    private(set) var violation: Violation?
    var executions: [Execution] = []
    var executionsOf: [InstanceID: [Int]] = [:]
    var commits = 0
    var observed: [InstanceID: Observation] = [:]
    var order: [InstanceID] = []
    /// Accepted, in their order.
    var events: [StoredEvent] = []
    private(set) var rare: [String: Int] = [:]
    private var startAnswers: [String: InstanceID] = [:]
    private var refusedStarts: [InstanceID] = []
    private var eventAnswers: [String: EventSequence] = [:]
    var arrivals = 0
    var seenSchedules: [ScheduleName: SeenSchedule] = [:]
    /// When the server that runs has opened the store.
    var servedSince: Timestamp?
    var catchUpWindow = TimeSpan(microseconds: 0)
    /// What is removed, if anything is.
    var retention: RemovalOrder?
    var lastRemoval: Timestamp?
    /// There have been no faults for minutes.
    var isSettled = false
    /// As it was when it was removed.
    var gone: [InstanceID: Observation] = [:]
    /// Events up to here have been removed.
    var eventsGone = EventSequence.none
    /// Whom working on kills the server.
    var poisoned: InstanceID?
    /// The latest transitions, the newest last.
    var latest: [(transition: Transition, id: InstanceID)] = []

    private(set) var store: any JournalQueries = MemoryJournal(clock: { SimulatedClock.start })
    private(set) var clock: () -> Timestamp = { SimulatedClock.start }
    private(set) var inspect: (InstanceID) -> EngineCore.Inspection? = { _ in nil }

    /// What was seen of an instance after its latest commit.
    struct Observation {
        var stored: StoredInstance
        var byKey: [MemoKey: StepRow]
        /// Events up to here were accepted before the instance.
        var createdAfter: EventSequence
        /// Consumed by runs that continued as new.
        var takenBefore: Set<EventSequence> = []
        var taken: Set<EventSequence> = []
        var requests: [MemoKey: ActionRequest] = [:]
        /// Actions that a timeout or cancel stops.
        var aborted: Set<MemoKey> = []
        /// The numbers of attempts that waited for their time when the definition was changed.
        var arranged: [MemoKey: Int] = [:]
        /// Commands that were open after an entry.
        var outstanding: [Int: [String]] = [:]
        /// Earlier runs: their rows when they ended.
        var pastRuns: [Int: [StepRow]] = [:]
        /// How often an operator has run it again.
        var revivals = 0
        /// This run is one of those; what continued as new since is not.
        var isRetried = false
        /// The latest accepted request to cancel, by `revivals` when it was accepted.
        var cancelled: Int?
        var pauses = false
        /// Since the latest pause took effect, somebody wanted it to go on.
        var isReleased = false
        /// When it came to its gate.
        var arrival = 0
        /// The run is over, and the next one begins with the next transition.
        var isContinuing = false

        init(_ stored: StoredInstance, createdAfter: EventSequence) {
            self.stored = stored
            self.createdAfter = createdAfter
            byKey = Dictionary(stored.steps.map { ($0.key, $0) }) { first, _ in first }
        }

        var id: InstanceID { stored.claim.id }
        var run: Int { stored.state.run }
        var status: InstanceStatus { stored.state.status }
        var rows: [StepRow] { stored.steps }
        var hasBegun: Bool { stored.state.runStartedAt != nil }
        /// Something is left for it that it has not looked at.
        var isMarked: Bool { stored.marks > stored.state.marksConsumed }
    }

    init(
        graphs: [StepGraph], config: Value, secrets: SimulatedSecrets,
        accepts: @escaping (StoredEvent, MemoKey) -> Bool = { _, _ in true }
    ) {
        definitions = graphs
        self.config = config
        self.secrets = secrets
        self.accepts = accepts
        graphsByDigest = Dictionary(graphs.map { ($0.digest, $0) }) { first, _ in first }
    }

    func attach(
        journal: any JournalQueries, clock: @escaping () -> Timestamp, inspect: @escaping (InstanceID) -> EngineCore.Inspection?
    ) {
        store = journal
        self.clock = clock
        self.inspect = inspect
    }

    func detach() {
        inspect = { _ in nil }
        clock = { SimulatedClock.start }
    }

    func report(_ invariant: String, _ message: String) {
        if violation == nil { violation = Violation(invariant: invariant, message: message) }
    }

    /// Something rare came about.
    func note(_ what: String) { rare[what, default: 0] += 1 }

    // MARK: - What clients were told

    func startAnswered(_ key: String, asked id: InstanceID, _ answer: EngineCore.Answer) {
        switch answer {
        case .started(let started):
            if let earlier = startAnswers[key], earlier != started.id {
                report("I2", "key \(key) started \(earlier) and \(started.id)")
            }
            if started.isNew && started.id != id { report("I2", "a new instance has another id than was asked for") }
            startAnswers[key] = started.id
            if everSeen(started.id) == nil { report("I1", "the start \(key) was answered before it was committed") }
        case .refused(let error):
            if error.code != .unknown { refusedStarts.append(id) }
            note("start refused: \(error.code.rawValue)")
        case .written, .retried, .upgraded: report("G1", "a start was answered with \(answer)")
        }
    }

    /// A client was told that its start is committed.
    func startAnsweredEarly(_ id: InstanceID) {
        if observed[id] == nil { report("I1", "the start of \(id) was answered before it was committed") }
    }

    /// Also when its retention is over.
    func everSeen(_ id: InstanceID) -> Observation? { observed[id] ?? gone[id] }

    /// All that its `invoke` steps have started, also those whose retention is over.
    func children(of id: InstanceID) -> [ChildSummary] {
        let left = order.compactMap { gone[$0] }.compactMap { child -> ChildSummary? in
            guard let link = child.stored.parent, link.instance == id else { return nil }
            return ChildSummary(id: child.id, workflow: child.stored.workflow, link: link, status: child.status, hold: nil)
        }
        return left + ((try? store.children(of: id)) ?? [])
    }

    func startedInstance(_ key: String) -> InstanceID? { startAnswers[key] }

    func eventAnswered(_ event: NewEvent, _ accepted: WriteOutcome.AcceptedEvent) {
        let name = "\(event.source)/\(event.id)"
        if let earlier = eventAnswers[name], earlier != accepted.sequence, earlier > eventsGone {
            report("G8", "event \(name) has the places \(earlier.number) and \(accepted.sequence.number)")
        }
        eventAnswers[name] = accepted.sequence
        if !events.contains(where: { $0.sequence == accepted.sequence }) { report("I12", "event \(name) is not stored") }
    }

    func cancelAccepted(_ id: InstanceID) {
        if everSeen(id)?.cancelled == nil { report("G14", "a cancel of \(id) was accepted and is not stored") }
    }

    func refusedAsEnded(_ id: InstanceID) {
        guard let seen = observed[id], seen.revivals == 0 else { return }
        if !seen.status.isTerminal { report("I24", "a request to \(id) was refused as ended") }
    }

    // MARK: - At the end

    /// Nothing happens any more by itself.
    func checkAtRest(places: Int) {
        if places != 0 { report("liveness", "\(places) places are taken and nothing runs") }
        for (key, id) in startAnswers.sorted(by: { $0.key < $1.key }) where everSeen(id) == nil {
            report("I1", "the accepted start \(key) is gone")
        }
        for id in refusedStarts where everSeen(id) != nil { report("I24", "a refused start has made \(id)") }
        checkKeys()
        checkTriggers()
        if retention != nil && isSettled { checkRemovals() }
        for id in order {
            guard let now = observed[id], violation == nil else { continue }
            checkEnd(now)
            checkPrefixes(now)
            checkPastRuns(now)
            checkSecrets(now)
        }
    }

    /// I2.
    private func checkKeys() {
        var instances: [String: InstanceID] = [:]
        for id in order {
            guard let key = everSeen(id)?.stored.trigger["key"]?.stringValue else { continue }
            if let other = instances.updateValue(id, forKey: key) { report("I2", "key \(key) has made \(other) and \(id)") }
        }
    }
}
