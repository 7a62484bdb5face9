import GRDBSQLite
import Values
import WorkflowJournal

// Cron triggers go on, and what they start (guarantees.md G11).
extension BatchWriter {
    /// A schedule before it goes on.
    private struct ScheduleRow {
        var number: Int64
        var position: Timestamp
        var latest: InstanceID?
    }

    func schedule(_ advance: ScheduleAdvance) throws(SQLiteFailure) -> WriteOutcome {
        let old = try row(of: advance.name)
        guard old?.position.microseconds == advance.expected?.microseconds else { return .stale }
        if let refusal = advance.refusal { return .refused(refusal) }
        for case .start(let new, _) in advance.firings.map(\.decision) {
            if let refusal = try contentRefusal(definition: new.digest, config: new.config) { return .refused(refusal) }
        }
        var latest = old?.latest
        var woken = WokenInstances()
        var rows: [FiringRow] = []
        for firing in advance.firings {
            let row = try decide(firing, after: latest, waking: &woken)
            if let started = row.instance { latest = started }
            rows.append(row)
        }
        let number = try write(advance, latest: latest, over: old)
        for row in rows { try insert(row, schedule: number) }
        memory.marked += woken.others
        return .scheduled(.init(firings: rows, woken: woken.others))
    }

    private func decide(
        _ firing: ScheduleAdvance.Firing, after latest: InstanceID?, waking woken: inout WokenInstances
    ) throws(SQLiteFailure) -> FiringRow {
        var row = FiringRow(
            instant: Timestamp(microseconds: firing.instant.microseconds), instance: nil, skip: nil, decidedAt: time)
        switch firing.decision {
        case .skip(let skip, let detail):
            row.skip = skip
            row.detail = detail
        case .start(let new, let overlap):
            let active = overlap == .allow ? nil : try findLive(latest)
            if overlap == .skip && active != nil {
                row.skip = .overlap
                break
            }
            switch try create(new.withoutCallersKeys, createdEvent: memory.lastEvent, waking: &woken) {
            case .rejected: row.skip = .concurrency
            case .existing: row.instance = new.id
            case .created:
                row.instance = new.id
                if overlap == .replace, let active { try leave(.overlapped(by: new.id), active, waking: &woken) }
            }
        }
        return row
    }

    private func row(of name: ScheduleName) throws(SQLiteFailure) -> ScheduleRow? {
        try statement(.readSchedule).first({ bind in
            bind.text(name.workflow)
            bind.text(name.trigger)
        }) { columns throws(SQLiteFailure) in
            ScheduleRow(
                number: columns.int(), position: columns.time(), latest: columns.optionalText().map { InstanceID($0) })
        }
    }

    /// Nil when it has ended, was removed, or never was.
    private func findLive(_ id: InstanceID?) throws(SQLiteFailure) -> InstanceKey? {
        guard let id else { return nil }
        return try statement(.findLive).first({ $0.text(id.text) }) { columns throws(SQLiteFailure) in
            InstanceKey(columns.int())
        }
    }

    /// The schedule's own row; its number.
    private func write(
        _ advance: ScheduleAdvance, latest: InstanceID?, over old: ScheduleRow?
    ) throws(SQLiteFailure) -> Int64 {
        try statement(old == nil ? .insertSchedule : .moveSchedule).run { bind in
            bind.time(advance.position)
            bind.int(advance.isActive ? 1 : 0)
            bind.text(latest?.text)
            if let old {
                bind.int(old.number)
            } else {
                bind.text(advance.name.workflow)
                bind.text(advance.name.trigger)
            }
        }
        return old?.number ?? sqlite3_last_insert_rowid(connection)
    }

    private func insert(_ row: FiringRow, schedule: Int64) throws(SQLiteFailure) {
        try statement(.insertFiring).run { bind in
            bind.int(schedule)
            bind.time(row.instant)
            bind.text(row.instance?.text)
            bind.text(row.skip?.rawValue)
            bind.text(row.detail)
            bind.time(row.decidedAt)
        }
    }
}
