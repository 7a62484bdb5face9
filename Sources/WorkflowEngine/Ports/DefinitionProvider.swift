package import Values
package import WorkflowGraph
package import WorkflowJournal

/// Where the engine gets step graphs: implementations hold the project's definitions and load pinned ones from the store.
package protocol DefinitionProvider: Sendable {
    /// The definition that new instances of this workflow get; nil when there is none (any more). Its record is stored before
    /// it becomes current, so a start may refer to it at once.
    func current(_ workflow: String) -> CurrentDefinition?

    /// The triggers of current definitions that name this event, by workflow name and in the order of the file.
    func triggers(forEvent name: String) -> [EventTrigger]

    /// The cron triggers of current definitions.
    func cronTriggers() -> [CronTrigger]

    /// The graph of a stored definition. Blocks on first use; cached afterwards.
    /// - Throws: `DefinitionUnavailable` when it cannot be loaded: the instance is held `unsupported`.
    func graph(_ digest: ContentDigest) throws(DefinitionUnavailable) -> StepGraph
}

package struct CurrentDefinition: Sendable {
    package var graph: StepGraph
    /// The configuration snapshot for new instances, stored already.
    package var config: Value
    package var configDigest: ContentDigest

    package init(graph: StepGraph, config: Value, configDigest: ContentDigest) {
        self.graph = graph
        self.config = config
        self.configDigest = configDigest
    }
}

/// What an event may start.
package struct EventTrigger: Sendable {
    package var definition: CurrentDefinition
    package var trigger: StepGraph.Trigger

    package init(definition: CurrentDefinition, trigger: StepGraph.Trigger) {
        self.definition = definition
        self.trigger = trigger
    }
}

extension CurrentDefinition {
    /// Its triggers by event name.
    package var eventTriggers: [(event: String, trigger: EventTrigger)] {
        graph.triggers.flatMap { trigger -> [(event: String, trigger: EventTrigger)] in
            guard case .event(let names, _) = trigger.source else { return [] }
            return names.map { (event: $0, trigger: EventTrigger(definition: self, trigger: trigger)) }
        }
    }
}

extension StepGraph {
    /// As it is stored.
    package func record(sources: [DefinitionRecord.Source] = []) -> DefinitionRecord {
        let retention = retention.compactMap { status, age in InstanceStatus(rawValue: status).map { ($0, age) } }
        return DefinitionRecord(
            digest: digest, workflow: workflow, semantics: semantics, sources: sources,
            matchSets: matchSets.map { MatchSet(event: $0.event, paths: $0.paths) },
            retention: Dictionary(retention, uniquingKeysWith: { first, _ in first }))
    }
}

package struct DefinitionUnavailable: Error, Sendable {
    package var reason: String
    package init(reason: String) { self.reason = reason }
}

/// Where secrets come from. Read again at each attempt; values are part of nothing that is stored.
package protocol SecretSource: Sendable {
    /// Nil when there is no such secret.
    func secret(_ name: String) -> String?
}
