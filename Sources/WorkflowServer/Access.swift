package import Values

/// What a route asks of its caller.
package enum Scope: String, Sendable, Hashable, CaseIterable {
    /// Look at definitions, instances and events.
    case read
    /// Start and cancel instances.
    case trigger
    /// Send events.
    case events
    /// Everything.
    case admin
}

/// A scope a token was given, perhaps only for names that match a pattern: `events:expense.*`, `trigger:report-*`.
package struct Grant: Sendable, Hashable, CustomStringConvertible {
    package var scope: Scope
    /// `*` stands for any run of characters; nil for all names.
    package var pattern: String?

    package init(_ scope: Scope, pattern: String? = nil) {
        self.scope = scope
        self.pattern = pattern
    }

    /// Nil for an unknown scope.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        guard let first = parts.first, let scope = Scope(rawValue: first) else { return nil }
        self.init(scope, pattern: parts.count > 1 ? parts[1] : nil)
    }

    package var description: String { pattern.map { "\(scope.rawValue):\($0)" } ?? scope.rawValue }

    func covers(_ name: String) -> Bool {
        guard let pattern else { return true }
        return Self.matches(Array(pattern.utf8)[...], Array(name.utf8)[...])
    }

    /// Greedy with one point of return, so the cost is at most pattern × name.
    private static func matches(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
        var (p, n) = (pattern.startIndex, name.startIndex)
        var star: (pattern: Int, name: Int)?
        while n < name.endIndex {
            if p < pattern.endIndex, pattern[p] == UInt8(ascii: "*") {
                star = (p, n)
                p += 1
            } else if p < pattern.endIndex, pattern[p] == name[n] {
                p += 1
                n += 1
            } else if let back = star {
                p = back.pattern + 1
                n = back.name + 1
                star = (back.pattern, n)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}

/// A token as it is kept: never its text, only the SHA-256 of it.
package struct AccessToken: Sendable, Hashable {
    package var name: String
    package var digest: ContentDigest
    package var grants: [Grant]

    package init(name: String, digest: ContentDigest, grants: [Grant]) {
        self.name = name
        self.digest = digest
        self.grants = grants
    }

    /// `wfr_` and 256 bits of the given randomness in hexadecimal digits.
    package static func text(random: (UInt64, UInt64, UInt64, UInt64)) -> String {
        let words = [random.0, random.1, random.2, random.3]
        return "wfr_" + Hex.encode(words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) } })
    }

    package static func digest(of text: String) -> ContentDigest { ContentDigest(of: text.utf8) }
}

/// Where the tokens are that this server accepts.
package protocol TokenStore: Sendable {
    func tokens() -> [AccessToken]
}

/// Who makes a request, and what they may do.
package struct Principal: Sendable {
    package var name: String
    package var grants: [Grant]

    package init(name: String, grants: [Grant]) {
        self.name = name
        self.grants = grants
    }

    static let nobody = Principal(name: "", grants: [])

    /// For some name at least; `may` decides for a certain one.
    func holds(_ scope: Scope) -> Bool { grants.contains { $0.scope == .admin || $0.scope == scope } }

    func may(_ scope: Scope, _ name: String) -> Bool {
        grants.contains { ($0.scope == .admin || $0.scope == scope) && $0.covers(name) }
    }
}
