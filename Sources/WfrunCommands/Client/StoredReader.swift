import Diagnostics
import HTTPTypes
import JournalSQLite
import Values
import WorkflowEngine
import WorkflowGraph
import WorkflowJournal
import WorkflowServer

/// The API's reading part on a database that no server has open: the same routes, in this process.
struct StoredReader: APISource {
    private let api: API

    init(database path: String) throws(CommandFailure) {
        do throws(JournalError) {
            let service = StoredService(
                queries: try SQLiteJournal.openReadOnly(path: path), isServed: SQLiteJournal.isServed(path: path))
            api = API(service: service, tokens: NoTokens())
        } catch {
            throw CommandFailure(error, database: path)
        }
    }

    func send(_ call: APICall) async throws(CommandFailure) -> APIAnswer {
        var headers: HTTPFields = [:]
        if call.body != nil { headers[.contentType] = "application/json" }
        let body = call.body.map { JSON.bytes($0) } ?? []
        let request = APIRequest(
            id: "local", method: call.method, target: call.target, headers: headers,
            readBody: { (_) async throws(Problem) in body })
        // Whoever may read the file may ask it anything; there is nothing behind it that could change something.
        let answer = await api.handle(request, as: Principal(name: "local", grants: [Grant(.admin)]))
        return APIAnswer(status: Int(answer.status.code), body: answer.body)
    }
}

private struct NoTokens: TokenStore {
    func tokens() -> [AccessToken] { [] }
}

/// A service that only reads: there is no engine behind it.
private struct StoredService: WorkflowService {
    let queries: any JournalQueries
    /// Another process has the database open.
    let isServed: Bool

    private static let noServer = EngineError(.unavailable, "No server is running on this database")

    func workflows() -> [OfferedWorkflow] { [] }
    func workflow(_ name: String) -> OfferedWorkflow? { nil }
    func cronTriggers() -> [CronTrigger] { [] }
    func start(_ request: StartRequest) async throws(EngineError) -> StartedInstance { throw Self.noServer }
    func accept(_ event: EventRequest) async throws(EngineError) -> WriteOutcome.AcceptedEvent { throw Self.noServer }
    func cancel(_ id: InstanceID, _ request: CancelRequest, isForced: Bool) async throws(EngineError) { throw Self.noServer }
    func pause(_ id: InstanceID, reason: String?) async throws(EngineError) { throw Self.noServer }
    func resume(_ id: InstanceID, reason: String?) async throws(EngineError) { throw Self.noServer }
    func retry(_ id: InstanceID, _ request: RetryRequest, isDryRun: Bool) async throws(EngineError) -> RetryPreview {
        throw Self.noServer
    }
    func upgrade(_ id: InstanceID, reason: String?) async throws(EngineError) -> ContentDigest { throw Self.noServer }
    func ended(_ id: InstanceID, within: TimeSpan) async throws(EngineError) -> InstanceDetail? { nil }
    func explain(_ id: InstanceID) throws(JournalError) -> WaitExplanation? {
        let obstacle = "No server has this database open, so nothing of it moves; 'wfrun serve' takes it up again."
        let explainer = Explainer(
            queries: queries,
            graph: { digest in (try? queries.definition(digest)).flatMap { $0 }.flatMap { try? ProjectAnalysis.load($0) } },
            obstacle: isServed ? nil : obstacle)
        return try explainer.explain(id, at: wallClock())
    }

    func validate(_ source: SourceFile) async -> [Diagnostic] { [] }
    func definition(
        _ workflow: String, of sources: [DefinitionRecord.Source]
    ) async -> (graph: StepGraph?, diagnostics: [Diagnostic]) {
        ProjectAnalysis.definition(workflow, of: sources)
    }
    func graph(_ digest: ContentDigest) -> StepGraph? {
        guard let record = try? queries.definition(digest) else { return nil }
        return try? ProjectAnalysis.load(record)
    }
    var obstacle: String? { Self.noServer.message }
    var version: String { wfrunVersion }
}

extension CommandFailure {
    /// Why a database cannot be opened, always with its name.
    init(_ error: JournalError, database: String) {
        let isNamed = error.message.contains(database)
        self.init(.failed, isNamed ? error.message : "The database \(database) cannot be opened: \(error.message)")
    }
}
