import HTTPTypes
import Values
import WorkflowJournal

/// Whether the server is there, and how it does.
func serverRoutes(_ service: any WorkflowService) -> [Route] {
    [
        Route(.get, "/healthz", .public) { (_) async throws(Problem) in APIResponse(status: .ok) },
        Route(.get, "/readyz", .public) { (_) async throws(Problem) in
            APIResponse(status: service.obstacle == nil ? .ok : .serviceUnavailable)
        },
        Route(.get, "/v1/stats", .scope(.read)) { (_) async throws(Problem) in
            let counts = try await reading { () throws(JournalError) in try service.queries.counts() }
            return .json(["version": .string(service.version), "instances": statistics(counts)])
        },
    ]
}

private func statistics(_ counts: [InstanceCount]) -> Value {
    let workflows = Set(counts.map(\.workflow)).sorted { $0.precedesByCodePoint($1) }
    func perStatus(_ counts: [InstanceCount]) -> Value {
        .map(
            ValueMap(
                InstanceStatus.allCases.map { status in
                    (status.rawValue, Value(counts.filter { $0.status == status }.reduce(0) { $0 + $1.count }))
                }))
    }
    return [
        "byStatus": perStatus(counts),
        "byWorkflow": .map(ValueMap(workflows.map { name in (name, perStatus(counts.filter { $0.workflow == name })) })),
    ]
}
