import BuiltinActions
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Testing
import Values
import WorkflowEngine
import WorkflowJournal

/// A checked address is connected to, while the certificate is checked for the host.
@Suite struct HTTPSecureTests {
    private final class Answering: ChannelInboundHandler, Sendable {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .head(let head) = unwrapInboundIn(data) else { return }
            let host = head.headers.first(name: "host") ?? ""
            let answer = HTTPResponseHead(
                version: .http1_1, status: .ok, headers: ["Content-Length": "\(host.utf8.count)", "Content-Type": "text/plain"])
            context.write(wrapOutboundOut(.head(answer)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: host)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }

    /// Starts a TLS server on loopback that answers with the `Host` it was asked for.
    private func withServer<Result>(_ body: (Int) async throws -> Result) async throws -> Result {
        let certificates = try NIOSSLCertificate.fromPEMFile(Fixture.url("server.pem").path).map {
            NIOSSLCertificateSource.certificate($0)
        }
        let key = try NIOSSLPrivateKey(file: Fixture.url("server.key").path, format: .pem)
        let tls = try NIOSSLContext(
            configuration: .makeServerConfiguration(certificateChain: certificates, privateKey: .privateKey(key)))
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Answering())
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(server.localAddress?.port)
        do {
            let result = try await body(port)
            try await server.close()
            return result
        } catch {
            try await server.close()
            throw error
        }
    }

    private func http(authorities: Bool = true) -> ActionsConfiguration.HTTP {
        .init(
            certificateAuthorities: authorities ? Fixture.url("authority.pem").path : nil,
            hosts: ["pinned.test": ["127.0.0.1"], "other.test": ["127.0.0.1"]])
    }

    @Test func `TLS goes to the checked address and proves the host's name`() async throws {
        try await withServer { port in
            try await Bench.run(http: http()) { bench in
                let url: Value = ["url": .string("https://pinned.test:\(port)/")]
                let result = await bench.run("http", url, trusted: ["pinned.test"])
                #expect(result.value?["body"] == .string("pinned.test:\(port)"))
                #expect(await bench.run("http", url, trusted: []).failure?.code == "http.blocked")
            }
        }
    }

    @Test func `a certificate for another host, or of an unknown authority, is http.tls`() async throws {
        try await withServer { port in
            try await Bench.run(http: http()) { bench in
                let failure = await bench.run("http", ["url": .string("https://other.test:\(port)/")], trusted: ["other.test"])
                    .failure
                #expect(failure?.code == "http.tls" && failure?.isRetryable == false && failure?.isUncertain == false)
            }
            try await Bench.run(http: http(authorities: false)) { bench in
                let failure = await bench.run(
                    "http", ["url": .string("https://pinned.test:\(port)/")], trusted: ["pinned.test"]
                ).failure
                #expect(failure?.code == "http.tls")
            }
        }
    }

    @Test func `a server that does not speak TLS is http.tls`() async throws {
        let server = SocketServer { connection in
            connection.send("HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.hang()
        }
        try await Bench.run { bench in
            let failure = await bench.run("http", ["url": .string("https://127.0.0.1:\(server.port)/")]).failure
            #expect(failure?.code == "http.tls")
        }
    }

    @Test func `authorities that cannot be read are an error of the configuration`() async throws {
        #expect(throws: ActionsConfigurationError.self) {
            try BuiltinActions(
                configuration: .init(http: .init(certificateAuthorities: "/nowhere.pem"), email: .init(outbox: "/tmp")))
        }
    }
}
