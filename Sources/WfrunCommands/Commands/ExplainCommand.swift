import ArgumentParser
import Diagnostics
import WorkflowDefinitions

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say what a diagnostic code is about.",
        discussion: """
            Examples:
              wfrun explain WF3104
              wfrun explain --list
            """)

    @Argument(help: "A code, as 'wfrun validate' prints it.")
    var code: String?

    @Flag(help: "Print all codes.")
    var list = false

    /// One kind of mistake in words.
    private struct Entry {
        var code: DiagnosticCode
        var severity: Severity
        var title: String

        var line: String { "\(code)  \(severity.rawValue)  \(title)" }
    }

    /// Mistakes in the text itself, which the reader finds before there is a definition (language.md §10).
    private static let sourceEntries: [Entry] = [
        Entry(code: DiagnosticCode(101), severity: .error, title: "not UTF-8, or control characters"),
        Entry(code: DiagnosticCode(102), severity: .error, title: "YAML syntax"),
        Entry(code: DiagnosticCode(103), severity: .error, title: "duplicate key"),
        Entry(
            code: DiagnosticCode(104), severity: .error,
            title: "merge key, tag, several documents, directive, or a key that is no string"),
        Entry(code: DiagnosticCode(105), severity: .error, title: "plain scalar that YAML 1.1 and 1.2 read differently"),
        Entry(code: DiagnosticCode(106), severity: .error, title: "alias undefined, cyclic or exploding; nesting; size"),
        Entry(code: DiagnosticCode(107), severity: .warning, title: "unused anchor"),
        Entry(code: DiagnosticCode(108), severity: .error, title: "empty file, or one that is no mapping"),
        Entry(code: DiagnosticCode(109), severity: .error, title: "integer outside 64 bits, or no finite number"),
        Entry(code: DiagnosticCode(110), severity: .warning, title: "line break at the end of an exact value"),
        Entry(code: DiagnosticCode(111), severity: .warning, title: "unusual spelling of a boolean"),
    ]

    private static let entries: [Entry] =
        sourceEntries + DiagnosticCatalogue.rows.map { Entry(code: $0.code, severity: $0.severity, title: $0.title) }

    func run() throws {
        let console = Surroundings.current.console
        if list {
            console.answer(Self.entries.map(\.line).joined(separator: "\n"))
            return
        }
        guard let code else {
            throw CommandFailure(.usage, "which code?", hint: "For example 'wfrun explain WF3104', or 'wfrun explain --list'.")
        }
        let wanted = code.uppercased()
        guard let entry = Self.entries.first(where: { $0.code.description == wanted }) else {
            let near = closestMatch(to: wanted, among: Self.entries.map(\.code.description))
            throw CommandFailure(
                .notFound, "There is no diagnostic '\(code)'.",
                hint: near.map { "Did you mean '\($0)'?" } ?? "'wfrun explain --list' has them all.")
        }
        console.answer("\(entry.severity.rawValue)[\(entry.code)]: \(entry.title)")
    }
}
