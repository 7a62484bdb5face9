import GRDB
import Values
package import WorkflowJournal

/// People's queries on any connection that reads.
package struct SQLiteReader: JournalQueries {
    private let reader: any DatabaseReader

    init(_ reader: any DatabaseReader) { self.reader = reader }

    func read<Result>(_ work: (ReadConnection) throws -> Result) throws(JournalError) -> Result {
        try translatingErrors { try reader.read { try work(ReadConnection($0)) } }
    }

    /// Rows of an instance by its id, none when nobody knows it.
    func rows<Row>(
        of id: InstanceID, _ work: (ReadConnection, InstanceKey, _ run: Int) throws -> [Row]
    ) throws(JournalError) -> [Row] {
        try read { connection in
            let place = try connection.first(
                "SELECT number, run FROM wf_instance WHERE id = ?", { $0.text(id.text) },
                { columns throws(SQLiteFailure) in (key: InstanceKey(columns.int()), run: Int(columns.int())) })
            return try place.map { try work(connection, $0.key, $0.run) } ?? []
        }
    }

    package func instances(
        matching filter: InstanceFilter, after cursor: String?, limit: Int
    ) throws(JournalError) -> [InstanceSummary] {
        var query = InstanceListQuery(filter)
        if let cursor {
            guard let number = Int64(cursor) else { return [] }
            query.require("i.number < ?") { $0.int(number) }
        }
        return try read { connection in
            try connection.all(
                query.sql,
                { bind in
                    for parameter in query.parameters { parameter(&bind) }
                    bind.int(limit)
                }, { columns throws(SQLiteFailure) in try columns.summary() })
        }
    }

    package func resolve(_ reference: String) throws(JournalError) -> InstanceReference {
        if reference == "@latest" {
            return try read { connection in
                try connection.first(
                    "SELECT id FROM wf_instance ORDER BY number DESC LIMIT 1", { _ in },
                    { columns throws(SQLiteFailure) in .found(InstanceID(columns.text())) }) ?? .notFound
            }
        }
        let isHex = reference.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) || $0 == 0x2D }
        guard !reference.isEmpty, isHex else { return .notFound }
        let found = try read { connection in
            // "g" comes after every character of an id.
            try connection.all(
                "SELECT id FROM wf_instance WHERE id >= ?1 AND id < ?1 || 'g' ORDER BY id LIMIT ?2",
                { bind in
                    bind.text(reference)
                    bind.int(JournalLimits.ambiguousReferences)
                }, { columns throws(SQLiteFailure) in InstanceID(columns.text()) })
        }
        if let first = found.first, found.count == 1 || first.text == reference { return .found(first) }
        return found.isEmpty ? .notFound : .ambiguous(found)
    }

    package func instance(_ id: InstanceID) throws(JournalError) -> InstanceDetail? {
        try read { connection in
            try connection.first(
                "SELECT \(InstanceListQuery.columns), i.input, i.trigger, i.output, i.failure FROM wf_instance AS i WHERE i.id = ?",
                { $0.text(id.text) },
                { columns throws(SQLiteFailure) in
                    InstanceDetail(
                        summary: try columns.summary(), input: try columns.json(), trigger: try columns.json(),
                        output: try columns.optionalJSON(), failure: try columns.failure())
                })
        }
    }

    package func steps(of id: InstanceID, run: Int?) throws(JournalError) -> [StepRow] {
        try rows(of: id) { connection, key, current in try connection.steps(of: key, run: run ?? current) }
    }

    package func attempts(of id: InstanceID, run: Int?) throws(JournalError) -> [AttemptRow] {
        try rows(of: id) { connection, key, current in
            try connection.all(
                """
                SELECT key, attempt, started_at, ended_at, failure FROM wf_attempt WHERE instance = ? AND run = ?
                ORDER BY number
                """,
                { bind in
                    bind.int(key.number)
                    bind.int(run ?? current)
                },
                { columns throws(SQLiteFailure) in
                    AttemptRow(
                        key: MemoKey(columns.text()), attempt: Int(columns.int()), startedAt: columns.time(),
                        endedAt: columns.time(), failure: Failure(value: try columns.json()))
                })
        }
    }

    package func logs(of id: InstanceID, after line: Int64, limit: Int) throws(JournalError) -> [LogRow] {
        try rows(of: id) { connection, key, _ in
            try connection.all(
                """
                SELECT time, level, key, message, data, line FROM wf_log WHERE instance = ? AND line > ?
                ORDER BY line LIMIT ?
                """,
                { bind in
                    bind.int(key.number)
                    bind.int(line)
                    bind.int(limit)
                },
                { columns throws(SQLiteFailure) in try columns.log() })
        }
    }

    package func emails(of id: InstanceID) throws(JournalError) -> [EmailRow] {
        try rows(of: id) { connection, key, _ in
            try connection.all(
                "SELECT id, key, time, recipients, subject, file FROM wf_email WHERE instance = ? ORDER BY number",
                { $0.int(key.number) },
                { columns throws(SQLiteFailure) in
                    EmailRow(
                        id: columns.text(), key: MemoKey(columns.text()), time: columns.time(),
                        to: (try columns.json().listValue ?? []).compactMap(\.stringValue), subject: columns.text(),
                        file: columns.text())
                })
        }
    }

    package func timers(of id: InstanceID) throws(JournalError) -> [TimerRow] {
        try rows(of: id) { connection, key, run in try connection.timers(of: key, run: run) }
    }

    package func waits(of id: InstanceID) throws(JournalError) -> [WaitRow] {
        try rows(of: id) { connection, key, run in try connection.waits(of: key, run: run) }
    }

    package func events(
        named name: String?, before sequence: EventSequence?, limit: Int
    ) throws(JournalError) -> [StoredEvent] {
        try read { connection in
            try connection.all(
                """
                SELECT sequence, id, name, source, time, data FROM wf_event
                WHERE sequence < ? \(name == nil ? "" : "AND name = ?") ORDER BY sequence DESC LIMIT ?
                """,
                { bind in
                    bind.int(sequence?.number ?? .max)
                    if let name { bind.text(name) }
                    bind.int(limit)
                }, { columns throws(SQLiteFailure) in try columns.event() })
        }
    }

    package func counts() throws(JournalError) -> [InstanceCount] {
        try read { connection in
            try connection.all(
                "SELECT workflow, status, count FROM wf_count WHERE count > 0 ORDER BY workflow, status", { _ in },
                { columns throws(SQLiteFailure) in
                    InstanceCount(
                        workflow: columns.text(), status: InstanceStatus(stored: columns.text()), count: Int(columns.int()))
                })
        }
    }
}

