import GRDBSQLite

/// Keeps the WAL short: PASSIVE from 8 MiB on, RESTART from 32 MiB on, between batches.
///
/// The writer's connection alone checkpoints: SQLite before 3.51.3 has a race when another one does (architecture.md). The
/// file is kept and written over, which is cheaper to flush than appending (performance.md).
final class WriteAheadLog {
    private static let pageBytes = 4_096
    private static let passivePages = Int32(8 << 20) / Int32(pageBytes)
    private static let restartPages = Int32(32 << 20) / Int32(pageBytes)

    private let connection: OpaquePointer
    /// Written by SQLite's hook after each commit.
    private let pages: UnsafeMutablePointer<Int32>
    /// Where the next attempt is due: a reader may have kept the last one from finishing.
    private var nextCheckpoint = passivePages

    init(_ connection: OpaquePointer) {
        self.connection = connection
        pages = .allocate(capacity: 1)
        pages.initialize(to: 0)
        sqlite3_wal_hook(
            connection,
            { context, _, _, count in
                context?.assumingMemoryBound(to: Int32.self).pointee = count
                return SQLITE_OK
            }, pages)
    }

    deinit { pages.deallocate() }

    /// The connection may be gone when this object goes; its hook must not be called then.
    func detach() {
        sqlite3_wal_hook(connection, nil, nil)
    }

    func checkpointIfLong() {
        let count = pages.pointee
        if count < Self.passivePages {
            nextCheckpoint = Self.passivePages
            return
        }
        guard count >= nextCheckpoint else { return }
        let mode = count >= Self.restartPages ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE
        var left: Int32 = 0
        var done: Int32 = 0
        // Busy means that a reader is in the way; the next attempt comes a few megabytes later.
        sqlite3_wal_checkpoint_v2(connection, nil, mode, &left, &done)
        nextCheckpoint = done >= left ? Self.passivePages : count + Self.passivePages / 2
        if done >= left { pages.pointee = 0 }
    }
}
