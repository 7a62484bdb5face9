/// Where packets to an address can end up, as far as the egress guard cares.
package enum AddressReach: Sendable, Equatable {
    /// Somewhere on the internet.
    case `public`
    /// This machine, this site, a special purpose: everything the IANA registries do not call globally reachable.
    case local
    /// This link, or a service that hands out a machine's credentials: no request of a workflow belongs there.
    case forbidden
}

extension IPAddress {
    /// Decided by the IANA special-purpose registries (RFC 6890 and its updates). An IPv6 address that stands for an IPv4
    /// address is as reachable as that.
    package var reach: AddressReach {
        if Self.forbidden.contains(where: { $0.contains(self) }) { return .forbidden }
        if let embeddedV4 { return embeddedV4.reach }
        if isV4 { return Self.localV4.contains { $0.contains(self) } ? .local : .public }
        let isGlobalUnicast = Self.globalUnicastV6.contains(self) && !Self.localV6.contains { $0.contains(self) }
        return isGlobalUnicast ? .public : .local
    }

    /// Link-local networks, and the metadata services that lie elsewhere.
    static let forbidden: [IPNetwork] = [
        IPNetwork(literal: "169.254.0.0/16"),  // link-local, metadata of AWS, GCP, Azure, OpenStack, …
        IPNetwork(literal: "100.100.100.200"),  // metadata of Alibaba Cloud
        IPNetwork(literal: "168.63.129.16"),  // wire server of Azure
        IPNetwork(literal: "192.0.0.192"),  // metadata of Oracle Cloud
        IPNetwork(literal: "fe80::/10"),
        IPNetwork(literal: "fd00:ec2::/32"),  // metadata of AWS over IPv6
        IPNetwork(literal: "fd20:ce::254"),  // metadata of GCP over IPv6
    ]

    private static let localV4: [IPNetwork] = [
        IPNetwork(literal: "0.0.0.0/8"), IPNetwork(literal: "10.0.0.0/8"), IPNetwork(literal: "100.64.0.0/10"),
        IPNetwork(literal: "127.0.0.0/8"), IPNetwork(literal: "172.16.0.0/12"), IPNetwork(literal: "192.0.0.0/24"),
        IPNetwork(literal: "192.0.2.0/24"), IPNetwork(literal: "192.88.99.0/24"), IPNetwork(literal: "192.168.0.0/16"),
        IPNetwork(literal: "198.18.0.0/15"), IPNetwork(literal: "198.51.100.0/24"), IPNetwork(literal: "203.0.113.0/24"),
        IPNetwork(literal: "224.0.0.0/4"), IPNetwork(literal: "240.0.0.0/4"),
    ]

    private static let globalUnicastV6 = IPNetwork(literal: "2000::/3")

    /// Within 2000::/3; all else outside it is local anyway.
    private static let localV6: [IPNetwork] = [
        IPNetwork(literal: "2001::/23"),  // protocol assignments: Teredo, ORCHID, …
        IPNetwork(literal: "2001:db8::/32"), IPNetwork(literal: "3fff::/20"),
    ]
}
