import Values
import WorkflowJournal

/// An absolute http or https address, taken apart once so that the guard and the client cannot read it differently.
struct WebAddress: Sendable, Equatable {
    var isSecure: Bool
    /// Lower case, ASCII; an IPv6 literal without its brackets.
    var host: String
    var port: Int
    /// Path and query, percent-encoded where RFC 3986 asks for it; begins with `/`.
    var target: String

    var origin: String {
        let shown = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        let isDefault = port == (isSecure ? 443 : 80)
        return (isSecure ? "https://" : "http://") + shown + (isDefault ? "" : ":\(port)")
    }

    /// For messages: the query may hold what is nobody's business.
    var shown: String { origin + target.prefix { $0 != "?" } }

    var text: String { origin + target }

    /// - Throws: `schema` for what is no absolute web address, or holds credentials.
    init(_ text: some StringProtocol) throws(Failure) {
        let text = String(text)
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), text.utf8[colon...].starts(with: "://".utf8) else {
            throw .misfit("url must be absolute, like https://example.org/path")
        }
        switch text[..<colon].lowercased() {
        case "http": isSecure = false
        case "https": isSecure = true
        default: throw .misfit("url must begin with http:// or https://")
        }
        let rest = text[colon...].dropFirst(3)
        let end = rest.utf8.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }
        let authority = rest[..<(end ?? rest.endIndex)]
        (host, port) = try Self.hostAndPort(authority, isSecure: isSecure)
        target = try Self.encodedTarget(rest[(end ?? rest.endIndex)...])
    }

    private static func hostAndPort(_ authority: Substring, isSecure: Bool) throws(Failure) -> (String, Int) {
        guard !authority.utf8.contains(UInt8(ascii: "@")) else {
            throw .misfit("url must not hold a user name or password: use auth")
        }
        var hostPart = authority
        var portPart: Substring?
        if authority.hasPrefix("[") {
            guard let close = authority.firstIndex(of: "]") else { throw .misfit("url has '[' without ']'") }
            hostPart = authority[authority.index(after: authority.startIndex)..<close]
            let after = authority[authority.index(after: close)...]
            guard after.isEmpty || after.hasPrefix(":") else { throw .misfit("url has text after ']'") }
            portPart = after.isEmpty ? nil : after.dropFirst()
            guard let literal = IPAddress(hostPart), !literal.isV4 else {
                throw .misfit("url has no IPv6 address between [ and ]")
            }
        } else if let colon = authority.firstIndex(of: ":") {
            hostPart = authority[..<colon]
            portPart = authority[authority.index(after: colon)...]
        }
        let port: Int
        if let portPart, !portPart.isEmpty {
            guard let number = UInt16(portPart), number > 0, portPart.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                throw .misfit("url has '\(portPart.prefix(16))' for a port")
            }
            port = Int(number)
        } else {
            port = isSecure ? 443 : 80
        }
        return (try checkedHost(hostPart), port)
    }

    private static func checkedHost(_ text: Substring) throws(Failure) -> String {
        var host = text.lowercased()
        // "example.org." is "example.org" to a resolver, but not to a rule or a certificate.
        if host.hasSuffix("."), host.utf8.count > 1 { host.removeLast() }
        guard !host.isEmpty, host.utf8.count <= 253 else { throw .misfit("url has no host") }
        if IPAddress(host) != nil { return host }
        let isName = host.utf8.allSatisfy { byte in
            switch byte {
            case 0x61...0x7A, 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
            default: false
            }
        }
        guard isName else {
            throw .misfit("url has a host with other characters than a-z, 0-9, '-', '.', '_' (write IDNs as xn--…)")
        }
        return host
    }

    /// Drops the fragment and encodes what may not stand literally; escapes that are there stay.
    private static func encodedTarget(_ text: Substring) throws(Failure) -> String {
        let withoutFragment = text.prefix { $0 != "#" }
        var bytes: [UInt8] = withoutFragment.hasPrefix("/") ? [] : [UInt8(ascii: "/")]
        let source = Array(withoutFragment.utf8)
        for (index, byte) in source.enumerated() {
            switch byte {
            case 0..<0x20, 0x7F: throw .misfit("url has a control character")
            case UInt8(ascii: "%"):
                let isEscape =
                    index + 2 < source.count
                    && Hex.decode(String(decoding: source[index + 1...index + 2], as: UTF8.self)) != nil
                bytes += isEscape ? [byte] : Array("%25".utf8)
            default:
                if isPlain(byte) { bytes.append(byte) } else { bytes += PercentEncoding.escape(byte) }
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// RFC 3986 `pchar`, `/` and `?`, without the quote, which some clients escape.
    private static func isPlain(_ byte: UInt8) -> Bool {
        PercentEncoding.isUnreserved(byte) || "!$&'()*+,;=:@/?".utf8.contains(byte)
    }

    /// The same address with more in its query.
    func appending(query: [(name: String, value: String)]) -> WebAddress {
        guard !query.isEmpty else { return self }
        var copy = self
        let text = PercentEncoding.query(query)
        copy.target +=
            (target.utf8.contains(UInt8(ascii: "?")) ? (target.hasSuffix("?") || target.hasSuffix("&") ? "" : "&") : "?") + text
        return copy
    }

    /// Where a `Location` header leads: RFC 3986 §5.2.
    func resolving(_ reference: String) throws(Failure) -> WebAddress {
        let reference = reference.prefix { $0 != "#" }
        if let colon = reference.firstIndex(of: ":"),
            reference[..<colon].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }),
            colon != reference.startIndex
        {
            return try WebAddress(reference)
        }
        if reference.hasPrefix("//") { return try WebAddress((isSecure ? "https:" : "http:") + reference) }
        var copy = self
        let path = target.prefix { $0 != "?" }
        if reference.isEmpty { return self }
        if reference.hasPrefix("?") {
            copy.target = try Self.encodedTarget(path + reference)
            return copy
        }
        let isRooted = reference.hasPrefix("/")
        let folder = path[...(path.lastIndex(of: "/") ?? path.startIndex)]
        copy.target = Self.removingDotSegments(try Self.encodedTarget(isRooted ? reference : folder + reference))
        return copy
    }

    private static func removingDotSegments(_ target: String) -> String {
        let path = target.prefix { $0 != "?" }
        let query = target[path.endIndex...]
        var kept: [Substring] = []
        let segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        for (index, segment) in segments.enumerated() {
            let isLast = index == segments.count - 1
            switch segment {
            case ".": if isLast { kept.append("") }
            case "..":
                _ = kept.popLast()
                if isLast { kept.append("") }
            default: kept.append(segment)
            }
        }
        return "/" + kept.joined(separator: "/") + query
    }
}

/// RFC 3986 §2.1.
enum PercentEncoding {
    static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x41...0x5A, 0x61...0x7A, 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    static func escape(_ byte: UInt8) -> [UInt8] { Array(("%" + Hex.encode([byte]).uppercased()).utf8) }

    static func component(_ text: String) -> String {
        String(decoding: text.utf8.flatMap { isUnreserved($0) ? [$0] : escape($0) }, as: UTF8.self)
    }

    static func query(_ fields: [(name: String, value: String)]) -> String {
        fields.map { "\(component($0.name))=\(component($0.value))" }.joined(separator: "&")
    }

    /// `application/x-www-form-urlencoded`: as a query, with `+` for a space.
    static func form(_ fields: [(name: String, value: String)]) -> String {
        query(fields).split(separator: "%20", omittingEmptySubsequences: false).joined(separator: "+")
    }
}
