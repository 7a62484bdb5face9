import JournalContract
import JournalSQLite
import Testing
import WorkflowJournal

@Suite struct SQLiteContractTests {
    /// Kills by copying: what the files hold at that moment is what a killed process leaves behind.
    struct Fixture: JournalFixture {
        let folder = TemporaryFolder()

        func makeStore(clock: ManualClock) throws -> any JournalStore {
            try SQLiteJournal.open(path: folder.file("one.db"), clock: { clock.now })
        }

        func reopen(_ store: any JournalStore, clock: ManualClock) throws -> any JournalStore {
            let copy = folder.file("two.db")
            try folder.copyDatabase("one.db", to: "two.db")
            return try SQLiteJournal.open(path: copy, clock: { clock.now })
        }
    }

    @Test(arguments: JournalContract.clauses)
    func `the SQLite journal keeps the contract`(clause: JournalContract.Clause) throws {
        try clause.holds(for: Fixture())
    }
}
