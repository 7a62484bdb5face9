import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Testing
import Values
import WorkflowServer

@Suite("The server on Hummingbird")
struct HTTPServerTests {
    private func application() -> some ApplicationProtocol {
        HTTPServer.application(TestAPI().api, host: "127.0.0.1", port: 0, logger: Logger(label: "test"))
    }

    @Test func `Requests and answers pass through`() async throws {
        try await application().test(.router) { client in
            try await client.execute(uri: "/healthz", method: .get) { #expect($0.status == .ok) }
            try await client.execute(
                uri: "/v1/events", method: .post,
                headers: [.authorization: "Bearer events", .contentType: "application/json"],
                body: ByteBuffer(string: #"{"name": "a"}"#)
            ) { response in
                #expect(response.status == .accepted)
                #expect(response.headers[.contentType] == "application/json")
                #expect(String(buffer: response.body).contains("\"sequence\":1"))
            }
        }
    }

    @Test func `A body over the limit is refused while it streams in`() async throws {
        try await application().test(.router) { client in
            try await client.execute(
                uri: "/v1/events", method: .post,
                headers: [.authorization: "Bearer events", .contentType: "application/json"],
                body: ByteBuffer(repeating: 0x20, count: RequestLimits.bodyBytes + 1)
            ) { response in
                #expect(response.status == .contentTooLarge)
                #expect(response.headers[.contentType] == "application/problem+json")
            }
        }
    }
}
