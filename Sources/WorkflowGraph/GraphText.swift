import CEL
import Values

/// The text form of a step graph: `wfrun graph --format text`. One line per step, bodies and handlers indented below it.
package enum GraphText {
    package static func text(of graph: StepGraph) -> String {
        var writer = GraphTextWriter(graph: graph)
        writer.writeWorkflow()
        return writer.lines.joined(separator: "\n") + "\n"
    }

    /// A list of steps with what they ask for: two lists of one text do the same.
    package static func text(of block: BlockIndex, in graph: StepGraph) -> String {
        var writer = GraphTextWriter(graph: graph)
        writer.showsInputs = true
        writer.writeBlock(block, depth: 0)
        return writer.lines.joined(separator: "\n")
    }
}

private struct GraphTextWriter {
    let graph: StepGraph
    var lines: [String] = []
    var showsInputs = false

    init(graph: StepGraph) { self.graph = graph }

    mutating func writeWorkflow() {
        lines.append("workflow \(graph.workflow)")
        if let timeout = graph.timeout { lines.append("  timeout \(timeout)") }
        graph.triggers.forEach { writeTrigger($0) }
        if let gate = graph.concurrency {
            line(1, "concurrency \(gate.limit) \(gate.overflow)\(gate.key.map { "  key \(Self.text($0))" } ?? "")")
        }
        for (status, span) in graph.retention.sorted(by: { $0.key.precedesByCodePoint($1.key) }) {
            line(1, "keep \(status) \(span)")
        }
        writeBody(graph.main.root, depth: 1)
    }

    private mutating func writeTrigger(_ trigger: StepGraph.Trigger) {
        let source =
            switch trigger.source {
            case .event(let names, let test):
                "event \(names.joined(separator: " | "))\(test.map { "  where \(Self.text($0))" } ?? "")"
            case .cron(let cron): "cron \(cron.pattern)  \(cron.timezone), catch up \(cron.catchUp), \(cron.overlap)"
            }
        line(1, "trigger \(source)  input \(Self.text(trigger.input))")
    }

    private mutating func line(_ depth: Int, _ text: String) {
        lines.append(String(repeating: "  ", count: depth) + text)
    }

    mutating func writeBlock(_ block: BlockIndex, depth: Int) {
        for step in graph[block].steps { writeStep(step, depth: depth) }
    }

    /// The root of a file: its modifiers stand beside its steps.
    private mutating func writeBody(_ root: NodeIndex, depth: Int) {
        let chain = Chain(root, in: graph)
        writeVerb(graph[chain.verb].kind, depth: depth)
        writeHandlers(chain, depth: depth)
    }

    /// A step's chain of modifiers, outermost first, ends at its verb.
    private mutating func writeStep(_ index: NodeIndex, depth: Int, test: ValueExpression? = nil) {
        let chain = Chain(index, in: graph)
        let verb = graph[chain.verb]
        let conditions = (test.map { ["if \(Self.text($0))"] } ?? []) + chain.facts
        let facts = conditions.isEmpty ? "" : "  [\(conditions.joined(separator: ", "))]"
        line(depth, "\(verb.id): \(summary(verb.kind))\(facts)")
        writeVerb(verb.kind, depth: depth + 1)
        writeHandlers(chain, depth: depth + 1)
    }

    private mutating func writeHandlers(_ chain: Chain, depth: Int) {
        for clause in chain.clauses {
            let errors = clause.errors.isEmpty ? "*" : clause.errors.map(\.text).joined(separator: ", ")
            line(depth, "catch \(errors)\(clause.test.map { "  [if \(Self.text($0))]" } ?? "")")
            if let steps = clause.steps { writeBlock(steps, depth: depth + 1) }
        }
        if let undo = chain.compensate {
            line(depth, "compensate")
            writeBlock(undo, depth: depth + 1)
        }
        if let cleanup = chain.finally {
            line(depth, "finally")
            writeBlock(cleanup, depth: depth + 1)
        }
    }

