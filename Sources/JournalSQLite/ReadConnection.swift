import GRDB
import GRDBSQLite
import Values
import WorkflowJournal

/// A reading connection with the reads that several callers need; statements come from GRDB's cache and are bound raw.
struct ReadConnection {
    private let database: Database

    init(_ database: Database) { self.database = database }

    func all<Result>(
        _ sql: String, _ bind: (inout Binder) -> Void, _ read: (inout Columns) throws(SQLiteFailure) -> Result
    ) throws -> [Result] {
        try Prepared(try database.cachedStatement(sql: sql)).all(bind, read)
    }

    func first<Result>(
        _ sql: String, _ bind: (inout Binder) -> Void, _ read: (inout Columns) throws(SQLiteFailure) -> Result
    ) throws -> Result? {
        try Prepared(try database.cachedStatement(sql: sql)).first(bind, read)
    }

    func movable(after number: Int64, limit: Int, epoch: Epoch) throws -> [Claim] {
        try all(
            """
            SELECT number, id, version FROM wf_instance INDEXED BY wf_instance_movable
            WHERE hold IS NULL AND status IN ('pending', 'running', 'suspended')
                AND ((status <> 'suspended' AND admitted IS NOT 0) OR marks > marks_consumed)
                AND number > ? ORDER BY number LIMIT ?
            """,
            { bind in
                bind.int(number)
                bind.int(limit)
            }, { columns throws(SQLiteFailure) in columns.claim(epoch) })
    }

    /// Everything of an instance as of one moment; nil when the claim is not good. The caller reads in a transaction.
    func stored(_ claim: Claim) throws -> StoredInstance? {
        guard var stored = try instance(claim) else { return nil }
        let run = stored.state.run
        stored.steps = try steps(of: claim.instance, run: run)
        stored.timers = try timers(of: claim.instance, run: run)
        stored.waits = try waits(of: claim.instance, run: run)
        return stored
    }

    /// The instance's row with its definition and configuration, without its other rows; nil when the claim is not good.
    private func instance(_ claim: Claim) throws -> StoredInstance? {
        try first(
            """
            SELECT i.workflow, i.digest, d.semantics, i.input, c.value, i.trigger, i.created_at, i.status, i.ending, i.hold,
                i.hold_reason, i.cleanup, i.run, i.continuations, i.last_sequence, i.output, i.failure, i.started_at,
                i.run_started_at, i.ended_at, i.marks_consumed, i.cancel_consumed, i.marks,
                CASE WHEN i.cancel_consumed THEN NULL ELSE i.cancel END, l.parent_id, l.run, l.step, l.attempt, l.detached,
                i.depth, i.event_depth, i.admitted IS NOT 0, coalesce(r.kept_seq, 0), r.occurrences
            FROM wf_instance AS i JOIN wf_definition AS d ON d.digest = i.digest JOIN wf_config AS c ON c.digest = i.config
                LEFT JOIN wf_child AS l ON l.child = i.number
                LEFT JOIN wf_run AS r ON r.instance = i.number AND r.run = i.run
            WHERE i.number = ? AND i.version = ?
            """,
            { bind in
                bind.int(claim.instance.number)
                bind.int(claim.version)
            },
            { columns throws(SQLiteFailure) in
                StoredInstance(
                    claim: claim, workflow: columns.text(), digest: ContentDigest(hex: columns.text()),
                    semantics: Int(columns.int()), input: try columns.json(), config: try columns.json(),
                    trigger: try columns.json(), createdAt: columns.time(), state: try columns.state(), marks: columns.int(),
                    cancel: try columns.optionalJSON().map(CancelRequest.init(value:)), parent: columns.parentLink(),
                    depth: Int(columns.int()), eventDepth: Int(columns.int()), isAdmitted: columns.int() != 0,
                    keptSequence: Int(columns.int()), occurrences: try columns.occurrences(), steps: [], timers: [], waits: [])
            })
    }

