import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization
import WorkflowJournal

/// One request to one checked host and its answer: a single hop.
struct HTTPExchange: Sendable {
    var clients: HTTPClients
    var maxBodyBytes: Int
    var connectionsTried = 4

    /// Tries the addresses in turn until one takes the connection.
    /// - Parameter progress: told when the request leaves; kept by the caller, who may give up in between.
    func send(
        _ request: HTTPClientRequest, body: [UInt8]?, to address: WebAddress, at addresses: [IPAddress],
        progress: RequestProgress
    ) async throws(HTTPTrouble) -> HTTPAnswer {
        var last = HTTPTrouble.stopped
        for candidate in addresses.prefix(connectionsTried) {
            do {
                return try await clients.use(address.host, at: candidate) { client in
                    try await self.send(request, body: body, with: client, progress: progress)
                }
            } catch {
                last = HTTPTrouble(error, wasSent: progress.isSent)
                guard case .unreachable = last, !progress.isSent, !Task.isCancelled else { throw last }
            }
        }
        throw last
    }

    private func send(
        _ request: HTTPClientRequest, body: [UInt8]?, with client: HTTPClient, progress: RequestProgress
    ) async throws -> HTTPAnswer {
        var request = request
        if let body {
            request.body = .stream(
                AnnouncedBody(buffer: ByteBuffer(bytes: body), progress: progress), length: .known(Int64(body.count)))
        } else {
            // A request without a body gives no sign when it leaves.
            progress.mayBeSent()
        }
        // The action's own timeout stops the task; no second clock.
        let response = try await client.execute(request, deadline: .distantFuture)
        progress.didAnswer()
        var bytes: [UInt8] = []
        var isCut = false
        for try await chunk in response.body {
            bytes.append(contentsOf: chunk.readableBytesView)
            if bytes.count > maxBodyBytes {
                isCut = true
                break
            }
        }
        try Task.checkCancellation()
        return HTTPAnswer(status: response.status, headers: response.headers, body: isCut ? [] : bytes, isCut: isCut)
    }
}

/// How far a request has come, seen from outside while it is under way.
final class RequestProgress: Sendable {
    private enum Stage: Int { case waiting, perhapsSent, sent, answered }
    private let stage = Mutex(Stage.waiting)

    /// The body was asked for, so the head is on its way; the other side may act on it.
    func willSend() { stage.withLock { $0 = .sent } }
    func mayBeSent() { stage.withLock { $0 = .perhapsSent } }
    func didAnswer() { stage.withLock { $0 = .answered } }

    /// Something has certainly left.
    var isSent: Bool { stage.withLock { $0.rawValue >= Stage.sent.rawValue } }
    /// It cannot be ruled out that something has left.
    var mayHaveBeenSent: Bool { stage.withLock { $0 != .waiting } }
}

/// A body in one piece that tells when the connection takes it.
private struct AnnouncedBody: AsyncSequence, Sendable {
    var buffer: ByteBuffer
    var progress: RequestProgress

    struct Iterator: AsyncIteratorProtocol {
        var rest: ByteBuffer?
        var progress: RequestProgress

        mutating func next() async -> ByteBuffer? {
            progress.willSend()
            defer { rest = nil }
            return rest.flatMap { $0.readableBytes > 0 ? $0 : nil }
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(rest: buffer, progress: progress) }
}
