import ArgumentParser
import Diagnostics
import WorkflowDefinitions

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say what a diagnostic code is about, with an example.",
        discussion: """
            Examples:
              wfrun explain WF3104
              wfrun explain --list
            """)

    @Argument(help: "A code, as 'wfrun validate' prints it.")
    var code: String?

    @Flag(help: "Print all codes.")
    var list = false

    func run() throws {
        let console = Surroundings.current.console
        if list {
            let lines = DiagnosticCatalogue.rows.map { "\($0.code)  \($0.severity.rawValue)  \($0.title)" }
            console.answer(lines.joined(separator: "\n"))
            return
        }
        guard let code else {
            throw CommandFailure(.usage, "which code?", hint: "For example 'wfrun explain WF3104', or 'wfrun explain --list'.")
        }
        guard let known = DiagnosticCatalogue.code(code), let row = DiagnosticCatalogue.row(of: known) else {
            let near = closestMatch(to: code.uppercased(), among: DiagnosticCatalogue.rows.map(\.code.description))
            throw CommandFailure(
                .notFound, "There is no diagnostic '\(code)'.",
                hint: near.map { "Did you mean '\($0)'?" } ?? "'wfrun explain --list' has them all.")
        }
        console.answer(ExplanationText.text(of: row, Explanation.of(known)))
    }
}
