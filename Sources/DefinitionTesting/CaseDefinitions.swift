import Values
import WorkflowEngine
import WorkflowGraph
import WorkflowJournal

/// The definitions that a case may run.
struct CaseDefinitions: DefinitionProvider {
    let graphs: [String: StepGraph]
    /// What runs in place of a mocked child, by workflow.
    let standIns: [String: StepGraph]
    private let byDigest: [ContentDigest: StepGraph]
    private let config: Value
    private let configDigest: ContentDigest
    let handlers: [ActionHandler]
    /// What stores them.
    let writes: [JournalWrite]

    init(_ graphs: [String: StepGraph], config: Value) {
        self.graphs = graphs
        self.config = config
        configDigest = ContentDigest(of: config)
        standIns = graphs.compactMapValues(\.standIn)
        let all = Array(graphs.values) + standIns.values
        byDigest = Dictionary(all.map { ($0.digest, $0) }, uniquingKeysWith: { first, _ in first })
        handlers = Set(all.flatMap(\.actionNames)).map { name in
            // The world answers for it: the body is never run.
            ActionHandler(name: name, body: .inline { _ in ActionResult(.success(.null)) })
        }
        let ordered = all.sorted { $0.digest.hex < $1.digest.hex }
        writes = ordered.map { .define($0.record()) } + [.configure(config)]
    }

    func current(_ workflow: String) -> CurrentDefinition? {
        graphs[workflow].map { CurrentDefinition(graph: $0, config: config, configDigest: configDigest) }
    }

    /// Other workflows are not part of a case.
    func triggers(forEvent name: String) -> [EventTrigger] { [] }
    func cronTriggers() -> [CronTrigger] { [] }

    func graph(_ digest: ContentDigest) throws(DefinitionUnavailable) -> StepGraph {
        guard let graph = byDigest[digest] else { throw DefinitionUnavailable(reason: "no such definition") }
        return graph
    }

    /// A crash between the announcement and the effect is what `at_most_once` makes a difference of, on purpose.
    func announcesAtMostOnce(_ transition: Transition) -> Bool {
        transition.steps.contains { $0.row.status == .running && isBegunOnce($0.row) }
    }

    func isBegunOnce(_ row: StepRow) -> Bool {
        guard let path = StepPath(row.key.text) else { return false }
        return graphs.values.contains { graph in
            guard case .success(let place) = graph.place(of: path) else { return false }
            if case .action(let call) = graph[place.step.verb].kind, call.isAtMostOnce { return true }
            return place.composites.contains { composite in
                if case .composite(let call) = graph[composite.node].kind { call.isAtMostOnce } else { false }
            }
        }
    }
}
