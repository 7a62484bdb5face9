import Values
import WorkflowJournal

// What is past its age leaves, bit by bit (guarantees.md G22). An instance is gone with its row; what else there is of it,
// nobody sees any more, and it follows in slices that `wf_removal` remembers over crashes.
extension BatchWriter {
    func remove(_ order: RemovalOrder) throws(SQLiteFailure) -> WriteOutcome {
        let limit = JournalLimits.removalsPerCommit
        let instances = try removeInstances(order, limit: limit)
        let events = try removeEvents(order, limit: limit)
        let rest = try removeRows(order, atMost: JournalLimits.rowsRemovedPerCommit)
        if !instances.isEmpty || rest < JournalLimits.rowsRemovedPerCommit { try writeLastNumbers() }
        let hasMore = instances.count == limit || events.count == limit || rest == 0
        return .removed(Removed(instances: instances, events: events, hasMore: hasMore))
    }

    /// The latest instant that is older than an age by now, in microseconds.
    private func latest(olderThan age: TimeSpan) -> Int64 { time.microseconds - age.microseconds }

    // MARK: - Instances

    private struct Expired {
        var key: InstanceKey
        var id: InstanceID
        var workflow: String
        var labels: [String: String]
    }

    /// One that ended instances are bound to.
    private struct ExpiringDefinition {
        var digest = ""
        var retention: [InstanceStatus: TimeSpan] = [:]
    }

    /// In the order in which `wf_instance_expiring` has them.
    private static let terminalStatuses = InstanceStatus.allCases.filter(\.isTerminal).sorted { $0.rawValue < $1.rawValue }

    /// Looks at the oldest of each definition and status: what has to stay is not looked at, however much it is.
    private func removeInstances(_ order: RemovalOrder, limit: Int) throws(SQLiteFailure) -> [InstanceID] {
        var removed: [InstanceID] = []
        var definition = ExpiringDefinition()
        while removed.count < limit, let next = try self.definition(after: definition) {
            definition = next
            for status in Self.terminalStatuses {
                guard let age = definition.retention[status] ?? order.instances[status] else { continue }
                for expired in try expired(definition.digest, status, age, limit: limit - removed.count) {
                    try remove(expired, status: status)
                    removed.append(expired.id)
                }
            }
        }
        return removed
    }

    private func definition(after definition: ExpiringDefinition) throws(SQLiteFailure) -> ExpiringDefinition? {
        try statement(.nextExpiringDefinition).first({ $0.text(definition.digest) }) { columns throws(SQLiteFailure) in
            ExpiringDefinition(
                digest: columns.text(), retention: DefinitionRecord.retention(stored: try columns.optionalJSON()))
        }
    }

    /// Those without live children, the ones that ended first come first.
    private func expired(
        _ digest: String, _ status: InstanceStatus, _ age: TimeSpan, limit: Int
    ) throws(SQLiteFailure) -> [Expired] {
        try statement(.expiredInstances).all({ bind in
            bind.text(digest)
            bind.text(status.rawValue)
            bind.int(latest(olderThan: age))
            bind.int(limit)
        }) { columns throws(SQLiteFailure) in
            Expired(
                key: InstanceKey(columns.int()), id: InstanceID(columns.text()), workflow: columns.text(),
                labels: try columns.labels())
        }
    }

    private func remove(_ expired: Expired, status: InstanceStatus) throws(SQLiteFailure) {
        try deleteLabels(expired.labels, expired.key)
        // Of an ended instance there is none of these.
        try clearTimersAndWaits(of: expired.key, but: nil)
        try dropChildEnds(of: expired.key)
        try statement(.removeChild).run { $0.int(expired.key.number) }
        try statement(.removeInstance).run { $0.int(expired.key.number) }
        try scheduleRemoval(of: expired.key, run: 0)
        memory.counts[CountKey(workflow: StoredText(expired.workflow), status: status), default: 0] -= 1
    }

    /// The rows of a run, or with run 0 all that a removed instance leaves behind, go with the next removals.
    func scheduleRemoval(of instance: InstanceKey, run: Int) throws(SQLiteFailure) {
        try statement(.insertRemoval).run { bind in
            bind.int(run)
            bind.int(instance.number)
        }
    }

    // MARK: - Events

