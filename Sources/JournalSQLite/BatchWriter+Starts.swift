import GRDBSQLite
import Values
import WorkflowJournal

// Starts, definitions, configurations and requests: writes that need no claim.
extension BatchWriter {
    func start(_ new: NewInstance, _ transition: Transition) throws(SQLiteFailure) -> WriteOutcome {
        if let answer = try earlierStart(new) { return answer }
        guard try isStored(new.digest, \.definitions, .findDefinition) else {
            return .refused(.notStored(definition: new.digest))
        }
        guard try isStored(new.config, \.configs, .findConfig) else { return .refused(.notStored(config: new.config)) }

        let state = transition.instance
        try statement(.insertInstance).run { $0.instance(new, state, createdEvent: memory.lastEvent) }
        if changes == 0 { return .existing(new.id) }
        let key = InstanceKey(sqlite3_last_insert_rowid(connection))
        for (name, value) in new.sortedLabels {
            try statement(.insertLabel).run { bind in
                bind.text(name)
                bind.text(value)
                bind.int(key.number)
            }
        }
        if let request = new.request { try remember(request, for: new.id) }
        memory.counts[CountKey(workflow: StoredText(new.workflow), status: state.status), default: 0] += 1
        let marks = try writeRows(of: transition, key, previousRun: state.run, createdEvent: memory.lastEvent)
        if !state.status.isTerminal { memory.claimed.append(key) }
        let claim = Claim(instance: key, id: new.id, version: 1, epoch: epoch)
        return .committed(.init(claim: claim, isReady: isReady(state, marks: marks)))
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

    // MARK: - Requests

    func request(_ request: InstanceRequest) throws(SQLiteFailure) -> WriteOutcome {
        let row = try statement(.readCancel).first({ $0.text(request.instance.text) }) { columns throws(SQLiteFailure) in
            let key = InstanceKey(columns.int())
            let status = InstanceStatus(stored: columns.text())
            columns.skip()
            return (key: key, status: status, isConsumed: columns.int() != 0)
        }
        guard let row else { return .requested(.notFound) }
        if row.status.isTerminal { return .requested(.alreadyEnded(row.status)) }
        if row.isConsumed { return .requested(.recorded(row.key)) }
        switch request.kind {
        case .cancel(let cancel):
            try statement(.writeCancel).run { bind in
                bind.json(cancel.value)
                bind.int(row.key.number)
            }
        case .forceCancel, .pause, .resume: return .stale
        }
        memory.marked.append(row.key)
        return .requested(.recorded(row.key))
    }
}

extension NewInstance {
    var sortedLabels: [(name: String, value: String)] {
        labels.map { (name: $0.key, value: $0.value) }.sorted { $0.name.precedesByCodePoint($1.name) }
    }
}

extension Binder {
    fileprivate mutating func instance(
        _ new: NewInstance, _ state: Transition.InstanceState, createdEvent: EventSequence
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
        time(state.endedAt)
        time(new.createdAt)
        int(createdEvent.number)
        text(new.workflow)
        text(new.digest.hex)
        text(new.config.hex)
        text(new.callerKey)
        json(.map(ValueMap(new.sortedLabels.map { ($0.name, Value.string($0.value)) })))
        json(new.trigger)
        json(new.input)
        json(state.output)
        json(state.failure?.value)
    }
}
