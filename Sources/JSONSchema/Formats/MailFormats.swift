/// `email` (RFC 5321 §4.1.2, Mailbox) and `idn-email` (RFC 6531).
enum MailFormats {
    static func isEmail(_ text: String, isInternational: Bool) -> Bool {
        let scalars = text.unicodeScalars
        // A quoted local part may hold an '@', a domain may not.
        guard let at = scalars.lastIndex(of: "@") else { return false }
        let local = String(scalars[..<at])
        let domain = String(scalars[scalars.index(after: at)...])
        guard (1...64).contains(local.utf8.count), isLocalPart(local, isInternational: isInternational) else { return false }
        if domain.utf8.first == UInt8(ascii: "["), domain.utf8.last == UInt8(ascii: "]") {
            return isAddressLiteral(String(Substring(domain.utf8.dropFirst().dropLast())))
        }
        return isInternational ? HostFormats.isInternationalHostname(domain) : HostFormats.isHostname(domain)
    }

    private static func isAddressLiteral(_ text: String) -> Bool {
        let tag = "IPv6:"
        guard text.utf8.starts(with: tag.utf8) else { return AddressFormats.isIPv4(text) }
        return AddressFormats.isIPv6(String(Substring(text.utf8.dropFirst(tag.utf8.count))))
    }

    private static func isLocalPart(_ text: String, isInternational: Bool) -> Bool {
        if text.utf8.first == UInt8(ascii: "\"") { return isQuoted(text, isInternational: isInternational) }
        let atoms = text.unicodeScalars.split(separator: ".", omittingEmptySubsequences: false)
        return atoms.allSatisfy { atom in
            !atom.isEmpty && atom.allSatisfy { isAtomText($0) || isInternational && $0.value >= 0x80 }
        }
    }

    private static func isAtomText(_ scalar: Unicode.Scalar) -> Bool {
        guard let byte = UInt8(exactly: scalar.value) else { return false }
        return byte.isLetter || byte.isDigit || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }

    private static func isQuoted(_ text: String, isInternational: Bool) -> Bool {
        let scalars = Array(text.unicodeScalars)
        guard scalars.count >= 2, scalars.last == "\"" else { return false }
        var index = 1
        while index < scalars.count - 1 {
            if scalars[index] == "\\" { index += 1 } else if scalars[index] == "\"" { return false }
            guard index < scalars.count - 1 else { return false }
            let isPrintable = (0x20...0x7E).contains(scalars[index].value)
            guard isPrintable || isInternational && scalars[index].value >= 0x80 else { return false }
            index += 1
        }
        return true
    }
}
