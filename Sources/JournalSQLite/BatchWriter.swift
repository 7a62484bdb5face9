import GRDB
import GRDBSQLite
import Values
import WorkflowJournal

/// The one connection that writes: a batch is one transaction and one flush.
///
/// Used on that connection's queue only, one call at a time. What it remembers between batches is only what the tables say;
/// when a transaction is rolled back, so is that.
final class BatchWriter: @unchecked Sendable {
    /// What the tables hold that every write would otherwise have to ask for.
    struct Memory {
        var lastEvent = EventSequence.none
        /// Those up to here have been removed, all later ones are there.
        var eventsRemovedThrough = EventSequence.none
        /// The largest numbers ever given, to instances and to lines of logs.
        var lastInstance: Int64 = 0
        var lastLine: Int64 = 0
        var matchSets: [StoredText: [MatchSet]] = [:]
        var eventNames: Set<StoredText> = []
        var definitions: Set<ContentDigest> = []
        var configs: Set<ContentDigest> = []
        /// How many rows `wf_child_end` has: none is the usual case, in which nobody asks for them.
        var childEnds = 0
        /// Changes of `wf_count`, written at the end of the transaction.
        var counts: [CountKey: Int64] = [:]
        /// Of the transaction under way: what is claimed, given up and marked by it.
        var claimed: [InstanceKey] = []
        var unclaimed: [InstanceKey] = []
        var marked: [InstanceKey] = []
    }

    struct CountKey: Hashable {
        var workflow: StoredText
        var status: InstanceStatus
    }

    let connection: OpaquePointer
    let epoch: Epoch
    private let claims: ClaimTable
    private let database: Database
    private var prepared: [Prepared?] = Array(repeating: nil, count: HotStatement.allCases.count)
    private let log: WriteAheadLog
    var memory = Memory()
    /// The store's clock at the batch under way.
    private(set) var time = Timestamp(microseconds: 0)
    /// Set by an I/O error: nothing may be written any more.
    private var isBroken = false

    init(_ database: Database, epoch: Epoch, claims: ClaimTable) throws {
        guard let connection = database.sqliteConnection else { throw JournalError(.failed, "The journal is closed.") }
        self.database = database
        self.connection = connection
        self.epoch = epoch
        self.claims = claims
        log = WriteAheadLog(connection)
        try remember()
    }

