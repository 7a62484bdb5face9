import Values
import WorkflowJournal

// Instances come into being: begun at once, enqueued, as children, by events. And what they are bound to.
extension BatchWriter {
    func start(_ new: NewInstance, _ transition: Transition) throws(SQLiteFailure) -> WriteOutcome {
        if let answer = try earlierStart(new) { return answer }
        if let refusal = try contentRefusal(definition: new.digest, config: new.config) ?? (new.gate.map { _ in .startAtGate })
        {
            return try find(new.id) == nil ? .refused(refusal) : .existing(new.id)
        }
        let state = transition.instance
        let createdEvent = memory.lastEvent
        guard let key = try insert(new, state, createdEvent: createdEvent) else { return .existing(new.id) }
        if let request = new.request { try remember(request, for: new.id) }
        var woken = WokenInstances(by: key)
        let place = Place(instance: key, previousRun: state.run, createdEvent: createdEvent, marks: 0)
        let rejected = try writeRows(of: transition, state, at: place, waking: &woken)
        if state.status.isTerminal {
            try end(key, new.id, state, parent: try parent(of: new), waking: &woken)
        } else {
            memory.claimed.append(key)
        }
        memory.marked += woken.others
        let claim = Claim(instance: key, id: new.id, version: 1, epoch: epoch)
        return try committed(claim, state, marks: 0, woken, rejected)
    }

    func enqueue(_ new: NewInstance) throws(SQLiteFailure) -> WriteOutcome {
        if let answer = try earlierStart(new) { return answer }
        if try find(new.id) != nil { return .existing(new.id) }
        if let refusal = try contentRefusal(definition: new.digest, config: new.config) { return .refused(refusal) }
        var woken = WokenInstances()
        if case .rejected = try create(new, createdEvent: memory.lastEvent, waking: &woken) {
            return new.gate.map { .refused(.gateFull($0)) } ?? .stale
        }
        if let request = new.request { try remember(request, for: new.id) }
        memory.marked += woken.others
        return .enqueued(.init(id: new.id, woken: woken.others))
    }

    enum Creation {
        case created
        /// There is one with this id already.
        case existing(InstanceKey)
        /// Its gate has no place and lets nobody wait.
        case rejected
    }

    /// An instance that begins later, by a transition of its own. What it is bound to is known to be stored.
    func create(
        _ new: NewInstance, createdEvent: EventSequence, waking woken: inout WokenInstances
    ) throws(SQLiteFailure) -> Creation {
        if let key = try find(new.id) { return .existing(key) }
        if let gate = new.gate, gate.overflow == .reject, try !hasPlace(at: gate) { return .rejected }
        guard let key = try insert(new, .init(status: .pending), createdEvent: createdEvent) else { return .rejected }
        var isAdmitted = true
        if let gate = new.gate { isAdmitted = try comeToGate(gate, key, new.id, waking: &woken) }
        if isAdmitted { woken.insert(key) }
        return .created
    }

    /// The instance's row, its labels and whose child it is; nil when there is one with its id.
    private func insert(
        _ new: NewInstance, _ state: Transition.InstanceState, createdEvent: EventSequence
    ) throws(SQLiteFailure) -> InstanceKey? {
        let parent = try parent(of: new)
        // SQLite would give the number of a removed instance again.
        let key = InstanceKey(memory.lastInstance + 1)
        try statement(.insertInstance).run { bind in
            bind.int(key.number)
            bind.instance(new, state, createdEvent: createdEvent, parent: parent)
        }
        if changes == 0 { return nil }
        memory.lastInstance = key.number
        try insertLabels(new.labels, key)
        if let link = new.parent { try insert(link, child: key, parent: parent) }
        memory.counts[CountKey(workflow: StoredText(new.workflow), status: state.status), default: 0] += 1
        return key
    }

    func insertLabels(_ labels: [String: String], _ instance: InstanceKey) throws(SQLiteFailure) {
        for (name, value) in labels {
            try statement(.insertLabel).run { bind in
                bind.text(name)
                bind.text(value)
                bind.int(instance.number)
            }
        }
    }

    func find(_ id: InstanceID) throws(SQLiteFailure) -> InstanceKey? {
        try statement(.findInstance).first({ $0.text(id.text) }) { columns throws(SQLiteFailure) in InstanceKey(columns.int()) }
    }

    private func parent(of new: NewInstance) throws(SQLiteFailure) -> InstanceKey? {
        guard let link = new.parent else { return nil }
        return try find(link.instance)
    }

