import Values

/// Text that is equal by its code points, as it is in a database: a key of what stores keep in memory.
package struct StoredText: Hashable, Sendable, Comparable {
    package var text: String
    package init(_ text: String) { self.text = text }
    package static func == (lhs: StoredText, rhs: StoredText) -> Bool { lhs.text.hasSameCodePoints(as: rhs.text) }
    package static func < (lhs: StoredText, rhs: StoredText) -> Bool { lhs.text.precedesByCodePoint(rhs.text) }
    package func hash(into hasher: inout Hasher) {
        text.hashCodePoints(into: &hasher)
    }
}
