import Values
import WorkflowJournal

// Instances come into being: begun at once, enqueued, as children, by events.
extension MemoryTables {
    mutating func start(
        _ new: NewInstance, _ transition: Transition, at time: Timestamp, marking marked: inout [InstanceKey]
    ) -> WriteOutcome {
        if let answer = earlierStart(new, at: time) { return answer }
        if let refusal = contentRefusal(of: new) { return .refused(refusal) }
        if new.gate != nil { return .refused(.startAtGate) }
        let record = InstanceRecord(new: new.stored, createdEvent: lastEvent, state: transition.instance.stored)
        if let refusal = refusal(of: transition, for: record) { return .refused(refusal) }

        let index = append(record)
        remember(new, at: time)
        instances[index].isCancelConsumed = transition.instance.consumesCancel
        var woken = WokenInstances(by: InstanceKey(Int64(index) + 1))
        let written = claim(at: index)
        let rejected = writeRows(of: transition, at: index, previousRun: record.state.run, time: time, waking: &woken)
        if record.state.status.isTerminal {
            end(at: index, waking: &woken)
        } else {
            claimed.insert(InstanceKey(Int64(index) + 1))
        }
        marked += woken.others
        return committed(written, at: index, woken, rejected)
    }

    mutating func enqueue(_ new: NewInstance, at time: Timestamp, marking marked: inout [InstanceKey]) -> WriteOutcome {
        if let answer = earlierStart(new, at: time) { return answer }
        if let refusal = contentRefusal(of: new) { return .refused(refusal) }
        var woken = WokenInstances()
        if case .rejected = create(new, createdEvent: lastEvent, waking: &woken) {
            return new.gate.map { .refused(.gateFull($0)) } ?? .stale
        }
        remember(new, at: time)
        marked += woken.others
        return .enqueued(.init(id: new.id, woken: woken.others))
    }

    enum Creation {
        case created
        /// There is one with this id already.
        case existing(index: Int)
        /// Its gate has no place and lets nobody wait.
        case rejected
    }

    /// An instance that begins later, by a transition of its own.
    mutating func create(
        _ new: NewInstance, createdEvent: EventSequence, waking woken: inout WokenInstances
    ) -> Creation {
        if let index = index(of: new.id) { return .existing(index: index) }
        if let gate = new.gate, gate.overflow == .reject, !hasPlace(at: gate) { return .rejected }
        let record = InstanceRecord(new: new.stored, createdEvent: createdEvent, state: .init(status: .pending))
        let index = append(record)
        if let gate = new.gate { comeToGate(gate, at: index, waking: &woken) }
        if instances[index].isAdmitted { woken.insert(InstanceKey(Int64(index) + 1)) }
        updateReady(at: index)
        return .created
    }

    private mutating func append(_ record: InstanceRecord) -> Int {
        let index = instances.count
        let key = InstanceKey(Int64(index) + 1)
        instances.append(record)
        numbers[StoredText(record.new.id.text)] = key
        if let name = record.new.callerName { callerKeys[name] = key }
        if let parent = record.new.parent.flatMap({ self.index(of: $0.instance) }) {
            instances[index].parent = InstanceKey(Int64(parent) + 1)
            instances[parent].children.append(key)
        }
        count(at: index, from: nil, to: record.state.status)
        return index
    }

    private mutating func remember(_ new: NewInstance, at time: Timestamp) {
        guard let request = new.request else { return }
        requests[StoredText(request.key)] = RequestRecord(body: request.bodyDigest, instance: new.id, time: time)
    }

    /// The answer to a start that repeats an earlier one or collides with it.
    private func earlierStart(_ new: NewInstance, at time: Timestamp) -> WriteOutcome? {
        if let request = new.request, let earlier = requests[StoredText(request.key)], !earlier.isForgotten(at: time) {
            return earlier.body == request.bodyDigest ? .existing(earlier.instance) : .refused(.keyReused(request))
        }
        if let name = new.callerName, let index = callerKeys[name].flatMap(index(of:)) {
            let other = instances[index]
            return other.firstInput == new.input.stored
                ? .existing(other.new.id) : .refused(.callerKeyTaken(name.key.text, workflow: new.workflow, by: other.new.id))
        }
        return index(of: new.id) == nil ? nil : .existing(new.id)
    }

    /// Instances are bound to stored content only.
    func contentRefusal(of new: NewInstance) -> WriteOutcome.Refusal? {
        contentRefusal(definition: new.digest, config: new.config)
    }

    func contentRefusal(definition: ContentDigest, config: ContentDigest?) -> WriteOutcome.Refusal? {
        if definitions[definition] == nil { return .notStored(definition: definition) }
        if let config, configs[config] == nil { return .notStored(config: config) }
        return nil
    }
}

extension NewInstance {
    var callerName: CallerName? {
        callerKey.map { CallerName(workflow: StoredText(workflow), key: StoredText($0)) }
    }
}
