import Values
import WorkflowJournal

/// What the journal holds, as a value: copying it is a snapshot.
struct MemoryTables: Sendable {
    var epoch: Int64 = 0
    var claimed: Set<InstanceKey> = []
    var clock: Timestamp?

    /// The instance with number n is at n - 1, also when it has been removed.
    var instances: [InstanceRecord] = []
    var numbers: [StoredText: InstanceKey] = [:]
    var callerKeys: [CallerName: InstanceKey] = [:]
    var requests: [StoredText: RequestRecord] = [:]
    var counts: [CountKey: Int] = [:]
    /// Instances that can move, claimed or not.
    var ready = SortedList<InstanceKey>()
    var timers = SortedList<TimerPlace>()
    var lines: Int64 = 0

    var definitions: [ContentDigest: DefinitionRecord] = [:]
    var configs: [ContentDigest: Value] = [:]
    var matchSets: [StoredText: [MatchSet]] = [:]

    /// Those kept, in order and without gaps: the first one follows `eventsRemovedThrough`.
    var events: [StoredEvent] = []
    var eventsRemovedThrough = EventSequence.none
    var eventNames: [EventIdentity: EventSequence] = [:]
    var namesOfEvents: Set<StoredText> = []
    var eventsByKey: [MatchKey: [EventSequence]] = [:]
    var waitsByKey: [MatchKey: SortedList<WaitPlace>] = [:]
    var waitSerial: Int64 = 0
    var deliveries: [Delivery] = []

    var gates: [StoredText: Gate] = [:]
    var arrivals: Int64 = 0

    var schedules: [ScheduleName: ScheduleRecord] = [:]
    var oldRuns: [OldRun] = []

    /// What threads were working on when the process died.
    var work: [Worker: InstanceKey] = [:]

    var lastEvent: EventSequence { EventSequence(eventsRemovedThrough.number + Int64(events.count)) }

    /// Where an instance's record is; nil for a number that was never given, and for a removed one.
    func index(of key: InstanceKey) -> Int? {
        guard key.number >= 1 && key.number <= Int64(instances.count) else { return nil }
        let index = Int(key.number) - 1
        return instances[index].isRemoved ? nil : index
    }

    func index(of id: InstanceID) -> Int? {
        numbers[StoredText(id.text)].flatMap(index(of:))
    }

    func event(_ sequence: EventSequence) -> StoredEvent? {
        let place = sequence.number - eventsRemovedThrough.number
        return place >= 1 && place <= Int64(events.count) ? events[Int(place) - 1] : nil
    }

    // MARK: - Time and claims

    mutating func beginEpoch(at time: Timestamp) -> Epoch {
        epoch += 1
        claimed = []
        clock = time.stored
        countCrashes(at: time.stored)
        return Epoch(epoch)
    }

    /// The store's clock: the given one, as long as it does not go back.
    mutating func advance(to time: Timestamp) -> Timestamp {
        let time = max(clock ?? time.stored, time.stored)
        clock = time
        return time
    }

    func claim(at index: Int) -> Claim {
        Claim(
            instance: InstanceKey(Int64(index) + 1), id: instances[index].new.id, version: instances[index].version,
            epoch: Epoch(epoch))
    }

    mutating func claim(limit: Int) -> [Claim] {
        var claims: [Claim] = []
        for key in ready.elements where claims.count < limit && !claimed.contains(key) {
            guard let index = index(of: key) else { continue }
            claimed.insert(key)
            claims.append(claim(at: index))
        }
        return claims
    }

    mutating func claim(_ key: InstanceKey) -> Claim? {
        guard let index = index(of: key), !instances[index].state.status.isTerminal,
            instances[index].state.hold != .quarantined
        else { return nil }
        claimed.insert(key)
        return claim(at: index)
    }

    mutating func release(_ claims: [Claim]) {
        for claim in claims where claim.epoch.number == epoch { claimed.remove(claim.instance) }
    }

    /// The record a claim is for, while the claim is good.
    func index(of claim: Claim) -> Int? {
        guard claim.epoch.number == epoch, let index = index(of: claim.instance) else { return nil }
        return instances[index].version == claim.version ? index : nil
    }
}

