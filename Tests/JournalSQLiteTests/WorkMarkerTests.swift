import Foundation
import JournalSQLite
import Testing
import Values
import WorkflowJournal

/// `<database>.working`: how what a server worked on survives its death, and what a damaged one does.
@Suite struct WorkMarkerTests {
    let folder = TemporaryFolder()

    /// A journal with this many live instances, opened as by a server.
    private func makeJournal(instances: Int) throws -> SQLiteJournal {
        let journal = try SQLiteJournal.open(path: folder.file("one.db"))
        _ = try journal.open(node: "one")
        let definition = DefinitionRecord(
            digest: ContentDigest(of: "w".utf8), workflow: "w", semantics: 1, sources: [], matchSets: [])
        _ = try journal.write([.define(definition), .configure([:])])
        for number in 1...instances {
            let new = NewInstance(
                id: Self.id(number), workflow: "w", digest: definition.digest, input: [:],
                config: ContentDigest(of: [:] as Value), trigger: ["type": "api"], createdAt: journal.now())
            _ = try journal.write([.enqueue(new)])
        }
        return journal
    }

    private static func id(_ number: Int) -> InstanceID {
        InstanceID(at: Timestamp(microseconds: 1_600), random: (UInt64(number), UInt64(number) << 8))
    }

    private func marker(_ name: String = "one.db") throws -> Data {
        try Data(contentsOf: URL(filePath: folder.file(name + ".working")))
    }

    private func write(marker bytes: [UInt8], _ name: String = "dead.db") throws {
        try Data(bytes).write(to: URL(filePath: folder.file(name + ".working")))
    }

    private func slots(_ data: Data) -> [Int64] {
        data.withUnsafeBytes { bytes in
            (0..<Worker.allCases.count).map { Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 8, as: Int64.self)) }
        }
    }

    /// What the journal's log says after a server that was killed with the files as they are now.
    private func afterDeath(of number: Int, marker: [UInt8]?) throws -> [String] {
        try folder.copyDatabase("one.db", to: "dead.db")
        if let marker { try write(marker: marker) }
        let journal = try SQLiteJournal.open(path: folder.file("dead.db"))
        _ = try journal.open(node: "one")
        return try journal.logs(of: Self.id(number), after: 0, limit: 10).map(\.message)
    }

    @Test func `the file is there from the opening on, for the owner alone, and its space is allocated`() throws {
        _ = try SQLiteJournal.open(path: folder.file("one.db"))
        #expect(try folder.permissions("one.db.working") == 0o600)
        #expect(try marker() == Data(count: 4_096))
        var status = stat()
        #expect(stat(folder.file("one.db.working"), &status) == 0 && status.st_blocks * 512 >= 4_096)
    }

    @Test func `it says at any moment which instance each worker is on`() throws {
        let journal = try makeJournal(instances: 1)
        journal.noteWork(on: InstanceKey(1), by: .executor)
        journal.noteWork(on: InstanceKey(Int64.max), by: .reader)
        #expect(try slots(marker()) == [1, Int64.max])
        journal.noteWork(on: nil, by: .executor)
        #expect(try slots(marker()) == [0, Int64.max])
    }

    @Test func `a journal that is closed leaves nobody's number, whatever is noted afterwards`() throws {
        let journal = try makeJournal(instances: 1)
        journal.noteWork(on: InstanceKey(1), by: .executor)
        journal.close()
        #expect(try slots(marker()) == [0, 0])
        journal.noteWork(on: InstanceKey(1), by: .executor)
        #expect(try slots(marker()) == [0, 0])
    }

    @Test func `what was left is kept until a server has counted it`() throws {
        let journal = try makeJournal(instances: 1)
        journal.noteWork(on: InstanceKey(1), by: .executor)
        try folder.copyDatabase("one.db", to: "dead.db")
        // Opened and closed without a server beginning.
        try SQLiteJournal.open(path: folder.file("dead.db")).close()
        #expect(try slots(marker("dead.db")) == [1, 0])
        let after = try SQLiteJournal.open(path: folder.file("dead.db"))
        _ = try after.open(node: "one")
        #expect(try slots(marker("dead.db")) == [0, 0])
        #expect(try after.logs(of: Self.id(1), after: 0, limit: 10).count == 1)
    }

    @Test func `a process that is killed leaves what it was working on`() throws {
        let journal = try makeJournal(instances: 2)
        journal.noteWork(on: InstanceKey(2), by: .reader)
        #expect(try afterDeath(of: 2, marker: nil) == [LogRow.crashed(1, at: journal.now()).message])
    }

    @Test(
        arguments: [
            [], [1], Array(repeating: 0xFF, count: 4_096), Array("no marker at all\n".utf8),
            Array(repeating: 0x41, count: 100_000),
        ] as [[UInt8]])
    func `a file that is damaged or too short hinders nothing`(bytes: [UInt8]) throws {
        try makeJournal(instances: 3).close()
        #expect(try afterDeath(of: 2, marker: bytes).isEmpty)
        let after = try SQLiteJournal.openReadOnly(path: folder.file("dead.db"))
        #expect(try after.instances(matching: InstanceFilter(), after: nil, limit: 10).allSatisfy { $0.hold == nil })
        #expect(try slots(marker("dead.db")) == [0, 0] && marker("dead.db").count >= 4_096)
    }

    @Test func `a folder in its place is refused with its name`() throws {
        try FileManager.default.createDirectory(atPath: folder.file("one.db.working"), withIntermediateDirectories: true)
        let error = #expect(throws: JournalError.self) { _ = try SQLiteJournal.open(path: folder.file("one.db")) }
        #expect(error?.code == .inaccessible && error?.message.contains("one.db.working") == true)
    }

    @Test func `readers neither need nor touch it`() throws {
        try makeJournal(instances: 1).close()
        try write(marker: [1], "one.db")
        #expect(try SQLiteJournal.openReadOnly(path: folder.file("one.db")).instance(Self.id(1)) != nil)
        #expect(try marker() == Data([1]))
        try FileManager.default.removeItem(atPath: folder.file("one.db.working"))
        #expect(try SQLiteJournal.openReadOnly(path: folder.file("one.db")).instance(Self.id(1)) != nil)
        #expect(throws: (any Error).self) { try marker() }
    }
}
