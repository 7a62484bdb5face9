/// `ipv4` (RFC 2673 §3.2) and `ipv6` (RFC 4291 §2.2).
enum AddressFormats {
    static func isIPv4(_ text: String) -> Bool {
        let parts = Array(text.utf8).split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { isOctet($0) }
    }

    /// 0 to 255 without leading zeros, which some systems read as octal.
    private static func isOctet(_ digits: ArraySlice<UInt8>) -> Bool {
        guard (1...3).contains(digits.count), digits.allSatisfy(\.isDigit), digits.count == 1 || digits.first != 0x30 else {
            return false
        }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) } <= 255
    }

    /// Eight groups of up to four hexadecimal digits, at most one `::` for one or more groups of zeros, and an IPv4 address
    /// in place of the last two groups.
    static func isIPv6(_ text: String) -> Bool {
        let parts = text.unicodeScalars.split(separator: ":", omittingEmptySubsequences: false).map { String($0) }
        guard (3...9).contains(parts.count) else { return false }
        var groups = 0
        var gaps = 0
        for (position, part) in parts.enumerated() {
            let isLast = position == parts.count - 1
            if part.isEmpty {
                // A colon at either end belongs to a gap there.
                if position == 0 { if !parts[1].isEmpty { return false } else { continue } }
                if isLast { if !parts[position - 1].isEmpty { return false } else { continue } }
                gaps += 1
            } else if isLast && part.utf8.contains(UInt8(ascii: ".")) {
                guard isIPv4(part) else { return false }
                groups += 2
            } else {
                guard part.utf8.count <= 4, part.utf8.allSatisfy(\.isHexadecimal) else { return false }
                groups += 1
            }
        }
        return gaps == 0 ? groups == 8 : gaps == 1 && groups <= 7
    }
}
