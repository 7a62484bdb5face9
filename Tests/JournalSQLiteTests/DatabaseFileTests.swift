import Foundation
import GRDB
import JournalContract
import JournalSQLite
import Testing
import Values
import WorkflowJournal

@Suite struct DatabaseFileTests {
    let folder = TemporaryFolder()
    let event = JournalWrite.accept(SentEvent(event: NewEvent(id: "e", name: "paid", source: "s", data: [:])))

    func open(_ name: String = "one.db", durability: SQLiteJournal.Durability = .full) throws -> SQLiteJournal {
        try SQLiteJournal.open(path: folder.file(name), durability: durability)
    }

    func error(of work: () throws -> Void) -> JournalError? {
        do { try work() } catch { return error as? JournalError }
        return nil
    }

    @Test(arguments: [(SQLiteJournal.Durability.full, 2), (.normal, 1)])
    func `the writer flushes and checkpoints as promised`(durability: SQLiteJournal.Durability, synchronous: Int) throws {
        let settings = try open(durability: durability).settings()
        #expect(settings.journalMode == "wal" && settings.synchronous == synchronous)
        #expect(settings.automaticCheckpointPages == 0 && settings.mappedBytes == 0 && settings.schemaVersion == Schema.version)
    }

    @Test func `files are for the owner alone and missing folders are made so`() throws {
        let journal = try open("a/b/one.db")
        _ = try journal.open(node: "one")
        for name in ["a/b/one.db", "a/b/one.db-wal", "a/b/one.db-shm", "a/b/one.db.lock", "a/b/one.db.working"] {
            #expect(try folder.permissions(name) == 0o600, "\(name)")
        }
        #expect(try folder.permissions("a") == 0o700)
        #expect(try folder.permissions("a/b") == 0o700)
    }

    @Test func `a second server is refused with the number of the first`() throws {
        let first = try open()
        let refused = error { _ = try open() }
        #expect(refused?.code == .inUse)
        #expect(refused?.message.contains("process \(getpid())") == true)
        first.close()
    }

    @Test func `the file is free again when the journal is gone`() throws {
        do {
            let journal = try open()
            _ = try journal.open(node: "one")
            _ = try journal.write([event])
            journal.close()
        }
        let again = try open()
        #expect(try again.open(node: "one").number == 2)
        #expect(try again.events(named: nil, limit: 1).count == 1)
    }

    @Test func `a file of a newer version is refused and left as it is`() throws {
        try open().close()
        let queue = try DatabaseQueue(path: folder.file("one.db"))
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA user_version = 99") }
        try queue.close()
        let refused = error { _ = try open() }
        #expect(refused?.code == .incompatible)
        #expect(refused?.message.contains("newer version") == true)
        #expect(error { _ = try SQLiteJournal.openReadOnly(path: folder.file("one.db")) }?.code == .incompatible)
    }

    @Test func `another program's database and other files are refused and left as they are`() throws {
        let queue = try DatabaseQueue(path: folder.file("one.db"))
        try queue.writeWithoutTransaction { try $0.execute(sql: "CREATE TABLE t (a)") }
        try queue.close()
        #expect(error { _ = try open() }?.code == .incompatible)
        let text = String(repeating: "no database\n", count: 1_000)
        try text.write(toFile: folder.file("two.db"), atomically: true, encoding: .utf8)
        #expect(error { _ = try open("two.db") }?.code == .incompatible)
        #expect(try String(contentsOfFile: folder.file("two.db"), encoding: .utf8) == text)
    }

    @Test func `readers open the file of a dead server and change nothing`() throws {
        let journal = try open()
        _ = try journal.open(node: "one")
        _ = try journal.write([event])
        try folder.copyDatabase("one.db", to: "dead.db")
        let reader = try SQLiteJournal.openReadOnly(path: folder.file("dead.db"))
        #expect(try reader.events(named: nil, limit: 10).map(\.id) == ["e"])
        #expect(error { _ = try SQLiteJournal.openReadOnly(path: folder.file("none.db")) }?.code == .inaccessible)
    }

    @Test func `a full disk refuses the whole batch and takes it when there is room again`() throws {
        let journal = try open()
        _ = try journal.open(node: "one")
        _ = try journal.write([event])
        try journal.limitPages(to: 1)
        let big = JournalWrite.accept(
            SentEvent(
                event: NewEvent(id: "big", name: "paid", source: "s", data: .string(String(repeating: "x", count: 100_000)))))
        #expect(error { _ = try journal.write([.configure(["small": 1]), big]) }?.code == .full)
        #expect(try journal.config(ContentDigest(of: ["small": 1] as Value)) == nil)
        try journal.limitPages(to: nil)
        _ = try journal.write([.configure(["small": 1]), big])
        #expect(try journal.events(named: nil, limit: 10).map(\.id) == ["big", "e"])
        #expect(try journal.config(ContentDigest(of: ["small": 1] as Value)) != nil)
    }

    @Test func `a journal killed at any commit opens with exactly what was committed`() throws {
        let journal = try open()
        _ = try journal.open(node: "one")
        for number in 1...5 {
            _ = try journal.write([.accept(SentEvent(event: NewEvent(id: "\(number)", name: "paid", source: "s", data: [:])))])
            try folder.copyDatabase("one.db", to: "dead\(number).db")
            let after = try SQLiteJournal.open(path: folder.file("dead\(number).db"))
            #expect(try after.events(named: nil, limit: 10).count == number)
        }
    }

    @Test func `the WAL is checkpointed by the writer and written over`() throws {
        let journal = try open(durability: .normal)
        _ = try journal.open(node: "one")
        let text = Value.string(String(repeating: "x", count: 500_000))
        for number in 1...80 {
            _ = try journal.write([.accept(SentEvent(event: NewEvent(id: "\(number)", name: "paid", source: "s", data: text)))])
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.file("one.db-wal"))
        let size = (attributes[.size] as? NSNumber)?.intValue ?? 0
        #expect(size > 8 << 20 && size < 12 << 20)
    }
}
