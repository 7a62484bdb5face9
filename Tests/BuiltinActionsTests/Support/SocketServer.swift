import Foundation
import Glibc
import Synchronization

/// A server on loopback whose answers are raw bytes, so that it can misbehave in every way.
///
/// Each connection has a thread of its own that runs `serve`; a connection is closed when that returns. Stops with its owner.
final class SocketServer: Sendable {
    let port: Int
    private let listener: Int32
    private let log = Mutex<[Request]>([])

    struct Request: Sendable {
        var head: String
        var body: String
        var line: String { String(head.prefix { $0 != "\r" && $0 != "\r\n" }) }
        func header(_ name: String) -> String? {
            let prefix = name.lowercased() + ":"
            return head.split(separator: "\r\n").first { $0.lowercased().hasPrefix(prefix) }
                .map { $0.dropFirst(prefix.count).trimmingCharacters(in: .whitespaces) }
        }
    }

    struct Connection: Sendable {
        fileprivate let socket: Int32
        let server: SocketServer

        /// Tells this connection from others of the server.
        var name: String { "\(socket)" }

        /// The next request with its body; nil when the other side has closed.
        func request() -> Request? {
            var bytes: [UInt8] = []
            var end: Int?
            while end == nil {
                guard let chunk = read() else { return nil }
                bytes += chunk
                end = bytes.indices.first { bytes[$0...].starts(with: "\r\n\r\n".utf8) }
            }
            let headEnd = end ?? 0
            var request = Request(head: String(decoding: bytes[..<headEnd], as: UTF8.self), body: "")
            let length = request.header("content-length").flatMap { Int($0) } ?? 0
            while bytes.count < headEnd + 4 + length, let chunk = read() { bytes += chunk }
            request.body = String(decoding: bytes[(headEnd + 4)...], as: UTF8.self)
            server.log.withLock { $0.append(request) }
            return request
        }

        private func read() -> [UInt8]? {
            var chunk = [UInt8](repeating: 0, count: 16_384)
            let count = Glibc.recv(socket, &chunk, chunk.count, 0)
            return count > 0 ? Array(chunk[..<count]) : nil
        }

        /// False when the other side has gone.
        @discardableResult
        func send(_ bytes: some Collection<UInt8>) -> Bool {
            let bytes = Array(bytes)
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }

        @discardableResult
        func send(_ text: String) -> Bool { send(text.utf8) }

        func answer(_ status: String = "200 OK", headers: [String] = [], body: String = "") {
            answer(status, headers: headers, bytes: Array(body.utf8))
        }

        func answer(_ status: String = "200 OK", headers: [String] = [], bytes: [UInt8]) {
            let head =
                (["HTTP/1.1 \(status)", "Content-Length: \(bytes.count)"] + headers).joined(separator: "\r\n") + "\r\n\r\n"
            send(Array(head.utf8) + bytes)
        }

        /// Says nothing until the other side gives up or the server stops.
        func hang() {
            while read() != nil {}
        }

        /// The next close is a reset.
        func reset() {
            var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
            setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        }
    }

    init(_ serve: @escaping @Sendable (Connection) -> Void) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = bind(listener, address, length)
                _ = getsockname(listener, address, &length)
            }
        }
        listen(listener, 64)
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [weak self] in
            // Only this thread closes the listener: its number must not be somebody else's while it is listened on.
            defer { close(listener) }
            while true {
                let socket = accept(listener, nil, nil)
                guard socket >= 0 else { return }
                guard let server = self else {
                    close(socket)
                    return
                }
                Thread.detachNewThread {
                    serve(Connection(socket: socket, server: server))
                    close(socket)
                }
            }
        }
    }

    /// Answers every request on kept connections.
    static func answering(_ answer: @escaping @Sendable (Request, Connection) -> Void) -> SocketServer {
        SocketServer { connection in
            while let request = connection.request() { answer(request, connection) }
        }
    }

    var requests: [Request] { log.withLock { $0 } }
    var url: String { "http://127.0.0.1:\(port)" }

    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }
}
