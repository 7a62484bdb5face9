import BuiltinActions
import Diagnostics
import JournalSQLite
import Synchronization
import Values
import WorkflowDefinitions
import WorkflowEngine
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal
import WorkflowServer

/// The only place that joins stores, actions, engine and server.
struct Composition: Sendable {
    let engine: Engine
    let definitions: ProjectDefinitions
    private let actions: BuiltinActions

    /// Opens the database and puts an engine on it. Nothing runs yet.
    static func open(
        database: String, durability: SQLiteJournal.Durability, settings: Settings,
        configuration: Engine.Configuration = Engine.Configuration(),
        report: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(CommandFailure) -> Composition {
        do throws(Files.Failure) {
            try Files.makeFolder(Files.folder(of: database))
        } catch {
            throw CommandFailure(.failed, "The folder of the database, \(error.path), cannot be made: \(error.reason).")
        }
        let store: SQLiteJournal
        do throws(JournalError) {
            store = try SQLiteJournal.open(path: database, durability: durability)
        } catch {
            throw CommandFailure(error, database: database)
        }
        let actionSettings = try actionsConfiguration(settings, database: database)
        let actions: BuiltinActions
        do throws(ActionsConfigurationError) {
            actions = try BuiltinActions(configuration: actionSettings)
        } catch {
            throw CommandFailure(.failed, "The configuration of the actions cannot be used: \(error.description).")
        }
        let definitions = ProjectDefinitions(store: store, config: ConfigValues(settings))
        let secrets = EnvironmentSecrets(environment: settings.environment, folder: settings.text(nil, "secrets.dir"))
        let engine = Engine(
            store: store, definitions: definitions, actions: actions.handlers(), secrets: secrets,
            configuration: configuration, report: report)
        return Composition(engine: engine, definitions: definitions, actions: actions)
    }

    /// Definitions can be published from here on. `engine.takeUp` resumes what is unfinished, once they are.
    func begin() throws(CommandFailure) -> Epoch {
        do throws(JournalError) {
            return try engine.open()
        } catch {
            throw CommandFailure(.failed, error.message)
        }
    }

    func shutdown(drain: TimeSpan) async {
        await engine.shutdown(drain: drain)
        await actions.shutdown()
    }

    func service() -> LiveService { LiveService(engine: engine, definitions: definitions) }
}

/// The engine and its definitions as the API sees them.
struct LiveService: WorkflowService {
    let engine: Engine
    let definitions: ProjectDefinitions

    var queries: any JournalQueries { engine.queries }
    func workflows() -> [OfferedWorkflow] { definitions.offered }
    func workflow(_ name: String) -> OfferedWorkflow? { definitions.offered(name) }
    func cronTriggers() -> [CronTrigger] { definitions.cronTriggers() }

    func start(_ request: StartRequest) async throws(EngineError) -> StartedInstance { try await engine.start(request) }

    func accept(_ event: EventRequest) async throws(EngineError) -> WriteOutcome.AcceptedEvent {
        if let contract = definitions.contract(ofEvent: event.name), case .failure(let violation) = contract.admit(event.data) {
            let places = (violation.value.listValue ?? []).map { place -> Value in
                ["pointer": .string("/data" + (place["pointer"]?.stringValue ?? "")), "detail": place["detail"] ?? .null]
            }
            throw EngineError(
                .invalidInput, "The data of the event '\(event.name)' does not fit its type: \(violation.summary)",
                violations: .list(places))
        }
        return try await engine.accept(event)
    }

    func cancel(_ id: InstanceID, _ request: CancelRequest, isForced: Bool) async throws(EngineError) {
        try await engine.cancel(id, request, isForced: isForced)
    }

    func pause(_ id: InstanceID, reason: String?) async throws(EngineError) { try await engine.pause(id, reason: reason) }
    func resume(_ id: InstanceID, reason: String?) async throws(EngineError) { try await engine.resume(id, reason: reason) }

    func retry(_ id: InstanceID, _ request: RetryRequest, isDryRun: Bool) async throws(EngineError) -> RetryPreview {
        let plan = isDryRun ? try engine.planRetry(id, request) : try await engine.retry(id, request)
        return RetryPreview(staying: plan.staying, again: plan.again, beginning: plan.beginning)
    }

    func upgrade(_ id: InstanceID, reason: String?) async throws(EngineError) -> ContentDigest {
        try await engine.upgrade(id, reason: reason)
    }

    func ended(_ id: InstanceID, within: TimeSpan) async throws(EngineError) -> InstanceDetail? {
        try await engine.ended(id, within: within)
    }

    func explain(_ id: InstanceID) throws(JournalError) -> WaitExplanation? {
        try Explainer(queries: queries, graph: { try? definitions.graph($0) }).explain(id, at: wallClock())
    }

    func validate(_ source: SourceFile) async -> [Diagnostic] { ProjectAnalysis.diagnostics(ofAlone: source) }

    func definition(
        _ workflow: String, of sources: [DefinitionRecord.Source]
    ) async -> (graph: StepGraph?, diagnostics: [Diagnostic]) {
        ProjectAnalysis.definition(workflow, of: sources, beside: definitions.offered)
    }

    func graph(_ digest: ContentDigest) -> StepGraph? { try? definitions.graph(digest) }

    var obstacle: String? { engine.failure }
    var version: String { wfrunVersion }
}
