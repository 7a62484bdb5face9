/// `uri`, `uri-reference` (RFC 3986) and `iri`, `iri-reference` (RFC 3987).
enum URIFormats {
    static func isReference(_ text: String, isAbsolute: Bool, isInternational: Bool) -> Bool {
        let parts = URIReference(text)
        let check = CharacterCheck(isInternational: isInternational)
        if isAbsolute && parts.scheme == nil { return false }
        if let authority = parts.authority, !isAuthority(authority, check) { return false }
        // Without a scheme, a colon in the first segment would make it one.
        if parts.scheme == nil && parts.authority == nil, firstSegment(of: parts.path).contains(":") { return false }
        return check.isLegal(parts.path, beyondUnreserved: "!$&'()*+,;=:@/")
            && check.isLegal(parts.query ?? "", beyondUnreserved: "!$&'()*+,;=:@/?", allowsPrivate: true)
            && check.isLegal(parts.fragment ?? "", beyondUnreserved: "!$&'()*+,;=:@/?")
    }

    private static func firstSegment(of path: String) -> Substring.UnicodeScalarView {
        Substring(path).unicodeScalars.prefix { $0 != "/" }
    }

    private static func isAuthority(_ authority: String, _ check: CharacterCheck) -> Bool {
        var host = Substring(authority).unicodeScalars
        if let at = host.lastIndex(of: "@") {
            guard check.isLegal(String(host[..<at]), beyondUnreserved: "!$&'()*+,;=:") else { return false }
            host = host[host.index(after: at)...]
        }
        if host.first == "[" {
            guard let end = host.firstIndex(of: "]") else { return false }
            let address = String(host[host.index(after: host.startIndex)..<end])
            return (AddressFormats.isIPv6(address) || isFutureAddress(address)) && isPort(host[host.index(after: end)...])
        }
        guard let colon = host.firstIndex(of: ":") else { return check.isLegal(String(host), beyondUnreserved: "!$&'()*+,;=") }
        return check.isLegal(String(host[..<colon]), beyondUnreserved: "!$&'()*+,;=") && isPort(host[colon...])
    }

    /// Nothing, or a colon and digits.
    private static func isPort(_ text: Substring.UnicodeScalarView) -> Bool {
        text.isEmpty || text.first == ":" && text.dropFirst().allSatisfy { ("0"..."9").contains($0) }
    }

    /// `v1.…`: an address of a version yet to come.
    private static func isFutureAddress(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.first.map({ $0 | 0x20 }) == UInt8(ascii: "v"), let dot = bytes.firstIndex(of: UInt8(ascii: ".")),
            dot > 1, bytes[1..<dot].allSatisfy(\.isHexadecimal), dot + 1 < bytes.count
        else { return false }
        return CharacterCheck(isInternational: false)
            .isLegal(
                String(decoding: bytes[(dot + 1)...], as: UTF8.self), beyondUnreserved: "!$&'()*+,;=:", allowsPercent: false)
    }

    /// Which characters may stand in a part of a URI.
    struct CharacterCheck {
        var isInternational: Bool

        func isLegal(
            _ text: String, beyondUnreserved: String, allowsPrivate: Bool = false, allowsPercent: Bool = true
        ) -> Bool {
            let scalars = Array(text.unicodeScalars)
            for (index, scalar) in scalars.enumerated() {
                if scalar == "%" {
                    guard allowsPercent, index + 2 < scalars.count,
                        scalars[(index + 1)...(index + 2)].allSatisfy({ $0.isASCII && $0.properties.isASCIIHexDigit })
                    else { return false }
                } else if !isUnreserved(scalar) && !beyondUnreserved.unicodeScalars.contains(scalar) {
                    guard isInternational, Self.isInternational(scalar) || allowsPrivate && Self.isPrivate(scalar) else {
                        return false
                    }
                }
            }
            return true
        }

        private func isUnreserved(_ scalar: Unicode.Scalar) -> Bool {
            guard let byte = UInt8(exactly: scalar.value), byte < 0x80 else { return false }
            return byte.isLetter || byte.isDigit || "-._~".utf8.contains(byte)
        }

        /// RFC 3987's ucschar.
        private static func isInternational(_ scalar: Unicode.Scalar) -> Bool {
            switch scalar.value {
            case 0xA0...0xD7FF, 0xF900...0xFDCF, 0xFDF0...0xFFEF: true
            case 0x10000...0xEFFFD: scalar.value & 0xFFFF < 0xFFFE && !(0xE0000...0xE0FFF).contains(scalar.value)
            default: false
            }
        }

        private static func isPrivate(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .privateUse }
    }
}
