import JournalMemory
import Testing
import Values
import WorkflowJournal

@Suite struct StoreFaultTests {
    let journal = MemoryJournal { Timestamp(microseconds: 0) }
    let event = JournalWrite.accept(SentEvent(event: NewEvent(id: "e", name: "paid", source: "s", data: [:])))

    func code(of work: () throws -> Void) -> JournalError.Code? {
        do { try work() } catch { return (error as? JournalError)?.code }
        return nil
    }

    @Test(arguments: [
        (StoreFault.crashBefore, JournalError.Code.failed, 0, true), (.crashAt, .failed, 1, true), (.busy, .busy, 0, false),
        (.full, .full, 0, false), (.failed, .failed, 0, true), (.unknownCommitted, .unknown, 1, false),
        (.unknownLost, .unknown, 0, false),
    ])
    func `a fault happens at its operation and leaves what it promises`(
        fault: StoreFault, expected: JournalError.Code, stored: Int, isDown: Bool
    ) throws {
        _ = try journal.open(node: "one")
        journal.order(fault, at: 2)
        #expect(code { _ = try journal.write([event]) } == expected)
        #expect(try journal.events(named: nil, limit: 10).count == stored)
        #expect(journal.isDown == isDown)
        #expect((code { try journal.maintain() } == .failed) == isDown)
        _ = try journal.open(node: "one")
        _ = try journal.write([event])
        #expect(try journal.events(named: nil, limit: 10).count == 1)
    }

    @Test func `a crash after an operation is felt by the next one`() throws {
        _ = try journal.open(node: "one")
        journal.order(.crashAfter, at: 2)
        _ = try journal.write([event])
        #expect(journal.isDown)
        #expect(code { _ = try journal.write([event]) } == .failed)
    }

    @Test func `a plan decides by number and kind`() throws {
        journal.plan(faults: { number, kind in kind == .claim && number > 2 ? .busy : nil })
        _ = try journal.open(node: "one")
        _ = try journal.claim(limit: 1)
        #expect(code { _ = try journal.claim(limit: 1) } == .busy)
        #expect(journal.operations == 3)
    }

    @Test func `a snapshot is not touched by what happens later`() throws {
        _ = try journal.open(node: "one")
        let snapshot = journal.snapshot
        _ = try journal.write([event])
        let earlier = MemoryJournal(restoring: snapshot) { Timestamp(microseconds: 0) }
        #expect(try earlier.events(named: nil, limit: 10).isEmpty)
    }

    @Test func `nothing is answered before the journal is open and after it is closed`() throws {
        #expect(code { _ = try journal.write([event]) } == .failed)
        _ = try journal.open(node: "one")
        journal.close()
        #expect(code { _ = try journal.claim(limit: 1) } == .failed)
    }
}
