import Values
import WorkflowJournal

/// Collects the rows of one transition; a row touched several times in one activation is written once.
struct TransitionBuilder {
    private var transition: Transition
    private var steps = KeyedRows<Transition.StepChange>()
    private var timersSet = KeyedRows<TimerRow>()
    private var waitsOpened = KeyedRows<WaitRow>()
    private var waitsExamined = KeyedRows<Transition.ExaminedWait>()
    private var children = KeyedRows<NewInstance>()
    /// Makes it worth writing though nothing but the instance's row changed.
    var isNeeded = false
    var state: Transition.InstanceState

    init(subject: Transition.Subject, time: Timestamp, state: Transition.InstanceState) {
        transition = Transition(subject: subject, time: time, instance: state)
        self.state = state
        if case .start = subject { isNeeded = true }
    }

    var time: Timestamp { transition.time }

    // MARK: - Steps

    /// Rows of the run that is under way, so the next one cannot begin with this transition.
    private(set) var insertsSteps = false

    mutating func insert(_ row: StepRow) {
        insertsSteps = true
        steps.set(.insert(row), for: row.key)
    }

    mutating func update(_ row: StepRow) {
        if case .insert? = steps[row.key] {
            steps.set(.insert(row), for: row.key)
        } else {
            steps.set(.update(row), for: row.key)
        }
    }

    /// The number of the next entry.
    mutating func nextSequence() -> Int {
        state.lastSequence += 1
        return state.lastSequence
    }

    mutating func record(_ attempt: AttemptRow) { transition.attempts.append(attempt) }

    // MARK: - Timers and waits

    mutating func set(_ timer: TimerRow) { timersSet.set(timer, for: timer.key) }

    /// A timer of that key may have been stored before and replaced in this transition, so it is cleared all the same.
    mutating func clear(timer key: MemoKey) {
        timersSet.remove(key)
        transition.timersCleared.append(key)
    }

    var opensWaits: Bool { !waitsOpened.isEmpty }
    var examinesWaits: Bool { !waitsExamined.isEmpty }

    mutating func open(_ wait: WaitRow) { waitsOpened.set(wait, for: wait.key) }

    mutating func close(wait key: MemoKey) {
        if !waitsOpened.remove(key) { transition.waitsClosed.append(.init(key: key)) }
    }

    mutating func take(_ event: EventSequence, wait key: MemoKey) {
        waitsExamined.remove(key)
        transition.eventsTaken.append(.init(wait: key, event: event))
    }

    mutating func examined(wait key: MemoKey, through sequence: EventSequence) {
        waitsExamined.remove(key)
        waitsExamined.set(.init(wait: key, through: sequence), for: key)
    }

    // MARK: - Others

    mutating func start(_ child: NewInstance, for step: MemoKey) { children.set(child, for: step) }

    /// False when this transition starts no child for the step.
    mutating func unstart(childOf step: MemoKey) -> Bool { children.remove(step) }

    mutating func take(endOf child: InstanceID) { transition.childEndsTaken.append(child) }
    mutating func send(_ event: SentEvent) { transition.eventsSent.append(event) }
    mutating func request(_ request: InstanceRequest) { transition.requests.append(request) }
    mutating func log(_ line: LogRow) { transition.logs.append(line) }
    mutating func record(_ email: EmailRow) { transition.emails.append(email) }

    /// Ends the run: rows inserted by such a transition would belong to the next one.
    mutating func follow(with run: Transition.NextRun) { transition.nextRun = run }

    /// The finished transition, or nil when there is nothing to write.
    func finished() -> Transition? {
        var result = transition
        result.instance = state
        result.steps = steps.inOrder
        result.timersSet = timersSet.inOrder
        result.waitsOpened = waitsOpened.inOrder
        result.waitsExamined = waitsExamined.inOrder
        result.children = children.inOrder
        let isEmpty =
            result.steps.isEmpty && result.timersSet.isEmpty && result.timersCleared.isEmpty && result.waitsOpened.isEmpty
            && result.waitsClosed.isEmpty && result.waitsExamined.isEmpty && result.eventsTaken.isEmpty && result.logs.isEmpty
            && result.attempts.isEmpty && result.children.isEmpty && result.childEndsTaken.isEmpty && result.eventsSent.isEmpty
            && result.requests.isEmpty && result.nextRun == nil
        return isEmpty && !isNeeded ? nil : result
    }
}

/// Rows by memo key in the order in which they came; changing and removing one costs the same however many there are.
private struct KeyedRows<Row> {
    private var places: [MemoKey: Int] = [:]
    private var rows: [Row?] = []

    var isEmpty: Bool { places.isEmpty }
    var inOrder: [Row] { rows.compactMap { $0 } }

    subscript(key: MemoKey) -> Row? { places[key].flatMap { rows[$0] } }

    mutating func set(_ row: Row, for key: MemoKey) {
        if let place = places[key] {
            rows[place] = row
        } else {
            places[key] = rows.count
            rows.append(row)
        }
    }

    @discardableResult
    mutating func remove(_ key: MemoKey) -> Bool {
        guard let place = places.removeValue(forKey: key) else { return false }
        rows[place] = nil
        return true
    }
}
