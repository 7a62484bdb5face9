import Values
import WorkflowJournal

// What a write of a batch is, one by one. Each is checked whole before its first row is written, so nothing has ever to be
// taken back.
extension MemoryTables {
    mutating func write(_ write: JournalWrite, at time: Timestamp, marking marked: inout [InstanceKey]) -> WriteOutcome {
        switch write {
        case .transition(let transition):
            switch transition.subject {
            case .start(let new): start(new, transition, at: time, marking: &marked)
            case .advance(let claim): advance(claim, transition, at: time, marking: &marked)
            case .revive(let id, let version): revive(id, version, transition, at: time, marking: &marked)
            }
        case .accept(let sent): accept(sent, at: time, marking: &marked)
        case .enqueue(let new): enqueue(new, at: time, marking: &marked)
        case .request(let request): self.request(request, at: time, marking: &marked)
        case .schedule(let advance): schedule(advance, at: time, marking: &marked)
        case .remove(let order): remove(order, at: time)
        case .define(let record): define(record)
        case .configure(let value): configure(value)
        }
    }

    // MARK: - Definitions and configurations

    private mutating func define(_ record: DefinitionRecord) -> WriteOutcome {
        let record = record.stored
        // One that was stored before it was known how long its instances are kept.
        if definitions[record.digest]?.retention.isEmpty == true { definitions[record.digest]?.retention = record.retention }
        if definitions[record.digest] == nil { definitions[record.digest] = record }
        for set in record.matchSets where !set.paths.isEmpty {
            let name = StoredText(set.event)
            if !(matchSets[name] ?? []).contains(set) { matchSets[name, default: []].append(set) }
        }
        return .stored(record.digest)
    }

    private mutating func configure(_ value: Value) -> WriteOutcome {
        let value = value.stored
        let digest = ContentDigest(of: value)
        configs[digest] = value
        return .stored(digest)
    }

    // MARK: - What every writing of an instance does

    mutating func mark(at index: Int) {
        instances[index].marks += 1
        updateReady(at: index)
    }

    mutating func updateReady(at index: Int) {
        let key = InstanceKey(Int64(index) + 1)
        if instances[index].canMove { ready.insert(key) } else { ready.remove(key) }
    }

    mutating func count(at index: Int, from old: InstanceStatus?, to new: InstanceStatus) {
        let workflow = StoredText(instances[index].new.workflow)
        if let old { counts[CountKey(workflow: workflow, status: old), default: 0] -= 1 }
        counts[CountKey(workflow: workflow, status: new), default: 0] += 1
    }

    mutating func append(_ line: LogRow, at index: Int) {
        lines += 1
        var line = line
        line.line = lines
        line.time = line.time.stored
        line.data = line.data.stored
        instances[index].logs.append(.init(run: instances[index].state.run, row: line))
    }

    mutating func forgetRequests(before time: Timestamp) {
        requests = requests.filter { !$0.value.isForgotten(at: time) }
    }
}

extension RequestRecord {
    func isForgotten(at now: Timestamp) -> Bool {
        now.microseconds - time.microseconds >= JournalLimits.requestMicroseconds
    }
}
