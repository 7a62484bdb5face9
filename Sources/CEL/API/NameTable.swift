import Values

/// Positions of names in a list: of a few by looking at each, of many by a dictionary.
package struct NameTable: Sendable {
    private var names: [String] = []
    /// Empty while the names are few: most scopes add one or two.
    private var positions: [String: Int] = [:]

    private static let few = 6

    package init() {}

    /// Of several that are the same the last.
    package subscript(name: String) -> Int? {
        if names.count > Self.few { return positions[name] }
        return names.lastIndex { $0.hasSameCodePoints(as: name) }
    }

    package mutating func append(_ name: String) {
        names.append(name)
        if names.count == Self.few + 1 {
            for (position, name) in names.enumerated() { positions[name] = position }
        } else if names.count > Self.few {
            positions[name] = names.count - 1
        }
    }
}
