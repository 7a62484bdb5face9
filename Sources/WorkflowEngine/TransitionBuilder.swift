import Values
import WorkflowJournal

/// Collects the rows of one transition; a row touched several times in one activation is written once.
struct TransitionBuilder {
    private(set) var transition: Transition
    private var order: [MemoKey] = []
    private var changes: [MemoKey: Transition.StepChange] = [:]
    /// Makes it worth writing though no row of a step or timer changed.
    var isNeeded = false

    init(subject: Transition.Subject, time: Timestamp, state: Transition.InstanceState) {
        transition = Transition(subject: subject, time: time, instance: state)
        if case .start = subject { isNeeded = true }
    }

    var time: Timestamp { transition.time }
    var state: Transition.InstanceState {
        get { transition.instance }
        set { transition.instance = newValue }
    }

    mutating func insert(_ row: StepRow) {
        order.append(row.key)
        changes[row.key] = .insert(row)
    }

    mutating func update(_ row: StepRow) {
        switch changes[row.key] {
        case .insert?: changes[row.key] = .insert(row)
        case .update?: changes[row.key] = .update(row)
        case nil:
            order.append(row.key)
            changes[row.key] = .update(row)
        }
    }

    /// The number of the next entry.
    mutating func nextSequence() -> Int {
        transition.instance.lastSequence += 1
        return transition.instance.lastSequence
    }

    mutating func set(_ timer: TimerRow) { transition.timersSet.append(timer) }

    mutating func clear(timer key: MemoKey) {
        if let index = transition.timersSet.firstIndex(where: { $0.key == key }) {
            transition.timersSet.remove(at: index)
            // A timer of that key may have been stored before and replaced in this transition.
        }
        transition.timersCleared.append(key)
    }

    var opensWaits: Bool { !transition.waitsOpened.isEmpty }

    mutating func open(_ wait: WaitRow) { transition.waitsOpened.append(wait) }

    mutating func close(wait key: MemoKey) {
        if let index = transition.waitsOpened.firstIndex(where: { $0.key == key }) {
            transition.waitsOpened.remove(at: index)
        } else {
            transition.waitsClosed.append(.init(key: key))
        }
    }

    mutating func take(_ event: EventSequence, wait key: MemoKey) {
        transition.waitsExamined.removeAll { $0.wait == key }
        transition.eventsTaken.append(.init(wait: key, event: event))
    }

    mutating func examined(wait key: MemoKey, through sequence: EventSequence) {
        transition.waitsExamined.removeAll { $0.wait == key }
        transition.waitsExamined.append(.init(wait: key, through: sequence))
    }

    mutating func log(_ line: LogRow) { transition.logs.append(line) }
    mutating func record(_ attempt: AttemptRow) { transition.attempts.append(attempt) }
    mutating func record(_ email: EmailRow) { transition.emails.append(email) }

    /// The finished transition, or nil when there is nothing to write.
    func finished() -> Transition? {
        var result = transition
        result.steps = order.compactMap { changes[$0] }
        let isEmpty =
            result.steps.isEmpty && result.timersSet.isEmpty && result.timersCleared.isEmpty && result.waitsOpened.isEmpty
            && result.waitsClosed.isEmpty && result.waitsExamined.isEmpty && result.eventsTaken.isEmpty && result.logs.isEmpty
            && result.attempts.isEmpty
        return isEmpty && !isNeeded ? nil : result
    }
}
