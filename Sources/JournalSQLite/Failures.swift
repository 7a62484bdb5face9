import GRDB
import GRDBSQLite
import WorkflowJournal

// SQLite's result codes in the words of the port.

/// IOERR_SHMSIZE: the shared-memory file cannot grow, which is how a full disk shows there.
private let sharedMemoryFull: Int32 = SQLITE_IOERR | (19 << 8)

extension JournalError {
    init(_ failure: SQLiteFailure) {
        self.init(code: failure.code, message: failure.message)
    }

    init(_ error: any Error) {
        switch error {
        case let error as JournalError: self = error
        case let error as SQLiteFailure: self.init(error)
        case let error as DatabaseError:
            self.init(code: error.extendedResultCode.rawValue, message: error.message ?? "unknown error")
        default: self.init(.failed, "The journal failed: \(error).")
        }
    }

    private init(code: Int32, message: String) {
        switch code & 0xFF {
        case SQLITE_BUSY, SQLITE_LOCKED: self.init(.busy, "The journal is busy: \(message).")
        case SQLITE_FULL: self.init(.full, "No space is left for the journal: \(message).")
        case SQLITE_IOERR where code == sharedMemoryFull: self.init(.full, "No space is left for the journal: \(message).")
        case SQLITE_NOTADB: self.init(.incompatible, "The file is not a wfrun journal: \(message).")
        case SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH:
            self.init(.inaccessible, "The journal cannot be opened or written: \(message).")
        default: self.init(.failed, "The journal failed: \(message) (SQLite \(code)).")
        }
    }
}

/// Runs work whose errors are the database's, in the port's error type.
func translatingErrors<Result>(_ work: () throws -> Result) throws(JournalError) -> Result {
    do { return try work() } catch { throw JournalError(error) }
}
