import Diagnostics
import HTTPTypes
import Values
import WorkflowGraph
import WorkflowJournal
import WorkflowReplay

/// What an edited definition would mean for live instances, and the record that it is judged by.
func planRoutes(_ service: any WorkflowService) -> [Route] {
    let running = RunningValidations()
    return [
        Route(.post, "/v1/workflows/{name}/plan", .scope(.admin)) { (call) async throws(Problem) in
            guard running.begin() else {
                throw Problem(
                    .serviceUnavailable, "unavailable", "Other plans are being made", headers: [.retryAfter: "1"])
            }
            defer { running.end() }
            return try await plan(call, service)
        },
        Route(.get, "/v1/instances/{id}/export", .scope(.read)) { (call) async throws(Problem) in
            try await export(call, service.queries)
        },
    ]
}

// MARK: - Plan

private func plan(_ call: RouteCall, _ service: any WorkflowService) async throws(Problem) -> APIResponse {
    let name = call.parameter("name")
    let limit = try instanceLimit(call)
    let cursor = call.query("cursor")
    if let cursor, Int64(cursor) == nil { throw .invalidQuery("cursor", "is not one this server gave") }
    let sources = try await postedSources(call, name, service)
    let (definition, diagnostics) = await service.definition(name, of: sources)
    guard let definition else {
        let errors = diagnostics.filter { $0.severity == .error }
        let message = errors.first.map { ": \($0.message)" } ?? ": the text defines no workflow '\(name)'"
        throw Problem(
            .unprocessableContent, "definition.invalid", "The definition cannot be run\(message)",
            members: [("diagnostics", Wire.diagnostics(diagnostics))])
    }
    let page = try await reading { () throws(JournalError) in
        try PlanPage.read(service, definition, name, after: cursor, limit: limit)
    }
    return .json(page.value(of: definition, current: service.workflow(name)?.digest))
}

private func instanceLimit(_ call: RouteCall) throws(Problem) -> Int {
    guard let text = call.query("limit") else { return RequestLimits.plannedInstances }
    guard let limit = Int(text), (1...RequestLimits.plannedInstances).contains(limit) else {
        throw .invalidQuery("limit", "must be a number from 1 to \(RequestLimits.plannedInstances)")
    }
    return limit
}

/// One text as YAML, which may use what the current definition uses; or the definition and all it uses as JSON,
/// `{sources: [{path, text}]}`.
private func postedSources(
    _ call: RouteCall, _ name: String, _ service: any WorkflowService
) async throws(Problem) -> [DefinitionRecord.Source] {
    let bytes = try await call.body()
    let yaml = ["application/yaml", "text/yaml", "text/plain"]
    if yaml.contains(call.mediaType) {
        let current = service.workflow(name)?.sources ?? []
        let path = call.query("path") ?? current.first?.path ?? "definition.yaml"
        return [.init(path: path, text: String(decoding: bytes, as: UTF8.self))] + current.dropFirst()
    }
    guard call.mediaType == "application/json" else {
        throw .unsupportedType(yaml + ["application/json"], call.request.headers[.contentType])
    }
    var fields = try FieldReader(try RouteCall.parse(bytes))
    let posted = fields.value("sources")?.listValue ?? []
    var sources: [DefinitionRecord.Source] = []
    for (index, source) in posted.enumerated() {
        guard let path = source["path"]?.stringValue, let text = source["text"]?.stringValue else {
            fields.report("/sources/\(index)", "a file is {path, text}")
            continue
        }
        sources.append(.init(path: path, text: text))
    }
    if posted.isEmpty { fields.report("/sources", "a list of {path, text} is expected: the definition, then what it uses") }
    try fields.finish()
    return sources
}

/// Some live instances, each with what the definition would mean for it.
private struct PlanPage: Sendable {
    struct Item: Sendable {
        var summary: InstanceSummary
        var judgement: EditPlanner.Judgement
    }

