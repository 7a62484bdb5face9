import Schedules
import Synchronization
package import Values
package import WorkflowEngine
package import WorkflowGraph
import WorkflowJournal

/// The definitions a simulated server has: compiled before, changed between two inputs only.
package final class SimulatedDefinitions: DefinitionProvider {
    private struct State {
        var current: [String: CurrentDefinition] = [:]
        var graphs: [ContentDigest: StepGraph] = [:]
        var hasSchedules = true
    }

    private let state = Mutex(State())
    private let zones = TimeZoneDatabase.system()

    package init(_ graphs: [StepGraph] = [], config: Value = .map([:])) {
        for graph in graphs { define(graph, config: config) }
    }

    /// New instances of its workflow get this graph from now on.
    package func define(_ graph: StepGraph, config: Value = .map([:])) {
        state.withLock { state in
            state.graphs[graph.digest] = graph
            state.current[graph.workflow] = CurrentDefinition(
                graph: graph, config: config, configDigest: ContentDigest(of: config))
        }
    }

    /// What a digest stands for becomes something else: a binary that reads an old definition differently.
    package func replace(_ digest: ContentDigest, by graph: StepGraph?) {
        state.withLock { $0.graphs[digest] = graph }
    }

    package func retire(_ workflow: String) { state.withLock { $0.current[workflow] = nil } }

    package func current(_ workflow: String) -> CurrentDefinition? { state.withLock { $0.current[workflow] } }

    /// By name.
    private var all: [CurrentDefinition] {
        state.withLock { $0.current.values.sorted { $0.graph.workflow.precedesByCodePoint($1.graph.workflow) } }
    }

    package func triggers(forEvent name: String) -> [EventTrigger] {
        return all.flatMap(\.eventTriggers).filter { $0.event.hasSameCodePoints(as: name) }.map(\.trigger)
    }

    /// The author takes the cron triggers out of all definitions.
    package func endSchedules() { state.withLock { $0.hasSchedules = false } }

    package func cronTriggers() -> [CronTrigger] {
        guard state.withLock({ $0.hasSchedules }) else { return [] }
        return all.flatMap { $0.cronTriggers(zones: zones) }
    }

    package func graph(_ digest: ContentDigest) throws(DefinitionUnavailable) -> StepGraph {
        guard let graph = state.withLock({ $0.graphs[digest] }) else {
            throw DefinitionUnavailable(reason: "definition \(digest) cannot be loaded")
        }
        return graph
    }
}

/// Secrets by name.
package struct SimulatedSecrets: SecretSource {
    package var values: [String: String]
    package init(_ values: [String: String]) { self.values = values }
    package func secret(_ name: String) -> String? { values[name] }
}