// The open journal answers people on its reading connections.
extension SQLiteJournal {
    var reader: SQLiteReader { SQLiteReader(pool) }

    package func instances(
        matching filter: InstanceFilter, after cursor: String?, limit: Int
    ) throws(JournalError) -> [InstanceSummary] {
        try reader.instances(matching: filter, after: cursor, limit: limit)
    }
    package func resolve(_ reference: String) throws(JournalError) -> InstanceReference { try reader.resolve(reference) }
    package func instance(_ id: InstanceID) throws(JournalError) -> InstanceDetail? { try reader.instance(id) }
    package func steps(of id: InstanceID, run: Int?) throws(JournalError) -> [StepRow] { try reader.steps(of: id, run: run) }
    package func attempts(of id: InstanceID, run: Int?) throws(JournalError) -> [AttemptRow] {
        try reader.attempts(of: id, run: run)
    }
    package func logs(of id: InstanceID, after line: Int64, limit: Int) throws(JournalError) -> [LogRow] {
        try reader.logs(of: id, after: line, limit: limit)
    }
    package func emails(of id: InstanceID) throws(JournalError) -> [EmailRow] { try reader.emails(of: id) }
    package func timers(of id: InstanceID) throws(JournalError) -> [TimerRow] { try reader.timers(of: id) }
    package func waits(of id: InstanceID) throws(JournalError) -> [WaitRow] { try reader.waits(of: id) }
    package func events(
        named name: String?, before sequence: EventSequence?, limit: Int
    ) throws(JournalError) -> [StoredEvent] {
        try reader.events(named: name, before: sequence, limit: limit)
    }
    package func counts() throws(JournalError) -> [InstanceCount] { try reader.counts() }
    package func storedInstance(_ id: InstanceID) throws(JournalError) -> StoredInstance? { try reader.storedInstance(id) }
    package func runs(of id: InstanceID) throws(JournalError) -> [RunSummary] { try reader.runs(of: id) }
    package func children(of id: InstanceID) throws(JournalError) -> [ChildSummary] { try reader.children(of: id) }
    package func gatePosition(of id: InstanceID) throws(JournalError) -> GatePosition? { try reader.gatePosition(of: id) }
    package func takers(of event: EventSequence) throws(JournalError) -> [EventTaker] { try reader.takers(of: event) }
}