/// One instance with all its rows.
struct InstanceRecord: Sendable {
    /// As it began, with definition, configuration, input and labels of the current run.
    var new: NewInstance
    /// Of its first run: what a repeated start with the caller's key is compared with.
    let firstInput: Value
    /// Events up to here were accepted before it existed.
    var createdEvent: EventSequence
    var version: Int64 = 1
    var state: Transition.InstanceState
    var marks: Int64 = 0
    /// How often the server has died while it worked on it, since its latest transition.
    var crashes = 0
    var cancel: CancelRequest?
    var isCancelConsumed = false
    var pause: PauseRequest?
    /// Its place at its gate, with or without admission; nil: it needs none.
    var place: GatePlace?
    var parent: InstanceKey?
    var children: [InstanceKey] = []
    /// Ends that open `invoke` steps wait for, in the order in which they came.
    var childEnds: [InstanceInbox.ChildEnd] = []
    var origin = RunOrigin()
    var earlierRuns: [RunSummary] = []
    var steps = StepTable()
    var previousRuns: [Int: StepTable] = [:]
    /// By run.
    var attempts: [Int: [AttemptRow]] = [:]
    var timers: [TimerRow] = []
    var waits: [OpenWait] = []
    var taken: [EventSequence: Consumption] = [:]
    var logs: [Line] = []
    var emails: [EmailRow] = []
    /// Only its number is left.
    var isRemoved = false

    /// A line of its log, of the run that wrote it.
    struct Line: Sendable {
        var run: Int
        var row: LogRow
    }

    init(new: NewInstance, createdEvent: EventSequence, state: Transition.InstanceState) {
        self.new = new
        firstInput = new.input
        self.createdEvent = createdEvent
        self.state = state
    }

    var isAdmitted: Bool { place?.isAdmitted ?? true }

    var canMove: Bool {
        state.hold == nil && !state.status.isTerminal
            && ((state.status != .suspended && isAdmitted) || marks > state.marksConsumed)
    }

    var isReady: Bool { state.hold == nil && !state.status.isTerminal && marks > state.marksConsumed }

    var pendingCancel: CancelRequest? { isCancelConsumed ? nil : cancel }
}

/// The step rows of one run, in order of scheduling.
struct StepTable: Sendable {
    var rows: [StepRow] = []
    var places: [MemoKey: Int] = [:]

    mutating func insert(_ row: StepRow) {
        places[row.key] = rows.count
        rows.append(row)
    }
}

/// How the current run came about.
struct RunOrigin: Sendable {
    var kind = RunSummary.Kind.started
    var reason: String?
    var keptSequence = 0
    var occurrences: [String: Int] = [:]
}

/// By which wait of which run an instance took an event.
struct Consumption: Sendable {
    var run: Int
    var wait: MemoKey
    var time: Timestamp
}

struct OpenWait: Sendable {
    var row: WaitRow
    /// The place of the wait in the order of registration over all instances.
    var serial: Int64
}

struct WaitPlace: Sendable, Comparable {
    var serial: Int64
    var instance: InstanceKey
    static func < (lhs: WaitPlace, rhs: WaitPlace) -> Bool { lhs.serial < rhs.serial }
}

struct TimerPlace: Sendable, Comparable {
    var dueAt: Timestamp
    var instance: InstanceKey
    var key: MemoKey
    static func < (lhs: TimerPlace, rhs: TimerPlace) -> Bool {
        if lhs.dueAt != rhs.dueAt { return lhs.dueAt < rhs.dueAt }
        if lhs.instance != rhs.instance { return lhs.instance < rhs.instance }
        return lhs.key < rhs.key
    }
}

/// An event with more candidates than one commit marks, and the last wait looked at.
struct Delivery: Sendable {
    var event: EventSequence
    var keys: [MatchKey]
    var after: Int64
}

struct RequestRecord: Sendable {
    var body: ContentDigest
    var instance: InstanceID
    var time: Timestamp
}

struct CallerName: Hashable, Sendable {
    var workflow: StoredText
    var key: StoredText
}

struct EventIdentity: Hashable, Sendable {
    var source: StoredText
    var id: StoredText
}

struct CountKey: Hashable, Sendable {
    var workflow: StoredText
    var status: InstanceStatus
}
