import Glibc
import NIOPosix
import Synchronization
import WorkflowJournal

/// From a host name to all its addresses, in the order to try them.
struct AddressResolver: Sendable {
    /// Returns early with `http.connect` when its task is cancelled.
    var addresses: @Sendable (_ host: String) async throws(Failure) -> [IPAddress]

    /// The system's resolver, except for these hosts.
    init(hosts: [String: [String]]) throws(ActionsConfigurationError) {
        var fixed: [String: [IPAddress]] = [:]
        for (host, texts) in hosts {
            let addresses = texts.compactMap { IPAddress($0) }
            guard addresses.count == texts.count, !addresses.isEmpty else {
                throw ActionsConfigurationError("actions.http.hosts: '\(host)' needs a list of addresses, not \(texts)")
            }
            fixed[host.lowercased()] = addresses
        }
        self.init { [fixed] (host) async throws(Failure) -> [IPAddress] in
            if let addresses = fixed[host] { return addresses }
            return try await Self.system.addresses(host)
        }
    }

    private init(addresses: @escaping @Sendable (_ host: String) async throws(Failure) -> [IPAddress]) {
        self.addresses = addresses
    }

    /// The system's resolver. `getaddrinfo` blocks, so it runs on a thread pool, and one that hangs is left behind.
    static let system = AddressResolver { (host) async throws(Failure) -> [IPAddress] in
        let once = Once()
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                once.set(continuation)
                NIOThreadPool.singleton.submit { _ in once.resume(look(up: host)) }
            }
        } onCancel: {
            once.resume(.failure(.unresolved(host, "stopped while resolving its name")))
        }
        return try outcome.get()
    }

    private static func look(up host: String) -> Result<[IPAddress], Failure> {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, nil, &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        guard status == 0 else { return .failure(.unresolved(host, String(cString: gai_strerror(status)))) }
        var addresses: [IPAddress] = []
        var next = list
        while let entry = next {
            if let socket = entry.pointee.ai_addr, let address = IPAddress(socket), !addresses.contains(address) {
                addresses.append(address)
            }
            next = entry.pointee.ai_next
        }
        return addresses.isEmpty ? .failure(.unresolved(host, "it has no address")) : .success(addresses)
    }

    /// A continuation that the resolver and a cancellation race to resume.
    private final class Once: Sendable {
        private typealias Continuation = CheckedContinuation<Result<[IPAddress], Failure>, Never>

        private enum State {
            case waiting(Continuation?)
            case early(Result<[IPAddress], Failure>)
            case resumed
        }

        private let state = Mutex(State.waiting(nil))

        func set(_ continuation: CheckedContinuation<Result<[IPAddress], Failure>, Never>) {
            let early = state.withLock { state -> Result<[IPAddress], Failure>? in
                if case .early(let outcome) = state {
                    state = .resumed
                    return outcome
                }
                state = .waiting(continuation)
                return nil
            }
            if let early { continuation.resume(returning: early) }
        }

        func resume(_ outcome: Result<[IPAddress], Failure>) {
            let continuation = state.withLock { state -> Continuation? in
                switch state {
                case .waiting(let continuation?):
                    state = .resumed
                    return continuation
                case .waiting(nil):
                    state = .early(outcome)
                    return nil
                case .early, .resumed:
                    return nil
                }
            }
            continuation?.resume(returning: outcome)
        }
    }
}

extension Failure {
    fileprivate static func unresolved(_ host: String, _ reason: String) -> Failure {
        Failure(code: "http.connect", message: "cannot find \(host): \(reason)", isRetryable: true)
    }
}
