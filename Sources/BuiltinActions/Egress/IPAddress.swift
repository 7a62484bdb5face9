import Glibc

/// An address as bytes: 4 of IPv4 or 16 of IPv6.
package struct IPAddress: Sendable, Hashable, CustomStringConvertible {
    package let bytes: [UInt8]

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// Reads dotted decimal (four parts, no octal, no hexadecimal) or RFC 4291 text without a zone. Nil for anything else.
    package init?(_ text: some StringProtocol) {
        var v4 = in_addr()
        var v6 = in6_addr()
        if text.withCString({ inet_pton(AF_INET, $0, &v4) }) == 1 {
            bytes = withUnsafeBytes(of: &v4) { Array($0) }
        } else if text.withCString({ inet_pton(AF_INET6, $0, &v6) }) == 1 {
            bytes = withUnsafeBytes(of: &v6) { Array($0) }
        } else {
            return nil
        }
    }

    /// What a resolver returned; nil for other families.
    init?(_ address: UnsafePointer<sockaddr>) {
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            bytes = UnsafeRawPointer(address).withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                withUnsafeBytes(of: $0.pointee.sin_addr) { Array($0) }
            }
        case AF_INET6:
            bytes = UnsafeRawPointer(address).withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                withUnsafeBytes(of: $0.pointee.sin6_addr) { Array($0) }
            }
        default: return nil
        }
    }

    var isV4: Bool { bytes.count == 4 }

    package var description: String {
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        _ = bytes.withUnsafeBytes { inet_ntop(isV4 ? AF_INET : AF_INET6, $0.baseAddress, &buffer, socklen_t(buffer.count)) }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The IPv4 address that packets to this IPv6 address end at: mapped, compatible, translated (NAT64) and 6to4 ones.
    var embeddedV4: IPAddress? {
        guard !isV4 else { return nil }
        func v4(at offset: Int) -> IPAddress { IPAddress(bytes: Array(bytes[offset..<offset + 4])) }
        if bytes[..<10].allSatisfy({ $0 == 0 }) && bytes[10] == 0xFF && bytes[11] == 0xFF { return v4(at: 12) }
        if bytes[..<12] == [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0] { return v4(at: 12) }
        if bytes[..<2] == [0x20, 0x02] { return v4(at: 2) }
        // `::` and `::1` are themselves, not 0.0.0.0 and 0.0.0.1.
        if bytes[..<12].allSatisfy({ $0 == 0 }) && bytes[12] != 0 { return v4(at: 12) }
        return nil
    }
}

/// A range of addresses with a common prefix.
struct IPNetwork: Sendable, Hashable, CustomStringConvertible {
    let base: IPAddress
    let prefixLength: Int

    /// Reads `10.0.0.0/8`, `fd00::/8`, or a single address. Bits below the prefix must be zero.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count <= 2, let base = IPAddress(first) else { return nil }
        let width = base.bytes.count * 8
        var length = width
        if parts.count == 2 {
            guard let given = Int(parts[1]), (0...width).contains(given),
                parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) })
            else { return nil }
            length = given
        }
        self.base = base
        prefixLength = length
        let isClean = (length..<width).allSatisfy { base.bytes[$0 / 8] >> UInt8(7 - $0 % 8) & 1 == 0 }
        guard isClean else { return nil }
    }

    /// A network written in this source.
    init(literal text: StaticString) {
        guard let network = IPNetwork("\(text)") else { preconditionFailure("not a network: \(text)") }
        self = network
    }

    func contains(_ address: IPAddress) -> Bool {
        guard address.bytes.count == base.bytes.count else { return false }
        let whole = prefixLength / 8
        guard address.bytes[..<whole] == base.bytes[..<whole] else { return false }
        let rest = UInt8(prefixLength % 8)
        return rest == 0 || (address.bytes[whole] ^ base.bytes[whole]) >> (8 - rest) == 0
    }

    func contains(_ other: IPNetwork) -> Bool { prefixLength <= other.prefixLength && contains(other.base) }

    var description: String { "\(base)/\(prefixLength)" }
}
