import Diagnostics
import Synchronization
import Values
import WorkflowDefinitions
import WorkflowEngine
import WorkflowGraph
import WorkflowJournal
import WorkflowServer

/// The definitions a server offers, and the ones its live instances are pinned to.
///
/// A definition is current only after its record and its configuration are stored (G7). An edit that has mistakes changes
/// nothing; a file that disappears retires its workflow for new starts.
final class ProjectDefinitions: DefinitionProvider, Sendable {
    private struct Entry {
        var offered: OfferedWorkflow
        /// Nil when a setting is missing.
        var current: CurrentDefinition?
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var cache: [ContentDigest: StepGraph] = [:]
        /// Of the current definitions, by event name; kept so that an event costs nothing for workflows it does not start.
        var triggers: [String: [EventTrigger]] = [:]

        mutating func indexTriggers() {
            triggers = [:]
            for name in entries.keys.sorted(by: { $0.precedesByCodePoint($1) }) {
                for (event, trigger) in entries[name]?.current?.eventTriggers ?? [] {
                    triggers[event, default: []].append(trigger)
                }
            }
        }
    }

    private static let cachedGraphs = 1_000

    private let store: any JournalStore
    private let config: ConfigValues
    private let state = Mutex(State())

    init(store: any JournalStore, config: ConfigValues) {
        self.store = store
        self.config = config
    }

    // MARK: What the engine asks

    func current(_ workflow: String) -> CurrentDefinition? {
        state.withLock { $0.entries[workflow]?.current }
    }

    func triggers(forEvent name: String) -> [EventTrigger] { state.withLock { $0.triggers[name] ?? [] } }

    func cronTriggers() -> [CronTrigger] {
        let current = state.withLock { $0.entries.values.compactMap(\.current) }
        return current.sorted { $0.graph.workflow.precedesByCodePoint($1.graph.workflow) }
            .flatMap { $0.cronTriggers() }
    }

    func graph(_ digest: ContentDigest) throws(DefinitionUnavailable) -> StepGraph {
        if let known = state.withLock({ $0.cache[digest] }) { return known }
        let graph = try load(digest)
        remember(graph)
        return graph
    }

    private func load(_ digest: ContentDigest) throws(DefinitionUnavailable) -> StepGraph {
        let record: DefinitionRecord?
        do throws(JournalError) {
            record = try store.definition(digest)
        } catch {
            throw DefinitionUnavailable(reason: error.message)
        }
        guard let record else { throw DefinitionUnavailable(reason: "the definition \(digest) is not in the store") }
        return try ProjectAnalysis.load(record)
    }

    private func remember(_ graph: StepGraph) {
        state.withLock { state in
            if state.cache.count >= Self.cachedGraphs { state.cache.removeAll() }
            state.cache[graph.digest] = graph
        }
    }

    // MARK: What clients ask

    var offered: [OfferedWorkflow] {
        state.withLock { $0.entries.values.map(\.offered) }.sorted { $0.name.precedesByCodePoint($1.name) }
    }

    func offered(_ name: String) -> OfferedWorkflow? { state.withLock { $0.entries[name]?.offered } }

    /// The declared payload type of an event; definitions agree on it.
    func contract(ofEvent name: String) -> ValueContract? {
        for workflow in offered {
            if let contract = workflow.graph.events[name] { return contract }
        }
        return nil
    }

    // MARK: Publishing

    struct Change: Sendable {
        var added: [String] = []
        var changed: [String] = []
        var retired: [String] = []
        /// What keeps workflows from being started, one sentence each.
        var unresolved: [String] = []

        var isEmpty: Bool { added.isEmpty && changed.isEmpty && retired.isEmpty }
    }

    /// Makes the valid definitions of an analysis current, each after it is stored. Broken ones stay as they were.
    func publish(_ analysis: ProjectAnalysis, through engine: Engine) async throws(EngineError) -> Change {
        var change = Change()
        for workflow in analysis.workflows {
            let known = offered(workflow.name)
            if known?.digest == workflow.graph.digest, known?.problem == nil { continue }
            try await engine.define(workflow.record)
            var entry = Entry(offered: workflow.offered(problem: nil))
            switch config.snapshot(for: workflow.graph) {
            case .success(let snapshot):
                let digest = try await engine.configure(snapshot)
                entry.current = CurrentDefinition(graph: workflow.graph, config: snapshot, configDigest: digest)
            case .failure(let unresolved):
                entry.offered = workflow.offered(problem: unresolved.description)
                change.unresolved.append(unresolved.description)
            }
            remember(workflow.graph)
            let published = entry
            state.withLock { state in
                state.entries[workflow.name] = published
                state.indexTriggers()
            }
            if known == nil {
                change.added.append(workflow.name)
            } else if known?.digest != workflow.graph.digest {
                change.changed.append(workflow.name)
            }
        }
        let present = Set(analysis.workflows.map(\.name)).union(analysis.brokenNames)
        change.retired = offered.map(\.name).filter { !present.contains($0) }
        let retired = change.retired
        state.withLock { state in
            for name in retired { state.entries[name] = nil }
            state.indexTriggers()
        }
        return change
    }
}
