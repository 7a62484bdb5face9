import HTTPTypes
import Values
import WorkflowEngine
import WorkflowJournal

/// What operators do to an instance by hand. Each is kept with its reason in the instance's log.
func operationRoutes(_ service: any WorkflowService) -> [Route] {
    [
        Route(.post, "/v1/instances/{id}/cancel", .scope(.trigger)) { (call) async throws(Problem) in
            try await cancel(call, service)
        },
        Route(.post, "/v1/instances/{id}/pause", .scope(.trigger)) { (call) async throws(Problem) in
            try await act(call, service) { (id, reason) async throws(EngineError) in
                try await service.pause(id, reason: reason)
            }
        },
        Route(.post, "/v1/instances/{id}/resume", .scope(.trigger)) { (call) async throws(Problem) in
            try await act(call, service) { (id, reason) async throws(EngineError) in
                try await service.resume(id, reason: reason)
            }
        },
        Route(.post, "/v1/instances/{id}/retry", .scope(.trigger)) { (call) async throws(Problem) in
            try await retry(call, service)
        },
        Route(.post, "/v1/instances/{id}/upgrade", .scope(.trigger)) { (call) async throws(Problem) in
            try await upgrade(call, service)
        },
    ]
}

/// The instance, if the caller may act on its workflow.
private func instanceToActOn(_ call: RouteCall, _ service: any WorkflowService) async throws(Problem) -> InstanceSummary {
    let summary = try await instance(call, service.queries).summary
    guard call.principal.may(.trigger, summary.workflow) else { throw .forbidden(.trigger, summary.workflow) }
    return summary
}

private func cancel(_ call: RouteCall, _ service: any WorkflowService) async throws(Problem) -> APIResponse {
    let summary = try await instanceToActOn(call, service)
    var fields = try FieldReader(try await call.jsonBody())
    let reason = fields.string("reason")
    let compensates = fields.bool("compensate") ?? true
    let isForced = fields.bool("force") ?? false
    try fields.finish()
    if summary.status.isTerminal { throw .ended(summary) }
    if try call.flag("dryRun") { return previewed(summary) }
    let request = CancelRequest(reason: reason, compensates: compensates)
    try await asking { () async throws(EngineError) in
        try await service.cancel(summary.id, request, isForced: isForced)
    }
    return accepted(summary)
}

/// An act that takes nothing but a reason, on an instance that has not ended.
private func act(
    _ call: RouteCall, _ service: any WorkflowService,
    _ perform: @Sendable (InstanceID, String?) async throws(EngineError) -> Void
) async throws(Problem) -> APIResponse {
    let summary = try await instanceToActOn(call, service)
    var fields = try FieldReader(try await call.jsonBody())
    let reason = fields.string("reason")
    try fields.finish()
    if summary.status.isTerminal { throw .ended(summary) }
    if try call.flag("dryRun") { return previewed(summary) }
    try await asking { () async throws(EngineError) in try await perform(summary.id, reason) }
    return accepted(summary)
}

private func retry(_ call: RouteCall, _ service: any WorkflowService) async throws(Problem) -> APIResponse {
    let summary = try await instanceToActOn(call, service)
    var fields = try FieldReader(try await call.jsonBody())
    let request = RetryRequest(
        from: fields.string("from").map { MemoKey($0) }, upgrades: fields.bool("upgrade") ?? false,
        reason: fields.string("reason"))
    try fields.finish()
    let isDryRun = try call.flag("dryRun")
    let preview = try await asking { () async throws(EngineError) in
        try await service.retry(summary.id, request, isDryRun: isDryRun)
    }
    func names(_ keys: [MemoKey]) -> Value { .list(keys.map { .string($0.text) }) }
    return .json(
        [
            "id": .string(summary.id.text), "run": .int(Int64(summary.run + 1)), "dryRun": .bool(isDryRun),
            "stays": names(preview.staying), "runsAgain": names(preview.again), "begins": names(preview.beginning),
        ], status: isDryRun ? .ok : .accepted, headers: [.location: "/v1/instances/\(summary.id.text)"])
}

private func upgrade(_ call: RouteCall, _ service: any WorkflowService) async throws(Problem) -> APIResponse {
    let summary = try await instanceToActOn(call, service)
    var fields = try FieldReader(try await call.jsonBody())
    let reason = fields.string("reason")
    let wanted = fields.string("digest").map(ContentDigest.init(hex:))
    try fields.finish()
    if summary.status.isTerminal { throw .ended(summary) }
    if try call.flag("dryRun") {
        throw .invalidQuery(
            "dryRun", "is not for upgrades: POST /v1/workflows/\(summary.workflow)/plan says what would come of them")
    }
    if let wanted, service.workflow(summary.workflow)?.digest != wanted {
        throw Problem(
            .conflict, "definition.not_current", "The current definition of '\(summary.workflow)' is not the one asked for",
            hint: "It was edited meanwhile, or is not on the server yet.")
    }
    let digest = try await asking { () async throws(EngineError) in try await service.upgrade(summary.id, reason: reason) }
    return .json(["id": .string(summary.id.text), "digest": .string(digest.hex)])
}

/// The act would be accepted as things stand; nothing has been done.
private func previewed(_ summary: InstanceSummary) -> APIResponse {
    .json(["id": .string(summary.id.text), "status": .string(summary.status.rawValue), "dryRun": true])
}

private func accepted(_ summary: InstanceSummary) -> APIResponse {
    .json(
        ["id": .string(summary.id.text), "status": .string(summary.status.rawValue)], status: .accepted,
        headers: [.location: "/v1/instances/\(summary.id.text)"])
}

extension Problem {
    fileprivate static func ended(_ row: InstanceSummary) -> Problem {
        let allowed = InstanceStatus.allCases.filter { !$0.isTerminal }.map { Value.string($0.rawValue) }
        return Problem(
            .conflict, "instance.ended", "The instance has already ended: it is \(row.status.rawValue)",
            hint: "'wfrun retry' begins another run of it.",
            members: [("status", .string(row.status.rawValue)), ("allowed", .list(allowed))])
    }
}
