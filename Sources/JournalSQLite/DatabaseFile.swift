import GRDB
import GRDBSQLite
import Glibc
import WorkflowJournal

/// Opens the file of a journal: what it must be, who may read it, and how it is flushed.
enum DatabaseFile {
    /// Opens for the one server that writes. The lock is held by the caller.
    static func openForWriting(
        _ path: String, durability: SQLiteJournal.Durability, migrations: [String]
    ) throws(JournalError) -> DatabasePool {
        try FileSystem.makeFile(path)
        let version = try inspect(path, knownVersion: migrations.count)
        return try translatingErrors {
            var configuration = self.configuration()
            configuration.busyMode = .timeout(5)
            configuration.maximumReaderCount = 4
            let pool = try DatabasePool(path: path, configuration: configuration)
            try pool.writeWithoutTransaction { database in
                // GRDB sets NORMAL after `prepareDatabase`: say what is meant, then read it back.
                try database.execute(sql: "PRAGMA synchronous = \(durability.pragma)")
                let synchronous = try Int.fetchOne(database, sql: "PRAGMA synchronous")
                guard synchronous == durability.pragma else {
                    throw JournalError(.failed, "SQLite does not flush as asked: synchronous is \(synchronous ?? -1).")
                }
                try migrate(database, path: path, from: version, migrations: migrations)
            }
            return pool
        }
    }

    static func openForReading(_ path: String) throws(JournalError) -> DatabaseQueue {
        let version = try inspect(path, knownVersion: Schema.version)
        guard version == Schema.version else {
            throw JournalError(
                .incompatible, "\(path) was written by an older version of wfrun: start the server once to bring it up to date."
            )
        }
        return try translatingErrors { try DatabaseQueue(path: path, configuration: readOnly()) }
    }

    /// The schema version of a file, 0 for an empty one; nothing of the file is changed.
    private static func inspect(_ path: String, knownVersion: Int) throws(JournalError) -> Int {
        let (application, version, tables) = try translatingErrors {
            let queue = try DatabaseQueue(path: path, configuration: readOnly())
            defer { try? queue.close() }
            return try queue.read { database in
                (
                    try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0,
                    try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0,
                    try Int.fetchOne(
                        database, sql: "SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'sqlite%'") ?? 0
                )
            }
        }
        if application == 0 && version == 0 && tables == 0 { return 0 }
        guard application == Schema.applicationID, version > 0 else {
            throw JournalError(.incompatible, "\(path) is a SQLite database, but not a wfrun journal.")
        }
        guard version <= knownVersion else {
            throw JournalError(
                .incompatible,
                "\(path) was written by a newer version of wfrun (schema \(version), this one knows \(knownVersion)): upgrade.")
        }
        return version
    }

    private static func configuration() -> Configuration {
        var configuration = Configuration()
        configuration.label = "wfrun.journal"
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { database in
            // One connection checkpoints, at moments of its choosing; a mapped file would turn I/O errors into signals.
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 0; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY")
            let pages = database.configuration.readonly ? -4_000 : -32_000
            try database.execute(sql: "PRAGMA cache_size = \(pages)")
        }
        return configuration
    }

    private static func readOnly() -> Configuration {
        var configuration = self.configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        return configuration
    }

    /// Brings an older or empty file to the present version, each step in a transaction of its own, after a backup.
    private static func migrate(_ database: Database, path: String, from version: Int, migrations: [String]) throws {
        guard version < migrations.count else { return }
        if version > 0 {
            let backup = "\(path).schema-\(version).backup"
            // Left by a migration that was interrupted: the file is still of the version that it had then.
            unlink(backup)
            // For the owner alone, as the file itself is; SQLite would ask the umask.
            try FileSystem.makeFile(backup)
            try database.execute(sql: "VACUUM INTO ?", arguments: [backup])
        }
        for next in version..<migrations.count {
            try database.inTransaction(.immediate) {
                try database.execute(sql: migrations[next])
                try database.execute(sql: "PRAGMA application_id = \(Schema.applicationID)")
                try database.execute(sql: "PRAGMA user_version = \(next + 1)")
                return .commit
            }
        }
    }
}
