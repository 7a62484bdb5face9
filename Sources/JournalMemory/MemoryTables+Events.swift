import Values
import WorkflowJournal

// Stored first, matched second (guarantees.md G8).
extension MemoryTables {
    /// From outside, with the instances that triggers start for it.
    mutating func accept(_ sent: SentEvent, at time: Timestamp, marking marked: inout [InstanceKey]) -> WriteOutcome {
        for start in sent.starts {
            if let refusal = contentRefusal(of: start) { return .refused(refusal) }
        }
        var woken = WokenInstances()
        let posted = post(sent, at: time, waking: &woken)
        marked += woken.others
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
    mutating func post(_ sent: SentEvent, at time: Timestamp, waking woken: inout WokenInstances) -> PostedEvent {
        let new = sent.event
        let identity = EventIdentity(source: StoredText(new.source), id: StoredText(new.id))
        if let sequence = eventNames[identity] { return PostedEvent(sequence: sequence, isDuplicate: true) }
        let sequence = EventSequence(lastEvent.number + 1)
        let data = new.data.stored
        events.append(
            StoredEvent(sequence: sequence, id: new.id, name: new.name, source: new.source, time: time, data: data))
        eventNames[identity] = sequence
        namesOfEvents.insert(StoredText(new.name))
        let sets = [MatchSet(event: new.name, paths: [])] + (matchSets[StoredText(new.name)] ?? [])
        let keys = sets.compactMap { $0.key(ofPayload: data) }
        for key in keys { eventsByKey[key, default: []].append(sequence) }
        let before = woken.others.count
        deliver(Delivery(event: sequence, keys: keys, after: 0), waking: &woken)
        var posted = PostedEvent(sequence: sequence, candidates: woken.others.count - before)
        for start in sent.starts {
            // Created with this event: it is not among those that its waits see.
            switch create(start.withoutCallersKeys, createdEvent: sequence, waking: &woken) {
            case .rejected: posted.rejected.append(start.id)
            case .created, .existing: posted.started.append(start.id)
            }
        }
        return posted
    }

    /// Marks the next candidates and keeps the rest of the work, if there is any, for `continueDelivery`.
    private mutating func deliver(_ delivery: Delivery, waking woken: inout WokenInstances) {
        var places: [WaitPlace] = []
        for key in delivery.keys {
            guard let waits = waitsByKey[key] else { continue }
            let start = waits.position(of: WaitPlace(serial: delivery.after + 1, instance: InstanceKey(0)))
            places += waits.elements[start...].prefix(JournalLimits.candidatesPerCommit + 1)
        }
        places.sort()
        let chunk = places.prefix(JournalLimits.candidatesPerCommit)
        if let last = chunk.last, places.count > chunk.count {
            deliveries.append(Delivery(event: delivery.event, keys: delivery.keys, after: last.serial))
        }
        var seen = Set<InstanceKey>()
        for place in chunk where seen.insert(place.instance).inserted {
            guard let index = index(of: place.instance) else { continue }
            mark(at: index)
            woken.insert(place.instance)
        }
    }

    mutating func continueDelivery() -> [InstanceKey] {
        while let next = deliveries.indices.min(by: { deliveries[$0].event < deliveries[$1].event }) {
            var woken = WokenInstances()
            deliver(deliveries.remove(at: next), waking: &woken)
            if !woken.others.isEmpty { return woken.others }
        }
        return []
    }

    // MARK: - Waits

    /// Registers a wait; an event that is already there marks the instance in the same commit.
    mutating func open(_ wait: WaitRow, at index: Int) {
        waitSerial += 1
        let place = WaitPlace(serial: waitSerial, instance: InstanceKey(Int64(index) + 1))
        for match in wait.matches { waitsByKey[match.key, default: SortedList()].insert(place) }
        instances[index].waits.append(OpenWait(row: wait, serial: waitSerial))
        if !candidates(for: wait, at: index, besides: [], limit: 1).isEmpty { instances[index].marks += 1 }
    }

    mutating func closeWait(_ key: MemoKey, at index: Int) {
        guard let place = instances[index].waits.firstIndex(where: { $0.row.key == key }) else { return }
        let wait = instances[index].waits.remove(at: place)
        for match in wait.row.matches {
            waitsByKey[match.key]?.remove(WaitPlace(serial: wait.serial, instance: InstanceKey(Int64(index) + 1)))
            if waitsByKey[match.key]?.elements.isEmpty == true { waitsByKey[match.key] = nil }
        }
    }

    mutating func examine(_ examined: Transition.ExaminedWait, at index: Int) {
        guard let place = instances[index].waits.firstIndex(where: { $0.row.key == examined.wait }) else { return }
        let before = instances[index].waits[place].row.examined
        instances[index].waits[place].row.examined = max(before, examined.through)
    }

    /// Matching events that the instance has neither taken nor examined, in order of acceptance.
    func candidates(
        for wait: WaitRow, at index: Int, besides taking: Set<EventSequence>, limit: Int
    ) -> [EventSequence] {
        let start = max(wait.examined, instances[index].createdEvent)
        var found = SortedList<EventSequence>()
        for match in wait.matches {
            guard let sequences = eventsByKey[match.key] else { continue }
            var count = 0
            // Sequences are appended in order, so the newer ones are a suffix.
            for sequence in sequences[Self.firstPlace(after: start, in: sequences)...] where count < limit {
                if instances[index].taken[sequence] != nil || taking.contains(sequence) { continue }
                found.insert(sequence)
                count += 1
            }
        }
        return Array(found.elements.prefix(limit))
    }

    private static func firstPlace(after start: EventSequence, in sequences: [EventSequence]) -> Int {
        var low = 0
        var high = sequences.count
        while low < high {
            let middle = (low + high) / 2
            if sequences[middle] <= start { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
