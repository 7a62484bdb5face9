import GRDB
import GRDBSQLite
import JournalContract
import JournalMemory
import JournalSQLite
import Testing
import Values
import WorkflowJournal

/// What retention leaves in the file, and what it costs (guarantees.md G22).
@Suite struct RemovalTests {
    let folder = TemporaryFolder()
    let clock = ManualClock()

    static let everything = RemovalOrder(
        instances: [.completed: .zero, .failed: .zero, .cancelled: .zero, .timedOut: .zero], events: .zero)
    static let definition = DefinitionRecord(
        digest: ContentDigest(of: "w".utf8), workflow: "w", semantics: 1, sources: [], matchSets: [])

    private func open() throws -> SQLiteJournal {
        let clock = clock
        let journal = try SQLiteJournal.open(path: folder.file("0.db"), durability: .normal, clock: { clock.now })
        _ = try journal.open(node: "one")
        _ = try journal.write([.define(Self.definition), .configure([:])])
        return journal
    }

    private func read<Result>(_ work: (Database) throws -> Result) throws -> Result {
        let queue = try DatabaseQueue(path: folder.file("0.db"))
        defer { try? queue.close() }
        return try queue.read(work)
    }

    private func count(_ table: String) throws -> Int {
        try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") ?? 0 }
    }

    private func remove(_ order: RemovalOrder, from journal: any JournalStore) throws -> Removed {
        guard case .removed(let removed) = try journal.write([.remove(order)])[0] else {
            throw JournalError(.failed, "nothing was removed")
        }
        return removed
    }

    private func start(_ number: Int, _ journal: any JournalStore, _ change: (inout Transition) -> Void) throws -> Claim {
        let new = NewInstance(
            id: RandomWrites.id(number), workflow: "w", digest: Self.definition.digest, input: .null,
            config: ContentDigest(of: [:] as Value), labels: ["region": "eu"], trigger: ["type": "api"],
            createdAt: journal.now())
        var transition = Transition(subject: .start(new), time: journal.now(), instance: .init(status: .running))
        change(&transition)
        guard case .committed(let committed) = try journal.write([.transition(transition)])[0] else {
            throw JournalError(.failed, "not started")
        }
        return committed.claim
    }

    private func step(_ key: String) -> StepRow {
        StepRow(
            key: MemoKey(key), verb: .call, status: .completed, scheduledSequence: 0, completedSequence: 1,
            scheduledAt: clock.now)
    }

    // MARK: - What is left

    @Test(arguments: 101...106) func `once everything has left, no table holds anything of it`(seed: UInt64) throws {
        let pair = try StorePair()
        var writes = RandomWrites(seed: seed)
        for round in 1...60 { try pair.write(try writes.batch(for: pair), "seed \(seed), round \(round)") }
        try pair.endAll()
        // Until then keys of requests are remembered.
        pair.clock.advance(seconds: 86_400)
        for store in [pair.memory, pair.sqlite] as [any JournalStore] { try store.maintain() }
        var count = 0
        while try pair.remove(Self.everything, "removal \(count)").hasMore { count += 1 }
        try pair.compare("everything was removed")
        let left = try DatabaseQueue(path: pair.folder.file("0.db")).read { database in
            try Self.rows(in: database)
        }
        let expected: Set = [
            "wf_definition", "wf_config", "wf_match_set", "wf_event_name", "wf_schedule", "wf_meta", "wf_count",
        ]
        #expect(Set(left.keys).isSubset(of: expected), "\(left)")
    }

    /// Tables that are not empty, with the number of rows.
    private static func rows(in database: Database) throws -> [String: Int] {
        let tables = try String.fetchAll(
            database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
        var rows: [String: Int] = [:]
        for table in tables {
            rows[table] = try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table)").flatMap { $0 == 0 ? nil : $0 }
        }
        if try Int.fetchOne(database, sql: "SELECT count(*) FROM wf_count WHERE count <> 0") != 0 { rows["count"] = 1 }
        return rows
    }

