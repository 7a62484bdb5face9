import Diagnostics
import Values
import YAMLSyntax

/// `http://` to another machine: whoever is on the way reads and changes what is sent (WF6105).
enum PlainHTTPRule: DefinitionRule {
    private static let scheme = Array("http://".utf8)

    /// The defaults of settings; other places are looked at as they are typed.
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        for entry in subject.definition.config {
            guard let setting = subject.types.config.first(where: { $0.name.hasSameCodePoints(as: entry.name) }),
                case .text(.uri) = setting.type.required.form, setting.defaultValue != nil, let scalar = entry.node.scalar,
                var start = scalar.text.utf8.firstIndex(of: UInt8(ascii: "="))
            else { continue }
            repeat { start = scalar.text.utf8.index(after: start) } while scalar.text.utf8[start] == 0x20
            check(scalar, from: scalar.text.utf8.distance(from: scalar.text.utf8.startIndex, to: start), report: report)
        }
    }

    /// - Parameters:
    ///   - scalar: stands where a URL is expected; it may go on with expressions.
    ///   - start: where in its text the URL begins.
    static func check(_ scalar: YAMLScalar, from start: Int = 0, report: (Diagnostic) -> Void) {
        let bytes = Array(scalar.text.utf8.dropFirst(start))
        guard bytes.count > scheme.count, bytes.prefix(scheme.count).map({ $0 | 0x20 }).elementsEqual(scheme.map { $0 | 0x20 })
        else { return }
        let ends = [UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#")]
        let authority = bytes[scheme.count...].prefix { !ends.contains($0) }
        // What an expression makes of it is not known.
        guard !authority.contains(UInt8(ascii: "$")) else { return }
        let host = host(String(decoding: authority, as: UTF8.self))
        guard !host.isEmpty, !isLocal(host) else { return }
        report(.plainHTTP(host: host, at: scalar.sourceRange(ofText: start..<start + scheme.count)))
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
