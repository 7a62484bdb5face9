import CEL
import JSONSchema
import Synchronization
import Values
import WorkflowGraph
import WorkflowJournal

/// What runs in place of a child whose `invoke` is mocked: an instance with one call, which the mock answers. A mock may stand for
/// one item of a loop, so this is decided child by child, when each is started.
enum StandIn {
    static let step = "answer"
    private static let path = StepPath(step)

    /// The mock of an `invoke` step as the mock of that one call.
    static func behaviour(_ mock: Mock) -> InstanceBehaviour {
        var answering = mock
        if let path { answering.path = path }
        return InstanceBehaviour(mocks: [answering])
    }
}

/// Children that something stands in for, known to the engine core, too.
final class StandIns: Sendable {
    private let steps = Mutex<[InstanceID: String]>([:])

    /// The step that invoked the child; nil when the child is none of these.
    subscript(child: InstanceID) -> String? { steps.withLock { $0[child] } }
    func add(_ child: InstanceID, at step: String) { steps.withLock { $0[child] = step } }
}

extension StepGraph {
    /// The workflow with one call instead of its steps, which takes nothing and may answer anything.
    var standIn: StepGraph? {
        guard let schema = CompiledSchema.compile([:]).schema else { return nil }
        let call = Node.ActionCall(
            action: workflow, input: .constant([:]), contract: ValueContract(schema: schema, type: .any, shape: .any),
            resultShape: .any, policy: .once, isAtMostOnce: false)
        let nodes: [(id: String, kind: Node.Kind)] = [
            ("", .catching(body: NodeIndex(1), clauses: [])),
            ("", .choice([Node.Case(test: nil, step: NodeIndex(2))])),
            (StandIn.step, .action(call)),
        ]
        var file = main
        file.root = NodeIndex(0)
        file.outputType = .any
        return StepGraph(
            workflow: workflow, description: nil, digest: ContentDigest(of: .string("stand-in \(digest)")),
            semantics: semantics,
            nodes: nodes.map { Node(id: $0.id, kind: $0.kind, range: nil, outputType: .any) }, blocks: [], files: [file],
            events: [:], config: [], labels: [], timeout: nil, matchSets: [])
    }
}
