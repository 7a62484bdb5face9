import Values
package import WorkflowJournal

extension MemoryJournal {
    package func instances(
        matching filter: InstanceFilter, after cursor: String?, limit: Int
    ) throws(JournalError) -> [InstanceSummary] {
        query { $0.instances(matching: filter, after: cursor, limit: limit) }
    }

    package func resolve(_ reference: String) throws(JournalError) -> InstanceReference {
        query { $0.resolve(reference) }
    }

    package func instance(_ id: InstanceID) throws(JournalError) -> InstanceDetail? {
        query { tables in
            tables.index(of: id).map { index in
                let record = tables.instances[index]
                return InstanceDetail(
                    summary: tables.summary(at: index), input: record.new.input, trigger: record.new.trigger,
                    output: record.state.output, failure: record.state.failure)
            }
        }
    }

    package func steps(of id: InstanceID, run: Int?) throws(JournalError) -> [StepRow] {
        query { tables in
            guard let record = tables.record(of: id) else { return [] }
            guard let run, run != record.state.run else { return record.steps.rows }
            return record.previousRuns[run]?.rows ?? []
        }
    }

    package func attempts(of id: InstanceID, run: Int?) throws(JournalError) -> [AttemptRow] {
        query { tables in
            guard let record = tables.record(of: id) else { return [] }
            return record.attempts[run ?? record.state.run] ?? []
        }
    }

    package func logs(of id: InstanceID, after line: Int64, limit: Int) throws(JournalError) -> [LogRow] {
        query { tables in
            Array((tables.record(of: id)?.logs ?? []).lazy.map(\.row).filter { $0.line > line }.prefix(limit))
        }
    }

    package func emails(of id: InstanceID) throws(JournalError) -> [EmailRow] {
        query { $0.record(of: id)?.emails ?? [] }
    }

    package func timers(of id: InstanceID) throws(JournalError) -> [TimerRow] {
        query { ($0.record(of: id)?.timers ?? []).sorted { $0.dueAt != $1.dueAt ? $0.dueAt < $1.dueAt : $0.key < $1.key } }
    }

    package func waits(of id: InstanceID) throws(JournalError) -> [WaitRow] {
        query { $0.record(of: id)?.waits.map(\.row) ?? [] }
    }

    package func events(
        named name: String?, before sequence: EventSequence?, limit: Int
    ) throws(JournalError) -> [StoredEvent] {
        query { tables in
            let wanted = tables.events.reversed().lazy.filter { event in
                sequence.map { event.sequence < $0 } ?? true && name.map(event.name.hasSameCodePoints) ?? true
            }
            return Array(wanted.prefix(limit))
        }
    }

    package func counts() throws(JournalError) -> [InstanceCount] {
        query { tables in
            tables.counts.filter { $0.value > 0 }
                .sorted {
                    $0.key.workflow != $1.key.workflow
                        ? $0.key.workflow < $1.key.workflow : $0.key.status.rawValue < $1.key.status.rawValue
                }
                .map { InstanceCount(workflow: $0.key.workflow.text, status: $0.key.status, count: $0.value) }
        }
    }

    package func storedInstance(_ id: InstanceID) throws(JournalError) -> StoredInstance? {
        query { $0.snapshot(of: id) }
    }

    package func runs(of id: InstanceID) throws(JournalError) -> [RunSummary] {
        query { tables in tables.record(of: id).map { $0.earlierRuns + [$0.currentRun] } ?? [] }
    }

    package func children(of id: InstanceID) throws(JournalError) -> [ChildSummary] {
        query { tables in
            (tables.record(of: id)?.children ?? []).compactMap { key in
                guard let index = tables.index(of: key), let link = tables.instances[index].new.parent else { return nil }
                let child = tables.instances[index]
                return ChildSummary(
                    id: child.new.id, workflow: child.new.workflow, link: link, status: child.state.status,
                    hold: child.state.hold)
            }
        }
    }

    package func gatePosition(of id: InstanceID) throws(JournalError) -> GatePosition? {
        query { tables in tables.record(of: id)?.place.flatMap(tables.position(of:)) }
    }

    package func schedules() throws(JournalError) -> [StoredSchedule] {
        query { $0.schedules.values.map(\.stored).sorted { $0.name < $1.name } }
    }

    package func firings(of schedule: ScheduleName, limit: Int) throws(JournalError) -> [FiringRow] {
        query { Array(($0.schedules[schedule]?.firings ?? []).reversed().prefix(limit)) }
    }

    package func takers(of event: EventSequence) throws(JournalError) -> [EventTaker] {
        query { tables in
            tables.instances.compactMap { record in
                record.taken[event].map { EventTaker(instance: record.new.id, run: $0.run, wait: $0.wait, time: $0.time) }
            }
        }
    }
}

extension MemoryTables {
    func record(of id: InstanceID) -> InstanceRecord? { index(of: id).map { instances[$0] } }

    func summary(at index: Int) -> InstanceSummary {
        let record = instances[index]
        return InstanceSummary(
            id: record.new.id, key: InstanceKey(Int64(index) + 1), workflow: record.new.workflow, digest: record.new.digest,
            status: record.state.status, ending: record.state.ending, hold: record.state.hold,
            holdReason: record.state.holdReason, isCleanupIncomplete: record.state.isCleanupIncomplete, run: record.state.run,
            labels: record.new.labels, callerKey: record.new.callerKey, createdAt: record.new.createdAt,
            startedAt: record.state.startedAt, endedAt: record.state.endedAt)
    }

    func instances(matching filter: InstanceFilter, after cursor: String?, limit: Int) -> [InstanceSummary] {
        var end = instances.count
        if let cursor {
            guard let number = Int64(cursor), number >= 1 else { return [] }
            end = Int(min(number - 1, Int64(end)))
        }
        var page: [InstanceSummary] = []
        for index in (0..<end).reversed() where page.count < limit && !instances[index].isRemoved && matches(filter, at: index)
        {
            page.append(summary(at: index))
        }
        return page
    }

    private func matches(_ filter: InstanceFilter, at index: Int) -> Bool {
        let record = instances[index]
        if !filter.statuses.isEmpty && !filter.statuses.contains(record.state.status) { return false }
        if !filter.holds.isEmpty && !(record.state.hold.map(filter.holds.contains) ?? false) { return false }
        if let digest = filter.digest, digest != record.new.digest { return false }
        if let workflow = filter.workflow, !workflow.hasSameCodePoints(as: record.new.workflow) { return false }
        if let since = filter.createdSince, record.new.createdAt < since { return false }
        for (name, value) in filter.labels {
            guard let own = record.new.labels[name], own.hasSameCodePoints(as: value) else { return false }
        }
        guard let event = filter.waitingFor else { return true }
        return record.waits.contains { $0.row.matches.contains { $0.event.hasSameCodePoints(as: event) } }
    }

    func resolve(_ reference: String) -> InstanceReference {
        let kept = instances.lazy.filter { !$0.isRemoved }
        if reference == "@latest" { return kept.last.map { .found($0.new.id) } ?? .notFound }
        if let index = index(of: InstanceID(reference)) { return .found(instances[index].new.id) }
        guard !reference.isEmpty else { return .notFound }
        let found = kept.map(\.new.id).filter { $0.text.utf8.starts(with: reference.utf8) }
            .sorted { $0.text.precedesByCodePoint($1.text) }
        switch found.count {
        case 0: return .notFound
        case 1: return .found(found[0])
        default: return .ambiguous(Array(found.prefix(JournalLimits.ambiguousReferences)))
        }
    }
}
