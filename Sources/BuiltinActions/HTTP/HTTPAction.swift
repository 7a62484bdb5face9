import AsyncHTTPClient
import NIOHTTP1
import Values
import WorkflowEngine
import WorkflowJournal

/// `http`: one request, with as many redirects as the step allows, and its answer.
///
/// Stopping: a request that changes nothing is given up at once. Any other that has been sent is waited for within the grace
/// time, because an answer says whether there is something to undo; then its connection is closed.
struct HTTPAction: Sendable {
    private let guardian: EgressGuard
    private let exchange: HTTPExchange
    private let tokens = OAuthTokens()
    private let configuration: ActionsConfiguration.HTTP
    private let graceTime: Duration

    init(configuration: ActionsConfiguration.HTTP, graceTime: Duration) throws(ActionsConfigurationError) {
        self.configuration = configuration
        self.graceTime = graceTime
        guardian = EgressGuard(
            rules: try EgressRules(allow: configuration.allow, deny: configuration.deny),
            resolver: try AddressResolver(hosts: configuration.hosts))
        exchange = HTTPExchange(clients: try HTTPClients(configuration), maxBodyBytes: configuration.maxBodyBytes)
    }

    var handler: ActionHandler { ActionHandler(name: "http", body: .asynchronous(run)) }

    func shutdown() async { await exchange.clients.shutdown() }

    static func isRetryable(_ status: Int) -> Bool { [408, 425, 429].contains(status) || (500...599).contains(status) }

    @Sendable
    func run(_ invocation: ActionInvocation) async -> ActionResult {
        let plan: HTTPRequestPlan
        do throws(Failure) {
            plan = try HTTPRequestPlan(invocation.input, key: invocation.key)
        } catch {
            return ActionResult(.failure(error))
        }
        return await StopSwitch.run(limit: plan.timeout) { stop in
            let progress = RequestProgress()
            let work = Task { await self.perform(plan, for: invocation, stop: stop, progress: progress) }
            stop.onTrip { reason in
                if reason == .timedOut || plan.isSafe || !progress.mayHaveBeenSent {
                    work.cancel()
                } else {
                    stop.after(self.graceTime) { work.cancel() }
                }
            }
            return await work.value
        }
    }

    private func perform(
        _ plan: HTTPRequestPlan, for invocation: ActionInvocation, stop: StopSwitch, progress: RequestProgress
    ) async -> ActionResult {
        do throws(Failure) {
            var session = Session(
                action: self, plan: plan, trustedHosts: invocation.trustedHosts, stop: stop, progress: progress)
            let (answer, address) = try await session.answer()
            return result(of: answer, from: address, to: plan, at: invocation.time)
        } catch {
            return ActionResult(.failure(error), retryAfter: error.retryAfter)
        }
    }

    private func result(
        of answer: HTTPAnswer, from address: WebAddress, to plan: HTTPRequestPlan, at time: Timestamp
    ) -> ActionResult {
        let status = Int(answer.status.code)
        let request = "\(plan.method.rawValue) \(address.shown)"
        guard plan.accept.contains(status) else {
            let retryAfter = RetryAfter.span(in: answer.headers, at: time)
            let failure = Failure(
                code: "http.\(status)", message: "\(request) answered \(status) \(answer.status.reasonPhrase)",
                isRetryable: Self.isRetryable(status), data: answer.failureValue, retryAfter: retryAfter)
            return ActionResult(.failure(failure), retryAfter: retryAfter)
        }
        if answer.isCut { return ActionResult(.failure(.answerTooLarge(request, limit: configuration.maxBodyBytes))) }
        do throws(Failure) {
            return ActionResult(.success(try answer.value()))
        } catch {
            var failure = error
            failure.message = "\(request): \(failure.message)"
            return ActionResult(.failure(failure))
        }
    }
}

extension HTTPAction {
    /// The hops of one attempt: the request, its redirects, and the token it may need before.
    private struct Session {
        let action: HTTPAction
        let plan: HTTPRequestPlan
        let trustedHosts: Set<String>
        let stop: StopSwitch
        let progress: RequestProgress

        private var method: HTTPMethod
        private var headers: HTTPHeaders
        private var body: [UInt8]?
        private var address: WebAddress

        init(action: HTTPAction, plan: HTTPRequestPlan, trustedHosts: Set<String>, stop: StopSwitch, progress: RequestProgress)
        {
            self.action = action
            self.plan = plan
            self.trustedHosts = trustedHosts
            self.stop = stop
            self.progress = progress
            method = plan.method
            headers = plan.headers
            body = plan.body
            address = plan.address
        }

