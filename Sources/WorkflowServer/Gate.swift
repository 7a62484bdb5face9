import HTTPTypes
import Values

/// The one place where it is decided who gets in: host, origin, bearer token. Deny by default.
struct Gate: Sendable {
    let tokens: any TokenStore
    let hosts: [String]

    private static let loopback = ["localhost", "127.0.0.1", "[::1]"]

    /// A `Host` allow list stops DNS rebinding; a foreign `Origin` is a web page that talks to the server behind its
    /// user's back. There are no CORS headers to allow it.
    func checkHostAndOrigin(_ request: APIRequest) throws(Problem) {
        guard let authority = request.authority, isAllowed(host: authority) else {
            throw Problem(
                .misdirectedRequest, "host.not_allowed", "This server does not answer to the host '\(request.authority ?? "")'",
                hint: "Add the name to 'hosts' in wfrun.yaml if clients reach the server under it.")
        }
        guard let origin = request.headers[.origin] else { return }
        let scheme = origin.split(separator: "://", maxSplits: 1)
        guard scheme.count == 2, ["http", "https"].contains(scheme[0]), scheme[1].hasSameCodePoints(as: authority) else {
            throw Problem(.forbidden, "origin.not_allowed", "Requests from pages of another origin are refused")
        }
    }

    private func isAllowed(host authority: String) -> Bool {
        var name = Substring(authority.lowercased())
        if let colon = name.lastIndex(of: ":"), name[name.index(after: colon)...].allSatisfy(\.isNumber) {
            name = name[..<colon]
        }
        return Self.loopback.contains(String(name)) || hosts.contains(String(name))
    }

    func authenticate(_ request: APIRequest) throws(Problem) -> Principal {
        guard let header = request.headers[.authorization] else {
            throw .unauthorised("A bearer token is needed: 'Authorization: Bearer wfr_…'")
        }
        let parts = header.split(separator: " ")
        guard parts.count == 2, parts[0].lowercased() == "bearer" else {
            throw .unauthorised("Only bearer tokens are accepted: 'Authorization: Bearer wfr_…'")
        }
        let presented = Array(AccessToken.digest(of: String(parts[1])).hex.utf8)
        // Every token is compared in full, so the time taken tells nothing about which one nearly matched.
        var found: AccessToken?
        for token in tokens.tokens() where Self.isSame(presented, Array(token.digest.hex.utf8)) { found = token }
        guard let found else { throw .unauthorised("The token is not known to this server") }
        return Principal(name: found.name, grants: found.grants)
    }

    private static func isSame(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        var difference = a.count ^ b.count
        for (left, right) in zip(a, b) { difference |= Int(left ^ right) }
        return difference == 0
    }
}