    var items: [Item] = []
    var next: String?

    /// Ends at the limit, or when its time is over: the cursor goes on from there.
    static func read(
        _ service: any WorkflowService, _ definition: StepGraph, _ name: String, after cursor: String?, limit: Int
    ) throws(JournalError) -> PlanPage {
        var filter = InstanceFilter()
        filter.workflow = name
        filter.statuses = Set(InstanceStatus.allCases.filter { !$0.isTerminal })
        let rows = try service.queries.instances(matching: filter, after: cursor, limit: limit + 1)
        var planner = EditPlanner(to: definition) { service.graph($0) }
        let deadline = ContinuousClock.now + RequestLimits.planTime
        var page = PlanPage()
        for row in rows.prefix(limit) {
            if let last = page.items.last, ContinuousClock.now >= deadline {
                page.next = last.summary.cursor
                return page
            }
            // One that has ended meanwhile is not live any more.
            guard let stored = try service.queries.storedInstance(row.id), !stored.state.status.isTerminal else { continue }
            page.items.append(Item(summary: row, judgement: planner.judge(stored, now: stored.createdAt)))
        }
        page.next = rows.count > limit ? rows[limit - 1].cursor : nil
        return page
    }

    func value(of definition: StepGraph, current: ContentDigest?) -> Value {
        var collector = DiagnosticCollector()
        for item in items {
            collector.report(contentsOf: item.judgement.warnings)
            if let found = item.judgement.finding?.diagnostic { collector.report(found) }
        }
        let diagnostics = collector.sorted
        let numbers = Dictionary(
            diagnostics.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
        let counts = EditPlanner.Effect.allCases.map { effect in
            (effect.rawValue, Value(items.count { $0.judgement.effect == effect }))
        }
        return [
            "workflow": .string(definition.workflow), "digest": .string(definition.digest.hex),
            "current": .bool(current == definition.digest), "counts": .map(ValueMap(counts)),
            "items": .list(items.map { $0.value(numbers) }), "diagnostics": Wire.diagnostics(diagnostics),
            "nextCursor": Value(next),
        ]
    }
}

extension PlanPage.Item {
    /// - Parameter numbers: positions in the answer's list of diagnostics.
    fileprivate func value(_ numbers: [Diagnostic: Int]) -> Value {
        var map: ValueMap = [
            "id": .string(summary.id.text), "status": .string(summary.status.rawValue), "hold": Value(summary.hold?.rawValue),
            "run": Value(summary.run), "digest": .string(summary.digest.hex), "effect": .string(judgement.effect.rawValue),
        ]
        if !judgement.warnings.isEmpty {
            map["warnings"] = .list(judgement.warnings.compactMap { numbers[$0].map { Value($0) } })
        }
        guard let finding = judgement.finding else { return .map(map) }
        map["step"] = Value(finding.key?.text)
        map["sequence"] = finding.sequence.map { Value($0) } ?? .null
        map["code"] = Value(finding.diagnostic?.code.description)
        map["because"] = .string(finding.reason)
        map["recorded"] = .string(finding.recorded)
        map["asked"] = .string(finding.asked)
        map["diagnostic"] = finding.diagnostic.flatMap { numbers[$0] }.map { Value($0) } ?? .null
        return .map(map)
    }
}

// MARK: - Export

/// Everything that a replay elsewhere takes: docs/histories.md.
private func export(_ call: RouteCall, _ queries: any JournalQueries) async throws(Problem) -> APIResponse {
    let id = try await instance(call, queries).summary.id
    let run = try await reading { () throws(JournalError) -> RecordedRun? in
        guard let stored = try queries.storedInstance(id), let definition = try queries.definition(stored.digest) else {
            return nil
        }
        return RecordedRun(definition: definition, instance: stored)
    }
    guard let run else {
        throw Problem(.notFound, "instance.not_found", "The instance or its definition has been removed meanwhile")
    }
    return .json(run.value)
}
