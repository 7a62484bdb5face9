import GRDB
package import WorkflowJournal

extension SQLiteJournal {
    /// How the writing connection flushes and checkpoints, read back from SQLite: for the line logged at start.
    package struct Settings: Sendable, Equatable {
        package var journalMode: String
        /// 2 is FULL, 1 is NORMAL.
        package var synchronous: Int
        package var automaticCheckpointPages: Int
        package var mappedBytes: Int
        package var schemaVersion: Int
        package var sqliteVersion: String
    }

    package func settings() throws(JournalError) -> Settings {
        try translatingErrors {
            try pool.writeWithoutTransaction { database in
                func number(_ pragma: String) throws -> Int { try Int.fetchOne(database, sql: "PRAGMA \(pragma)") ?? 0 }
                return Settings(
                    journalMode: try String.fetchOne(database, sql: "PRAGMA journal_mode") ?? "",
                    synchronous: try number("synchronous"), automaticCheckpointPages: try number("wal_autocheckpoint"),
                    mappedBytes: try number("mmap_size"), schemaVersion: try number("user_version"),
                    sqliteVersion: try String.fetchOne(database, sql: "SELECT sqlite_version()") ?? "")
            }
        }
    }

    /// Lets the file grow to that many pages of 4 KiB and no further; nil lifts the limit. What does not fit is `full`.
    package func limitPages(to limit: Int?) throws(JournalError) {
        try translatingErrors {
            try pool.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA max_page_count = \(limit ?? 1_073_741_823)")
            }
        }
    }
}
