package import Diagnostics
package import Values
package import WorkflowEngine
package import WorkflowGraph
package import WorkflowJournal

/// What the API needs of the rest of the program: the engine, and the definitions it runs.
package protocol WorkflowService: Sendable {
    var queries: any JournalQueries { get }

    /// By name.
    func workflows() -> [OfferedWorkflow]
    func workflow(_ name: String) -> OfferedWorkflow?

    func start(_ request: StartRequest) async throws(EngineError) -> StartedInstance
    /// Data of an event whose payload type is declared is validated first.
    func accept(_ event: EventRequest) async throws(EngineError) -> WriteOutcome.AcceptedEvent
    func cancel(_ id: InstanceID, _ request: CancelRequest) async throws(EngineError)
    /// Nil when it is still going after that time.
    func ended(_ id: InstanceID, within: TimeSpan) async throws(EngineError) -> InstanceDetail?

    /// Checks one definition against the standard library, without storing it.
    func validate(_ source: SourceFile) async -> [Diagnostic]

    /// Why requests that change something are refused just now; nil: they are not.
    var obstacle: String? { get }
    var version: String { get }
}

/// A workflow as clients see it.
package struct OfferedWorkflow: Sendable {
    package var name: String
    package var description: String?
    package var digest: ContentDigest
    package var graph: StepGraph
    /// Path and text of the definition, then of the files it calls.
    package var sources: [DefinitionRecord.Source]
    /// Why it cannot be started: a setting that nobody gave, with how to give it. Nil: it can.
    package var problem: String?

    package init(
        name: String, description: String?, digest: ContentDigest, graph: StepGraph, sources: [DefinitionRecord.Source],
        problem: String?
    ) {
        self.name = name
        self.description = description
        self.digest = digest
        self.graph = graph
        self.sources = sources
        self.problem = problem
    }
}
