import GRDB
import Values
import WorkflowJournal

// At the start of a server: who was being worked on when the last one died (guarantees.md G20).
extension Database {
    /// In the transaction that begins the epoch.
    func countCrashes(of suspects: [InstanceKey], at time: Timestamp) throws {
        for suspect in suspects {
            try execute(
                sql: """
                    UPDATE wf_instance SET crashes = crashes + 1
                    WHERE number = ? AND status IN ('pending', 'running', 'suspended')
                    """, arguments: [suspect.number])
            guard changesCount > 0 else { continue }
            let row = try Row.fetchOne(
                self, sql: "SELECT crashes, run FROM wf_instance WHERE number = ?", arguments: [suspect.number])
            guard let row else { continue }
            let line = LogRow.crashed(row["crashes"], at: time)
            try execute(
                sql: "INSERT INTO wf_log (line, instance, run, time, level, message, data) VALUES (?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    try Numbering.lines.last(in: self) + 1, suspect.number, row["run"] as Int, line.time.microseconds,
                    line.level, line.message, JSON.text(line.data),
                ])
            try execute(
                sql: """
                    UPDATE wf_instance SET version = version + 1, hold = 'quarantined', hold_reason = ?
                    WHERE number = ? AND hold IS NULL AND crashes >= ?
                    """, arguments: [Hold.crashedTooOften, suspect.number, JournalLimits.crashes])
        }
    }
}