    /// Instances are bound to stored content only.
    func contentRefusal(definition: ContentDigest, config: ContentDigest?) throws(SQLiteFailure) -> WriteOutcome.Refusal? {
        guard try isStored(definition, \.definitions, .findDefinition) else { return .notStored(definition: definition) }
        if let config, try !isStored(config, \.configs, .findConfig) { return .notStored(config: config) }
        return nil
    }

    /// The answer to a start that repeats an earlier one or collides with it.
    private func earlierStart(_ new: NewInstance) throws(SQLiteFailure) -> WriteOutcome? {
        if let request = new.request {
            let earlier = try statement(.readRequest).first({ $0.text(request.key) }) { columns throws(SQLiteFailure) in
                (body: columns.text(), instance: InstanceID(columns.text()), time: columns.int())
            }
            if let earlier, time.microseconds - earlier.time < JournalLimits.requestMicroseconds {
                return earlier.body == request.bodyDigest.hex ? .existing(earlier.instance) : .refused(.keyReused(request))
            }
        }
        guard let callerKey = new.callerKey else { return nil }
        let other = try statement(.findCallerKey).first({ bind in
            bind.text(new.workflow)
            bind.text(callerKey)
        }) { columns throws(SQLiteFailure) in (id: InstanceID(columns.text()), input: columns.text()) }
        guard let other else { return nil }
        return other.input.hasSameCodePoints(as: JSON.text(new.input))
            ? .existing(other.id) : .refused(.callerKeyTaken(callerKey, workflow: new.workflow, by: other.id))
    }

    private func remember(_ request: IdempotentRequest, for instance: InstanceID) throws(SQLiteFailure) {
        try statement(.writeRequest).run { bind in
            bind.text(request.key)
            bind.text(request.bodyDigest.hex)
            bind.text(instance.text)
            bind.time(time)
        }
    }

    private func isStored(
        _ digest: ContentDigest, _ known: WritableKeyPath<Memory, Set<ContentDigest>>, _ find: HotStatement
    ) throws(SQLiteFailure) -> Bool {
        if memory[keyPath: known].contains(digest) { return true }
        guard try statement(find).first({ $0.text(digest.hex) }, { _ throws(SQLiteFailure) in true }) != nil else {
            return false
        }
        memory[keyPath: known].insert(digest)
        return true
    }

    // MARK: - Definitions and configurations

    func define(_ record: DefinitionRecord) throws(SQLiteFailure) -> WriteOutcome {
        try statement(.insertDefinition).run { bind in
            bind.text(record.digest.hex)
            bind.text(record.workflow)
            bind.int(record.semantics)
            bind.json(.list(record.sources.map { ["path": .string($0.path), "text": .string($0.text)] }))
            bind.json(.list(record.matchSets.map { ["event": .string($0.event), "paths": $0.storedPaths] }))
            bind.json(record.storedRetention)
            bind.time(time)
        }
        for set in record.matchSets where !set.paths.isEmpty {
            let name = StoredText(set.event)
            if (memory.matchSets[name] ?? []).contains(set) { continue }
            try statement(.insertMatchSet).run { bind in
                bind.text(set.event)
                bind.json(set.storedPaths)
            }
            memory.matchSets[name, default: []].append(set)
        }
        return .stored(record.digest)
    }

    func configure(_ value: Value) throws(SQLiteFailure) -> WriteOutcome {
        let digest = ContentDigest(of: value)
        try statement(.insertConfig).run { bind in
            bind.text(digest.hex)
            bind.json(value)
        }
        return .stored(digest)
    }
}

extension Binder {
    mutating func labels(_ labels: [String: String]) {
        json(.map(ValueMap(labels.map { ($0.key, Value.string($0.value)) })))
    }
}

extension Binder {
    fileprivate mutating func instance(
        _ new: NewInstance, _ state: Transition.InstanceState, createdEvent: EventSequence, parent: InstanceKey?
    ) {
        text(new.id.text)
        text(state.status.rawValue)
        stateText(state)
        int(state.run)
        int(state.continuations)
        int(state.lastSequence)
        int(state.marksConsumed)
        int(state.consumesCancel ? 1 : 0)
        time(state.startedAt)
        time(state.runStartedAt)
        time(state.endedAt)
        time(new.createdAt)
        int(createdEvent.number)
        int(parent.map { Int($0.number) })
        int(new.depth)
        int(new.eventDepth)
        text(new.workflow)
        text(new.digest.hex)
        text(new.config.hex)
        text(new.callerKey)
        labels(new.labels)
        json(new.trigger)
        json(new.input)
        json(state.output)
        json(state.failure?.value)
    }
}
