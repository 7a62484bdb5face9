import AsyncHTTPClient
import NIOCore
import NIOHTTPCompression
import NIOSSL
import Synchronization

/// One client per (host, address) that has been checked.
///
/// AsyncHTTPClient resolves names itself, except those its configuration overrides. So a client is bound to one address: it
/// connects there and nowhere else, while `Host`, the server name of TLS and the name a certificate must prove stay the host's.
final class HTTPClients: Sendable {
    private struct Key: Hashable {
        var host: String
        var address: IPAddress
    }

    private struct Entry {
        var client: HTTPClient
        var users: Int
        var lastUse: UInt64
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var uses: UInt64 = 0
    }

    /// Idle clients beyond this are shut down, the longest unused one first.
    private static let maximumIdle = 128

    private let state = Mutex(State())
    private let configuration: ActionsConfiguration.HTTP
    private let authorities: [NIOSSLCertificate]

    init(_ configuration: ActionsConfiguration.HTTP) throws(ActionsConfigurationError) {
        self.configuration = configuration
        guard let path = configuration.certificateAuthorities else {
            authorities = []
            return
        }
        do {
            authorities = try NIOSSLCertificate.fromPEMFile(path)
        } catch {
            throw ActionsConfigurationError(
                "actions.http.certificateAuthorities: cannot read certificates from '\(path)': \(error)")
        }
    }

    func use<Result>(
        _ host: String, at address: IPAddress, _ body: (HTTPClient) async throws -> Result
    ) async rethrows -> Result {
        let key = Key(host: host, address: address)
        let client = take(key)
        defer { giveBack(key) }
        return try await body(client)
    }

    private func take(_ key: Key) -> HTTPClient {
        state.withLock { state in
            state.uses += 1
            if var entry = state.entries[key] {
                entry.users += 1
                entry.lastUse = state.uses
                state.entries[key] = entry
                return entry.client
            }
            let client = makeClient(key)
            state.entries[key] = Entry(client: client, users: 1, lastUse: state.uses)
            return client
        }
    }

    private func giveBack(_ key: Key) {
        let surplus = state.withLock { state -> HTTPClient? in
            state.entries[key]?.users -= 1
            guard state.entries.count > Self.maximumIdle,
                let oldest = state.entries.filter({ $0.value.users == 0 }).min(by: { $0.value.lastUse < $1.value.lastUse })
            else { return nil }
            return state.entries.removeValue(forKey: oldest.key)?.client
        }
        if let surplus { Task { try? await surplus.shutdown() } }
    }

    private func makeClient(_ key: Key) -> HTTPClient {
        var client = HTTPClient.Configuration()
        // Redirects are followed by `HTTPAction`, which checks every hop.
        client.redirectConfiguration = .disallow
        client.decompression = .enabled(limit: .size(configuration.maxBodyBytes))
        // One request per connection: a request that is given up closes exactly its own.
        client.httpVersion = .http1Only
        client.timeout.connect = TimeAmount(configuration.connectTimeout)
        client.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = configuration.connectionsPerHost
        // With it a refused connection would surface only after the connect timeout.
        client.connectionPool.retryConnectionEstablishment = false
        client.dnsOverride = [key.host: key.address.description]
        if !authorities.isEmpty {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.additionalTrustRoots = [.certificates(authorities)]
            client.tlsConfiguration = tls
        }
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: client)
    }

    func shutdown() async {
        let clients = state.withLock { state in
            defer { state.entries = [:] }
            return state.entries.values.map(\.client)
        }
        for client in clients { try? await client.shutdown() }
    }

    /// A client must not be dropped running; this catches an owner that forgot `shutdown`.
    deinit {
        for entry in state.withLock(\.entries).values { entry.client.shutdown { _ in } }
    }
}
