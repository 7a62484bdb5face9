import Values
import WorkflowGraph

/// Joins lowered files to the graph of a workflow: numbers that each file counts for itself become numbers of the graph.
struct GraphLinking {
    private var nodes: [Node] = []
    private var blocks: [Block] = []
    private var files: [FileBody] = []
    private var positions: [String: Int] = [:]
    private var order: [String] = []

    /// - Parameter files: lowered files by name, with everything `name` reaches.
    static func link(
        _ main: LoweredFile, actions: [String: LoweredFile]
    ) -> (nodes: [Node], blocks: [Block], files: [FileBody])? {
        var linking = GraphLinking()
        linking.number(main, actions)
        guard linking.append(main) else { return nil }
        for name in linking.order {
            guard let file = actions[name], linking.append(file) else { return nil }
        }
        return (linking.nodes, linking.blocks, linking.files)
    }

    /// File numbers in order of first use.
    private mutating func number(_ main: LoweredFile, _ actions: [String: LoweredFile]) {
        var waiting = main.callees[...]
        while let name = waiting.popFirst() {
            guard positions[name] == nil else { continue }
            order.append(name)
            positions[name] = order.count
            waiting.append(contentsOf: actions[name]?.callees ?? [])
        }
    }

    private mutating func append(_ file: LoweredFile) -> Bool {
        let shift = Shift(nodes: nodes.count, blocks: blocks.count, files: file.callees.map { positions[$0] ?? 0 })
        nodes.append(contentsOf: file.nodes.map(shift.node))
        blocks.append(contentsOf: file.blocks.map { Block(steps: $0.steps.map(shift.index)) })
        var body = file.body
        body.root = shift.index(body.root)
        files.append(body)
        return file.isComplete
    }
}

/// How the numbers of one file move.
private struct Shift {
    let nodes: Int
    let blocks: Int
    let files: [Int]

    func index(_ node: NodeIndex) -> NodeIndex { NodeIndex(Int(node.number) + nodes) }
    func index(_ block: BlockIndex) -> BlockIndex { BlockIndex(Int(block.number) + blocks) }

    func node(_ node: Node) -> Node {
        var node = node
        node.kind = kind(node.kind)
        return node
    }

    private func kind(_ kind: Node.Kind) -> Node.Kind {
        switch kind {
        case .condition(let test, let body): return .condition(test: test, body: index(body))
        case .finally(let body, let cleanup): return .finally(body: index(body), cleanup: index(cleanup))
        case .catching(let body, let clauses):
            let moved = clauses.map { clause in
                var clause = clause
                clause.steps = clause.steps.map(index)
                return clause
            }
            return .catching(body: index(body), clauses: moved)
        case .timeout(let limit, let body): return .timeout(limit: limit, body: index(body))
        case .foreach(var loop):
            loop.body = index(loop.body)
            return .foreach(loop)
        case .repeat(var loop):
            loop.body = index(loop.body)
            return .repeat(loop)
        case .retry(let policy, let body): return .retry(policy: policy, body: index(body))
        case .shaped(var shaping):
            shaping.body = index(shaping.body)
            shaping.compensate = shaping.compensate.map(index)
            return .shaped(shaping)
        case .composite(var call):
            let position = Int(call.file.number)
            call.file = FileIndex(files.indices.contains(position) ? files[position] : 0)
            return .composite(call)
        case .group(let block): return .group(index(block))
        case .parallel(let block): return .parallel(index(block))
        case .choice(let cases): return .choice(cases.map { Node.Case(test: $0.test, step: index($0.step)) })
        case .action, .wait, .sleep, .bindings, .invoke, .emit, .fail, .raise, .return, .continueAsNew: return kind
        }
    }
}
