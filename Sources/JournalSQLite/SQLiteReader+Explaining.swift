import GRDB
import Values
package import WorkflowJournal

// What `wfrun why` asks about events, gates and the log, and the definition it explains with.
extension SQLiteReader {
    package func events(named name: String, seenBy id: InstanceID, limit: Int) throws(JournalError) -> [SeenEvent] {
        try rows(of: id) { connection, key, _ in
            try connection.all(
                """
                SELECT e.sequence, e.id, e.name, e.source, e.time, e.data, e.sequence <= i.created_event, t.wait
                FROM wf_instance AS i JOIN wf_event AS e ON e.name = ?2
                    LEFT JOIN wf_taken AS t ON t.instance = i.number AND t.event = e.sequence
                WHERE i.number = ?1 ORDER BY e.sequence DESC LIMIT ?3
                """,
                { bind in
                    bind.int(key.number)
                    bind.text(name)
                    bind.int(limit)
                },
                { columns throws(SQLiteFailure) in
                    SeenEvent(
                        event: try columns.event(), isEarlier: columns.int() != 0,
                        takenBy: columns.optionalText().map { MemoKey($0) })
                })
        }
    }

    package func eventNames(limit: Int) throws(JournalError) -> [String] {
        try read { connection in
            try connection.all(
                "SELECT name FROM wf_event_name ORDER BY name LIMIT ?", { $0.int(limit) },
                { columns throws(SQLiteFailure) in columns.text() })
        }
    }

    package func places(at gate: String, limit: Int) throws(JournalError) -> [GateVisitor] {
        try read { connection in
            try connection.all(
                """
                SELECT i.id, p.admitted, i.status FROM wf_place AS p JOIN wf_instance AS i ON i.number = p.instance
                WHERE p.gate = ? ORDER BY p.admitted DESC, p.number LIMIT ?
                """,
                { bind in
                    bind.text(gate)
                    bind.int(limit)
                },
                { columns throws(SQLiteFailure) in
                    GateVisitor(
                        instance: InstanceID(columns.text()), isAdmitted: columns.int() != 0,
                        status: InstanceStatus(stored: columns.text()))
                })
        }
    }

    package func notes(of id: InstanceID, limit: Int) throws(JournalError) -> [LogRow] {
        try rows(of: id) { connection, key, _ in
            try connection.all(
                """
                SELECT time, level, key, message, data, line FROM wf_log WHERE instance = ? AND key IS NULL
                ORDER BY line DESC LIMIT ?
                """,
                { bind in
                    bind.int(key.number)
                    bind.int(limit)
                }, { columns throws(SQLiteFailure) in try columns.log() })
        }
    }
}

// The open journal answers people on its reading connections.
extension SQLiteJournal {
    package func events(named name: String, seenBy id: InstanceID, limit: Int) throws(JournalError) -> [SeenEvent] {
        try reader.events(named: name, seenBy: id, limit: limit)
    }
    package func eventNames(limit: Int) throws(JournalError) -> [String] { try reader.eventNames(limit: limit) }
    package func places(at gate: String, limit: Int) throws(JournalError) -> [GateVisitor] {
        try reader.places(at: gate, limit: limit)
    }
    package func notes(of id: InstanceID, limit: Int) throws(JournalError) -> [LogRow] {
        try reader.notes(of: id, limit: limit)
    }
}
