import GRDB
import GRDBSQLite
import Values
import WorkflowJournal

/// What SQLite answered instead of what was asked of it.
struct SQLiteFailure: Error {
    /// Extended result code.
    var code: Int32
    var message: String
    /// Set when the rows are at fault, not the database: what to tell the writer.
    var refusal: WriteOutcome.Refusal?

    var primaryCode: Int32 { code & 0xFF }

    init(code: Int32, message: String) {
        self.code = code
        self.message = message
    }

    init(_ refusal: WriteOutcome.Refusal) {
        code = SQLITE_CONSTRAINT
        message = refusal.message
        self.refusal = refusal
    }

    init(of connection: OpaquePointer?) {
        self.init(code: sqlite3_extended_errcode(connection), message: String(cString: sqlite3_errmsg(connection)))
    }

    /// Another write would not suffer from it: one write's rows are to blame.
    var culpritRefusal: WriteOutcome.Refusal? {
        if let refusal { return refusal }
        switch primaryCode {
        case SQLITE_CONSTRAINT, SQLITE_TOOBIG, SQLITE_MISMATCH, SQLITE_RANGE, SQLITE_ERROR:
            return .init(reason: .quarantined, message: "The rows could not be written: \(message).")
        default: return nil
        }
    }
}

/// A compiled statement, used raw: GRDB's own binding costs 2.5 times the insert (performance.md).
///
/// Lives as long as the GRDB statement it came from and is used on that connection's queue only.
struct Prepared {
    private let statement: Statement
    private let handle: OpaquePointer

    init(_ statement: Statement) {
        self.statement = statement
        handle = statement.sqliteStatement
    }

    /// Runs a statement that gives no rows.
    func run(_ bind: (inout Binder) -> Void) throws(SQLiteFailure) {
        begin(bind)
        defer { sqlite3_reset(handle) }
        while try step() {}
    }

    /// The first row, if there is one.
    func first<Result>(
        _ bind: (inout Binder) -> Void, _ read: (inout Columns) throws(SQLiteFailure) -> Result
    ) throws(SQLiteFailure) -> Result? {
        begin(bind)
        defer { sqlite3_reset(handle) }
        guard try step() else { return nil }
        var columns = Columns(handle)
        return try read(&columns)
    }

    func all<Result>(
        _ bind: (inout Binder) -> Void, _ read: (inout Columns) throws(SQLiteFailure) -> Result
    ) throws(SQLiteFailure) -> [Result] {
        begin(bind)
        defer { sqlite3_reset(handle) }
        var results: [Result] = []
        while try step() {
            var columns = Columns(handle)
            results.append(try read(&columns))
        }
        return results
    }

    private func begin(_ bind: (inout Binder) -> Void) {
        var binder = Binder(handle)
        bind(&binder)
    }

    private func step() throws(SQLiteFailure) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw SQLiteFailure(of: sqlite3_db_handle(handle))
        }
    }
}

private nonisolated(unsafe) let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

/// Binds parameters from left to right.
struct Binder {
    private let handle: OpaquePointer
    private var index: Int32 = 0

    init(_ handle: OpaquePointer) { self.handle = handle }

    mutating func int(_ value: Int64) {
        index += 1
        sqlite3_bind_int64(handle, index, value)
    }

    mutating func int(_ value: Int) { int(Int64(value)) }

    mutating func int(_ value: Int?) {
        if let value { int(Int64(value)) } else { null() }
    }

    mutating func time(_ value: Timestamp?) {
        if let value { int(value.microseconds) } else { null() }
    }

    mutating func null() {
        index += 1
        sqlite3_bind_null(handle, index)
    }

    mutating func text(_ value: String) {
        index += 1
        var value = value
        value.withUTF8 { bind($0) }
    }

    mutating func text(_ value: String?) {
        if let value { text(value) } else { null() }
    }

    mutating func json(_ value: Value) {
        index += 1
        JSON.bytes(value).withUnsafeBufferPointer { bind($0) }
    }

    mutating func json(_ value: Value?) {
        if let value { json(value) } else { null() }
    }

    private func bind(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let base = bytes.baseAddress, bytes.count > 0 else {
            sqlite3_bind_text(handle, index, "", 0, transient)
            return
        }
        // A text too long for an Int32 cannot be stored; SQLite refuses the negative length with SQLITE_TOOBIG.
        sqlite3_bind_text64(
            handle, index, UnsafeRawPointer(base).assumingMemoryBound(to: CChar.self), UInt64(bytes.count), transient,
            UInt8(SQLITE_UTF8))
    }
}

/// Reads the columns of a row from left to right.
struct Columns {
    private let handle: OpaquePointer
    private var index: Int32 = -1

    init(_ handle: OpaquePointer) { self.handle = handle }

    mutating func int() -> Int64 {
        index += 1
        return sqlite3_column_int64(handle, index)
    }

    mutating func optionalInt() -> Int64? {
        index += 1
        return isNull ? nil : sqlite3_column_int64(handle, index)
    }

    mutating func time() -> Timestamp { Timestamp(microseconds: int()) }

    mutating func optionalTime() -> Timestamp? { optionalInt().map(Timestamp.init(microseconds:)) }

    mutating func text() -> String {
        index += 1
        return String(decoding: bytes, as: UTF8.self)
    }

    mutating func optionalText() -> String? {
        index += 1
        return isNull ? nil : String(decoding: bytes, as: UTF8.self)
    }

    mutating func json() throws(SQLiteFailure) -> Value {
        index += 1
        return try parse(Array(bytes))
    }

    mutating func optionalJSON() throws(SQLiteFailure) -> Value? {
        index += 1
        return isNull ? nil : try parse(Array(bytes))
    }

    mutating func skip() { index += 1 }

    private var isNull: Bool { sqlite3_column_type(handle, index) == SQLITE_NULL }

    private var bytes: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: sqlite3_column_text(handle, index), count: Int(sqlite3_column_bytes(handle, index)))
    }

    private func parse(_ bytes: [UInt8]) throws(SQLiteFailure) -> Value {
        do {
            // What was written may be nested deeper than what is read from outside: a failure wraps its causes.
            return try JSON.parse(bytes, limits: JSON.Limits(depth: 1_024))
        } catch {
            throw SQLiteFailure(code: SQLITE_CORRUPT, message: "a stored value is not JSON: \(error)")
        }
    }
}