    /// Ends of children that their steps wait for, in the order in which they came.
    func childEnds(of instance: InstanceKey, limit: Int) throws -> [InstanceInbox.ChildEnd] {
        try all(
            """
            SELECT child, step, attempt, status, output, failure FROM wf_child_end WHERE parent = ? ORDER BY number LIMIT ?
            """,
            { bind in
                bind.int(instance.number)
                bind.int(limit)
            },
            { columns throws(SQLiteFailure) in
                InstanceInbox.ChildEnd(
                    child: InstanceID(columns.text()), step: MemoKey(columns.text()), attempt: Int(columns.int()),
                    status: columns.optionalText().map(InstanceStatus.init(stored:)), output: try columns.optionalJSON(),
                    failure: try columns.failure())
            })
    }

    func definition(_ digest: ContentDigest) throws -> DefinitionRecord? {
        try first(
            "SELECT workflow, semantics, sources, match_sets, retention FROM wf_definition WHERE digest = ?",
            { $0.text(digest.hex) },
            { columns throws(SQLiteFailure) in
                DefinitionRecord(
                    digest: digest, workflow: columns.text(), semantics: Int(columns.int()),
                    sources: (try columns.json().listValue ?? []).map {
                        .init(path: $0["path"]?.stringValue ?? "", text: $0["text"]?.stringValue ?? "")
                    },
                    matchSets: (try columns.json().listValue ?? []).map {
                        MatchSet(
                            event: $0["event"]?.stringValue ?? "",
                            paths: $0["paths"]?.listValue?.compactMap(\.stringValue) ?? [])
                    }, retention: DefinitionRecord.retention(stored: try columns.optionalJSON()))
            })
    }

    func steps(of instance: InstanceKey, run: Int) throws -> [StepRow] {
        try all(
            """
            SELECT key, verb, action, status, input_digest, scheduled_seq, completed_seq, attempt, interruptions, due_at,
                last_failure, output, failure, occurrence, scheduled_at, started_at, completed_at
            FROM wf_step WHERE instance = ? AND run = ? ORDER BY number
            """,
            { bind in
                bind.int(instance.number)
                bind.int(run)
            }, { columns throws(SQLiteFailure) in try columns.step() })
    }

    func timers(of instance: InstanceKey, run: Int) throws -> [TimerRow] {
        try all(
            "SELECT key, kind, due_at FROM wf_timer WHERE instance = ? AND run = ? ORDER BY due_at, key",
            { bind in
                bind.int(instance.number)
                bind.int(run)
            }, { columns throws(SQLiteFailure) in columns.timer() })
    }

    /// In the order in which they were opened.
    func waits(of instance: InstanceKey, run: Int) throws -> [WaitRow] {
        let rows = try all(
            """
            SELECT key, event, match_key, scheduled_seq, examined FROM wf_wait WHERE instance = ? AND run = ?
            ORDER BY number
            """,
            { bind in
                bind.int(instance.number)
                bind.int(run)
            },
            { columns throws(SQLiteFailure) in
                let key = MemoKey(columns.text())
                let event = columns.text()
                let match = MatchKey(digest: ContentDigest(hex: columns.text()))
                return WaitRow(
                    key: key, matches: event.isEmpty ? [] : [EventMatch(event: event, key: match)],
                    scheduledSequence: Int(columns.int()), examined: EventSequence(columns.int()))
            })
        var waits: [WaitRow] = []
        for row in rows {
            // The rows of one wait were written together.
            if let last = waits.indices.last, waits[last].key == row.key {
                waits[last].matches += row.matches
            } else {
                waits.append(row)
            }
        }
        return waits
    }

