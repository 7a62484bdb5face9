package import Values

/// Hosts that an author or operator has written, which the egress guard trusts further than hosts from data: of one call, so
/// that a host which data names is not trusted for standing somewhere else in the definition too.
package enum TrustedHosts {
    /// - Parameter paths: the ways into the evaluated input to URLs whose host is written (`Node.ActionCall.writtenHosts`).
    package static func of(_ input: Value, at paths: [[String]]) -> Set<String> {
        var hosts: Set<String> = []
        for path in paths {
            var value: Value? = input
            for name in path { value = value?[name] }
            if case .string(let url)? = value, let host = host(ofURL: url) { hosts.insert(host) }
        }
        return hosts
    }

    /// The host of `scheme://[user@]host[:port][/…]`, lower case.
    static func host(ofURL text: String) -> String? {
        guard let separator = text.firstRange(of: "://") else { return nil }
        let authority = text[separator.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        var host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        if host.first == "[" {
            host = host.dropFirst().prefix { $0 != "]" }
        } else {
            host = host.prefix { $0 != ":" }
        }
        return host.isEmpty ? nil : host.lowercased()
    }
}
