/// Which hosts and addresses requests may reach: the pure part of the egress guard.
///
/// In this order: an address or host that `deny` names is refused. One that `allow` names is let through. `deny: ["*"]` refuses
/// what is left, so that `allow` becomes the whole list. Without a rule, a trusted host (written in the definition or its
/// configuration) may be anywhere but link-local and metadata addresses; any other must be public.
///
/// Link-local and metadata addresses are let through only by an `allow` that names such a network itself: neither a host name
/// nor `0.0.0.0/0` does.
package struct EgressRules: Sendable {
    private var allowed: [Rule]
    private var denied: [Rule]
    private var deniesTheRest: Bool

    package init(allow: [String], deny: [String]) throws(ActionsConfigurationError) {
        allowed = []
        denied = []
        deniesTheRest = deny.contains("*")
        for text in allow { allowed.append(try Rule(text)) }
        for text in deny where text != "*" { denied.append(try Rule(text)) }
    }

    /// Why a request to the host at these addresses is refused; nil when it may go to any of them.
    /// - Parameter host: lower case; of a literal address, its text without brackets.
    package func objection(to host: String, at addresses: [IPAddress], isTrusted: Bool) -> String? {
        if denied.contains(where: { $0.matches(host: host) }) { return "the server's configuration denies \(host)" }
        let isAllowedHost = allowed.contains { $0.matches(host: host) }
        for address in addresses {
            if let objection = objection(to: host, at: address, isTrusted: isTrusted, isAllowedHost: isAllowedHost) {
                return objection
            }
        }
        return nil
    }

    private func objection(to host: String, at address: IPAddress, isTrusted: Bool, isAllowedHost: Bool) -> String? {
        let name = host == address.description ? host : "\(host) (\(address))"
        // A mapped address is denied or allowed as the address it stands for, too.
        let faces = [address, address.embeddedV4].compactMap { $0 }
        if denied.contains(where: { rule in faces.contains { rule.matches($0) } }) {
            return "the server's configuration denies \(name)"
        }
        let rules = allowed.filter { rule in faces.contains { rule.matches($0) } }
        if address.reach == .forbidden {
            return rules.contains(where: \.namesForbidden) ? nil : "\(name) is a link-local or metadata address"
        }
        if isAllowedHost || !rules.isEmpty { return nil }
        if deniesTheRest { return "the server's configuration allows only listed hosts, and \(name) is not among them" }
        if isTrusted || address.reach == .public { return nil }
        return "\(name) is no public address, and the host comes from data; "
            + "write it in the definition or its config, or allow it by actions.http.allow"
    }
}

extension EgressRules {
    /// One entry of `allow` or `deny`.
    enum Rule: Sendable, Equatable {
        case network(IPNetwork)
        /// A host name, or a glob whose `*` stands for any characters.
        case host([UInt8])

        init(_ text: String) throws(ActionsConfigurationError) {
            if let network = IPNetwork(text) {
                self = .network(network)
                return
            }
            let name = text.lowercased()
            let isHost =
                !name.isEmpty
                && name.utf8.allSatisfy { byte in
                    switch byte {
                    case 0x61...0x7A, 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "*"):
                        true
                    default: false
                    }
                }
            guard isHost else {
                throw ActionsConfigurationError(
                    "'\(text)' in actions.http is neither a host (api.example.org, *.example.org) nor a network (10.0.0.0/8)")
            }
            self = .host(Array(name.utf8))
        }

        func matches(_ address: IPAddress) -> Bool {
            if case .network(let network) = self { network.contains(address) } else { false }
        }

        func matches(host: String) -> Bool {
            guard case .host(let pattern) = self else { return false }
            return Self.glob(pattern[...], matches: Array(host.utf8)[...])
        }

        /// Names a link-local or metadata network, or part of one.
        var namesForbidden: Bool {
            guard case .network(let network) = self else { return false }
            return IPAddress.forbidden.contains { $0.contains(network) }
        }

        /// One remembered `*` is enough: time is at most pattern times text.
        private static func glob(_ pattern: ArraySlice<UInt8>, matches text: ArraySlice<UInt8>) -> Bool {
            var (p, t) = (pattern.startIndex, text.startIndex)
            var star: (pattern: Int, text: Int)?
            while t < text.endIndex {
                if p < pattern.endIndex, pattern[p] == UInt8(ascii: "*") {
                    star = (p + 1, t)
                    p += 1
                } else if p < pattern.endIndex, pattern[p] == text[t] {
                    p += 1
                    t += 1
                } else if let last = star {
                    star = (last.pattern, last.text + 1)
                    p = last.pattern
                    t = last.text + 1
                } else {
                    return false
                }
            }
            return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
        }
    }
}
