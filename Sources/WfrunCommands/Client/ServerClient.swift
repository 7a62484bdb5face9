import AsyncHTTPClient
import HTTPTypes
import NIOCore
import NIOHTTP1
import Values

/// The API of a running server over HTTP.
struct ServerClient: APISource {
    let base: String
    let token: String?

    private static let usualSeconds: Int64 = 30
    private static let largestAnswer = 64 << 20

    /// Says at once that nobody listens: the shared client would try again until its timeout. Lives as long as the process.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    func send(_ call: APICall) async throws(CommandFailure) -> APIAnswer {
        var request = HTTPClientRequest(url: base + call.target)
        request.method = HTTPMethod(rawValue: call.method.rawValue)
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        for (name, value) in call.headers { request.headers.add(name: name.rawName, value: value) }
        if let body = call.body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: JSON.bytes(body)))
        }
        do {
            let response = try await Self.client.execute(
                request, timeout: .seconds(Self.usualSeconds + call.patience))
            let body = try await response.body.collect(upTo: Self.largestAnswer)
            return APIAnswer(status: Int(response.status.code), body: Array(body.readableBytesView))
        } catch {
            throw failure(error)
        }
    }

    private func failure(_ error: any Error) -> CommandFailure {
        if error is CancellationError { return CommandFailure(.interrupted) }
        if (error as? HTTPClientError) == .invalidURL || (error as? HTTPClientError) == .emptyHost {
            return CommandFailure(.usage, "'\(base)' is no server address; one looks like \(Settings.defaultServer).")
        }
        return CommandFailure(
            .unreachable, "No server answers at \(base).",
            hint: "Start one with 'wfrun serve', or look into the database of a stopped one with '--db FILE' (list, show, "
                + "why, history, result, schedules).")
    }
}
