import Diagnostics
import Values
import YAMLSyntax

/// `http://` to another machine: whoever is on the way reads and changes what is sent (WF6105).
enum PlainHTTPRule {
    private static let scheme = Array("http://".utf8)

    /// - Parameter scalar: stands where a URL is expected; it may go on with expressions.
    static func check(_ scalar: YAMLScalar, report: (Diagnostic) -> Void) {
        let bytes = Array(scalar.text.utf8)
        guard bytes.count > scheme.count, bytes.prefix(scheme.count).map({ $0 | 0x20 }).elementsEqual(scheme.map { $0 | 0x20 })
        else { return }
        let authority = bytes[scheme.count...].prefix {
            $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#")
        }
        // What an expression makes of it is not known.
        guard !authority.contains(UInt8(ascii: "$")) else { return }
        let host = host(String(decoding: authority, as: UTF8.self))
        guard !host.isEmpty, !isLocal(host) else { return }
        report(.plainHTTP(host: host, at: scalar.sourceRange(ofText: 0..<scheme.count)))
    }

    private static func host(_ authority: String) -> String {
        let address = authority.split(separator: "@", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        if address.utf8.first == UInt8(ascii: "[") { return String(address.dropFirst().prefix { $0 != "]" }).lowercased() }
        return String(address.prefix { $0 != ":" }).lowercased()
    }

    /// This machine, and names and addresses of private networks.
    private static func isLocal(_ host: String) -> Bool {
        if host == "::1" || host.hasPrefix("fc") && host.contains(":") || host.hasPrefix("fd") && host.contains(":") {
            return true
        }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        if numbers.count == 4, let first = numbers[0], let second = numbers[1], numbers.allSatisfy({ $0 != nil }) {
            return first == 127 || first == 10 || first == 192 && second == 168 || first == 172 && (16...31).contains(second)
        }
        let last = host.split(separator: ".").last ?? ""
        return !host.contains(".") || ["localhost", "local", "internal", "lan", "test"].contains(String(last))
    }
}
