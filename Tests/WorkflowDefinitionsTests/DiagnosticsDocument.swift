import Diagnostics
import Foundation
import WorkflowDefinitions

/// `docs/diagnostics.md`: an introduction written by hand, then every code as the catalogue has it.
enum DiagnosticsDocument {
    private static let marker = "<!-- From here on generated from WorkflowDefinitions/Check/Explanations: edit there. -->\n"

    /// The document with its generated part made anew; nil where the marker is missing.
    static func renewed(_ current: String) -> String? {
        guard let end = current.range(of: marker)?.upperBound else { return nil }
        return current[..<end] + "\n" + blocks.map(text).joined(separator: "\n")
    }

    private struct Block {
        var title: String
        var codes: ClosedRange<Int>
    }

    private static let blocks = [
        Block(title: "WF01xx: the text", codes: 0...999),
        Block(title: "WF11xx: structure", codes: 1_100...1_199),
        Block(title: "WF21xx: references and flow", codes: 2_100...2_199),
        Block(title: "WF31xx: expressions", codes: 3_100...3_199),
        Block(title: "WF41xx: schemas and data", codes: 4_100...4_199),
        Block(title: "WF51xx: time and durability", codes: 5_100...5_199),
        Block(title: "WF52xx: events", codes: 5_200...5_299),
        Block(title: "WF61xx: security", codes: 6_100...6_199),
        Block(title: "WF71xx: determinism", codes: 7_100...7_199),
        Block(title: "WF72xx: edits against what is recorded", codes: 7_200...7_299),
    ]

    private static func text(_ block: Block) -> String {
        let rows = DiagnosticCatalogue.rows.filter { block.codes.contains($0.code.number) }
        return "## \(block.title)\n\n" + rows.map(text).joined(separator: "\n")
    }

    private static func text(_ row: DiagnosticCatalogue.Row) -> String {
        var text = "### \(row.code): \(row.title)\n\n"
        text += "Default: \(row.severity.rawValue)\(row.isJudgement ? ", which waivers and settings may change" : "").\n"
        guard let explanation = Explanation.of(row.code) else { return text }
        text += "\n\(explanation.text)\n\n"
        text += "Wrong:\n\n\(fenced(explanation.wrong))\nRight:\n\n\(fenced(explanation.right))"
        return text
    }

    private static func fenced(_ example: Explanation.Example) -> String {
        example.files.map { file in
            let heading = example.files.count > 1 ? "# \(file.path)\n" : ""
            return "```yaml\n\(heading)\(file.visibleText)```\n"
        }.joined(separator: "\n")
    }
}
