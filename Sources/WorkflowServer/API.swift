// WorkflowServer: the HTTP API.
//
// Invariant: no SQL, no store of its own, no engine internals. It asks a `WorkflowService` and reads `JournalQueries`; what
// it sends are wire values made in `Wire/`, never domain types encoded as they are.
//
// Start at `API.handle`: one gate before everything, then the route table. `HTTPServer` puts it on a socket; the command
// line calls it in process to read the database of a stopped server.

import HTTPTypes

/// The API as a function from requests to responses.
package struct API: Sendable {
    package struct Configuration: Sendable {
        /// Names under which clients may address the server, beside the loopback ones. Lower case, without port.
        package var hosts: [String]

        package init(hosts: [String] = []) { self.hosts = hosts }
    }

    let service: any WorkflowService
    let gate: Gate
    let routes: RouteTable

    package init(service: any WorkflowService, tokens: any TokenStore, configuration: Configuration = Configuration()) {
        self.service = service
        gate = Gate(tokens: tokens, hosts: configuration.hosts)
        routes = RouteTable(
            serverRoutes(service) + workflowRoutes(service) + instanceRoutes(service) + operationRoutes(service)
                + eventRoutes(service) + scheduleRoutes(service)
                + validationRoutes(service) + planRoutes(service))
    }

    /// Answers every request; what goes wrong is a problem document.
    package func handle(_ request: APIRequest) async -> APIResponse {
        do throws(Problem) {
            return try await answer(request)
        } catch {
            return error.response(requestID: request.id)
        }
    }

    /// For callers inside the process, who need no token: the command line on the database of a stopped server.
    package func handle(_ request: APIRequest, as principal: Principal) async -> APIResponse {
        do throws(Problem) {
            let (route, parameters) = try routes.match(request)
            return try await perform(route, request, parameters, principal)
        } catch {
            return error.response(requestID: request.id)
        }
    }

    /// Who is not let in learns nothing of what exists: the gate stands before the route table, apart from public routes.
    private func answer(_ request: APIRequest) async throws(Problem) -> APIResponse {
        try gate.checkHostAndOrigin(request)
        if let (route, parameters) = routes.publicMatch(request) {
            return try await perform(route, request, parameters, .nobody)
        }
        let principal = try gate.authenticate(request)
        let (route, parameters) = try routes.match(request)
        return try await perform(route, request, parameters, principal)
    }

    private func perform(
        _ route: Route, _ request: APIRequest, _ parameters: [String: String], _ principal: Principal
    ) async throws(Problem) -> APIResponse {
        if case .scope(let scope) = route.access, !principal.holds(scope) { throw .forbidden(scope) }
        let call = RouteCall(request: request, parameters: parameters, principal: principal)
        var response = try await route.handler(call)
        if request.method == .head { response.body = [] }
        return response
    }
}
