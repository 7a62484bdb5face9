import Values
import WorkflowJournal

// Writing. A transition is checked whole before its first row is written, so nothing has ever to be taken back.
extension MemoryTables {
    mutating func write(_ write: JournalWrite, at time: Timestamp, marking marked: inout [InstanceKey]) -> WriteOutcome {
        switch write {
        case .transition(let transition):
            switch transition.subject {
            case .start(let new): start(new, transition, at: time)
            case .advance(let claim): advance(claim, transition)
            case .revive: .stale
            }
        case .accept(let sent): accept(sent.event, at: time, marking: &marked)
        case .enqueue: .stale
        case .request(let request): self.request(request, marking: &marked)
        case .define(let record): define(record)
        case .configure(let value): configure(value)
        }
    }

    // MARK: - Starts

    private mutating func start(_ new: NewInstance, _ transition: Transition, at time: Timestamp) -> WriteOutcome {
        if let answer = earlierStart(new, at: time) { return answer }
        if definitions[new.digest] == nil { return .refused(.notStored(definition: new.digest)) }
        if configs[new.config] == nil { return .refused(.notStored(config: new.config)) }

        let record = InstanceRecord(new: new.stored, createdEvent: lastEvent, state: transition.instance.stored)
        if let refusal = refusal(of: transition, for: record) { return .refused(refusal) }
        let key = InstanceKey(Int64(instances.count) + 1)
        instances.append(record)
        numbers[StoredText(new.id.text)] = key
        if let name = new.callerName { callerKeys[name] = key }
        if let request = new.request {
            requests[StoredText(request.key)] = RequestRecord(body: request.bodyDigest, instance: new.id, time: time)
        }
        counts[CountKey(workflow: StoredText(new.workflow), status: record.state.status), default: 0] += 1
        let index = instances.count - 1
        if !record.state.status.isTerminal { claimed.insert(key) }
        instances[index].isCancelConsumed = transition.instance.consumesCancel
        writeRows(of: transition, at: index, previousRun: record.state.run)
        return committed(at: index)
    }

    /// The answer to a start that repeats an earlier one or collides with it.
    private func earlierStart(_ new: NewInstance, at time: Timestamp) -> WriteOutcome? {
        if let request = new.request, let earlier = requests[StoredText(request.key)], !earlier.isForgotten(at: time) {
            return earlier.body == request.bodyDigest ? .existing(earlier.instance) : .refused(.keyReused(request))
        }
        if let name = new.callerName, let index = callerKeys[name].flatMap(index(of:)) {
            let other = instances[index].new
            return other.input == new.input.stored
                ? .existing(other.id) : .refused(.callerKeyTaken(name.key.text, workflow: new.workflow, by: other.id))
        }
        return index(of: new.id) == nil ? nil : .existing(new.id)
    }

    // MARK: - Transitions of existing instances

    private mutating func advance(_ claim: Claim, _ transition: Transition) -> WriteOutcome {
        guard let index = index(of: claim) else { return .stale }
        if isOvertakenByEvent(transition, at: index) { return .stale }
        if let refusal = refusal(of: transition, for: instances[index]) {
            quarantine(at: index, because: refusal.message)
            return .refused(refusal)
        }
        let previous = instances[index].state
        let state = transition.instance.stored
        instances[index].version += 1
        instances[index].state = state
        if state.run != previous.run { beginRun(at: index, previous: previous.run) }
        if previous.status != state.status { count(at: index, from: previous.status, to: state.status) }
        writeRows(of: transition, at: index, previousRun: previous.run)
        settleCancel(of: transition, at: index, isNewRun: state.run != previous.run)
        if state.status.isTerminal {
            clearTimersAndWaits(at: index)
            claimed.remove(claim.instance)
        } else if previous.status.isTerminal {
            claimed.insert(claim.instance)
        }
        return committed(at: index)
    }

    private mutating func committed(at index: Int) -> WriteOutcome {
        updateReady(at: index)
        return .committed(.init(claim: claim(at: index), isReady: instances[index].isReady))
    }

