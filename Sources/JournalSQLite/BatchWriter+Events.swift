import GRDBSQLite
import Values
import WorkflowJournal

// Stored first, matched second (guarantees.md G8).
extension BatchWriter {
    /// From outside, with the instances that triggers start for it.
    func accept(_ sent: SentEvent) throws(SQLiteFailure) -> WriteOutcome {
        for start in sent.starts {
            if let refusal = try contentRefusal(definition: start.digest, config: start.config) { return .refused(refusal) }
        }
        var woken = WokenInstances()
        let posted = try post(sent, waking: &woken)
        memory.marked += woken.others
        return .accepted(
            .init(
                sequence: posted.sequence, id: sent.event.id, isDuplicate: posted.isDuplicate, candidates: posted.candidates,
                woken: woken.others, started: posted.started, rejected: posted.rejected))
    }

    struct PostedEvent {
        var sequence: EventSequence
        var isDuplicate = false
        var candidates = 0
        var started: [InstanceID] = []
        var rejected: [InstanceID] = []
    }

    /// Stores an event, marks who waits for it, and creates what it starts. A repeated event does nothing.
    func post(_ sent: SentEvent, waking woken: inout WokenInstances) throws(SQLiteFailure) -> PostedEvent {
        let new = sent.event
        let known = try statement(.findEvent).first({ bind in
            bind.text(new.source)
            bind.text(new.id)
        }) { columns throws(SQLiteFailure) in EventSequence(columns.int()) }
        if let known { return PostedEvent(sequence: known, isDuplicate: true) }

        let sequence = try insert(new)
        let keys = matchKeys(of: new.name, JSON.normalised(new.data))
        for key in keys {
            try statement(.insertEventKey).run { bind in
                bind.text(key.digest.hex)
                bind.int(sequence.number)
            }
        }
        let before = woken.others.count
        try deliver(sequence, keys: keys, after: 0, wasInterrupted: false, waking: &woken)
        var posted = PostedEvent(sequence: sequence, candidates: woken.others.count - before)
        for start in sent.starts {
            // Created with this event: it is not among those that its waits see.
            switch try create(start.withoutCallersKeys, createdEvent: sequence, waking: &woken) {
            case .rejected: posted.rejected.append(start.id)
            case .created, .existing: posted.started.append(start.id)
            }
        }
        return posted
    }

    private func insert(_ new: NewEvent) throws(SQLiteFailure) -> EventSequence {
        try statement(.insertEvent).run { bind in
            bind.text(new.name)
            bind.text(new.source)
            bind.text(new.id)
            bind.time(time)
            bind.json(new.data)
        }
        let sequence = EventSequence(sqlite3_last_insert_rowid(connection))
        memory.lastEvent = sequence
        // Names come from outside: what is remembered of them is bounded, the table says the rest.
        if memory.eventNames.count >= 10_000 { memory.eventNames = [] }
        if memory.eventNames.insert(StoredText(new.name)).inserted {
            try statement(.insertEventName).run { bind in
                bind.text(new.name)
                bind.int(sequence.number)
            }
        }
        return sequence
    }

    /// The keys under which waits find an event: by name alone, and by each set of paths that all stand in it.
    func matchKeys(of name: String, _ data: Value) -> [MatchKey] {
        let sets = [MatchSet(event: name, paths: [])] + (memory.matchSets[StoredText(name)] ?? [])
        return sets.compactMap { $0.key(ofPayload: data) }
    }

    /// Marks the next candidates of an event and notes where to go on, if there is more to do.
    private func deliver(
        _ event: EventSequence, keys: [MatchKey], after start: Int64, wasInterrupted: Bool,
        waking woken: inout WokenInstances
    ) throws(SQLiteFailure) {
        let limit = JournalLimits.candidatesPerCommit
        var places: [(wait: Int64, instance: InstanceKey)] = []
        for key in keys {
            places += try statement(.findCandidates).all({ bind in
                bind.text(key.digest.hex)
                bind.int(start)
                bind.int(limit + 1)
            }) { columns throws(SQLiteFailure) in (wait: columns.int(), instance: InstanceKey(columns.int())) }
        }
        if keys.count > 1 { places.sort { $0.wait < $1.wait } }
        let chunk = places.prefix(limit)
        let isComplete = places.count <= limit
        if !isComplete || wasInterrupted {
            try statement(.setDelivered).run { bind in
                bind.int(isComplete ? nil : chunk.last.map { Int($0.wait) })
                bind.int(event.number)
            }
        }
        var seen = Set<InstanceKey>()
        for place in chunk where seen.insert(place.instance).inserted { try mark(place.instance, waking: &woken) }
    }

    func mark(_ instance: InstanceKey, waking woken: inout WokenInstances) throws(SQLiteFailure) {
        try statement(.markInstance).run { $0.int(instance.number) }
        woken.insert(instance)
    }

