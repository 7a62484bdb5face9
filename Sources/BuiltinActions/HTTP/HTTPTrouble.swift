import AsyncHTTPClient
import Glibc
import NIOCore
import NIOHTTP1
import NIOHTTPCompression
import NIOSSL
import WorkflowJournal

/// Why an exchange brought no answer.
enum HTTPTrouble: Error, Sendable {
    /// No connection was made.
    case unreachable(String)
    /// The connection ended before the answer did.
    case lost(String)
    case tls(String)
    /// What came is no HTTP, or its encoding is broken.
    case malformed(String)
    /// Decompressed it is larger than the limit.
    case tooLarge
    /// The task was cancelled; the stop switch knows why.
    case stopped

    init(_ error: any Error, wasSent: Bool) {
        switch error {
        case let trouble as HTTPTrouble: self = trouble
        case let error as HTTPClientError: self = Self.from(error, wasSent: wasSent)
        case is CancellationError: self = .stopped
        case NIOHTTPDecompression.DecompressionError.limit: self = .tooLarge
        case is NIOHTTPDecompression.DecompressionError, is NIOHTTPDecompression.ExtraDecompressionError:
            self = .malformed("its compression is broken")
        case HTTPParserError.invalidEOFState: self = .lost("the connection was closed before the answer was complete")
        case is HTTPParserError, is NIOHTTPObjectAggregatorError: self = .malformed("it is no valid HTTP")
        case let error as NIOSSLError: self = .tls(Self.sentence(error))
        case let error as NIOSSLExtraError: self = .tls(Self.sentence(error))
        case let error as BoringSSLError: self = .tls(Self.sentence(error))
        case let error as IOError where wasSent: self = .lost(Self.sentence(error))
        case let error as IOError: self = .unreachable(Self.sentence(error))
        case is ChannelError where wasSent: self = .lost("the connection was closed")
        default: self = wasSent ? .lost("\(error)") : .unreachable("\(error)")
        }
    }

    private static func from(_ error: HTTPClientError, wasSent: Bool) -> HTTPTrouble {
        switch error {
        case .cancelled, .deadlineExceeded: .stopped
        case .connectTimeout: .unreachable("nothing answered in time")
        case .tlsHandshakeTimeout: .unreachable("the TLS handshake was not finished in time")
        case .getConnectionFromPoolTimeout: .unreachable("no connection became free in time")
        case .serverOfferedUnsupportedApplicationProtocol(""): .tls(error.shortDescription)
        case .remoteConnectionClosed: .lost("the connection was closed before the answer was complete")
        default: wasSent ? .lost(error.shortDescription) : .unreachable(error.shortDescription)
        }
    }

    /// Library errors describe themselves as types; the part in them that people can use is the system's text.
    private static func sentence(_ error: any Error) -> String {
        if let error = error as? IOError {
            return String(cString: strerror(error.errnoCode))
        }
        return String(describing: error)
    }

    /// The failure of the step.
    func failure(
        _ plan: HTTPRequestPlan, at address: WebAddress, stop: StopReason?, progress: RequestProgress, limit: Int
    ) -> Failure {
        let request = "\(plan.method.rawValue) \(address.shown)"
        let isUncertain = !plan.isSafe && progress.mayHaveBeenSent
        switch self {
        case .unreachable(let reason):
            return Failure(code: "http.connect", message: "\(request): no connection: \(reason)", isRetryable: true)
        case .lost(let reason):
            return Failure(
                code: "http.connect", message: "\(request): connection lost: \(reason)", isRetryable: true,
                isUncertain: isUncertain)
        case .tls(let reason):
            return Failure(code: "http.tls", message: "\(request): TLS: \(reason)", isUncertain: isUncertain && progress.isSent)
        case .malformed(let reason):
            return Failure(
                code: "http.body", message: "\(request): cannot read the answer: \(reason)", isUncertain: isUncertain)
        case .tooLarge:
            return .answerTooLarge(request, limit: limit, isUncertain: isUncertain)
        case .stopped where stop == .cancelled:
            return Failure(code: "stopped", message: "\(request): stopped before it was answered", isUncertain: isUncertain)
        case .stopped:
            return Failure(
                code: "http.timeout", message: "\(request): no complete answer within its timeout", isRetryable: true,
                isUncertain: isUncertain)
        }
    }
}

extension Failure {
    static func answerTooLarge(_ request: String, limit: Int, isUncertain: Bool = false) -> Failure {
        Failure(
            code: "limit.output", message: "\(request): the answer is larger than \(limit) bytes", isUncertain: isUncertain)
    }
}
