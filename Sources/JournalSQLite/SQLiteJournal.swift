// JournalSQLite: the storage port over one SQLite file.
//
// Invariant: knows no engine and no definitions. One connection of one process writes and checkpoints; all others only read.
// Everything a batch says is one transaction and one flush.
//
// Start at `SQLiteJournal` (the port), then `BatchWriter` (what a batch does) and `Schema` (the tables).

import GRDB
import Glibc
import Synchronization
package import Values
package import WorkflowJournal

/// A journal in a SQLite file, for the one server that writes it.
package final class SQLiteJournal: JournalStore {
    /// What a commit waits for.
    package enum Durability: String, Sendable, CaseIterable {
        /// The disk has it: survives power loss.
        case full
        /// The operating system has it: survives the process; the last moments before a power loss may be lost, consistently.
        case normal

        var pragma: Int { self == .full ? 2 : 1 }
    }

    /// Where the reading connections are; what the writer's says is read back from it.
    let pool: DatabasePool
    let claims = ClaimTable()
    private let lock: LockFile
    private let marker: WorkMarker
    private let clock: @Sendable () -> Timestamp
    private let state: Mutex<State>

    private struct State: Sendable {
        var writer: BatchWriter?
        var epoch = Epoch(0)
        var clock: Timestamp?
        var receivers: [@Sendable ([InstanceKey]) -> Void] = []
    }

    /// Opens or creates the file; folders above it are made, for the owner alone.
    ///
    /// - Throws: `inUse` while another server has it, `incompatible` for anything that is no journal this version can write,
    ///   `inaccessible` for network file systems and missing rights.
    package static func open(
        path: String, durability: Durability = .full, clock: @escaping @Sendable () -> Timestamp = SQLiteJournal.systemClock
    ) throws(JournalError) -> SQLiteJournal {
        try open(path: path, durability: durability, migrations: Schema.migrations, clock: clock)
    }

    /// For tests of migrations: `open` with a list of them.
    package static func open(
        path: String, durability: Durability, migrations: [String], clock: @escaping @Sendable () -> Timestamp
    ) throws(JournalError) -> SQLiteJournal {
        let folder = FileSystem.folder(of: path)
        try FileSystem.makeFolder(folder)
        try FileSystem.refuseNetwork(folder)
        let lock = try LockFile(for: path)
        let pool = try DatabaseFile.openForWriting(path, durability: durability, migrations: migrations)
        return SQLiteJournal(pool: pool, lock: lock, marker: try WorkMarker(for: path), clock: clock)
    }

    /// People's queries on the file of a server that does not run; changes nothing.
    package static func openReadOnly(path: String) throws(JournalError) -> SQLiteReader {
        guard access(path, F_OK) == 0 else {
            throw JournalError(.inaccessible, "There is no journal at \(path): start the server once, or name its file.")
        }
        return SQLiteReader(try DatabaseFile.openForReading(path))
    }

    /// Whether a server has this database open just now.
    package static func isServed(path: String) -> Bool { LockFile.isHeld(for: path) }

    private init(
        pool: DatabasePool, lock: LockFile, marker: WorkMarker, clock: @escaping @Sendable () -> Timestamp
    ) {
        self.pool = pool
        self.lock = lock
        self.marker = marker
        self.clock = clock
        state = Mutex(State())
    }

    /// The system's realtime clock.
    package static let systemClock: @Sendable () -> Timestamp = {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }

    private static let notOpen = JournalError(.failed, "The journal is not open.")

    /// One operation of the writer, and the hints it gives after its commit.
    private func write<Result>(
        _ work: (BatchWriter) throws(JournalError) -> Result
    ) throws(JournalError) -> Result {
        guard let writer = state.withLock({ $0.writer }) else { throw Self.notOpen }
        var marked: [InstanceKey] = []
        let result = try translatingErrors {
            try pool.writeWithoutTransaction { _ in
                let result = try work(writer)
                (marked, writer.memory.marked) = (writer.memory.marked, [])
                return result
            }
        }
        if !marked.isEmpty {
            for receive in state.withLock({ $0.receivers }) { receive(marked) }
        }
        return result
    }

    /// The epoch of a claim is the present one, or the claim is void.
    func isCurrent(_ claim: Claim) -> Bool { state.withLock { $0.epoch } == claim.epoch }

    var epoch: Epoch { state.withLock { $0.epoch } }

    // MARK: - The port

    package func open(node: String) throws(JournalError) -> Epoch {
        let earlier = state.withLock { $0.writer }
        let now = Timestamp(microseconds: clock().microseconds)
        let writer = try translatingErrors {
            try pool.writeWithoutTransaction { database in
                earlier?.end()
                try database.inTransaction(.immediate) {
                    try database.execute(
                        sql: """
                            INSERT INTO wf_meta (name, value) VALUES ('epoch', 1)
                            ON CONFLICT (name) DO UPDATE SET value = value + 1
                            """)
                    try database.countCrashes(of: marker.noted, at: now)
                    return .commit
                }
                // Not earlier: a server that dies before the commit has counted nothing.
                marker.clear()
                let number = try Int64.fetchOne(database, sql: "SELECT value FROM wf_meta WHERE name = 'epoch'")
                claims.removeAll()
                return try BatchWriter(database, epoch: Epoch(number ?? 0), claims: claims)
            }
        }
        return state.withLock { state in
            state.writer = writer
            state.epoch = writer.epoch
            state.clock = now
            return writer.epoch
        }
    }

    package func now() -> Timestamp {
        let read = Timestamp(microseconds: clock().microseconds)
        return state.withLock { state in
            let now = max(state.clock ?? read, read)
            state.clock = now
            return now
        }
    }

    package func write(_ batch: [JournalWrite]) throws(JournalError) -> [WriteOutcome] {
        let time = now()
        return try write { writer throws(JournalError) in try writer.write(batch, at: time) }
    }

    package func continueDelivery() throws(JournalError) -> [InstanceKey] {
        let time = now()
        return try write { writer throws(JournalError) in
            do throws(TransactionFailure) {
                while let woken = try writer.transaction(
                    at: time, { () throws(SQLiteFailure) in try writer.continueOldestDelivery() })
                {
                    if !woken.isEmpty { return woken }
                }
                return []
            } catch {
                throw error.error
            }
        }
    }

    package func maintain() throws(JournalError) {
        let time = now()
        try write { writer throws(JournalError) in try writer.maintain(at: time) }
    }

    package func noteWork(on instance: InstanceKey?, by worker: Worker) { marker.note(instance, by: worker) }

    package func onWakeup(_ receive: @escaping @Sendable ([InstanceKey]) -> Void) {
        state.withLock { $0.receivers.append(receive) }
    }

    package func close() {
        let writer = state.withLock { state in
            defer { state.writer = nil }
            return state.writer
        }
        if let writer {
            pool.writeWithoutTransaction { _ in writer.end() }
            // Without an epoch, what an earlier process left has not been counted yet.
            marker.close()
        }
        // What cannot be closed now is closed with the object; nothing is left unwritten.
        try? pool.close()
    }
}