    /// Goes on with the oldest event that has candidates left; nil when there is none.
    func continueOldestDelivery() throws(SQLiteFailure) -> [InstanceKey]? {
        let next = try statement(.nextDelivery).first({ _ in }) { columns throws(SQLiteFailure) in
            (event: EventSequence(columns.int()), name: columns.text(), data: try columns.json(), after: columns.int())
        }
        guard let next else { return nil }
        var woken = WokenInstances()
        try deliver(
            next.event, keys: matchKeys(of: next.name, next.data), after: next.after, wasInterrupted: true, waking: &woken)
        memory.marked += woken.others
        return woken.others
    }

    // MARK: - Waits

    /// Registers a wait. True when an event that it may take is there already.
    func open(
        _ wait: WaitRow, _ instance: InstanceKey, run: Int, createdEvent: EventSequence
    ) throws(SQLiteFailure) -> Bool {
        // A wait for nothing has one row as well, which no event matches.
        let rows = wait.matches.isEmpty ? [("", "")] : wait.matches.map { ($0.event, $0.key.digest.hex) }
        var isReady = false
        for (position, row) in rows.enumerated() {
            do throws(SQLiteFailure) {
                try statement(.insertWait).run { bind in
                    bind.int(instance.number)
                    bind.int(run)
                    bind.text(wait.key.text)
                    bind.int(position)
                    bind.text(row.0)
                    bind.text(row.1)
                    bind.int(wait.scheduledSequence)
                    bind.int(wait.examined.number)
                }
            } catch {
                guard error.primaryCode == SQLITE_CONSTRAINT else { throw error }
                throw SQLiteFailure(.waitExists(wait.key))
            }
            let start = max(wait.examined, createdEvent)
            if !isReady && start < memory.lastEvent {
                isReady = try !events(matching: row.1, after: start, instance, limit: 1).isEmpty
            }
        }
        return isReady
    }

    /// Unconsumed events with a match key, oldest first.
    private func events(
        matching key: String, after start: EventSequence, _ instance: InstanceKey, limit: Int
    ) throws(SQLiteFailure) -> [EventSequence] {
        try statement(.findEvents).all({ bind in
            bind.text(key)
            bind.int(max(start, memory.eventsRemovedThrough).number)
            bind.int(instance.number)
            bind.int(limit)
        }) { columns throws(SQLiteFailure) in EventSequence(columns.int()) }
    }

    /// A wait that the transition closes has a matching event that nobody looked at (guarantees.md G9).
    func isOvertakenByEvent(
        _ transition: Transition, _ instance: InstanceKey, _ old: InstanceRow
    ) throws(SQLiteFailure) -> Bool {
        guard !transition.waitsClosed.isEmpty, old.createdEvent < memory.lastEvent else { return false }
        let taking = Set(transition.eventsTaken.map(\.event))
        for closed in transition.waitsClosed {
            let matches = try statement(.readWait).all({ bind in
                bind.int(instance.number)
                bind.int(old.run)
                bind.text(closed.key.text)
            }) { columns throws(SQLiteFailure) in (key: columns.text(), examined: EventSequence(columns.int())) }
            for match in matches {
                var start = max(match.examined, old.createdEvent)
                for examined in transition.waitsExamined where examined.wait == closed.key {
                    start = max(start, examined.through)
                }
                let found = try events(matching: match.key, after: start, instance, limit: taking.count + 1)
                if found.contains(where: { !taking.contains($0) }) { return true }
            }
        }
        return false
    }

    func take(_ taken: Transition.TakenEvent, _ instance: InstanceKey, run: Int) throws(SQLiteFailure) {
        try delete(.deleteWait, instance, run: run, taken.wait)
        if changes == 0 { throw SQLiteFailure(.cannotTake(taken.event, wait: taken.wait)) }
        do throws(SQLiteFailure) {
            try statement(.takeEvent).run { bind in
                bind.int(instance.number)
                bind.int(run)
                bind.text(taken.wait.text)
                bind.time(time)
                bind.int(taken.event.number)
            }
        } catch {
            guard error.primaryCode == SQLITE_CONSTRAINT else { throw error }
            throw SQLiteFailure(.cannotTake(taken.event, wait: taken.wait))
        }
        if changes == 0 { throw SQLiteFailure(.cannotTake(taken.event, wait: taken.wait)) }
    }

    func examine(_ examined: Transition.ExaminedWait, _ instance: InstanceKey, run: Int) throws(SQLiteFailure) {
        try statement(.examineWait).run { bind in
            bind.int(examined.through.number)
            bind.int(instance.number)
            bind.int(run)
            bind.text(examined.wait.text)
        }
    }
}
