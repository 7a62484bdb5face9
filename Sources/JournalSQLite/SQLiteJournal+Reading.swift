import GRDB
import GRDBSQLite
package import Values
package import WorkflowJournal

// What the engine reads back, on the reading connections.
extension SQLiteJournal {
    private func read<Result>(_ work: (ReadConnection) throws -> Result) throws(JournalError) -> Result {
        try translatingErrors { try pool.unsafeRead { try work(ReadConnection($0)) } }
    }

    /// All statements see one moment.
    private func readConsistently<Result>(_ work: (ReadConnection) throws -> Result) throws(JournalError) -> Result {
        try translatingErrors { try pool.read { try work(ReadConnection($0)) } }
    }

    // MARK: - Claims

    package func claim(limit: Int) throws(JournalError) -> [Claim] {
        let epoch = epoch
        return try claims.claim { isHeld throws(JournalError) in
            try read { connection in
                var claims: [Claim] = []
                var after: Int64 = 0
                // Claimed ones are passed over; those that move are few.
                while claims.count < limit {
                    let page = try connection.movable(after: after, limit: max(limit, 256), epoch: epoch)
                    claims += page.filter { !isHeld($0.instance) }.prefix(limit - claims.count)
                    guard let last = page.last, page.count == max(limit, 256) else { break }
                    after = last.instance.number
                }
                return claims
            }
        }
    }

    package func claim(_ instance: InstanceKey) throws(JournalError) -> Claim? {
        let epoch = epoch
        return try claims.claim { _ throws(JournalError) in
            try read { connection in
                try connection.all(
                    """
                    SELECT number, id, version FROM wf_instance
                    WHERE number = ? AND status IN ('pending', 'running', 'suspended') AND hold IS NOT 'quarantined'
                    """,
                    { $0.int(instance.number) }, { columns throws(SQLiteFailure) in columns.claim(epoch) })
            }
        }.first
    }

    package func release(_ claims: [Claim]) throws(JournalError) {
        let epoch = epoch
        self.claims.remove(claims.filter { $0.epoch == epoch }.map(\.instance))
    }

    // MARK: - Instances

    package func load(_ claim: Claim) throws(JournalError) -> StoredInstance? {
        guard isCurrent(claim) else { return nil }
        return try readConsistently { try $0.stored(claim) }
    }

    package func inbox(_ claim: Claim, limit: Int) throws(JournalError) -> InstanceInbox? {
        guard isCurrent(claim) else { return nil }
        return try read { connection in
            // First the marks, then what they stand for: each statement sees at least what the one before saw.
            let header = try connection.first(
                """
                SELECT marks, CASE WHEN cancel_consumed THEN NULL ELSE cancel END, pause, created_event, run
                FROM wf_instance WHERE number = ? AND version = ?
                """,
                { bind in
                    bind.int(claim.instance.number)
                    bind.int(claim.version)
                },
                { columns throws(SQLiteFailure) in
                    (
                        marks: columns.int(), cancel: try columns.optionalJSON().map(CancelRequest.init(value:)),
                        pause: try columns.optionalJSON().map(PauseRequest.init(value:)),
                        createdEvent: EventSequence(columns.int()), run: Int(columns.int())
                    )
                })
            guard let header else { return nil }
            var waits = try connection.waits(of: claim.instance, run: header.run)
            waits.sort { $0.scheduledSequence < $1.scheduledSequence }
            let candidates = try waits.compactMap { wait -> InstanceInbox.Candidates? in
                let events = try connection.events(
                    for: wait, of: claim.instance, after: max(wait.examined, header.createdEvent), limit: limit)
                return events.isEmpty ? nil : InstanceInbox.Candidates(wait: wait.key, events: events)
            }
            return InstanceInbox(
                marks: header.marks, cancel: header.cancel, pause: header.pause,
                childEnds: try connection.childEnds(of: claim.instance, limit: limit), candidates: candidates)
        }
    }

    package func timers(dueBy: Timestamp, limit: Int) throws(JournalError) -> [DueTimer] {
        try read { connection in
            try connection.all(
                """
                SELECT t.instance, t.key, t.kind, t.due_at FROM wf_timer AS t INDEXED BY wf_timer_due
                JOIN wf_instance AS i ON i.number = t.instance
                WHERE t.due_at <= ? AND i.hold IS NULL ORDER BY t.due_at, t.instance, t.key LIMIT ?
                """,
                { bind in
                    bind.time(dueBy)
                    bind.int(limit)
                }, { columns throws(SQLiteFailure) in DueTimer(instance: InstanceKey(columns.int()), timer: columns.timer()) })
        }
    }

    // MARK: - Definitions

    package func definition(_ digest: ContentDigest) throws(JournalError) -> DefinitionRecord? {
        try read { try $0.definition(digest) }
    }

    package func config(_ digest: ContentDigest) throws(JournalError) -> Value? {
        try read { connection in
            try connection.first(
                "SELECT value FROM wf_config WHERE digest = ?", { $0.text(digest.hex) },
                { columns throws(SQLiteFailure) in try columns.json() })
        }
    }
}
