import CEL
import Diagnostics
import Values
import WorkflowGraph
import YAMLSyntax

/// A step whose `if` can only be false is never reached (WF2107).
enum ConstantConditionRule {
    static func check(_ step: Step, _ condition: LoweredValue?, report: (Diagnostic) -> Void) {
        guard let entry = step.modifiers.condition, let condition else { return }
        var value = condition.compiled?.constant
        if case .constant(let literal) = condition.expression, condition.type == .bool { value = literal }
        guard value == .bool(false) else { return }
        report(.neverApplies(step.id, condition: entry.node.range))
    }
}
