import Diagnostics
import Values

/// The names a `foreach` binds hide nothing (WF2106): neither what wfrun provides nor what a loop around it binds.
enum LoopNameRule: DefinitionRule {
    static let variables = [
        "input", "steps", "config", "secrets", "instance", "step", "error", "event", "result", "previous", "schedule",
    ]

    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        subject.definition.forEachStep { step, surroundings in
            guard let loop = step.modifiers.foreach else { return }
            let around = surroundings.levels.compactMap { level -> Modifiers.Foreach? in
                // A clause and a clean-up stand outside the loop of their step.
                level.kind == .catching || level.kind == .finally ? nil : level.step?.modifiers.foreach
            }
            for name in loop.names { check(name, around, report) }
            if let index = loop.indexName, index.value.hasSameCodePoints(as: loop.item.value) {
                report(.hidesLoopVariable(index, of: loop.item.range))
            }
        }
    }

    private static func check(_ name: Located<String>, _ around: [Modifiers.Foreach], _ report: (Diagnostic) -> Void) {
        if variables.contains(where: { $0.hasSameCodePoints(as: name.value) }) { return report(.hidesVariable(name)) }
        for loop in around.reversed() {
            if let outer = loop.names.first(where: { $0.value.hasSameCodePoints(as: name.value) }) {
                return report(.hidesLoopVariable(name, of: outer.range))
            }
        }
    }
}

extension Modifiers.Foreach {
    /// The name of the item, at the key where it is not written.
    var item: Located<String> { itemName ?? Located("item", at: keyRange) }

    var names: [Located<String>] { [item] + (indexName.map { [$0] } ?? []) }
}
