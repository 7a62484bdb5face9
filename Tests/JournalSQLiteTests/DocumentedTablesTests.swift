import Foundation
import GRDB
import JournalSQLite
import Testing

/// `docs/journal.md` names every table and its queries run.
@Suite struct DocumentedTablesTests {
    let folder = TemporaryFolder()

    private var document: String {
        get throws {
            let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/journal.md")
            return try String(contentsOf: file, encoding: .utf8)
        }
    }

    private func database() throws -> DatabaseQueue {
        try SQLiteJournal.open(path: folder.file("one.db")).close()
        return try DatabaseQueue(path: folder.file("one.db"))
    }

    @Test func `every table is documented`() throws {
        let tables = try database().read { database in
            try String.fetchAll(
                database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
        }
        let text = try document
        #expect(tables.count > 20)
        for table in tables { #expect(text.contains("`\(table)`"), "\(table)") }
    }

    @Test func `every query of the document is answered`() throws {
        let blocks = try document.components(separatedBy: "```sql\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
        #expect(blocks.count >= 10)
        try database().read { database in
            for sql in blocks {
                let statement = try database.makeStatement(sql: sql)
                statement.setUncheckedArguments(["id": "x", "source": "x", "event": "x", "workflow": "x"].filteredFor(sql))
                #expect(try Row.fetchAll(statement).isEmpty || sql.contains("GROUP BY"), "\(sql)")
            }
        }
    }
}

extension [String: String] {
    /// Only the arguments that the statement has.
    fileprivate func filteredFor(_ sql: String) -> StatementArguments {
        StatementArguments(filter { sql.contains(":\($0.key)") })
    }
}
