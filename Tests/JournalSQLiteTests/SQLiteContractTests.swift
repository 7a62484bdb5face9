import JournalContract
import JournalSQLite
import Synchronization
import Testing
import WorkflowJournal

@Suite struct SQLiteContractTests {
    /// Kills by copying: what the files hold at that moment is what a killed process leaves behind. One life follows another.
    final class Fixture: JournalFixture {
        let folder = TemporaryFolder()
        private let kills = Mutex(0)

        func makeStore(clock: ManualClock) throws -> any JournalStore {
            try SQLiteJournal.open(path: folder.file("0.db"), clock: { clock.now })
        }

        func reopen(_ store: any JournalStore, clock: ManualClock) throws -> any JournalStore {
            let life = kills.withLock { kills in
                kills += 1
                return kills
            }
            try folder.copyDatabase("\(life - 1).db", to: "\(life).db")
            return try SQLiteJournal.open(path: folder.file("\(life).db"), clock: { clock.now })
        }
    }

    @Test(arguments: JournalContract.clauses)
    func `the SQLite journal keeps the contract`(clause: JournalContract.Clause) throws {
        try clause.holds(for: Fixture())
    }
}
