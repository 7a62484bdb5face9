import Foundation
import GRDB
import JournalContract
import JournalSQLite
import Testing
import Values
import WorkflowJournal

@Suite struct MigrationTests {
    let folder = TemporaryFolder()

    /// What a server of schema version 1 left behind: instances that ran, slept, waited and ended.
    private func makeVersion1(_ path: String) throws {
        let definition = Self.definition
        let journal = try SQLiteJournal.open(
            path: path, durability: .full, migrations: [Schema.version1], clock: SQLiteJournal.systemClock)
        journal.close()
        let queue = try DatabaseQueue(path: path)
        try queue.write { database in
            try database.execute(
                sql: "INSERT INTO wf_definition VALUES (?, 'w', 1, '[]', '[]', 1)", arguments: [definition.digest.hex])
            try database.execute(
                sql: "INSERT INTO wf_config VALUES (?, '{}')", arguments: [ContentDigest(of: [:] as Value).hex])
            for (number, status, marks) in [(1, "running", 0), (2, "suspended", 0), (3, "suspended", 1), (4, "failed", 0)] {
                try database.execute(
                    sql: """
                        INSERT INTO wf_instance (number, id, version, status, run, continuations, last_sequence, marks,
                            marks_consumed, cancel_consumed, started_at, created_at, created_event, workflow, digest, config,
                            labels, trigger, input)
                        VALUES (?, ?, 3, ?, 1, 0, 1, ?, 0, 0, 1700, 1600, 0, 'w', ?, ?, '{}', '{"type":"api"}', '{"n":1}')
                        """,
                    arguments: [
                        number, Self.id(number).text, status, marks, definition.digest.hex, ContentDigest(of: [:] as Value).hex,
                    ])
            }
            try database.execute(
                sql: """
                    INSERT INTO wf_step (instance, run, key, verb, status, scheduled_seq, completed_seq, attempt, interruptions,
                        occurrence, scheduled_at, output) VALUES (1, 1, 'a', 'call', 'completed', 0, 1, 1, 0, 0, 1700, '1');
                    INSERT INTO wf_count VALUES ('w', 'running', 1), ('w', 'suspended', 2), ('w', 'failed', 1);
                    """)
        }
        try queue.close()
    }

    private static let definition = DefinitionRecord(
        digest: ContentDigest(of: "w".utf8), workflow: "w", semantics: 1, sources: [], matchSets: [])

    private static func id(_ number: Int) -> InstanceID {
        InstanceID(at: Timestamp(microseconds: 1_600), random: (UInt64(number), UInt64(number) << 8))
    }

    @Test func `a file of version 1 is brought up to date, after a backup, and its instances go on`() throws {
        let path = folder.file("one.db")
        try makeVersion1(path)
        try "left by a migration that was interrupted".write(
            toFile: folder.file("one.db.schema-1.backup"), atomically: true, encoding: .utf8)
        let journal = try SQLiteJournal.open(path: path)
        _ = try journal.open(node: "one")
        #expect(try journal.settings().schemaVersion == Schema.version)
        #expect(try folder.permissions("one.db.schema-1.backup") & 0o077 == 0)

        let claims = try journal.claim(limit: 10)
        #expect(claims.map(\.id) == [Self.id(1), Self.id(3)])
        let stored = try #require(try journal.load(claims[0]))
        #expect(stored.steps.map(\.output) == [1] && stored.isAdmitted && stored.parent == nil && stored.depth == 0)
        #expect(stored.state.runStartedAt == Timestamp(microseconds: 1_700) && stored.keptSequence == 0)
        var transition = Transition(subject: .advance(claims[0]), time: journal.now(), instance: stored.state)
        transition.instance.status = .completed
        guard case .committed = try journal.write([.transition(transition)])[0] else { throw JournalError(.failed, "stale") }
        #expect(try journal.runs(of: Self.id(1)).map(\.kind) == [.started])

        var retry = Transition(
            subject: .revive(Self.id(4), version: 3), time: journal.now(), instance: .init(status: .running, run: 2))
        retry.nextRun = Transition.NextRun(
            kind: .retried, digest: Self.definition.digest, input: ["n": 1], config: ContentDigest(of: [:] as Value),
            labels: [:])
        guard case .committed = try journal.write([.transition(retry)])[0] else { throw JournalError(.failed, "stale") }
        #expect(try journal.runs(of: Self.id(4)).map(\.kind) == [.started, .retried])
    }

    @Test func `old runs that a file of version 2 has kept leave, and its definitions learn how long instances are kept`()
        throws
    {
        let path = folder.file("one.db")
        try makeVersion1(path)
        let version2 = Array(Schema.migrations.prefix(2))
        try SQLiteJournal.open(path: path, durability: .full, migrations: version2, clock: SQLiteJournal.systemClock).close()
        let queue = try DatabaseQueue(path: path)
        try queue.write { database in
            try database.execute(
                sql: """
                    UPDATE wf_instance SET run = 4 WHERE number = 1;
                    WITH r (run) AS (VALUES (1), (2), (3), (4))
                    INSERT INTO wf_run (instance, run, kind, digest, input, kept_seq)
                    SELECT 1, r.run, iif(r.run = 1, 'started', 'continued_as_new'), digest, '{}', 0 FROM r, wf_instance
                    WHERE number = 1;
                    WITH r (run) AS (VALUES (2), (3), (4))
                    INSERT INTO wf_step (instance, run, key, verb, status, scheduled_seq, attempt, interruptions, occurrence,
                        scheduled_at) SELECT 1, r.run, 'a', 'call', 'completed', 0, 1, 0, 0, 1700 FROM r;
                    """)
        }
        try queue.close()
        let journal = try SQLiteJournal.open(path: path)
        _ = try journal.open(node: "one")
        #expect(try journal.definition(Self.definition.digest) == Self.definition)
        var definition = Self.definition
        definition.retention = [.failed: TimeSpan(microseconds: 60_000_000)]
        _ = try journal.write([.define(definition), .remove(RemovalOrder())])
        #expect(try journal.definition(Self.definition.digest) == definition)
        #expect(try journal.runs(of: Self.id(1)).map(\.run) == [1, 3, 4])
        #expect(try (1...4).map { try journal.steps(of: Self.id(1), run: $0).count } == [0, 0, 1, 1])
    }

    @Test func `a migrated file and a new one have the same tables`() throws {
        func schema(_ name: String) throws -> [String] {
            let queue = try DatabaseQueue(path: folder.file(name))
            defer { try? queue.close() }
            return try queue.read { database in
                try String.fetchAll(database, sql: "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema")
            }.sorted()
        }
        try makeVersion1(folder.file("old.db"))
        try SQLiteJournal.open(path: folder.file("old.db")).close()
        try SQLiteJournal.open(path: folder.file("new.db")).close()
        #expect(try schema("old.db") == schema("new.db"))
    }
}
