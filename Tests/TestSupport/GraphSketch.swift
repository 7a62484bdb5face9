import CEL
import JSONSchema
package import Values
package import WorkflowGraph

/// A step of a graph written in a test: for shapes and sizes that no definition has. Actions are called `work`, expressions are
/// constants.
package struct StepSketch {
    package indirect enum Verb {
        case call
        case sleep
        case emit
        case group([StepSketch])
        case parallel([StepSketch])
        case choice([StepSketch])
        case composite([StepSketch])
    }

    package var id: String
    package var verb: Verb
    /// `foreach` over these, with the item as its key if `isKeyed`.
    package var items: [Value]?
    package var isKeyed = false
    package var concurrency = 1
    /// `repeat` for this number of rounds, with a pause between them if `hasPause`.
    package var rounds: Int?
    package var hasPause = false
    /// Attempts at a body.
    package var attempts: Int?
    package var hasTimeout = false
    package var compensate: [StepSketch] = []
    /// The steps of each clause; a clause catches everything.
    package var clauses: [[StepSketch]] = []
    package var finally: [StepSketch] = []

    package init(_ id: String, _ verb: Verb = .call) {
        self.id = id
        self.verb = verb
    }
}

/// Makes step graphs of sketches.
package struct GraphSketch {
    private var nodes: [Node] = []
    private var blocks: [Block] = []
    private var files: [FileBody] = []

    package static func graph(_ steps: [StepSketch], finally: [StepSketch] = [], timeout: TimeSpan? = nil) -> StepGraph {
        var sketch = GraphSketch()
        _ = sketch.file("case", steps, finally: finally)
        return StepGraph(
            workflow: "case", description: nil, digest: ContentDigest(of: "case".utf8), semantics: 1, nodes: sketch.nodes,
            blocks: sketch.blocks, files: sketch.files, events: [:], config: [], labels: [], timeout: timeout, matchSets: [])
    }

    private mutating func file(_ name: String, _ steps: [StepSketch], finally: [StepSketch]) -> FileIndex {
        let index = files.count
        files.append(FileBody(name: name, input: Self.anything, secrets: [], root: NodeIndex(0), outputType: .any))
        var root = node("", .group(block(steps)))
        root = node("", .shaped(Node.Shaping(body: root, returns: nil, output: nil, compensate: nil)))
        root = node("", .catching(body: root, clauses: []))
        if !finally.isEmpty { root = node("", .finally(body: root, cleanup: block(finally))) }
        files[index].root = root
        return FileIndex(index)
    }

    private mutating func block(_ steps: [StepSketch]) -> BlockIndex {
        let made = steps.map { step($0) }
        blocks.append(Block(steps: made))
        return BlockIndex(blocks.count - 1)
    }

    private mutating func node(_ id: String, _ kind: Node.Kind) -> NodeIndex {
        nodes.append(Node(id: id, kind: kind, range: nil, outputType: .any))
        return NodeIndex(nodes.count - 1)
    }

    /// In the order of application, from the inside.
    private mutating func step(_ step: StepSketch) -> NodeIndex {
        var index = verb(step)
        let compensate = step.compensate.isEmpty ? nil : block(step.compensate)
        index = node(step.id, .shaped(Node.Shaping(body: index, returns: nil, output: nil, compensate: compensate)))
        if let attempts = step.attempts { index = node(step.id, .retry(policy: Self.policy(attempts), body: index)) }
        if let items = step.items {
            let loop = Node.Foreach(
                items: .constant(.list(items)), key: step.isKeyed ? Self.item : nil, concurrency: step.concurrency, body: index)
            index = node(step.id, .foreach(loop))
        }
        if let rounds = step.rounds {
            let every = step.hasPause ? ValueExpression.constant(.duration(TimeSpan(microseconds: 1))) : nil
            let loop = Node.Repeat(until: nil, maximum: rounds, every: every, initial: nil, body: index)
            index = node(step.id, .repeat(loop))
        }
        if step.hasTimeout {
            let limit = TimeLimit.after(.constant(.duration(TimeSpan(microseconds: 3_600_000_000))))
            index = node(step.id, .timeout(limit: limit, body: index))
        }
        if !step.clauses.isEmpty {
            let clauses = step.clauses.map { Node.CatchClause(errors: [], test: nil, steps: block($0), output: nil) }
            index = node(step.id, .catching(body: index, clauses: clauses))
        }
        if !step.finally.isEmpty { index = node(step.id, .finally(body: index, cleanup: block(step.finally))) }
        return index
    }

    private mutating func verb(_ step: StepSketch) -> NodeIndex {
        switch step.verb {
        case .call:
            return node(
                step.id,
                .action(
                    Node.ActionCall(
                        action: "work", input: .constant(.null), contract: Self.anything, resultShape: .any, policy: .once,
                        isAtMostOnce: false)))
        case .sleep: return node(step.id, .sleep(.after(.constant(.duration(TimeSpan(microseconds: 1_000_000))))))
        case .emit: return node(step.id, .emit(Node.EmitStep(event: "happened", data: .constant(.null))))
        case .group(let steps): return node(step.id, .group(block(steps)))
        case .parallel(let steps): return node(step.id, .parallel(block(steps)))
        case .choice(let steps):
            let cases = steps.map { Node.Case(test: nil, step: self.step($0)) }
            return node(step.id, .choice(cases))
        case .composite(let steps):
            let file = file("action.\(step.id)", steps, finally: [])
            return node(step.id, .composite(Node.CompositeCall(file: file, input: .constant(.null), isAtMostOnce: false)))
        }
    }

    private static func policy(_ attempts: Int) -> RetryPolicy {
        RetryPolicy(
            attempts: attempts, delay: TimeSpan(microseconds: 1_000_000), backoff: 1,
            maxDelay: TimeSpan(microseconds: 1_000_000),
            hasJitter: false, errors: [ErrorPattern("*")], timeout: nil)
    }

    private static let anything: ValueContract = {
        guard let schema = CompiledSchema.compile([:]).schema else { preconditionFailure("the empty schema compiles") }
        return ValueContract(schema: schema, type: .any, shape: .any)
    }()

    private static let item: ValueExpression = {
        let slot = ScopeLayout.slot(depth: 0, index: ScopeLayout.item)
        let scope = ExpressionScope([ScopedVariable(name: "item", type: .any, slot: slot)])
        guard let item = ExpressionCompiler.compile("item", in: scope).0 else { preconditionFailure("a variable compiles") }
        return .expression(item)
    }()
}
