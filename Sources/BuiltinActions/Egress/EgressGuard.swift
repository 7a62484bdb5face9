import WorkflowJournal

/// Decides before a connection is made where it may go: resolve once, check every address, connect to a checked one.
///
/// What `objection` judged is what is connected to: a name that resolves differently the second time (DNS rebinding) gains
/// nothing, because there is no second time.
struct EgressGuard: Sendable {
    var rules: EgressRules
    var resolver: AddressResolver

    /// - Throws: `http.blocked`, or `http.connect` when the name has no address.
    /// - Returns: the addresses to try in turn, at least one.
    func addresses(of address: WebAddress, trustedHosts: Set<String>) async throws(Failure) -> [IPAddress] {
        let literal = IPAddress(address.host)
        let addresses = if let literal { [literal] } else { try await resolver.addresses(address.host) }
        let isTrusted = trustedHosts.contains(address.host) || trustedHosts.contains("\(address.host):\(address.port)")
        if let objection = rules.objection(to: address.host, at: addresses, isTrusted: isTrusted) {
            throw Failure(code: "http.blocked", message: objection)
        }
        return addresses
    }
}