    private func summary(_ kind: Node.Kind) -> String {
        switch kind {
        case .action(let call): "call \(call.action)\(with(call.input))\(call.isAtMostOnce ? "  at most once" : "")"
        case .composite(let call): "call \(graph[call.file].name)\(with(call.input))"
        case .wait(let wait):
            "wait \(wait.events.joined(separator: " | "))"
                + (wait.match.isEmpty
                    ? "" : "  match \(wait.match.map { "\($0.path) = \(Self.text($0.value))" }.joined(separator: ", "))")
        case .sleep(let limit): "sleep \(Self.text(limit))"
        case .invoke(let invoke):
            "invoke \(invoke.workflow) \(Self.text(invoke.input))\(invoke.isDetached ? "  detached" : "")"
        case .emit(let emit): "emit \(emit.event) \(Self.text(emit.data))"
        case .bindings(let bindings): "let \(bindings.map(\.name).joined(separator: ", "))"
        case .group: "steps"
        case .parallel: "parallel"
        case .choice: "switch"
        case .fail(let fail): "fail \(fail.code)"
        case .raise(let value): "fail \(Self.text(value))"
        case .return(let value): "return \(Self.text(value))"
        case .continueAsNew(let value): "continue_as_new \(Self.text(value))"
        case .condition, .finally, .catching, .timeout, .foreach, .repeat, .retry, .shaped: ""
        }
    }

    private func with(_ input: ValueExpression) -> String { showsInputs ? " \(Self.text(input))" : "" }

    /// What stands inside a verb.
    private mutating func writeVerb(_ kind: Node.Kind, depth: Int) {
        switch kind {
        case .composite(let call): writeBody(graph[call.file].root, depth: depth)
        case .group(let block), .parallel(let block): writeBlock(block, depth: depth)
        case .choice(let cases): for choice in cases { writeStep(choice.step, depth: depth, test: choice.test) }
        case .action, .wait, .sleep, .bindings, .invoke, .emit, .fail, .raise, .return, .continueAsNew: break
        case .condition, .finally, .catching, .timeout, .foreach, .repeat, .retry, .shaped: break
        }
    }

    static func text(_ limit: TimeLimit) -> String {
        switch limit {
        case .after(let value): text(value)
        case .until(let value): "until \(text(value))"
        }
    }

    static func text(_ value: ValueExpression) -> String {
        switch value {
        case .constant(let constant): JSON.text(constant)
        case .expression(let expression): "${{ \(expression.source) }}"
        case .template(let parts), .uri(let parts):
            parts.map { part in
                switch part {
                case .text(let text): text
                case .expression(let expression, _): "${{ \(expression.source) }}"
                }
            }.joined()
        case .list(let items): "[" + items.map(text).joined(separator: ", ") + "]"
        case .mustache(_, let data, _): "template filled with \(text(data))"
        case .map(let members): "{" + members.map { "\($0.name): \(text($0.value))" }.joined(separator: ", ") + "}"
        }
    }
}

/// The modifiers around a verb, taken apart.
private struct Chain {
    var verb: NodeIndex
    var facts: [String] = []
    var clauses: [Node.CatchClause] = []
    var compensate: BlockIndex?
    var finally: BlockIndex?

    init(_ start: NodeIndex, in graph: StepGraph) {
        verb = start
        while let body = take(graph[verb].kind) { verb = body }
        switch graph[verb].kind {
        case .action(let call) where call.policy.attempts > 1: facts.append("retry \(call.policy.attempts)")
        case .invoke(let invoke) where invoke.policy.attempts > 1: facts.append("retry \(invoke.policy.attempts)")
        default: break
        }
    }

    /// Notes a modifier and returns what it is around; nil for a verb.
    private mutating func take(_ kind: Node.Kind) -> NodeIndex? {
        switch kind {
        case .condition(let test, let body):
            facts.append("if \(GraphTextWriter.text(test))")
            return body
        case .finally(let body, let cleanup):
            finally = cleanup
            return body
        case .catching(let body, let clauses):
            self.clauses = clauses
            return body
        case .timeout(let limit, let body):
            facts.append("timeout \(GraphTextWriter.text(limit))")
            return body
        case .foreach(let loop):
            let key = loop.key.map { ", key \(GraphTextWriter.text($0))" } ?? ""
            let width = loop.concurrency == 1 ? "" : ", \(loop.concurrency) at once"
            facts.append("foreach \(GraphTextWriter.text(loop.items))\(key)\(width)")
            return loop.body
        case .repeat(let loop):
            let until = loop.until.map { " until \(GraphTextWriter.text($0))" } ?? ""
            let every = loop.every.map { ", every \(GraphTextWriter.text($0))" } ?? ""
            let initial = loop.initial.map { ", from \(GraphTextWriter.text($0))" } ?? ""
            facts.append("repeat\(until), at most \(loop.maximum)\(every)\(initial)")
            return loop.body
        case .retry(let policy, let body):
            facts.append("retry \(policy.attempts)")
            return body
        case .shaped(let shaping):
            compensate = shaping.compensate
            return shaping.body
        case .action, .composite, .wait, .sleep, .bindings, .invoke, .emit, .group, .parallel, .choice, .fail, .raise, .return,
            .continueAsNew:
            return nil
        }
    }
}
