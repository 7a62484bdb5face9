import Values
import WorkflowJournal

// Cron triggers go on, and what they start (guarantees.md G11).
extension BatchWriter {
    func schedule(_ advance: ScheduleAdvance) throws(SQLiteFailure) -> WriteOutcome { .stale }
}
