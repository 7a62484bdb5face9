import HTTPTypes
import Values
import WorkflowEngine
import WorkflowJournal

/// Events from outside, and the ones that are stored.
func eventRoutes(_ service: any WorkflowService) -> [Route] {
    [
        Route(.post, "/v1/events", .scope(.events)) { (call) async throws(Problem) in try await accept(call, service) },
        Route(.get, "/v1/events", .scope(.read)) { (call) async throws(Problem) in
            let name = call.query("name")
            let limit = try call.limit()
            let cursor = call.query("cursor").map { Int64($0).map(EventSequence.init) }
            if case .some(nil) = cursor { throw .invalidQuery("cursor", "is not one this server gave") }
            let events = try await reading { () throws(JournalError) in
                try service.queries.events(named: name, before: cursor ?? nil, limit: limit + 1)
            }
            let next = events.count > limit ? String(events[limit - 1].sequence.number) : nil
            return .json(Wire.page(events.prefix(limit).map(Wire.event), next: next))
        },
    ]
}

private func accept(_ call: RouteCall, _ service: any WorkflowService) async throws(Problem) -> APIResponse {
    let (events, isBatch) = try await receivedEvents(call)
    for event in events {
        guard call.principal.may(.events, event.name) else { throw .forbidden(.events, event.name) }
    }
    var answers: [Value] = []
    for (index, event) in events.enumerated() {
        do throws(EngineError) {
            answers.append(Wire.accepted(try await service.accept(event)))
        } catch {
            var problem = Problem(error)
            // A batch is not one transaction: those before this one are accepted, and sending them again is harmless.
            if isBatch { problem.members += [("index", Value(index)), ("accepted", .list(answers))] }
            throw problem
        }
    }
    return .json(isBatch ? ["items": .list(answers)] : answers.first ?? .null, status: .accepted)
}

/// The plain form `{name, data, id?, source?}`, or CloudEvents 1.0 in binary, structured or batched mode.
private func receivedEvents(_ call: RouteCall) async throws(Problem) -> (events: [EventRequest], isBatch: Bool) {
    switch call.mediaType {
    case "application/cloudevents+json":
        return ([try CloudEvent.structured(try RouteCall.parse(try await call.body()), at: "")], false)
    case "application/cloudevents-batch+json":
        guard case .list(let items) = try RouteCall.parse(try await call.body()) else {
            throw .invalid("", "a batch is a JSON array of events")
        }
        guard items.count <= RequestLimits.batchedEvents else {
            throw .invalid("", "a batch has at most \(RequestLimits.batchedEvents) events")
        }
        var events: [EventRequest] = []
        for (index, item) in items.enumerated() { events.append(try CloudEvent.structured(item, at: "/\(index)")) }
        return (events, true)
    case _ where CloudEvent.isBinary(call.request.headers):
        return ([try CloudEvent.binary(call.request.headers, body: try await call.body())], false)
    default:
        return ([try await plainEvent(call)], false)
    }
}

private func plainEvent(_ call: RouteCall) async throws(Problem) -> EventRequest {
    let types = ["application/json", "application/cloudevents+json", "application/cloudevents-batch+json"]
    var fields = try FieldReader(try await call.jsonBody(types: types))
    let name = fields.requiredString("name")
    let source = fields.string("source")
    let data = fields.value("data") ?? .null
    let id = fields.string("id")
    if let source, CloudEvent.isReserved(source) { fields.report("/source", CloudEvent.reservedSource) }
    try fields.finish()
    // The header makes a repeated request the same event where the sender gave it no id of its own.
    let repeatable = try call.idempotencyKey()
    return EventRequest(id: id ?? repeatable, name: name, source: source ?? call.principal.name, data: data)
}