    private mutating func quarantine(at index: Int, because reason: String) {
        instances[index].version += 1
        instances[index].state.hold = .quarantined
        instances[index].state.holdReason = reason
        claimed.remove(InstanceKey(Int64(index) + 1))
        updateReady(at: index)
    }

    /// A wait that the transition closes has a matching event that nobody looked at (guarantees.md G9).
    private func isOvertakenByEvent(_ transition: Transition, at index: Int) -> Bool {
        guard !transition.waitsClosed.isEmpty else { return false }
        let taking = Set(transition.eventsTaken.map(\.event))
        return transition.waitsClosed.contains { closed in
            guard var row = instances[index].waits.first(where: { $0.row.key == closed.key })?.row else { return false }
            for examined in transition.waitsExamined where examined.wait == closed.key {
                row.examined = max(row.examined, examined.through)
            }
            return !candidates(for: row, at: index, besides: taking, limit: 1).isEmpty
        }
    }

    /// Why the rows of a transition cannot be written; what a constraint is in a database.
    private func refusal(of transition: Transition, for record: InstanceRecord) -> WriteOutcome.Refusal? {
        let isNewRun = transition.instance.run != record.state.run
        var inserted = Set<MemoKey>()
        for change in transition.steps {
            switch change {
            case .insert(let row):
                let exists = !isNewRun && record.steps.places[row.key] != nil
                if exists || !inserted.insert(row.key).inserted { return .stepExists(row.key) }
            case .update(let row):
                guard let place = record.steps.places[row.key], !record.steps.rows[place].status.isFinal else {
                    return .finalStep(row.key)
                }
            }
        }
        return waitRefusal(of: transition, for: record, isNewRun: isNewRun)
    }

    private func waitRefusal(
        of transition: Transition, for record: InstanceRecord, isNewRun: Bool
    ) -> WriteOutcome.Refusal? {
        var opened = Set<MemoKey>()
        for wait in transition.waitsOpened {
            let isOpen = !isNewRun && record.waits.contains { $0.row.key == wait.key }
            if isOpen || !opened.insert(wait.key).inserted { return .waitExists(wait.key) }
        }
        var taking = Set<EventSequence>()
        var served = Set<MemoKey>()
        for taken in transition.eventsTaken {
            let isOpen = record.waits.contains { $0.row.key == taken.wait }
            guard isOpen, served.insert(taken.wait).inserted, event(taken.event) != nil, !record.taken.contains(taken.event),
                taking.insert(taken.event).inserted
            else { return .cannotTake(taken.event, wait: taken.wait) }
        }
        return nil
    }

    // MARK: - Rows

    private mutating func writeRows(of transition: Transition, at index: Int, previousRun: Int) {
        for change in transition.steps {
            switch change {
            case .insert(let row): instances[index].steps.insert(row.stored)
            case .update(let row): update(row.stored, at: index, previousRun: previousRun)
            }
        }
        for attempt in transition.attempts { instances[index].attempts.append(attempt.stored) }
        for key in transition.timersCleared { clearTimer(key, at: index) }
        for timer in transition.timersSet { set(timer.stored, at: index) }
        for taken in transition.eventsTaken { instances[index].taken.insert(taken.event) }
        for examined in transition.waitsExamined { examine(examined, at: index) }
        for closed in transition.waitsClosed { closeWait(closed.key, at: index) }
        for taken in transition.eventsTaken { closeWait(taken.wait, at: index) }
        for wait in transition.waitsOpened { open(wait, at: index) }
        for var line in transition.logs {
            lines += 1
            line.line = lines
            line.time = line.time.stored
            line.data = line.data.stored
            instances[index].logs.append(line)
        }
        for var email in transition.emails where !instances[index].emails.contains(where: { $0.id == email.id }) {
            email.time = email.time.stored
            instances[index].emails.append(email)
        }
    }

    /// In a transition that begins a run, changed rows are those of the run before, new rows those of the new one.
    private mutating func update(_ row: StepRow, at index: Int, previousRun: Int) {
        if previousRun == instances[index].state.run {
            guard let place = instances[index].steps.places[row.key] else { return }
            instances[index].steps.rows[place] = row
        } else if let place = instances[index].previousRuns[previousRun]?.places[row.key] {
            instances[index].previousRuns[previousRun]?.rows[place] = row
        }
    }

