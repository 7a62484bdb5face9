import HTTPTypes
import Values
import WorkflowEngine
import WorkflowJournal

/// Instances: lists and everything about one.
func instanceRoutes(_ service: any WorkflowService) -> [Route] {
    let queries = service.queries
    return [
        Route(.get, "/v1/instances", .scope(.read)) { (call) async throws(Problem) in try await list(call, queries) },
        Route(.get, "/v1/instances/{id}", .scope(.read)) { (call) async throws(Problem) in
            let detail = try await instance(call, queries)
            let id = detail.summary.id
            let (waits, timers) = try await reading { () throws(JournalError) in
                (try queries.waits(of: id), try queries.timers(of: id))
            }
            return .json(Wire.detail(detail, waits: waits, timers: timers))
        },
        Route(.get, "/v1/instances/{id}/steps", .scope(.read)) { (call) async throws(Problem) in
            let id = try await instance(call, queries).summary.id
            let run = try call.run()
            let rows = try await reading { () throws(JournalError) in try queries.steps(of: id, run: run) }
            return .json(Wire.page(rows.filter { $0.verb != .signal }.map(Wire.step), next: nil))
        },
        Route(.get, "/v1/instances/{id}/history", .scope(.read)) { (call) async throws(Problem) in
            try await history(call, queries)
        },
        Route(.get, "/v1/instances/{id}/logs", .scope(.read)) { (call) async throws(Problem) in try await logs(call, queries) },
        Route(.get, "/v1/instances/{id}/input", .scope(.read)) { (call) async throws(Problem) in
            .json(try await instance(call, queries).input)
        },
        Route(.get, "/v1/instances/{id}/output", .scope(.read)) { (call) async throws(Problem) in
            let detail = try await instance(call, queries)
            guard let output = detail.output else {
                throw Problem(
                    .notFound, "output.none", "The instance is \(detail.summary.status.rawValue) and has no output",
                    members: [("status", .string(detail.summary.status.rawValue))])
            }
            return .json(output)
        },
        Route(.get, "/v1/instances/{id}/why", .scope(.read)) { (call) async throws(Problem) in
            let id = try await instance(call, queries).summary.id
            let explanation = try await reading { () throws(JournalError) in try service.explain(id) }
            // Retention may have removed it meanwhile.
            guard let explanation else {
                throw Problem(.notFound, "instance.not_found", "There is no instance '\(id)'")
            }
            return .json(Wire.explanation(explanation))
        },
        Route(.get, "/v1/instances/{id}/result", .scope(.read)) { (call) async throws(Problem) in
            try await result(call, service)
        },
    ]
}

extension RouteCall {
    fileprivate func run() throws(Problem) -> Int? {
        guard let text = query("run") else { return nil }
        guard let run = Int(text), run > 0 else { throw .invalidQuery("run", "must be a number from 1") }
        return run
    }
}

/// By id, unique prefix or `@latest`.
func instance(_ call: RouteCall, _ queries: any JournalQueries) async throws(Problem) -> InstanceDetail {
    let reference = call.parameter("id")
    let (found, detail) = try await reading { () throws(JournalError) -> (InstanceReference, InstanceDetail?) in
        let found = try queries.resolve(reference)
        guard case .found(let id) = found else { return (found, nil) }
        return (found, try queries.instance(id))
    }
    if let detail { return detail }
    if case .ambiguous(let ids) = found {
        throw Problem(
            .notFound, "instance.ambiguous", "'\(reference)' is the beginning of several instances' ids",
            hint: "One of: " + ids.prefix(5).map(\.text).joined(separator: ", "))
    }
    throw Problem(
        .notFound, "instance.not_found",
        reference == "@latest" ? "There is no instance yet" : "There is no instance '\(reference)'")
}

