import GRDB
package import Values
package import WorkflowJournal

// What people and `wfrun why` ask about runs, children, gates and consumed events.
extension SQLiteReader {
    package func storedInstance(_ id: InstanceID) throws(JournalError) -> StoredInstance? {
        try read { connection in
            // A claim of no epoch: nothing can be written with it.
            let claim = try connection.first(
                "SELECT number, id, version FROM wf_instance WHERE id = ?", { $0.text(id.text) },
                { columns throws(SQLiteFailure) in columns.claim(Epoch(0)) })
            return try claim.flatMap(connection.stored)
        }
    }

    package func definition(_ digest: ContentDigest) throws(JournalError) -> DefinitionRecord? {
        try read { try $0.definition(digest) }
    }

    package func runs(of id: InstanceID) throws(JournalError) -> [RunSummary] {
        try rows(of: id) { connection, key, run in
            try connection.all(
                """
                SELECT run, kind, reason, digest, input, began_at, kept_seq, ended_status, ended_at, output, failure
                FROM wf_run WHERE instance = ?1 AND run < ?2
                UNION ALL
                SELECT i.run, coalesce(r.kind, 'started'), r.reason, i.digest, i.input, i.run_started_at,
                    coalesce(r.kept_seq, 0),
                    CASE WHEN i.status IN ('completed', 'failed', 'cancelled', 'timed_out') THEN i.status END, i.ended_at,
                    i.output, i.failure
                FROM wf_instance AS i LEFT JOIN wf_run AS r ON r.instance = i.number AND r.run = i.run WHERE i.number = ?1
                ORDER BY 1
                """,
                { bind in
                    bind.int(key.number)
                    bind.int(run)
                }, { columns throws(SQLiteFailure) in try columns.run() })
        }
    }

    package func children(of id: InstanceID) throws(JournalError) -> [ChildSummary] {
        try rows(of: id) { connection, key, _ in
            try connection.all(
                """
                SELECT i.id, i.workflow, i.status, i.hold, c.parent_id, c.run, c.step, c.attempt, c.detached
                FROM wf_child AS c JOIN wf_instance AS i ON i.number = c.child WHERE c.parent = ? ORDER BY c.child
                """,
                { $0.int(key.number) }, { columns throws(SQLiteFailure) in columns.child() }
            ).compactMap(\.self)
        }
    }

    package func gatePosition(of id: InstanceID) throws(JournalError) -> GatePosition? {
        try rows(of: id) { connection, key, _ in
            try connection.all(
                """
                SELECT p.gate, CASE WHEN p.admitted THEN NULL ELSE
                        (SELECT count(*) FROM wf_place AS o WHERE o.gate = p.gate AND NOT o.admitted AND o.number < p.number)
                    END, g.active, g.places
                FROM wf_place AS p JOIN wf_gate AS g ON g.key = p.gate WHERE p.instance = ?
                """,
                { $0.int(key.number) },
                { columns throws(SQLiteFailure) in
                    GatePosition(
                        gate: columns.text(), ahead: columns.optionalInt().map { Int($0) }, active: Int(columns.int()),
                        limit: Int(columns.int()))
                })
        }.first
    }

    package func takers(of event: EventSequence) throws(JournalError) -> [EventTaker] {
        try read { connection in
            try connection.all(
                """
                SELECT i.id, t.run, t.wait, t.time FROM wf_event AS e JOIN wf_taken AS t ON t.event = e.sequence
                    JOIN wf_instance AS i ON i.number = t.instance
                WHERE e.sequence = ? ORDER BY t.instance
                """,
                { $0.int(event.number) },
                { columns throws(SQLiteFailure) in
                    EventTaker(
                        instance: InstanceID(columns.text()), run: Int(columns.int()), wait: MemoKey(columns.text()),
                        time: columns.time())
                })
        }
    }
}

extension Columns {
    fileprivate mutating func run() throws(SQLiteFailure) -> RunSummary {
        RunSummary(
            run: Int(int()), kind: RunSummary.Kind(rawValue: text()) ?? .started, reason: optionalText(),
            digest: ContentDigest(hex: text()), input: try json(), beganAt: optionalTime(), keptSequence: Int(int()),
            endedStatus: optionalText().map(InstanceStatus.init(stored:)), endedAt: optionalTime(),
            output: try optionalJSON(), failure: try failure())
    }

    fileprivate mutating func child() -> ChildSummary? {
        let id = InstanceID(text())
        let workflow = text()
        let status = InstanceStatus(stored: text())
        let hold = optionalText().flatMap(Hold.init(rawValue:))
        return parentLink().map { ChildSummary(id: id, workflow: workflow, link: $0, status: status, hold: hold) }
    }
}
