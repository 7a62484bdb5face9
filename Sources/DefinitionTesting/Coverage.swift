import Synchronization
import Values
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// Which steps of the tested definitions some case has reached. A file is measured where its own tests run it: what is inside
/// an action that a workflow calls is not counted for the workflow.
package struct Coverage: Sendable {
    /// The steps, or parts of steps, of one kind.
    package struct Parts: Sendable, Hashable {
        package var reached = 0
        package var all = 0
        /// Memo keys of those that no case reached.
        package var missed: [String] = []

        mutating func count(_ name: String, isReached: Bool) {
            all += 1
            if isReached { reached += 1 } else { missed.append(name) }
        }
    }

    package struct Row: Sendable, Hashable {
        package var definition: String
        package var steps = Parts()
        /// Cases of `switch`, and steps with an `if`.
        package var branches = Parts()
        /// Catch clauses with steps.
        package var clauses = Parts()
        package var compensations = Parts()
    }

    private var graphs: [String: StepGraph] = [:]
    private var reached: [String: Set<NodeIndex>] = [:]

    package init() {}

    mutating func add(_ record: CaseRecord, _ testCase: TestCase) {
        for (name, graph) in testCase.graphs where graphs[name] == nil { graphs[name] = graph }
        for id in record.order {
            guard let workflow = record.instances[id]?.workflow else { continue }
            reached[workflow, default: []].formUnion(record.visited[id] ?? [])
        }
    }

    package mutating func merge(_ other: Coverage) {
        graphs.merge(other.graphs) { first, _ in first }
        reached.merge(other.reached) { $0.union($1) }
    }

    /// In the order of the definitions' names; definitions that no case ran are left out.
    package var rows: [Row] {
        reached.keys.sorted { $0.precedesByCodePoint($1) }.compactMap { name in
            graphs[name].map { CoverageWalk(name, $0, reached[name] ?? []).row }
        }
    }
}

/// Counts the steps of a graph's own file.
private struct CoverageWalk {
    let graph: StepGraph
    let reached: Set<NodeIndex>
    var row: Coverage.Row

    init(_ name: String, _ graph: StepGraph, _ reached: Set<NodeIndex>) {
        self.graph = graph
        self.reached = reached
        row = Coverage.Row(definition: name)
        let root = StepNodes(graph.main.root, in: graph)
        visitHandlers(root, key: "")
        for step in graph.steps(inside: root.verb) { visit(step, prefix: "", isCase: false) }
    }

    private func isReached(_ step: StepNodes) -> Bool { step.nodes.contains { reached.contains($0) } }
    private func isReached(_ block: BlockIndex) -> Bool {
        graph[block].steps.contains { isReached(StepNodes($0, in: graph)) }
    }

    private mutating func visit(_ index: NodeIndex, prefix: String, isCase: Bool) {
        let step = StepNodes(index, in: graph)
        let key = prefix + graph[step.verb].id
        row.steps.count(key, isReached: isReached(step))
        if isCase { row.branches.count(key, isReached: isReached(step)) }
        if case .condition(_, let body) = graph[index].kind {
            row.branches.count(key, isReached: isReached(StepNodes(body, in: graph)))
        }
        visitHandlers(step, key: key)
        var inner = false
        if case .choice = graph[step.verb].kind { inner = true }
        for child in graph.steps(inside: step.verb) { visit(child, prefix: key + "/", isCase: inner) }
    }

    private mutating func visitHandlers(_ step: StepNodes, key: String) {
        for (number, clause) in step.clauses.enumerated() {
            guard let block = clause.steps else { continue }
            row.clauses.count("\(key).catch\(number)", isReached: isReached(block))
            visit(block, prefix: "\(key).catch\(number)/")
        }
        if let block = step.compensate {
            row.compensations.count("\(key).undo", isReached: isReached(block))
            visit(block, prefix: "\(key).undo/")
        }
        if let block = step.finally { visit(block, prefix: "\(key).finally/") }
    }

    private mutating func visit(_ block: BlockIndex, prefix: String) {
        for step in graph[block].steps { visit(step, prefix: prefix, isCase: false) }
    }
}

/// Collects the nodes that one run begins.
final class VisitRecord: Sendable {
    private let visited = Mutex<[InstanceID: Set<NodeIndex>]>([:])

    var nodes: [InstanceID: Set<NodeIndex>] { visited.withLock { $0 } }
    var tracer: StepTracer { { id, node in self.visited.withLock { _ = $0[id, default: []].insert(node) } } }
}
