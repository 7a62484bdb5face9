import CEL
import Values
import WorkflowDefinitions
import WorkflowGraph
import WorkflowJournal

/// A workflow, or an action run as one.
struct TestTarget: Sendable {
    var name: String
    var isAction: Bool
    var graph: StepGraph

    /// Nil when it has mistakes.
    init?(_ analysed: AnalysedWorkflow, isAction: Bool) {
        guard let graph = analysed.graph else { return nil }
        name = analysed.name
        self.isAction = isAction
        self.graph = isAction ? graph.runnable : graph
    }
}

extension StepGraph {
    func replacing(nodes: [Node], files: [FileBody]? = nil) -> StepGraph {
        StepGraph(
            workflow: workflow, description: description, digest: digest, semantics: semantics, nodes: nodes, blocks: blocks,
            files: files ?? self.files, events: events, config: config, labels: labels, timeout: timeout, matchSets: matchSets,
            triggers: triggers, concurrency: concurrency, retention: retention)
    }

    /// An action's graph as a workflow's, whose root always catches (`FileBody.root`).
    var runnable: StepGraph {
        let chain = StepNodes(main.root, in: self)
        let catches = chain.nodes.contains { if case .catching = self[$0].kind { true } else { false } }
        if catches { return self }
        var nodes = nodes
        var files = files
        let type = self[main.root].outputType
        if case .finally(let body, let cleanup) = self[main.root].kind {
            nodes.append(Node(id: "", kind: .catching(body: body, clauses: []), range: nil, outputType: type))
            nodes[Int(main.root.number)].kind = .finally(body: NodeIndex(nodes.count - 1), cleanup: cleanup)
        } else {
            nodes.append(Node(id: "", kind: .catching(body: main.root, clauses: []), range: nil, outputType: type))
            files[0].root = NodeIndex(nodes.count - 1)
        }
        return replacing(nodes: nodes, files: files)
    }

    /// The graph with a mocked composite action or detached child as one call, whose retries are those of a built-in action.
    /// - Parameters:
    ///   - steps: with a composite call or a detached `invoke` as their verb.
    ///   - inputs: of workflows, by name.
    func mocking(_ steps: [StepNodes], inputs: (String) -> ValueContract?) -> StepGraph {
        if steps.isEmpty { return self }
        var nodes = nodes
        for step in steps {
            let index = Int(step.verb.number)
            let policy = step.bodyRetry?.policy
            switch nodes[index].kind {
            case .composite(let call):
                let file = self[call.file]
                let contract = StepNodes(file.root, in: self).shaping?.returns
                nodes[index].kind = .action(
                    Node.ActionCall(
                        action: file.name, input: call.input, contract: file.input,
                        resultShape: contract?.shape ?? file.outputType.shape, policy: policy ?? .once,
                        isAtMostOnce: call.isAtMostOnce))
            case .invoke(let invoke):
                guard let input = inputs(invoke.workflow) else { continue }
                nodes[index].kind = .action(
                    Node.ActionCall(
                        action: invoke.workflow, input: invoke.input, contract: input,
                        resultShape: .any, policy: invoke.policy, isAtMostOnce: false))
            default: continue
            }
            // A leaf's attempts are below the interpreter, so the retries around it go.
            if let retry = step.bodyRetry, case .retry(_, let body) = self[retry.node].kind {
                nodes[Int(retry.node.number)] = nodes[Int(body.number)]
            }
        }
        return replacing(nodes: nodes)
    }

    /// Every action its steps call.
    var actionNames: [String] {
        nodes.compactMap { if case .action(let call) = $0.kind { call.action } else { nil } }
    }

}

extension StaticType {
    /// What gives a JSON value the kinds of this type.
    var shape: ValueShape {
        switch self {
        case .int: .integer
        case .double: .number
        case .timestamp: .timestamp
        case .duration: .duration
        case .list(let item): .list(item.shape)
        case .map(_, let value): .map(value.shape)
        case .record(let record) where !record.isOpen || !record.fields.isEmpty:
            .record(record.fields.map { .init(name: $0.name, shape: $0.isOptional ? .nullable($0.type.shape) : $0.type.shape) })
        case .nullable(let wrapped): .nullable(wrapped.shape)
        case .any, .error, .never, .null, .bool, .uint, .string, .bytes, .type, .record, .enumeration, .optional, .secret: .any
        }
    }

    /// A value of this type, to show how one is written and to stand where only the type matters.
    func sample(named name: String) -> Value {
        switch self {
        case .bool: .bool(true)
        case .int, .uint: .int(1)
        case .double: .double(1.5)
        case .string, .secret: .string(name == "email" ? "ada@example.com" : name)
        case .timestamp: .string("2026-01-01T00:00:00Z")
        case .duration: .string("60s")
        case .enumeration(let members): members.first.map(Value.string) ?? .null
        case .list(let item): item == .never ? .list([]) : .list([item.sample(named: name)])
        case .record(let record):
            .map(ValueMap(record.fields.filter { !$0.isOptional }.map { (.string($0.name), $0.type.sample(named: $0.name)) }))
        case .map, .any, .error, .never: .map([:])
        case .null, .nullable, .bytes, .type, .optional: .null
        }
    }
}