    /// The oldest events that a wait may take.
    func events(
        for wait: WaitRow, of instance: InstanceKey, after start: EventSequence, limit: Int
    ) throws -> [StoredEvent] {
        var found: [StoredEvent] = []
        for match in wait.matches {
            found += try all(
                """
                SELECT e.sequence, e.id, e.name, e.source, e.time, e.data FROM wf_event_key AS k
                JOIN wf_event AS e ON e.sequence = k.event
                WHERE k.key = ? AND k.event > ?
                    AND NOT EXISTS (SELECT 1 FROM wf_taken AS t WHERE t.instance = ? AND t.event = k.event)
                ORDER BY k.event LIMIT ?
                """,
                { bind in
                    bind.text(match.key.digest.hex)
                    bind.int(start.number)
                    bind.int(instance.number)
                    bind.int(limit)
                }, { columns throws(SQLiteFailure) in try columns.event() })
        }
        guard wait.matches.count > 1 else { return found }
        found.sort { $0.sequence < $1.sequence }
        var unique: [StoredEvent] = []
        for event in found where unique.last?.sequence != event.sequence && unique.count < limit { unique.append(event) }
        return unique
    }
}

extension Columns {
    mutating func claim(_ epoch: Epoch) -> Claim {
        Claim(instance: InstanceKey(int()), id: InstanceID(text()), version: int(), epoch: epoch)
    }

    mutating func timer() -> TimerRow {
        TimerRow(key: MemoKey(text()), kind: TimerKind(rawValue: text()) ?? .timeout, dueAt: time())
    }

    mutating func event() throws(SQLiteFailure) -> StoredEvent {
        StoredEvent(
            sequence: EventSequence(int()), id: text(), name: text(), source: text(), time: time(), data: try json())
    }

    mutating func log() throws(SQLiteFailure) -> LogRow {
        LogRow(
            time: time(), level: text(), key: optionalText().map { MemoKey($0) }, message: text(),
            data: try optionalJSON() ?? .null, line: int())
    }

    mutating func failure() throws(SQLiteFailure) -> Failure? {
        try optionalJSON().map(Failure.init(value:))
    }

    mutating func step() throws(SQLiteFailure) -> StepRow {
        StepRow(
            key: MemoKey(text()), verb: StepVerb(rawValue: text()) ?? .call, action: optionalText(),
            status: StepStatus(rawValue: text()) ?? .failed, inputDigest: optionalText().map(ContentDigest.init(hex:)),
            scheduledSequence: Int(int()), completedSequence: optionalInt().map { Int($0) }, attempt: Int(int()),
            interruptions: Int(int()), dueAt: optionalTime(), lastFailure: try failure(), output: try optionalJSON(),
            failure: try failure(), occurrence: Int(int()), scheduledAt: time(), startedAt: optionalTime(),
            completedAt: optionalTime())
    }

    mutating func state() throws(SQLiteFailure) -> Transition.InstanceState {
        Transition.InstanceState(
            status: InstanceStatus(stored: text()), ending: optionalText().map(InstanceStatus.init(stored:)),
            hold: optionalText().flatMap(Hold.init(rawValue:)), holdReason: optionalText(),
            isCleanupIncomplete: optionalText() != nil, run: Int(int()), continuations: Int(int()), lastSequence: Int(int()),
            output: try optionalJSON(), failure: try failure(), startedAt: optionalTime(), runStartedAt: optionalTime(),
            endedAt: optionalTime(), marksConsumed: int(), consumesCancel: int() != 0)
    }

    mutating func parentLink() -> ParentLink? {
        guard let parent = optionalText() else {
            for _ in 0..<4 { skip() }
            return nil
        }
        return ParentLink(
            instance: InstanceID(parent), run: Int(int()), step: MemoKey(text()), attempt: Int(int()), isDetached: int() != 0)
    }

    mutating func occurrences() throws(SQLiteFailure) -> [String: Int] {
        var occurrences: [String: Int] = [:]
        for (key, value) in try optionalJSON()?.mapValue ?? [:] {
            if case .string(let place) = key, let count = value.intValue { occurrences[place] = Int(count) }
        }
        return occurrences
    }

    mutating func labels() throws(SQLiteFailure) -> [String: String] {
        var labels: [String: String] = [:]
        for (key, value) in try json().mapValue ?? [:] {
            if case .string(let name) = key, let text = value.stringValue { labels[name] = text }
        }
        return labels
    }
}
