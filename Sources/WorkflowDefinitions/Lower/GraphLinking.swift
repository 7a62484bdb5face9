import Values
import WorkflowGraph

/// Joins lowered files to the graph of a workflow: numbers that each file counts for itself become numbers of the graph.
///
/// An action that is called both with a written host and with one from data stands in the graph twice, because its calls are
/// trusted differently.
struct GraphLinking {
    /// A file, and which of its inputs that decide a host come from data.
    private struct Variant: Hashable {
        var name: String
        var untrusted: Set<String>
    }

    private let actions: [String: LoweredFile]
    private var nodes: [Node] = []
    private var blocks: [Block] = []
    private var files: [FileBody] = []
    private var positions: [Variant: Int] = [:]
    private var order: [Variant] = []

    private init(_ actions: [String: LoweredFile]) { self.actions = actions }

    /// - Parameter files: lowered files by name, with everything `name` reaches.
    static func link(
        _ main: LoweredFile, actions: [String: LoweredFile]
    ) -> (nodes: [Node], blocks: [Block], files: [FileBody])? {
        var linking = GraphLinking(actions)
        linking.number(main)
        guard linking.append(main, untrusted: []) else { return nil }
        for variant in linking.order {
            guard let file = actions[variant.name], linking.append(file, untrusted: variant.untrusted) else { return nil }
        }
        return (linking.nodes, linking.blocks, linking.files)
    }

    /// File numbers in order of first use.
    private mutating func number(_ main: LoweredFile) {
        var waiting = callees(of: main, untrusted: [])[...]
        while let variant = waiting.popFirst() {
            guard positions[variant] == nil else { continue }
            order.append(variant)
            positions[variant] = order.count
            if let file = actions[variant.name] { waiting.append(contentsOf: callees(of: file, untrusted: variant.untrusted)) }
        }
    }

    private func callees(of file: LoweredFile, untrusted: Set<String>) -> [Variant] {
        file.nodes.indices.compactMap { callee(of: file, node: $0, untrusted: untrusted) }
    }

    private func callee(of file: LoweredFile, node: Int, untrusted: Set<String>) -> Variant? {
        guard case .composite(let call) = file.nodes[node].kind, file.callees.indices.contains(Int(call.file.number)) else {
            return nil
        }
        let name = file.callees[Int(call.file.number)]
        let passed = file.hosts.untrustedArguments(
            of: node, among: actions[name]?.hostParameters ?? [], untrusted: untrusted)
        return Variant(name: name, untrusted: passed)
    }

    private mutating func append(_ file: LoweredFile, untrusted: Set<String>) -> Bool {
        let shift = Shift(nodes: nodes.count, blocks: blocks.count)
        for (position, node) in file.nodes.enumerated() {
            var moved = shift.node(node)
            switch moved.kind {
            case .composite(var call):
                let callee = callee(of: file, node: position, untrusted: untrusted)
                call.file = FileIndex(callee.flatMap { positions[$0] } ?? 0)
                moved.kind = .composite(call)
            case .action(var call):
                call.writtenHosts = file.hosts.writtenHosts(of: position, untrusted: untrusted)
                moved.kind = .action(call)
            default: break
            }
            nodes.append(moved)
        }
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
        case .group(let block): return .group(index(block))
        case .parallel(let block): return .parallel(index(block))
        case .choice(let cases): return .choice(cases.map { Node.Case(test: $0.test, step: index($0.step)) })
        case .action, .composite, .wait, .sleep, .bindings, .invoke, .emit, .fail, .raise, .return, .continueAsNew: return kind
        }
    }
}