        /// The last answer and where it came from.
        mutating func answer() async throws(Failure) -> (HTTPAnswer, WebAddress) {
            var isFreshToken = try await authorize()
            var hops = 0
            while true {
                let answer = try await send()
                if answer.status == .unauthorized, !isFreshToken, case .oauth2(let credentials) = plan.authorization, hops == 0
                {
                    // The kept token was revoked; nothing happened yet, so a fresh one may try within this attempt.
                    action.tokens.forget(credentials)
                    isFreshToken = try await authorize()
                    continue
                }
                guard hops < plan.redirects, try follow(answer) else { return (answer, address) }
                hops += 1
            }
        }

        private func send() async throws(Failure) -> HTTPAnswer {
            let addresses = try await action.guardian.addresses(of: address, trustedHosts: trustedHosts)
            var request = HTTPClientRequest(url: address.text)
            request.method = method
            request.headers = headers
            if !headers.contains(name: "User-Agent") {
                request.headers.add(name: "User-Agent", value: action.configuration.userAgent)
            }
            if !headers.contains(name: "Accept") { request.headers.add(name: "Accept", value: "*/*") }
            if !headers.contains(name: "Accept-Encoding") {
                request.headers.add(name: "Accept-Encoding", value: "gzip, deflate")
            }
            do throws(HTTPTrouble) {
                return try await action.exchange.send(request, body: body, to: address, at: addresses, progress: progress)
            } catch {
                throw error.failure(
                    plan, at: address, stop: stop.reason, progress: progress, limit: action.configuration.maxBodyBytes)
            }
        }

        /// Sets the `Authorization` header; true unless it comes from a token that was kept.
        private mutating func authorize() async throws(Failure) -> Bool {
            switch plan.authorization {
            case .none: return true
            case .header(let value):
                headers.replaceOrAdd(name: "Authorization", value: value)
                return true
            case .oauth2(let credentials):
                if let token = action.tokens.cached(credentials) {
                    headers.replaceOrAdd(name: "Authorization", value: "Bearer \(token)")
                    return false
                }
                headers.replaceOrAdd(name: "Authorization", value: "Bearer \(try await fetchToken(credentials))")
                return true
            }
        }

        private func fetchToken(_ credentials: OAuthTokens.Credentials) async throws(Failure) -> String {
            let endpoint = try WebAddress(credentials.tokenAddress)
            let addresses = try await action.guardian.addresses(of: endpoint, trustedHosts: trustedHosts)
            let (authorization, form) = OAuthTokens.request(credentials)
            var request = HTTPClientRequest(url: endpoint.text)
            request.method = .POST
            request.headers = [
                "Authorization": authorization, "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
                "User-Agent": action.configuration.userAgent,
            ]
            // Its own progress: asking for a token is no effect of the step.
            let tokenProgress = RequestProgress()
            let answer: HTTPAnswer
            do throws(HTTPTrouble) {
                answer = try await action.exchange.send(
                    request, body: form, to: endpoint, at: addresses, progress: tokenProgress)
            } catch {
                throw error.failure(
                    plan, at: endpoint, stop: stop.reason, progress: progress, limit: action.configuration.maxBodyBytes)
            }
            return try action.tokens.take(answer, for: credentials, shown: endpoint.shown)
        }

        /// Turns to where a redirect leads; false when the answer is none. RFC 9110 §15.4.
        private mutating func follow(_ answer: HTTPAnswer) throws(Failure) -> Bool {
            guard [301, 302, 303, 307, 308].contains(answer.status.code), let location = answer.headers.first(name: "location")
            else { return false }
            let next: WebAddress
            do throws(Failure) {
                next = try address.resolving(location)
            } catch {
                throw Failure(code: "http.blocked", message: "\(address.shown) redirects to no web address: \(error.message)")
            }
            guard next.isSecure || !address.isSecure else {
                throw Failure(code: "http.blocked", message: "\(address.shown) redirects from https to http")
            }
            if answer.status == .seeOther || answer.status.code < 303 && method == .POST {
                if method != .HEAD { method = .GET }
                body = nil
                for name in ["Content-Type", "Content-Encoding", "Content-Language", "Idempotency-Key"] {
                    headers.remove(name: name)
                }
            }
            if next.origin != address.origin { dropCredentials() }
            address = next
            return true
        }

        /// Any header of the step may be a key to the first origin, whatever its name: only those known to be none go along.
        private mutating func dropCredentials() {
            let harmless = ["accept", "accept-language", "content-type", "content-language", "user-agent", "idempotency-key"]
            headers = HTTPHeaders(headers.filter { harmless.contains($0.name.lowercased()) }.map { ($0.name, $0.value) })
        }
    }
}
