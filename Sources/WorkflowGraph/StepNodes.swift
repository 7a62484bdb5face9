/// A step's chain of nodes taken apart: its verb and what is around it.
package struct StepNodes: Sendable {
    /// Outermost first; the last is the verb.
    package private(set) var nodes: [NodeIndex] = []
    package private(set) var clauses: [Node.CatchClause] = []
    package private(set) var compensate: BlockIndex?
    package private(set) var finally: BlockIndex?
    package private(set) var shaping: Node.Shaping?
    package private(set) var isForeach = false
    package private(set) var isRepeat = false
    package private(set) var bodyRetry: (node: NodeIndex, policy: RetryPolicy)?

    package var outermost: NodeIndex { nodes[0] }
    package var verb: NodeIndex { nodes[nodes.count - 1] }

    package init(_ start: NodeIndex, in graph: StepGraph) {
        var next: NodeIndex? = start
        while let index = next {
            nodes.append(index)
            next = take(index, graph[index].kind)
        }
    }

    private mutating func take(_ index: NodeIndex, _ kind: Node.Kind) -> NodeIndex? {
        switch kind {
        case .condition(_, let body), .timeout(_, let body): return body
        case .finally(let body, let cleanup):
            finally = cleanup
            return body
        case .catching(let body, let clauses):
            self.clauses = clauses
            return body
        case .foreach(let loop):
            isForeach = true
            return loop.body
        case .repeat(let loop):
            isRepeat = true
            return loop.body
        case .retry(let policy, let body):
            bodyRetry = (index, policy)
            return body
        case .shaped(let shaping):
            self.shaping = shaping
            compensate = shaping.compensate
            return shaping.body
        case .action, .composite, .wait, .sleep, .bindings, .invoke, .emit, .group, .parallel, .choice, .fail, .raise, .return,
            .continueAsNew:
            return nil
        }
    }
}

extension StepGraph {
    /// The outermost nodes of the steps in a verb's body.
    package func steps(inside verb: NodeIndex) -> [NodeIndex] {
        switch self[verb].kind {
        case .group(let block), .parallel(let block): self[block].steps
        case .choice(let cases): cases.map(\.step)
        default: []
        }
    }
}
