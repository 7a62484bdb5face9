import Diagnostics
import HTTPTypes
import JournalMemory
import StandardLibrary
import Synchronization
import Values
import WorkflowDefinitions
import WorkflowEngine
import WorkflowGraph
import WorkflowJournal
import WorkflowServer

/// A service that remembers what it was asked and answers what the test says.
final class FakeService: WorkflowService {
    struct State {
        var started: [StartRequest] = []
        var events: [EventRequest] = []
        var cancelled: [(InstanceID, CancelRequest)] = []
        /// Other acts on instances, in words.
        var acts: [(InstanceID, String)] = []
        var refusal: EngineError?
        var ended: InstanceDetail?
        var isRepeated = false
        var obstacle: String?
    }

    private let state = Mutex(State())
    let journal: MemoryJournal
    let offered: [OfferedWorkflow]

    init(offered: [OfferedWorkflow] = []) {
        self.offered = offered
        journal = MemoryJournal(clock: { Timestamp(microseconds: 1_700_000_000_000_000) })
        _ = try? journal.open(node: "test")
    }

    /// Reads or changes what the service remembers.
    func withState<Result: Sendable>(_ work: (inout sending State) -> sending Result) -> Result {
        state.withLock { work(&$0) }
    }

    var queries: any JournalQueries { journal }
    func workflows() -> [OfferedWorkflow] { offered }
    func workflow(_ name: String) -> OfferedWorkflow? { offered.first { $0.name == name } }
    func cronTriggers() -> [CronTrigger] {
        offered.flatMap { offered in
            CurrentDefinition(graph: offered.graph, config: [:], configDigest: ContentDigest(of: [:] as Value))
                .cronTriggers()
        }
    }

    func start(_ request: StartRequest) async throws(EngineError) -> StartedInstance {
        try state.withLock { state throws(EngineError) in
            if let refusal = state.refusal { throw refusal }
            state.started.append(request)
            return StartedInstance(id: Self.id, isNew: !state.isRepeated)
        }
    }

    func accept(_ event: EventRequest) async throws(EngineError) -> WriteOutcome.AcceptedEvent {
        try state.withLock { state throws(EngineError) in
            if let refusal = state.refusal { throw refusal }
            state.events.append(event)
            return WriteOutcome.AcceptedEvent(
                sequence: EventSequence(Int64(state.events.count)), id: event.id ?? "made", isDuplicate: false, woken: [])
        }
    }

    func cancel(_ id: InstanceID, _ request: CancelRequest, isForced: Bool) async throws(EngineError) {
        state.withLock { $0.cancelled.append((id, request)) }
        if isForced { record("force", id) }
    }

    func pause(_ id: InstanceID, reason: String?) async throws(EngineError) { record("pause \(reason ?? "")", id) }
    func resume(_ id: InstanceID, reason: String?) async throws(EngineError) { record("resume \(reason ?? "")", id) }

    func retry(_ id: InstanceID, _ request: RetryRequest, isDryRun: Bool) async throws(EngineError) -> RetryPreview {
        if let refusal = withState({ $0.refusal }) { throw refusal }
        record("\(isDryRun ? "plan" : "retry") \(request.from?.text ?? "") \(request.upgrades) \(request.reason ?? "")", id)
        return RetryPreview(staying: [MemoKey("a")], again: [MemoKey("b")], beginning: [MemoKey("b")])
    }

    func upgrade(_ id: InstanceID, reason: String?) async throws(EngineError) -> ContentDigest {
        record("upgrade \(reason ?? "")", id)
        return ContentDigest(of: "new".utf8)
    }

    private func record(_ act: String, _ id: InstanceID) { state.withLock { $0.acts.append((id, act)) } }

    func ended(_ id: InstanceID, within: TimeSpan) async throws(EngineError) -> InstanceDetail? {
        state.withLock { $0.ended }
    }

    func explain(_ id: InstanceID) throws(JournalError) -> WaitExplanation? {
        let explainer = Explainer(
            queries: journal, graph: { digest in self.offered.first { $0.digest == digest }?.graph })
        return try explainer.explain(id, at: Timestamp(microseconds: 1_700_000_060_000_000))
    }

