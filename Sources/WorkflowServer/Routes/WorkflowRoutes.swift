import Diagnostics
import HTTPTypes
import Values
import WorkflowEngine
import WorkflowGraph
import WorkflowJournal

/// The definitions on the server, and starting instances of them.
func workflowRoutes(_ service: any WorkflowService) -> [Route] {
    [
        Route(.get, "/v1/workflows", .scope(.read)) { (_) async throws(Problem) in
            .json(Wire.page(service.workflows().map(Wire.workflow), next: nil))
        },
        Route(.get, "/v1/workflows/{name}", .scope(.read)) { (call) async throws(Problem) in
            .json(Wire.workflowDetail(try offered(call, service)))
        },
        Route(.get, "/v1/workflows/{name}/source", .scope(.read)) { (call) async throws(Problem) in
            let sources = try offered(call, service).sources
            return .text(sources.first?.text ?? "", type: "application/yaml; charset=utf-8")
        },
        Route(.get, "/v1/workflows/{name}/graph", .scope(.read)) { (call) async throws(Problem) in
            .text(GraphText.text(of: try offered(call, service).graph))
        },
        Route(.post, "/v1/workflows/{name}/instances", .scope(.trigger)) { (call) async throws(Problem) in
            try await start(call, service)
        },
    ]
}

private func offered(_ call: RouteCall, _ service: any WorkflowService) throws(Problem) -> OfferedWorkflow {
    let name = call.parameter("name")
    if let found = service.workflow(name) { return found }
    let near = closestMatch(to: name, among: service.workflows().map(\.name))
    throw Problem(
        .notFound, "workflow.not_found", "There is no workflow '\(name)'", hint: near.map { "Did you mean '\($0)'?" })
}

private func start(_ call: RouteCall, _ service: any WorkflowService) async throws(Problem) -> APIResponse {
    let name = call.parameter("name")
    guard call.principal.may(.trigger, name) else { throw .forbidden(.trigger, name) }
    let workflow = try offered(call, service)
    if let problem = workflow.problem { throw Problem(.unprocessableContent, "config.missing", problem) }
    let body = try await call.jsonBody()
    var fields = try FieldReader(body)
    let input = fields.value("input") ?? [:]
    let key = fields.string("key", maximumBytes: RequestLimits.keyBytes)
    if fields.value("startAt") != nil { fields.report("/startAt", "delayed starts are not supported by this version of wfrun") }
    try fields.finish()

    let wait = try call.preferredWait()
    let idempotency = try call.idempotencyKey().map { key in
        IdempotentRequest(key: key, bodyDigest: ContentDigest(of: ["workflow": .string(name), "body": body]))
    }
    let request = StartRequest(
        workflow: name, input: input, trigger: ["type": "api", "by": .string(call.principal.name)], callerKey: key,
        idempotency: idempotency)
    let started = try await asking { () async throws(EngineError) in try await service.start(request) }
    let location = "/v1/instances/\(started.id.text)"
    guard let wait else {
        return .json(
            ["id": .string(started.id.text), "workflow": .string(name)], status: started.isNew ? .created : .ok,
            headers: [.location: location])
    }
    let ended = try await asking { () async throws(EngineError) in try await service.ended(started.id, within: wait) }
    let headers: HTTPFields = [.location: location, .preferenceApplied: "wait=\(wait.seconds)"]
    guard let ended else {
        return .json(
            ["id": .string(started.id.text), "workflow": .string(name)], status: .accepted,
            headers: headers.with(.retryAfter, "1"))
    }
    return .json(Wire.detail(ended, waits: [], timers: []), headers: headers)
}

extension HTTPFields {
    func with(_ name: HTTPField.Name, _ value: String) -> HTTPFields {
        var fields = self
        fields[name] = value
        return fields
    }
}