    @Test func `attempts, mails, lines, labels and runs leave with their instance`() throws {
        let journal = try open()
        var claim = try start(1, journal) { $0.steps = [.insert(step("a"))] }
        for run in 2...3 {
            var transition = Transition(subject: .advance(claim), time: clock.now, instance: .init(status: .running, run: run))
            transition.nextRun = .init(
                kind: .continuedAsNew, digest: Self.definition.digest, input: .null, config: ContentDigest(of: [:] as Value),
                labels: ["run": "\(run)"])
            transition.attempts = [
                AttemptRow(
                    key: MemoKey("a"), attempt: 1, startedAt: clock.now, endedAt: clock.now,
                    failure: Failure(code: "x", message: "y"))
            ]
            transition.emails = [EmailRow(id: "m\(run)", key: MemoKey("a"), time: clock.now, to: [], subject: "s", file: "f")]
            transition.logs = [LogRow(time: clock.now, level: "info", key: nil, message: "line")]
            guard case .committed(let committed) = try journal.write([.transition(transition)])[0] else { return }
            claim = committed.claim
        }
        var end = Transition(subject: .advance(claim), time: clock.now, instance: .init(status: .completed, run: 3))
        end.instance.endedAt = clock.now
        _ = try journal.write([.transition(end)])
        #expect(try read(Self.rows).keys.contains("wf_email"))
        #expect(try remove(Self.everything, from: journal).instances == [RandomWrites.id(1)])
        #expect(Set(try read(Self.rows).keys) == ["wf_definition", "wf_config", "wf_meta", "wf_count"])
    }

    @Test func `children that outlive their parent refer to nobody`() throws {
        let journal = try open()
        let parent = try start(1, journal) { transition in
            transition.children = (2...4).map { number in
                var child = NewInstance(
                    id: RandomWrites.id(number), workflow: "w", digest: Self.definition.digest, input: .null,
                    config: ContentDigest(of: [:] as Value), trigger: ["type": "invoke"], createdAt: clock.now)
                child.parent = ParentLink(
                    instance: RandomWrites.id(1), run: 1, step: MemoKey("c\(number)"), attempt: 1, isDetached: true)
                return child
            }
        }
        for claim in [parent] + (try journal.claim(limit: 10)) {
            var end = Transition(
                subject: .advance(claim), time: clock.now,
                instance: .init(status: claim == parent ? .completed : .failed, endedAt: clock.now))
            end.instance.marksConsumed = 10
            _ = try journal.write([.transition(end)])
        }
        #expect(try remove(RemovalOrder(instances: [.completed: .zero]), from: journal).instances == [RandomWrites.id(1)])
        let parents = try read { database in
            try Int64?.fetchAll(database, sql: "SELECT parent FROM wf_child UNION ALL SELECT parent FROM wf_instance")
        }
        #expect(parents == Array(repeating: nil, count: 6))
        #expect(try count("wf_removal") == 0)
    }

    // MARK: - What it costs

    @Test func `a large instance leaves in slices`() throws {
        let journal = try open()
        _ = try start(1, journal) { transition in
            transition.instance.status = .completed
            transition.instance.endedAt = clock.now
            transition.steps = (1...5_000).map { .insert(step("s\($0)")) }
            transition.logs = (1...500).map { LogRow(time: clock.now, level: "info", key: nil, message: "line \($0)") }
        }
        let limit = JournalLimits.rowsRemovedPerCommit
        var rows = [5_500]
        var hasMore = true
        while hasMore {
            hasMore = try remove(Self.everything, from: journal).hasMore
            rows.append(try count("wf_step") + count("wf_log"))
        }
        #expect(zip(rows, rows.dropFirst()).allSatisfy { $0 - $1 <= limit })
        #expect(rows == [5_500, 4_500, 3_500, 2_500, 1_500, 500, 0])
        #expect(try count("wf_removal") == 0)
    }

    @Test func `an event that thousands took leaves at once, its rows in slices`() throws {
        try open().close()
        try write(
            """
            INSERT INTO wf_event (name, source, id, time, data) VALUES ('paid', 's', 'e', 0, '{}');
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
            INSERT INTO wf_taken SELECT i, 1, 1, 'w', 0 FROM n;
            """)
        let again = try open()
        #expect(try remove(Self.everything, from: again) == Removed(instances: [], events: [EventSequence(1)], hasMore: true))
        #expect(try count("wf_taken") == 1_500)
        // However short the age is the next time, the rest goes on.
        #expect(try remove(RemovalOrder(), from: again).hasMore)
        #expect(try !remove(RemovalOrder(), from: again).hasMore)
        #expect(try count("wf_taken") == 0)
    }

