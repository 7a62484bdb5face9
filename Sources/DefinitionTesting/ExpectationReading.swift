import CEL
import Diagnostics
import Values
import WorkflowDefinitions
import WorkflowGraph
import WorkflowJournal
import YAMLSyntax

/// Reads `expect`.
struct ExpectationReading {
    let project: TestProject
    var typed: TypedReading

    static let keys = [
        "status", "output", "error", "calls", "mails", "logs", "emitted", "took", "cleanup", "children",
    ]
    /// Those in which a case can end; `suspended` and `running` for one that is still waiting when nothing more happens.
    static let statuses: [InstanceStatus] = [.completed, .failed, .cancelled, .timedOut, .suspended, .running]

    mutating func expectation(_ node: YAMLNode, of graph: StepGraph, _ behaviour: InstanceBehaviour) -> Expectation {
        var expectation = Expectation()
        let shape = "expect: { status: completed }"
        guard let fields = typed.reading.fields(node, of: "`expect`", known: Self.keys, shape: shape) else {
            return expectation
        }
        let status = typed.reading.choice(fields["status"], among: Self.statuses.map(\.rawValue))
        expectation.status = status.flatMap { InstanceStatus(rawValue: $0.value) }
        if let pair = fields["error"] { expectation.error = error(pair) }
        if status == nil {
            expectation.isAnyFailure = fields["error"] != nil
            if !expectation.isAnyFailure { expectation.status = .completed }
        }
        if let pair = fields["output"] { expectation.output = output(pair, of: graph) }
        if let pair = fields["calls"] { expectation.calls = calls(pair, graph) }
        if let pair = fields["mails"] { expectation.mails = mails(pair) }
        if let pair = fields["logs"] { expectation.logs = logs(pair) }
        if let pair = fields["emitted"] { expectation.emitted = emitted(pair, graph) }
        expectation.took = typed.reading.duration(fields["took"])?.value
        if let cleanup = typed.reading.choice(fields["cleanup"], among: ["complete", "incomplete"]) {
            expectation.isCleanupIncomplete = cleanup.value == "incomplete"
        }
        if let pair = fields["children"] { expectation.children = children(pair, graph) }
        return expectation
    }

    private mutating func output(_ pair: YAMLPair, of graph: StepGraph) -> Value? {
        let type = graph.main.outputType
        return typed.value(pair.value, as: type, "the output", .exact).map { JSON.normalised(type.shape.typed($0)) }
    }

    private mutating func error(_ pair: YAMLPair) -> Expectation.Error? {
        if case .scalar = pair.value.content {
            return typed.reading.string(pair).map { Expectation.Error(code: $0.value) }
        }
        let known = ["code", "message", "data"]
        guard let fields = typed.reading.fields(pair.value, of: "`error`", known: known, shape: "error: timeout") else {
            return nil
        }
        return Expectation.Error(
            code: typed.reading.string(fields["code"])?.value, message: typed.reading.string(fields["message"])?.value,
            data: fields["data"].flatMap { typed.value($0.value, as: .any, "`data`", .exact) })
    }

    private mutating func calls(_ pair: YAMLPair, _ graph: StepGraph) -> [String] {
        var calls: [String] = []
        for node in typed.reading.list(pair.value, of: "`calls`", shape: "calls: [order, charge]") {
            guard let key = typed.reading.string(node, as: "a memo key"), case .scalar(let scalar) = node.content else {
                continue
            }
            guard let (_, place) = typed.reading.place(key.value, scalar, in: graph) else { continue }
            switch graph[place.step.verb].kind {
            case .action, .composite, .invoke: calls.append(key.value)
            default: typed.reading.report(.notCalled(graph.verbName(place.step.verb), key.value, at: key.range))
            }
        }
        return calls
    }

    private mutating func mails(_ pair: YAMLPair) -> [Value] {
        let addresses = StaticType.any
        let type = StaticType.record(
            RecordType(
                fields: ["step", "from", "subject", "text", "html", "template"].map {
                    .init(name: $0, type: .string, isOptional: true)
                }
                    + ["to", "cc", "data"].map { .init(name: $0, type: addresses, isOptional: true) }))
        return typed.reading.list(pair.value, of: "`mails`", shape: "mails: [{ to: a@example.com }]").compactMap { node in
            typed.value(node, as: type, "a mail", .exact)
        }
    }

    private mutating func logs(_ pair: YAMLPair) -> [Value] {
        let type = StaticType.record(
            RecordType(
                fields: ["step", "message"].map { .init(name: $0, type: .string, isOptional: true) } + [
                    .init(name: "level", type: .enumeration(["debug", "info", "warning", "error"]), isOptional: true),
                    .init(name: "data", type: .any, isOptional: true),
                ]))
        return typed.reading.list(pair.value, of: "`logs`", shape: "logs: [Paid]").compactMap { node in
            if case .scalar = node.content {
                return typed.reading.string(node, as: "a log line").map { ["message": .string($0.value)] }
            }
            return typed.value(node, as: type, "a log line", .exact)
        }
    }

    private mutating func emitted(_ pair: YAMLPair, _ graph: StepGraph) -> [Expectation.Emitted] {
        typed.reading.list(pair.value, of: "`emitted`", shape: "emitted: [{ event: order.paid }]").compactMap { node in
            let known = ["event", "data"]
            let shape = "{ event: order.paid, data: { orderId: o1 } }"
            guard let fields = typed.reading.fields(node, of: "an emitted event", known: known, shape: shape),
                let name = typed.reading.string(fields["event"])
            else { return nil }
            guard let contract = graph.events[name.value] else {
                let names = graph.events.keys.sorted { $0.precedesByCodePoint($1) }
                typed.reading.report(.undeclaredEvent(name.value, of: graph.workflow, known: names, at: name.range))
                return nil
            }
            let data = fields["data"].flatMap { typed.value($0.value, as: contract.type, "`data`", .exact) }
            return Expectation.Emitted(event: name.value, data: data.map { JSON.normalised(contract.shape.typed($0)) })
        }
    }

    private mutating func children(_ pair: YAMLPair, _ graph: StepGraph) -> [(path: StepPath, expectation: Expectation)] {
        let shape = "children: { ship: { status: completed } }"
        return typed.reading.entries(pair.value, of: "`children`", shape: shape).compactMap { entry in
            guard let (path, place) = typed.reading.place(entry.name, entry.key, in: graph) else { return nil }
            guard case .invoke(let invoke) = graph[place.step.verb].kind else {
                typed.reading.report(.notCalled(graph.verbName(place.step.verb), entry.name, at: entry.keyRange))
                return nil
            }
            guard let target = project.workflow(invoke.workflow) else { return nil }
            return (path, expectation(entry.node, of: target.graph, InstanceBehaviour()))
        }
    }
}
