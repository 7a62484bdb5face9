import NIOHTTP1
import Synchronization
import Values
import WorkflowJournal

/// OAuth 2 client-credentials tokens (RFC 6749 §4.4), kept in memory until shortly before they expire.
final class OAuthTokens: Sendable {
    struct Credentials: Sendable, Hashable {
        var tokenAddress: String
        var clientID: String
        var clientSecret: String
        var scope: String?

        init(_ input: ActionInput) throws(Failure) {
            guard let address = try input.string("tokenUrl"), let id = try input.string("clientId"),
                let secret = try input.string("clientSecret")
            else { throw .misfit("auth.oauth2 needs tokenUrl, clientId and clientSecret") }
            (tokenAddress, clientID, clientSecret) = (address, id, secret)
            scope = try input.string("scope")
        }
    }

    private struct Token {
        var text: String
        var expiry: ContinuousClock.Instant
    }

    private let tokens = Mutex<[Credentials: Token]>([:])
    /// Old ones are dropped beyond this; a definition has a handful.
    private static let maximum = 1_000
    /// Time a request needs to reach the other side with a token that is still good.
    private static let margin: Duration = .seconds(30)

    func cached(_ credentials: Credentials) -> String? {
        tokens.withLock { tokens in
            guard let token = tokens[credentials], token.expiry > .now else { return nil }
            return token.text
        }
    }

    func forget(_ credentials: Credentials) { tokens.withLock { $0[credentials] = nil } }

    /// The form to send to the token endpoint.
    static func request(_ credentials: Credentials) -> (authorization: String, body: [UInt8]) {
        // RFC 6749 §2.3.1: both parts are form-encoded before they become Basic credentials.
        let pair = PercentEncoding.component(credentials.clientID) + ":" + PercentEncoding.component(credentials.clientSecret)
        var fields: [(name: String, value: String)] = [("grant_type", "client_credentials")]
        if let scope = credentials.scope { fields.append(("scope", scope)) }
        return ("Basic " + Base64.encode(Array(pair.utf8)), Array(PercentEncoding.form(fields).utf8))
    }

    /// Takes the token endpoint's answer.
    func take(_ answer: HTTPAnswer, for credentials: Credentials, shown: String) throws(Failure) -> String {
        let status = Int(answer.status.code)
        guard status == 200 else {
            // The answer's body is left out: it may repeat what it was sent.
            throw Failure(
                code: "http.\(status)", message: "POST \(shown): the token endpoint answered \(status)",
                isRetryable: HTTPAction.isRetryable(status),
                data: ["status": .int(Int64(status)), "headers": [:], "body": .null])
        }
        guard let value = try? JSON.parse(answer.body), let token = value["access_token"]?.stringValue,
            !token.isEmpty, token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw Failure(code: "http.body", message: "POST \(shown): the token endpoint's answer has no access_token") }
        let lifetime = value["expires_in"]?.intValue ?? value["expires_in"]?.stringValue.flatMap { Int64($0) } ?? 60
        let expiry = ContinuousClock.now + .seconds(min(max(lifetime, 0), 86_400)) - Self.margin
        tokens.withLock { tokens in
            if tokens.count >= Self.maximum { tokens = tokens.filter { $0.value.expiry > .now } }
            if tokens.count < Self.maximum { tokens[credentials] = Token(text: token, expiry: expiry) }
        }
        return token
    }
}
