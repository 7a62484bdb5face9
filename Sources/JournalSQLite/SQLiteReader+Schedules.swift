import GRDB
import Values
package import WorkflowJournal

// Cron triggers, and what became of their instants.
extension SQLiteReader {
    package func schedules() throws(JournalError) -> [StoredSchedule] {
        try read { connection in
            try connection.all(
                "SELECT workflow, trigger, position, active, latest FROM wf_schedule ORDER BY workflow, trigger", { _ in },
                { columns throws(SQLiteFailure) in
                    StoredSchedule(
                        name: ScheduleName(workflow: columns.text(), trigger: columns.text()), position: columns.time(),
                        isActive: columns.int() != 0, latest: columns.optionalText().map(InstanceID.init))
                })
        }
    }

    package func firings(of schedule: ScheduleName, limit: Int) throws(JournalError) -> [FiringRow] {
        try read { connection in
            try connection.all(
                """
                SELECT f.instant, f.instance, f.skipped, f.detail, f.decided_at
                FROM wf_schedule AS s JOIN wf_firing AS f ON f.schedule = s.number
                WHERE s.workflow = ? AND s.trigger = ? ORDER BY f.instant DESC LIMIT ?
                """,
                { bind in
                    bind.text(schedule.workflow)
                    bind.text(schedule.trigger)
                    bind.int(limit)
                },
                { columns throws(SQLiteFailure) in
                    FiringRow(
                        instant: columns.time(), instance: columns.optionalText().map(InstanceID.init),
                        skip: columns.optionalText().flatMap(FiringRow.Skip.init), detail: columns.optionalText(),
                        decidedAt: columns.time())
                })
        }
    }
}

// The open journal answers people on its reading connections.
extension SQLiteJournal {
    package func schedules() throws(JournalError) -> [StoredSchedule] { try reader.schedules() }
    package func firings(of schedule: ScheduleName, limit: Int) throws(JournalError) -> [FiringRow] {
        try reader.firings(of: schedule, limit: limit)
    }
}
