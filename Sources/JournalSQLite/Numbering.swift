import GRDB

/// Numbers by which rows and people know things, and which are never given again. SQLite alone would give the largest one again
/// once its row is removed: so it is noted in `wf_meta` with every removal.
enum Numbering: String {
    case instances = "last_instance"
    case lines = "last_line"

    /// The largest one ever given.
    func last(in database: Database) throws -> Int64 {
        let noted = try Int64.fetchOne(database, sql: "SELECT value FROM wf_meta WHERE name = ?", arguments: [rawValue])
        return max(noted ?? 0, try Int64.fetchOne(database, sql: largestPresent) ?? 0)
    }

    private var largestPresent: String {
        switch self {
        case .instances: "SELECT max(number) FROM wf_instance"
        case .lines: "SELECT max(line) FROM wf_log"
        }
    }
}