    private mutating func set(_ timer: TimerRow, at index: Int) {
        clearTimer(timer.key, at: index)
        instances[index].timers.append(timer)
        timers.insert(TimerPlace(dueAt: timer.dueAt, instance: InstanceKey(Int64(index) + 1), key: timer.key))
    }

    private mutating func clearTimer(_ key: MemoKey, at index: Int) {
        guard let place = instances[index].timers.firstIndex(where: { $0.key == key }) else { return }
        let timer = instances[index].timers.remove(at: place)
        timers.remove(TimerPlace(dueAt: timer.dueAt, instance: InstanceKey(Int64(index) + 1), key: key))
    }

    /// Timers and waits belong to the current run of a live instance, nothing else (guarantees.md I10).
    private mutating func clearTimersAndWaits(at index: Int) {
        for timer in instances[index].timers { clearTimer(timer.key, at: index) }
        for wait in instances[index].waits { closeWait(wait.row.key, at: index) }
    }

    private mutating func beginRun(at index: Int, previous: Int) {
        clearTimersAndWaits(at: index)
        instances[index].previousRuns[previous] = instances[index].steps
        instances[index].steps = StepTable()
        instances[index].attempts = []
    }

    private mutating func settleCancel(of transition: Transition, at index: Int, isNewRun: Bool) {
        if transition.instance.consumesCancel { instances[index].isCancelConsumed = true }
        if isNewRun && instances[index].isCancelConsumed {
            instances[index].cancel = nil
            instances[index].isCancelConsumed = false
        }
        instances[index].state.consumesCancel = instances[index].isCancelConsumed
    }

    private mutating func count(at index: Int, from old: InstanceStatus, to new: InstanceStatus) {
        let workflow = StoredText(instances[index].new.workflow)
        counts[CountKey(workflow: workflow, status: old), default: 0] -= 1
        counts[CountKey(workflow: workflow, status: new), default: 0] += 1
    }

    mutating func updateReady(at index: Int) {
        let key = InstanceKey(Int64(index) + 1)
        if instances[index].canMove { ready.insert(key) } else { ready.remove(key) }
    }

    // MARK: - Definitions, configurations, requests

    private mutating func define(_ record: DefinitionRecord) -> WriteOutcome {
        if definitions[record.digest] == nil { definitions[record.digest] = record }
        for set in record.matchSets where !set.paths.isEmpty {
            let name = StoredText(set.event)
            if !(matchSets[name] ?? []).contains(set) { matchSets[name, default: []].append(set) }
        }
        return .stored(record.digest)
    }

    private mutating func configure(_ value: Value) -> WriteOutcome {
        let value = value.stored
        let digest = ContentDigest(of: value)
        configs[digest] = value
        return .stored(digest)
    }

    private mutating func request(_ request: InstanceRequest, marking marked: inout [InstanceKey]) -> WriteOutcome {
        guard let index = index(of: request.instance) else { return .requested(.notFound) }
        let key = InstanceKey(Int64(index) + 1)
        if instances[index].state.status.isTerminal {
            return .requested(.alreadyEnded(instances[index].state.status))
        }
        switch request.kind {
        case .cancel(let cancel):
            if instances[index].isCancelConsumed { return .requested(.recorded(key)) }
            if instances[index].cancel == nil { instances[index].cancel = cancel }
        case .forceCancel, .pause, .resume: return .stale
        }
        mark(at: index)
        marked.append(key)
        return .requested(.recorded(key))
    }

    mutating func mark(at index: Int) {
        instances[index].marks += 1
        updateReady(at: index)
    }

    mutating func forgetRequests(before time: Timestamp) {
        requests = requests.filter { !$0.value.isForgotten(at: time) }
    }
}

extension RequestRecord {
    func isForgotten(at now: Timestamp) -> Bool {
        now.microseconds - time.microseconds >= JournalLimits.requestMicroseconds
    }
}

extension NewInstance {
    var callerName: CallerName? {
        callerKey.map { CallerName(workflow: StoredText(workflow), key: StoredText($0)) }
    }
}