    @Test func `records of firings leave at the age of events, in slices`() throws {
        try open().close()
        try write(
            """
            INSERT INTO wf_schedule (workflow, trigger, position, active) VALUES ('w', 'UTC * * * * *', 0, 1);
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1510)
            INSERT INTO wf_firing SELECT 1, i, NULL, 'missed', NULL, \(clock.now.microseconds) + (i > 1500) FROM n;
            """)
        let journal = try open()
        clock.advance(seconds: 10)
        let order = RemovalOrder(events: TimeSpan(microseconds: 10_000_000))
        #expect(try remove(order, from: journal) == Removed(instances: [], events: [], hasMore: true))
        #expect(try count("wf_firing") == 510)
        #expect(try remove(order, from: journal) == Removed(instances: [], events: [], hasMore: false))
        #expect(try count("wf_firing") == 10 && count("wf_schedule") == 1)
    }

    @Test func `what has to stay costs nothing, however much it is`() throws {
        try open().close()
        let present = clock.now.microseconds
        try write(
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
            INSERT INTO wf_instance (number, id, version, status, run, continuations, last_sequence, marks, marks_consumed,
                cancel_consumed, ended_at, created_at, created_event, workflow, digest, config, labels, trigger, input)
            SELECT i, format('%05d', i), 1, CASE i % 2 WHEN 0 THEN 'completed' ELSE 'failed' END, 1, 0, 0, 0, 0, 0,
                CASE WHEN i <= 4 THEN 0 ELSE \(present) END, 0, 0, 'w', '\(Self.definition.digest.hex)',
                '\(ContentDigest(of: [:] as Value).hex)', '{}', '{}', '{}' FROM n;
            """)
        let journal = try open()
        let order = RemovalOrder(instances: [.completed: TimeSpan(microseconds: 1), .failed: TimeSpan(microseconds: 1)])
        #expect(try remove(order, from: journal).instances.map(\.text) == ["00002", "00004", "00001", "00003"])
        try read { database in
            let next = try Self.instructions(database, .nextExpiringDefinition, [Self.definition.digest.hex])
            let expired = try Self.instructions(
                database, .expiredInstances, [Self.definition.digest.hex, "completed", present - 1, 100])
            #expect(next < 100 && expired < 100)
        }
    }

    /// How many instructions SQLite carries out for a statement.
    private static func instructions(
        _ database: Database, _ hot: HotStatement, _ arguments: StatementArguments
    ) throws -> Int {
        let statement = try database.makeStatement(sql: hot.sql)
        _ = try Row.fetchAll(statement, arguments: arguments)
        return Int(sqlite3_stmt_status(statement.sqliteStatement, SQLITE_STMTSTATUS_VM_STEP, 1))
    }

    @Test(arguments: HotStatement.allCases) func `no statement of the writing path reads a whole table`(
        hot: HotStatement
    ) throws {
        // It is read in the order of its key, as far as the limit.
        if hot == .oldestEvents { return }
        try open().close()
        let plan = try read { database in
            let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN " + hot.sql)
            let count = Int(sqlite3_bind_parameter_count(statement.sqliteStatement))
            statement.setUncheckedArguments(StatementArguments(repeatElement(1, count: count)))
            return try Row.fetchAll(statement).map { row -> String in row["detail"] }
        }
        let scans = plan.filter { $0.hasPrefix("SCAN") && !$0.contains("subquery") && !$0.contains("USING") }
        #expect(scans.isEmpty, "\(plan)")
    }

    private func write(_ sql: String) throws {
        let queue = try DatabaseQueue(path: folder.file("0.db"))
        try queue.write { try $0.execute(sql: sql) }
        try queue.close()
    }
}

extension StorePair {
    /// Ends whatever lives, in both stores.
    func endAll() throws {
        while true {
            let all = try memory.instances(matching: InstanceFilter(), after: nil, limit: 1_000)
            guard let next = all.first(where: { !$0.status.isTerminal }) else { return }
            guard let claim = try ask({ try $0.claim(next.key) }), let stored = try memory.load(claim) else {
                let force = InstanceRequest(instance: next.id, kind: .forceCancel(CancelRequest(reason: "quarantined")))
                try write([.request(force)], "ending \(next.id)")
                continue
            }
            var end = Transition(subject: .advance(claim), time: memory.now(), instance: stored.state)
            end.instance.status = .completed
            end.instance.hold = nil
            end.instance.endedAt = memory.now()
            try write([.transition(end)], "ending \(next.id)")
        }
    }

    /// What both remove.
    func remove(_ order: RemovalOrder, _ place: String) throws -> Removed {
        let (one, two) = (try memory.write([.remove(order)]), try sqlite.write([.remove(order)]))
        try #require(one == two, "\(place)")
        guard case .removed(let removed) = one[0] else { throw JournalError(.failed, "nothing was removed") }
        return removed
    }
}