private func list(_ call: RouteCall, _ queries: any JournalQueries) async throws(Problem) -> APIResponse {
    var filter = InstanceFilter()
    for name in call.queries("status").flatMap({ $0.split(separator: ",") }) {
        guard let status = InstanceStatus(rawValue: String(name)) else {
            let all = InstanceStatus.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalidQuery("status", "is not '\(name)'; statuses are \(all)")
        }
        filter.statuses.insert(status)
    }
    filter.workflow = call.query("workflow")
    filter.waitingFor = call.query("waitingFor")
    for label in call.queries("label") {
        let pair = label.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard pair.count == 2, !pair[0].isEmpty else { throw .invalidQuery("label", "has the form name=value") }
        filter.labels[pair[0]] = pair[1]
    }
    if let text = call.query("since") {
        guard let since = Timestamp(rfc3339: text) else { throw .invalidQuery("since", "must be an RFC 3339 timestamp") }
        filter.createdSince = since
    }
    let cursor = call.query("cursor")
    if let cursor, Int64(cursor) == nil { throw .invalidQuery("cursor", "is not one this server gave") }
    let limit = try call.limit()
    let wanted = filter
    let rows = try await reading { () throws(JournalError) in
        try queries.instances(matching: wanted, after: cursor, limit: limit + 1)
    }
    let next = rows.count > limit ? rows[limit - 1].cursor : nil
    return .json(Wire.page(rows.prefix(limit).map(Wire.summary), next: next))
}

private func history(_ call: RouteCall, _ queries: any JournalQueries) async throws(Problem) -> APIResponse {
    let summary = try await instance(call, queries).summary
    let wanted = try call.run() ?? summary.run
    let withPayloads = try call.flag("payloads")
    let record = try await reading { () throws(JournalError) in try runRecord(of: summary, wanted, queries) }
    guard let record else {
        throw Problem(
            .notFound, "run.not_found", "The instance has no run \(wanted)",
            hint: "Its current run is \(summary.run); retention may have removed earlier ones.")
    }
    return .json(Wire.page(Wire.history(record, withPayloads: withPayloads), next: nil))
}

private func runRecord(
    of instance: InstanceSummary, _ wanted: Int, _ queries: any JournalQueries
) throws(JournalError) -> Wire.RunRecord? {
    let runs = try queries.runs(of: instance.id)
    guard let index = runs.firstIndex(where: { $0.run == wanted }) else { return nil }
    let begun = runs[...index].last { $0.kind != .retried }
    let after = index > 0 ? runs[index - 1].endedAt : nil
    let until = runs[index].endedAt
    let notes = try queries.notes(of: instance.id, limit: RequestLimits.notes).reversed().filter { note in
        after.map { note.time > $0 } ?? true && until.map { note.time <= $0 } ?? true
    }
    return Wire.RunRecord(
        run: runs[index], beginning: begun.flatMap { $0.run == 1 ? instance.createdAt : $0.beganAt },
        steps: try queries.steps(of: instance.id, run: wanted), attempts: try queries.attempts(of: instance.id, run: wanted),
        notes: notes)
}

private func logs(_ call: RouteCall, _ queries: any JournalQueries) async throws(Problem) -> APIResponse {
    let id = try await instance(call, queries).summary.id
    let limit = try call.limit(default: RequestLimits.page)
    guard let line = Int64(call.query("cursor") ?? "0") else { throw .invalidQuery("cursor", "is not one this server gave") }
    let rows = try await reading { () throws(JournalError) in try queries.logs(of: id, after: line, limit: limit + 1) }
    let shown = rows.prefix(limit)
    return .json(Wire.page(shown.map(Wire.log), next: rows.count > limit ? shown.last.map { String($0.line) } : nil))
}

/// 200 with the output, 202 while it is going, 409 with the failure.
private func result(_ call: RouteCall, _ service: any WorkflowService) async throws(Problem) -> APIResponse {
    var detail = try await instance(call, service.queries)
    if let text = call.query("wait"), !detail.summary.status.isTerminal {
        guard let wait = RouteCall.wait(text) else {
            throw .invalidQuery("wait", "must be a duration of at most \(RequestLimits.waitSeconds)s, such as 30s")
        }
        let id = detail.summary.id
        if let ended = try await asking({ () async throws(EngineError) in try await service.ended(id, within: wait) }) {
            detail = ended
        }
    }
    let status = detail.summary.status
    switch status {
    case .pending, .running, .suspended:
        return .json(
            ["id": .string(detail.summary.id.text), "status": .string(status.rawValue)], status: .accepted,
            headers: [.retryAfter: "1"])
    case .completed:
        return .json(detail.output ?? .null)
    case .failed, .cancelled, .timedOut:
        throw Problem(
            .conflict, "instance.\(status.rawValue)",
            detail.failure.map { "\($0.code): \($0.message)" } ?? "The instance is \(status.rawValue)",
            members: [("status", .string(status.rawValue)), ("failure", detail.failure.map { Wire.failure($0) } ?? .null)])
    }
}
