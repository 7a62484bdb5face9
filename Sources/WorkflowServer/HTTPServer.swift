import HTTPTypes
package import Hummingbird
package import Logging
import NIOCore
import Synchronization
import Values

/// The API on a socket.
package enum HTTPServer {
    /// - Parameter onReady: Called once with the port, when connections are accepted.
    package static func application(
        _ api: API, host: String, port: Int, logger: Logger, onReady: @escaping @Sendable (Int) async -> Void = { _ in }
    ) -> some ApplicationProtocol {
        Application(
            responder: CallbackResponder { (request: Request, _: BasicRequestContext) in await respond(api, request) },
            server: .http1(configuration: .init(idleTimeout: .seconds(Int64(RequestLimits.waitSeconds) + 30))),
            configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
            onServerRunning: { channel in await onReady(channel.localAddress?.port ?? port) },
            logger: logger)
    }

    private static let requests = Atomic<UInt64>(0)

    private static func respond(_ api: API, _ request: Request) async -> Response {
        let body = request.body
        let received = APIRequest(
            id: "req-\(requests.add(1, ordering: .relaxed).newValue)", method: request.method,
            target: request.head.path ?? "/", headers: request.headers, authority: request.head.authority,
            readBody: { (limit) async throws(Problem) in try await collect(body, upTo: limit) })
        let answer = await api.handle(received)
        return Response(
            status: answer.status, headers: answer.headers,
            body: answer.body.isEmpty ? .init() : .init(byteBuffer: ByteBuffer(bytes: answer.body)))
    }

    private static func collect(_ body: RequestBody, upTo limit: Int) async throws(Problem) -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            for try await chunk in body {
                guard bytes.count + chunk.readableBytes <= limit else { throw Problem.tooLarge }
                bytes.append(contentsOf: chunk.readableBytesView)
            }
        } catch let problem as Problem {
            throw problem
        } catch {
            throw Problem(.badRequest, "body.incomplete", "The body ended before it was complete")
        }
        return bytes
    }
}
