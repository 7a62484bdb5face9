import JournalContract
import JournalMemory
import Testing
import WorkflowJournal

@Suite struct MemoryContractTests {
    struct Fixture: JournalFixture {
        func makeStore(clock: ManualClock) throws -> any JournalStore { MemoryJournal { clock.now } }

        func reopen(_ store: any JournalStore, clock: ManualClock) throws -> any JournalStore {
            let journal = try #require(store as? MemoryJournal)
            return MemoryJournal(restoring: journal.snapshot) { clock.now }
        }
    }

    @Test(arguments: JournalContract.clauses)
    func `the in-memory journal keeps the contract`(clause: JournalContract.Clause) throws {
        try clause.holds(for: Fixture())
    }
}