    private func remember() throws {
        let sequence = try Int64.fetchOne(database, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'wf_event'")
        memory.lastEvent = EventSequence(sequence ?? 0)
        let oldest = try Int64.fetchOne(database, sql: "SELECT min(sequence) FROM wf_event")
        memory.eventsRemovedThrough = oldest.map { EventSequence($0 - 1) } ?? memory.lastEvent
        memory.lastInstance = try Numbering.instances.last(in: database)
        memory.lastLine = try Numbering.lines.last(in: database)
        memory.childEnds = try Int.fetchOne(database, sql: "SELECT count(*) FROM wf_child_end") ?? 0
        for row in try Row.fetchAll(database, sql: "SELECT event, paths FROM wf_match_set ORDER BY event, paths") {
            let set = MatchSet(event: row["event"], paths: try MatchSet.paths(stored: row["paths"]))
            memory.matchSets[StoredText(set.event), default: []].append(set)
        }
    }

    /// Lets go of the connection, on its queue, before it is closed or another writer begins.
    func end() {
        prepared = Array(repeating: nil, count: HotStatement.allCases.count)
        log.detach()
        isBroken = true
    }

    func statement(_ statement: HotStatement) throws(SQLiteFailure) -> Prepared {
        if let known = prepared[statement.rawValue] { return known }
        do {
            let made = Prepared(try database.makeStatement(sql: statement.sql))
            prepared[statement.rawValue] = made
            return made
        } catch {
            throw SQLiteFailure(of: connection)
        }
    }

    /// Rows changed by the statement that ran last.
    var changes: Int { Int(sqlite3_changes(connection)) }

    // MARK: - Transactions

    /// Does all of `work` in one transaction, or nothing of it.
    func transaction<Result>(
        at time: Timestamp, _ work: () throws(SQLiteFailure) -> Result
    ) throws(TransactionFailure) -> Result {
        if isBroken { throw TransactionFailure(JournalError(.failed, "The journal failed earlier and must not be written.")) }
        self.time = time
        let before = memory
        memory.claimed = []
        memory.unclaimed = []
        memory.marked = []
        var isCommitting = false
        do throws(SQLiteFailure) {
            log.checkpointIfLong()
            try execute("BEGIN IMMEDIATE")
            let result = try work()
            try writeCounts()
            isCommitting = true
            // Before the commit: nobody may see the rows of an instance unclaimed that this node has just started.
            claims.insert(memory.claimed)
            try execute("COMMIT")
            claims.remove(memory.unclaimed)
            return result
        } catch {
            claims.remove(memory.claimed)
            if sqlite3_get_autocommit(connection) == 0 { try? execute("ROLLBACK") }
            memory = before
            throw failure(error, whileCommitting: isCommitting)
        }
    }

    /// One write of several in a transaction: taken back alone when its rows are at fault.
    private func savepoint<Result>(_ work: () throws(SQLiteFailure) -> Result) throws(SQLiteFailure) -> Result {
        let before = memory
        try execute("SAVEPOINT one")
        do throws(SQLiteFailure) {
            let result = try work()
            try execute("RELEASE one")
            return result
        } catch {
            if sqlite3_get_autocommit(connection) == 0 {
                try execute("ROLLBACK TO one")
                try execute("RELEASE one")
            }
            memory = before
            throw error
        }
    }

    private func failure(_ failure: SQLiteFailure, whileCommitting: Bool) -> TransactionFailure {
        var error = JournalError(failure)
        if error.code == .failed && failure.culpritRefusal == nil {
            isBroken = true
            // A failed flush may still have reached the disk.
            if whileCommitting {
                error = JournalError(.unknown, "Whether the commit happened is not known: \(failure.message).")
            }
        }
        return TransactionFailure(error, culprit: failure.culpritRefusal)
    }

    private func execute(_ sql: String) throws(SQLiteFailure) {
        guard sqlite3_exec(connection, sql, nil, nil, nil) == SQLITE_OK else { throw SQLiteFailure(of: connection) }
    }

    private func writeCounts() throws(SQLiteFailure) {
        guard !memory.counts.isEmpty else { return }
        let statement = try statement(.addCount)
        for (key, change) in memory.counts where change != 0 {
            try statement.run { bind in
                bind.text(key.workflow.text)
                bind.text(key.status.rawValue)
                bind.int(change)
            }
        }
        memory.counts.removeAll(keepingCapacity: true)
    }

    // MARK: - Batches

    func write(_ batch: [JournalWrite], at time: Timestamp) throws(JournalError) -> [WriteOutcome] {
        do throws(TransactionFailure) {
            return try transaction(at: time) { () throws(SQLiteFailure) in
                var outcomes: [WriteOutcome] = []
                outcomes.reserveCapacity(batch.count)
                for write in batch { outcomes.append(try apply(write)) }
                return outcomes
            }
        } catch {
            guard error.culprit != nil else { throw error.error }
        }
        do throws(TransactionFailure) {
            return try transaction(at: time) { () throws(SQLiteFailure) in
                var outcomes: [WriteOutcome] = []
                for write in batch { outcomes.append(try applyAlone(write)) }
                return outcomes
            }
        } catch {
            throw error.error
        }
    }

    private func applyAlone(_ write: JournalWrite) throws(SQLiteFailure) -> WriteOutcome {
        do throws(SQLiteFailure) {
            return try savepoint { () throws(SQLiteFailure) in try apply(write) }
        } catch {
            guard let refusal = error.culpritRefusal, sqlite3_get_autocommit(connection) == 0 else { throw error }
            if case .transition(let transition) = write, case .advance(let claim) = transition.subject {
                try quarantine(claim, because: refusal.message)
            }
            return .refused(refusal)
        }
    }

    private func apply(_ write: JournalWrite) throws(SQLiteFailure) -> WriteOutcome {
        switch write {
        case .transition(let transition):
            switch transition.subject {
            case .start(let new): try start(new, transition)
            case .advance(let claim): try advance(claim, transition)
            case .revive(let id, let version): try revive(id, version, transition)
            }
        case .accept(let sent): try accept(sent)
        case .enqueue(let new): try enqueue(new)
        case .request(let request): try self.request(request)
        case .schedule(let advance): try schedule(advance)
        case .remove(let order): try remove(order)
        case .define(let record): try define(record)
        case .configure(let value): try configure(value)
        }
    }

    // MARK: - Upkeep

    func maintain(at time: Timestamp) throws(JournalError) {
        do throws(TransactionFailure) {
            repeat {
                try transaction(at: time) { () throws(SQLiteFailure) in
                    try statement(.forgetRequests).run { $0.int(time.microseconds - JournalLimits.requestMicroseconds) }
                }
            } while changes > 0
        } catch {
            throw error.error
        }
    }
}

/// Why a transaction did not happen; `culprit` is set when one write's rows are to blame.
struct TransactionFailure: Error {
    var error: JournalError
    var culprit: WriteOutcome.Refusal?

    init(_ error: JournalError, culprit: WriteOutcome.Refusal? = nil) {
        self.error = error
        self.culprit = culprit
    }
}

extension MatchSet {
    static func paths(stored text: String) throws -> [String] {
        try JSON.parse(text).listValue?.compactMap(\.stringValue) ?? []
    }

    var storedPaths: Value { .list(paths.map(Value.string)) }
}
