import Values
import WorkflowJournal

/// A run whose rows nobody needs any more.
struct OldRun: Sendable {
    var instance: InstanceKey
    var run: Int
}

// What is past its age leaves (guarantees.md G22).
extension MemoryTables {
    mutating func remove(_ order: RemovalOrder, at time: Timestamp) -> WriteOutcome {
        let limit = JournalLimits.removalsPerCommit
        let instances = expired(order, at: time).prefix(limit)
        for index in instances { removeInstance(at: index) }
        let ids = instances.map { self.instances[$0].new.id }
        let events = removeEvents(order, at: time, limit: limit)
        if let age = order.events {
            for name in schedules.keys { schedules[name]?.firings.removeAll { $0.decidedAt.isOlder(than: age, at: time) } }
        }
        for old in oldRuns { removeRun(old) }
        oldRuns = []
        return .removed(Removed(instances: ids, events: events, hasMore: ids.count == limit || events.count == limit))
    }

    /// By definition, status and end.
    private func expired(_ order: RemovalOrder, at time: Timestamp) -> [Int] {
        var found: [(digest: String, status: String, endedAt: Timestamp, index: Int)] = []
        for (index, record) in instances.enumerated() where !record.isRemoved && record.state.status.isTerminal {
            let status = record.state.status
            guard let age = definitions[record.new.digest]?.retention[status] ?? order.instances[status],
                let endedAt = record.state.endedAt, endedAt.isOlder(than: age, at: time), !hasLiveChildren(record)
            else { continue }
            found.append((record.new.digest.hex, status.rawValue, endedAt, index))
        }
        return found.sorted { ($0.digest, $0.status, $0.endedAt, $0.index) < ($1.digest, $1.status, $1.endedAt, $1.index) }
            .map(\.index)
    }

    private func hasLiveChildren(_ record: InstanceRecord) -> Bool {
        record.children.contains { key in index(of: key).map { !instances[$0].state.status.isTerminal } ?? false }
    }

    /// Its number stays its own: nobody gets it again.
    private mutating func removeInstance(at index: Int) {
        let record = instances[index]
        counts[CountKey(workflow: StoredText(record.new.workflow), status: record.state.status), default: 0] -= 1
        numbers[StoredText(record.new.id.text)] = nil
        if let name = record.new.callerName { callerKeys[name] = nil }
        for key in record.children { if let child = self.index(of: key) { instances[child].parent = nil } }
        instances[index] = InstanceRecord(new: record.new, createdEvent: record.createdEvent, state: record.state)
        instances[index].isRemoved = true
    }

    /// In their order, up to the first that has to stay.
    private mutating func removeEvents(_ order: RemovalOrder, at time: Timestamp, limit: Int) -> [EventSequence] {
        guard let age = order.events else { return [] }
        let undelivered = Set(deliveries.map(\.event))
        let old = events.prefix(limit).prefix { $0.time.isOlder(than: age, at: time) && !undelivered.contains($0.sequence) }
        guard let last = old.last?.sequence else { return [] }
        let sequences = old.map(\.sequence)
        for event in old { eventNames[EventIdentity(source: StoredText(event.source), id: StoredText(event.id))] = nil }
        events.removeFirst(old.count)
        eventsRemovedThrough = last
        for key in eventsByKey.keys { eventsByKey[key]?.removeAll { $0 <= last } }
        eventsByKey = eventsByKey.filter { !$0.value.isEmpty }
        for index in instances.indices where !instances[index].taken.isEmpty {
            instances[index].taken = instances[index].taken.filter { $0.key > last }
        }
        return sequences
    }

    private mutating func removeRun(_ old: OldRun) {
        guard let index = index(of: old.instance) else { return }
        instances[index].previousRuns[old.run] = nil
        instances[index].attempts[old.run] = nil
        instances[index].logs.removeAll { $0.run == old.run }
        // What a repeated start is compared with stays.
        instances[index].earlierRuns.removeAll { $0.run == old.run && $0.run > 1 }
    }
}

extension Timestamp {
    /// It lies at least that far back.
    func isOlder(than age: TimeSpan, at now: Timestamp) -> Bool {
        microseconds <= now.microseconds - age.microseconds
    }
}
