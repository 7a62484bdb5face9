import Values
import WorkflowJournal

/// A cron trigger with what became of its instants, in their order.
struct ScheduleRecord: Sendable {
    var stored: StoredSchedule
    var firings: [FiringRow] = []
}

// Cron triggers go on, and what they start (guarantees.md G11).
extension MemoryTables {
    mutating func schedule(
        _ advance: ScheduleAdvance, at time: Timestamp, marking marked: inout [InstanceKey]
    ) -> WriteOutcome {
        guard schedules[advance.name]?.stored.position == advance.expected?.stored else { return .stale }
        if let refusal = advance.refusal { return .refused(refusal) }
        for case .start(let new, _) in advance.firings.map(\.decision) {
            if let refusal = contentRefusal(of: new) { return .refused(refusal) }
        }
        var record =
            schedules[advance.name]
            ?? ScheduleRecord(stored: StoredSchedule(name: advance.name, position: advance.position, isActive: true))
        var woken = WokenInstances()
        var rows: [FiringRow] = []
        for firing in advance.firings {
            let row = decide(firing, at: time, after: record.stored.latest, waking: &woken)
            if let started = row.instance { record.stored.latest = started }
            rows.append(row)
        }
        record.stored.position = advance.position.stored
        record.stored.isActive = advance.isActive
        record.firings += rows
        schedules[advance.name] = record
        marked += woken.others
        return .scheduled(.init(firings: rows, woken: woken.others))
    }

    private mutating func decide(
        _ firing: ScheduleAdvance.Firing, at time: Timestamp, after latest: InstanceID?, waking woken: inout WokenInstances
    ) -> FiringRow {
        var row = FiringRow(instant: firing.instant.stored, instance: nil, skip: nil, decidedAt: time)
        switch firing.decision {
        case .skip(let skip, let detail):
            row.skip = skip
            row.detail = detail
        case .start(let new, let overlap):
            let active = latest.flatMap(index(of:)).flatMap { instances[$0].state.status.isTerminal ? nil : $0 }
            if overlap == .skip && active != nil {
                row.skip = .overlap
                break
            }
            switch create(new.withoutCallersKeys, createdEvent: lastEvent, waking: &woken) {
            case .rejected: row.skip = .concurrency
            case .existing: row.instance = new.id
            case .created:
                row.instance = new.id
                if overlap == .replace, let active { leave(.overlapped(by: new.id), at: active, waking: &woken) }
            }
        }
        return row
    }
}
