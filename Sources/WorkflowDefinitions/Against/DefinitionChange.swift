package import Diagnostics
package import WorkflowGraph

/// A difference between two definitions of one workflow that matters to what instances have recorded.
package struct DefinitionChange: Sendable {
    /// The step of the old definition, as `StepForms` names it; empty: the workflow as a whole.
    package let form: String
    /// At the place in the new definition.
    package let diagnostic: Diagnostic

    /// Whether what is recorded for the step, or inside it, has no place in the new definition.
    package var displacesRecords: Bool {
        diagnostic.severity == .error && [.stepGone, .stepChanged, .stepMoved].contains(diagnostic.code)
    }
}

extension DefinitionChange {
    /// Compares step by step, without a journal: what is found can matter to an instance, and need not.
    package static func all(from old: StepGraph, to new: StepGraph) -> [DefinitionChange] {
        if old.digest == new.digest { return [] }
        var comparison = DefinitionComparison(old: old, new: new)
        comparison.compare()
        return comparison.changes
    }
}

/// What a step leaves in a journal, as far as the definition says it.
enum RecordedVerb: Equatable {
    case leaf(String)
    case action(FileIndex, name: String)
    /// Keys inside are the same for all three verbs.
    case body
    /// Leaves nothing.
    case silent

    init(_ nodes: StepNodes, in graph: StepGraph) {
        switch graph[nodes.verb].kind {
        case .action(let call): self = .leaf("call \(call.action)")
        case .wait: self = .leaf("wait")
        case .sleep: self = .leaf("sleep")
        case .invoke(let step): self = .leaf("invoke \(step.workflow)")
        case .emit(let step): self = .leaf("emit \(step.event)")
        case .composite(let call): self = .action(call.file, name: graph[call.file].name)
        case .group, .parallel, .choice: self = .body
        case .bindings, .fail, .raise, .return, .continueAsNew, .condition, .finally, .catching, .timeout, .foreach, .repeat,
            .retry, .shaped:
            self = .silent
        }
    }

    /// As a step says it.
    func words(_ nodes: StepNodes, in graph: StepGraph) -> String {
        switch self {
        case .leaf(let words): words
        case .action(_, let name): "call \(name)"
        case .body, .silent:
            switch graph[nodes.verb].kind {
            case .group: "steps"
            case .parallel: "parallel"
            case .choice: "switch"
            case .bindings: "let"
            case .fail, .raise: "fail"
            case .return: "return"
            case .continueAsNew: "continue_as_new"
            default: "another step"
            }
        }
    }
}

extension StepGraph {
    /// Whether the step, anything inside it or any of its handlers leaves a record.
    func leavesRecords(_ step: NodeIndex) -> Bool {
        let nodes = StepNodes(step, in: self)
        let blocks = nodes.clauses.map(\.steps) + [nodes.compensate, nodes.finally]
        if blocks.contains(where: { $0.map { leavesRecords($0) } ?? false }) { return true }
        switch RecordedVerb(nodes, in: self) {
        case .leaf: return true
        case .silent: return false
        case .body: return steps(inside: nodes.verb).contains { leavesRecords($0) }
        case .action(let file, _): return leavesRecords(self[file].root)
        }
    }

    func leavesRecords(_ block: BlockIndex) -> Bool { self[block].steps.contains { leavesRecords($0) } }
}
