import JournalSQLite
import Testing
import Values
import WfrunCommands
import WorkflowJournal

@Suite("wfrun schedules")
struct SchedulesCommandTests {
    private let folder = TemporaryFolder()
    private var database: String { folder.file("schedules.db") }

    private func leaveSchedule(firings: [ScheduleAdvance.Firing]) throws {
        let journal = try SQLiteJournal.open(path: database, durability: .normal)
        defer { journal.close() }
        _ = try journal.open(node: "test")
        let name = ScheduleName(workflow: "nightly", trigger: "cron UTC 0 3 * * *")
        let start = Timestamp(microseconds: 1_767_571_200_000_000)
        _ = try journal.write([
            .schedule(ScheduleAdvance(name: name, expected: nil, position: start)),
            .schedule(
                ScheduleAdvance(
                    name: name, expected: start, position: firings.last?.instant ?? start, firings: firings)),
        ])
    }

    @Test func `A stopped server's database says what became of each instant`() async throws {
        try leaveSchedule(firings: [
            .init(instant: Timestamp(microseconds: 1_767_582_000_000_000), decision: .skip(.missed, detail: nil)),
            .init(instant: Timestamp(microseconds: 1_767_668_400_000_000), decision: .skip(.input, detail: "no\u{1B}key")),
        ])
        let run = await CommandLineRun.of("schedules", "--db", database)
        #expect(run.code == 0)
        #expect(
            run.output == """
                nightly  UTC 0 3 * * *
                  2026-01-06 03:00:00.000Z  skipped: input (no\\u{1b}key)
                  2026-01-05 03:00:00.000Z  skipped: missed

                """)
    }

    @Test func `Without any there is nothing to show`() async throws {
        try leaveSchedule(firings: [])
        let run = await CommandLineRun.of("schedules", "hourly", "--db", database)
        #expect(run.code == 0 && run.output.isEmpty)
        #expect(run.talk.contains("The workflow 'hourly' has no cron trigger."))
        #expect(await CommandLineRun.of("schedules", "--limit", "0").code == 64)
    }
}