    func validate(_ source: SourceFile) async -> [Diagnostic] {
        let library = StandardLibrary.files.map { SourceFile(path: $0.path, bytes: $0.bytes) }
        return DefinitionAnalyzer.analyze(SourceSet(definitions: [source], library: library, root: nil)).diagnostics
    }

    func definition(
        _ workflow: String, of sources: [DefinitionRecord.Source]
    ) async -> (graph: StepGraph?, diagnostics: [Diagnostic]) {
        let library = StandardLibrary.files.map { SourceFile(path: $0.path, bytes: $0.bytes) }
        let own = sources.filter { !$0.path.hasPrefix("stdlib/") }.map { SourceFile(path: $0.path, text: $0.text) }
        let analysis = DefinitionAnalyzer.analyze(SourceSet(definitions: own, library: library, root: nil))
        return (analysis.workflow(workflow)?.graph, analysis.diagnostics)
    }

    func graph(_ digest: ContentDigest) -> StepGraph? { offered.first { $0.digest == digest }?.graph }

    var obstacle: String? { state.withLock { $0.obstacle } }
    var version: String { "test" }

    static let id = InstanceID("01890000-0000-7000-8000-000000000001")
}

/// A workflow made from its text.
func offeredWorkflow(_ text: String, problem: String? = nil) throws -> OfferedWorkflow {
    let library = StandardLibrary.files.map { SourceFile(path: $0.path, bytes: $0.bytes) }
    let source = SourceFile(path: "w.yaml", text: text)
    let analysis = DefinitionAnalyzer.analyze(SourceSet(definitions: [source], library: library, root: nil))
    guard let workflow = analysis.workflows.first, let graph = workflow.graph else {
        throw TestFailure("the text is no valid definition: \(analysis.diagnostics.map(\.message))")
    }
    return OfferedWorkflow(
        name: workflow.name, description: workflow.description, digest: graph.digest, graph: graph,
        sources: workflow.sources.map { DefinitionRecord.Source(path: $0.path, text: $0.text) }, problem: problem)
}

struct TestFailure: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}

let greeting = """
    workflow: greeting
    description: Says hello.
    input:
      name: string
      times: integer = 1
    steps:
      - id: hello
        let: { text: "Hello ${{ input.name }}" }
    output: ${{ steps.hello.text }}
    """

/// An API on a fake service, with tokens by the names of what they may do.
struct TestAPI {
    let service: FakeService
    let api: API

    init(_ service: FakeService = FakeService()) {
        self.service = service
        api = API(service: service, tokens: NamedTokens(), configuration: .init(hosts: ["wfrun.example"]))
    }

    static func withGreeting(problem: String? = nil) throws -> TestAPI {
        TestAPI(FakeService(offered: [try offeredWorkflow(greeting, problem: problem)]))
    }

    func send(
        _ method: HTTPRequest.Method, _ target: String, token: String? = "admin", host: String? = "localhost:7170",
        headers: HTTPFields = [:], body: String? = nil, type: String? = "application/json"
    ) async -> APIResponse {
        var headers = headers
        if let token { headers[.authorization] = "Bearer \(token)" }
        if body != nil, let type { headers[.contentType] = type }
        let bytes = Array((body ?? "").utf8)
        return await api.handle(
            APIRequest(
                id: "r1", method: method, target: target, headers: headers, authority: host,
                readBody: { (limit) async throws(Problem) in
                    guard bytes.count <= limit else { throw Problem.tooLarge }
                    return bytes
                }))
    }
}

/// The text of a token is the scope it has, such as `read` or `events:expense.*`.
private struct NamedTokens: TokenStore {
    func tokens() -> [AccessToken] {
        ["read", "trigger", "events", "admin", "events:expense.*", "trigger:report-*"].compactMap { name in
            Grant(name).map { AccessToken(name: name, digest: AccessToken.digest(of: name), grants: [$0]) }
        }
    }
}

extension APIResponse {
    var json: Value { (try? JSON.parse(body)) ?? .null }
    var text: String { String(decoding: body, as: UTF8.self) }
}
