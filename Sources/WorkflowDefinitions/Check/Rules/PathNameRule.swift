import Diagnostics
import Values

/// A definition's name equals its path (WF1113): subfolders joined with dots, actions below `actions/`.
enum PathNameRule {
    static func check(_ definition: Definition, path: String, report: (Diagnostic) -> Void) {
        let name = definition.name
        // A name of the wrong form is one mistake, which has been reported.
        guard definition.kind == .workflow ? Names.isWorkflow(name.value) : Names.isAction(name.value) else { return }
        var parts = path.split(separator: "/").map(String.init)
        guard let last = parts.last, last.hasSuffix(".yaml") else { return }
        parts[parts.count - 1] = String(last.dropLast(".yaml".count))
        let isBelowActions = parts.count > 1 && parts[0] == "actions"
        switch (definition.kind, isBelowActions) {
        case (.workflow, true): report(.misplacedWorkflow(name))
        case (.action, false): report(.misplacedAction(name))
        case (_, _):
            let expected = parts.dropFirst(isBelowActions ? 1 : 0).joined(separator: ".")
            if !expected.hasSameCodePoints(as: name.value) {
                report(.nameDiffersFromPath(name, expected: expected, path: path))
            }
        }
    }
}
