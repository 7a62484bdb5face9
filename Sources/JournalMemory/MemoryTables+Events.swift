import Values
import WorkflowJournal

// Stored first, matched second (guarantees.md G8).
extension MemoryTables {
    mutating func accept(_ new: NewEvent, at time: Timestamp, marking marked: inout [InstanceKey]) -> WriteOutcome {
        let identity = EventIdentity(source: StoredText(new.source), id: StoredText(new.id))
        if let sequence = eventNames[identity] {
            return .accepted(.init(sequence: sequence, id: new.id, isDuplicate: true, woken: []))
        }
        let sequence = EventSequence(Int64(events.count) + 1)
        let data = new.data.stored
        events.append(
            StoredEvent(sequence: sequence, id: new.id, name: new.name, source: new.source, time: time, data: data))
        eventNames[identity] = sequence
        let sets = [MatchSet(event: new.name, paths: [])] + (matchSets[StoredText(new.name)] ?? [])
        let keys = sets.compactMap { $0.key(ofPayload: data) }
        for key in keys { eventsByKey[key, default: []].append(sequence) }
        let woken = deliver(Delivery(event: sequence, keys: keys, after: 0))
        marked += woken
        return .accepted(.init(sequence: sequence, id: new.id, isDuplicate: false, woken: woken))
    }

    /// Marks the next candidates and keeps the rest of the work, if there is any, for `continueDelivery`.
    private mutating func deliver(_ delivery: Delivery) -> [InstanceKey] {
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
        var woken: [InstanceKey] = []
        for place in chunk where seen.insert(place.instance).inserted {
            guard let index = index(of: place.instance) else { continue }
            mark(at: index)
            woken.append(place.instance)
        }
        return woken
    }

    mutating func continueDelivery() -> [InstanceKey] {
        while let next = deliveries.indices.min(by: { deliveries[$0].event < deliveries[$1].event }) {
            let woken = deliver(deliveries.remove(at: next))
            if !woken.isEmpty { return woken }
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
                if instances[index].taken.contains(sequence) || taking.contains(sequence) { continue }
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
