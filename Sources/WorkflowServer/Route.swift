import HTTPTypes
import Values

/// One entry of the API: without an access rule there is no route.
struct Route: Sendable {
    enum Access: Sendable, Equatable {
        /// Anybody, and nothing is told.
        case `public`
        case scope(Scope)
    }

    let method: HTTPRequest.Method
    /// Segments; `{name}` takes any one segment.
    let pattern: [String]
    let access: Access
    let handler: @Sendable (RouteCall) async throws(Problem) -> APIResponse

    init(
        _ method: HTTPRequest.Method, _ path: String, _ access: Access,
        handler: @escaping @Sendable (RouteCall) async throws(Problem) -> APIResponse
    ) {
        self.method = method
        pattern = path.split(separator: "/").map(String.init)
        self.access = access
        self.handler = handler
    }

    /// The values of the pattern's names, or nil when the path is another one.
    func parameters(of segments: [String]) -> [String: String]? {
        guard segments.count == pattern.count else { return nil }
        var parameters: [String: String] = [:]
        for (expected, segment) in zip(pattern, segments) {
            if expected.hasPrefix("{") {
                parameters[String(expected.dropFirst().dropLast())] = segment
            } else if !expected.hasSameCodePoints(as: segment) {
                return nil
            }
        }
        return parameters
    }
}

/// A request that found its route.
struct RouteCall: Sendable {
    let request: APIRequest
    let parameters: [String: String]
    let principal: Principal

    func parameter(_ name: String) -> String { parameters[name] ?? "" }
}

/// All routes, and the answers for what is none of them.
struct RouteTable: Sendable {
    let routes: [Route]

    init(_ routes: [Route]) { self.routes = routes }

    func publicMatch(_ request: APIRequest) -> (Route, [String: String])? {
        guard let found = try? match(request), found.0.access == .public else { return nil }
        return found
    }

    func match(_ request: APIRequest) throws(Problem) -> (Route, [String: String]) {
        guard let segments = request.segments else {
            throw Problem(.badRequest, "path.invalid", "The path is not valid percent-encoded UTF-8")
        }
        let here = routes.compactMap { route in route.parameters(of: segments).map { (route, $0) } }
        guard !here.isEmpty else { throw Problem(.notFound, "route.not_found", "There is nothing at this path") }
        let method: HTTPRequest.Method = request.method == .head ? .get : request.method
        if let found = here.first(where: { $0.0.method == method }) { return found }
        let allowed = here.map(\.0.method.rawValue).joined(separator: ", ")
        throw Problem(
            .methodNotAllowed, "method.not_allowed", "This path takes \(allowed), not \(request.method.rawValue)",
            headers: [.allow: allowed])
    }
}
