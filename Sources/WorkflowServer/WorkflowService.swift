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
    /// Of current definitions.
    func cronTriggers() -> [CronTrigger]

    func start(_ request: StartRequest) async throws(EngineError) -> StartedInstance
    /// Data of an event whose payload type is declared is validated first.
    func accept(_ event: EventRequest) async throws(EngineError) -> WriteOutcome.AcceptedEvent
    /// - Parameter isForced: ends one that is held, undoing nothing.
    func cancel(_ id: InstanceID, _ request: CancelRequest, isForced: Bool) async throws(EngineError)
    func pause(_ id: InstanceID, reason: String?) async throws(EngineError)
    /// Releases an instance, whatever it is held for.
    func resume(_ id: InstanceID, reason: String?) async throws(EngineError)
    /// Begins another run of an ended instance; with `isDryRun` only says what that would do.
    func retry(_ id: InstanceID, _ request: RetryRequest, isDryRun: Bool) async throws(EngineError) -> RetryPreview
    /// Moves a live instance to the definition current now; returns its digest.
    func upgrade(_ id: InstanceID, reason: String?) async throws(EngineError) -> ContentDigest
    /// Nil when it is still going after that time.
    func ended(_ id: InstanceID, within: TimeSpan) async throws(EngineError) -> InstanceDetail?

    /// Why an instance is where it is; nil when there is no such instance. Reads the journal, and blocks as long.
    func explain(_ id: InstanceID) throws(JournalError) -> WaitExplanation?

    /// Checks one definition against the standard library, without storing it.
    func validate(_ source: SourceFile) async -> [Diagnostic]
    /// Checks a workflow's definition with the files it uses, without storing anything; no graph when it has mistakes or there
    /// is no such workflow. Parts of the standard library are the server's own.
    func definition(
        _ workflow: String, of sources: [DefinitionRecord.Source]
    ) async -> (graph: StepGraph?, diagnostics: [Diagnostic])
    /// Of a stored definition; nil when it cannot be loaded. May block.
    func graph(_ digest: ContentDigest) -> StepGraph?

    /// Why requests that change something are refused just now; nil: they are not.
    var obstacle: String? { get }
    var version: String { get }
}

/// What a retry keeps and what it does again, in memo keys.
package struct RetryPreview: Sendable, Hashable {
    /// Steps whose recorded result stays, in the order in which they completed.
    package var staying: [MemoKey]
    /// Steps that have run and run again when the run comes to them.
    package var again: [MemoKey]
    /// Steps that begin at once.
    package var beginning: [MemoKey]

    package init(staying: [MemoKey], again: [MemoKey], beginning: [MemoKey]) {
        self.staying = staying
        self.again = again
        self.beginning = beginning
    }
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
