import Diagnostics
import WorkflowDefinitions

/// A diagnostic code at length, for a terminal.
enum ExplanationText {
    static func text(of row: DiagnosticCatalogue.Row, _ explanation: Explanation?) -> String {
        var parts = ["\(row.severity.rawValue)[\(row.code)]: \(row.title)"]
        if let explanation {
            parts += [explanation.text, "Wrong:", text(of: explanation.wrong), "Right:", text(of: explanation.right)]
        }
        return parts.joined(separator: "\n\n")
    }

    private static func text(of example: Explanation.Example) -> String {
        example.files.map { file in
            let heading = example.files.count > 1 ? ["  # \(file.path)"] : []
            let lines = file.visibleText.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            return (heading + lines.map { $0.isEmpty ? "" : "  \($0)" }).joined(separator: "\n")
        }.joined(separator: "\n\n")
    }
}
