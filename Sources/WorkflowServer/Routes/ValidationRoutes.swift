import Diagnostics
import HTTPTypes
import Synchronization
import Values

/// `POST /v1/validate`: YAML in, diagnostics out. Needs `admin`, because checking costs.
func validationRoutes(_ service: any WorkflowService) -> [Route] {
    let running = RunningValidations()
    return [
        Route(.post, "/v1/validate", .scope(.admin)) { (call) async throws(Problem) in
            guard running.begin() else {
                throw Problem(
                    .serviceUnavailable, "unavailable", "Other definitions are being validated", headers: [.retryAfter: "1"])
            }
            defer { running.end() }
            let bytes = try await call.body()
            let types = ["application/yaml", "text/yaml", "text/plain"]
            guard types.contains(call.mediaType) else { throw .unsupportedType(types, call.request.headers[.contentType]) }
            let source = SourceFile(path: call.query("path") ?? "definition.yaml", bytes: bytes)
            let diagnostics = await service.validate(source)
            return .json([
                "valid": .bool(!diagnostics.contains { $0.severity == .error }),
                "diagnostics": Wire.diagnostics(diagnostics),
            ])
        }
    ]
}

/// How many checks of definitions are under way: they cost more than other requests.
final class RunningValidations: Sendable {
    private let count = Mutex(0)

    func begin() -> Bool {
        count.withLock { count in
            guard count < RequestLimits.concurrentValidations else { return false }
            count += 1
            return true
        }
    }

    func end() { count.withLock { $0 -= 1 } }
}