    /// In their order, up to the first that has to stay.
    private func removeEvents(_ order: RemovalOrder, limit: Int) throws(SQLiteFailure) -> [EventSequence] {
        guard let age = order.events else { return [] }
        let oldest = try statement(.oldestEvents).all({ bind in
            bind.int(latest(olderThan: age))
            bind.int(limit)
        }) { columns throws(SQLiteFailure) in (sequence: EventSequence(columns.int()), mayGo: columns.int() != 0) }
        let removed = oldest.prefix(while: \.mayGo).map(\.sequence)
        for event in removed { try remove(event) }
        if let last = removed.last { memory.eventsRemovedThrough = last }
        return removed
    }

    private func remove(_ event: EventSequence) throws(SQLiteFailure) {
        let content = try statement(.readEvent).first({ $0.int(event.number) }) { columns throws(SQLiteFailure) in
            (name: columns.text(), data: try columns.json())
        }
        guard let content else { return }
        // Sets of paths are never forgotten: these are at least the keys under which it was stored.
        for key in matchKeys(of: content.name, content.data) {
            try statement(.removeEventKey).run { bind in
                bind.text(key.digest.hex)
                bind.int(event.number)
            }
        }
        try statement(.removeEvent).run { $0.int(event.number) }
    }

    // MARK: - Rows

    /// Goes on with what is left, first what people can see. Returns how many more rows could have been removed.
    private func removeRows(_ order: RemovalOrder, atMost limit: Int) throws(SQLiteFailure) -> Int {
        var rest = limit
        if let age = order.events {
            try statement(.removeFirings).run { bind in
                bind.int(latest(olderThan: age))
                bind.int(rest)
            }
            rest -= changes
        }
        while rest > 0, let next = try nextRemoval() { try remove(next, &rest) }
        if rest > 0 && memory.eventsRemovedThrough > .none {
            try statement(.removeTaken).run { bind in
                bind.int(memory.eventsRemovedThrough.number)
                bind.int(rest)
            }
            rest -= changes
        }
        return rest
    }

    private struct Removal {
        var run: Int
        var instance: InstanceKey

        var statements: [HotStatement] {
            run > 0
                ? [.removeRunSteps, .removeRunAttempts, .removeRunLines, .removeRun]
                : [
                    .removeSteps, .removeAttempts, .removeLines, .removeEmails, .removeRuns, .removeTakenBy, .orphanInstances,
                    .orphanChildren,
                ]
        }
    }

    private func nextRemoval() throws(SQLiteFailure) -> Removal? {
        try statement(.nextRemoval).first({ _ in }) { columns throws(SQLiteFailure) in
            Removal(run: Int(columns.int()), instance: InstanceKey(columns.int()))
        }
    }

    private func remove(_ removal: Removal, _ rest: inout Int) throws(SQLiteFailure) {
        for statement in removal.statements {
            if rest == 0 { return }
            try self.statement(statement).run { bind in
                bind.int(removal.instance.number)
                bind.int(rest)
                if removal.run > 0 { bind.int(removal.run) }
            }
            rest -= changes
        }
        if rest == 0 { return }
        try statement(.deleteRemoval).run { bind in
            bind.int(removal.run)
            bind.int(removal.instance.number)
        }
        rest -= 1
    }

    // MARK: - Numbers

    /// The largest numbers may have left with their rows, and are never given again: rows and people know things by them.
    private func writeLastNumbers() throws(SQLiteFailure) {
        for (numbering, number) in [(Numbering.instances, memory.lastInstance), (.lines, memory.lastLine)] {
            try statement(.writeNumber).run { bind in
                bind.text(numbering.rawValue)
                bind.int(number)
            }
        }
    }
}

extension DefinitionRecord {
    /// Microseconds by status; nil when nothing is said.
    var storedRetention: Value? {
        retention.isEmpty ? nil : .map(ValueMap(retention.map { ($0.key.rawValue, Value.int($0.value.microseconds)) }))
    }

    static func retention(stored value: Value?) -> [InstanceStatus: TimeSpan] {
        var retention: [InstanceStatus: TimeSpan] = [:]
        for (key, value) in value?.mapValue ?? [:] {
            if case .string(let name) = key, let status = InstanceStatus(rawValue: name), let age = value.intValue {
                retention[status] = TimeSpan(microseconds: age)
            }
        }
        return retention
    }
}
