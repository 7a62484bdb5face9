import Values
import WorkflowJournal

// What the engine reads back.
extension MemoryTables {
    func load(_ claim: Claim) -> StoredInstance? {
        index(of: claim).flatMap { stored(at: $0, claim: claim) }
    }

    /// For people and plans: its claim is of no epoch, so that nothing can be written with it.
    func snapshot(of id: InstanceID) -> StoredInstance? {
        guard let index = index(of: id) else { return nil }
        var claim = claim(at: index)
        claim.epoch = Epoch(0)
        return stored(at: index, claim: claim)
    }

    private func stored(at index: Int, claim: Claim) -> StoredInstance? {
        let record = instances[index]
        guard let definition = definitions[record.new.digest], let config = configs[record.new.config] else { return nil }
        return StoredInstance(
            claim: claim, workflow: record.new.workflow, digest: record.new.digest, semantics: definition.semantics,
            input: record.new.input, config: config, trigger: record.new.trigger, createdAt: record.new.createdAt,
            state: record.state, marks: record.marks, cancel: record.pendingCancel, parent: record.new.parent,
            depth: record.new.depth, eventDepth: record.new.eventDepth, isAdmitted: record.isAdmitted,
            keptSequence: record.origin.keptSequence, occurrences: record.origin.occurrences, steps: record.steps.rows,
            timers: record.timers.sorted { $0.dueAt != $1.dueAt ? $0.dueAt < $1.dueAt : $0.key < $1.key },
            waits: record.waits.map(\.row))
    }

    func inbox(_ claim: Claim, limit: Int) -> InstanceInbox? {
        guard let index = index(of: claim) else { return nil }
        let waits = instances[index].waits.sorted {
            ($0.row.scheduledSequence, $0.serial) < ($1.row.scheduledSequence, $1.serial)
        }
        let candidates = waits.compactMap { wait -> InstanceInbox.Candidates? in
            let events = self.candidates(for: wait.row, at: index, besides: [], limit: limit).compactMap(event)
            return events.isEmpty ? nil : InstanceInbox.Candidates(wait: wait.row.key, events: events)
        }
        return InstanceInbox(
            marks: instances[index].marks, cancel: instances[index].pendingCancel, pause: instances[index].pause,
            childEnds: Array(instances[index].childEnds.prefix(limit)), candidates: candidates)
    }

    func timers(dueBy instant: Timestamp, limit: Int) -> [DueTimer] {
        var due: [DueTimer] = []
        for place in timers.elements {
            if place.dueAt > instant || due.count >= limit { break }
            guard let index = index(of: place.instance), instances[index].state.hold == nil,
                let timer = instances[index].timers.first(where: { $0.key == place.key })
            else { continue }
            due.append(DueTimer(instance: place.instance, timer: timer))
        }
        return due
    }
}
