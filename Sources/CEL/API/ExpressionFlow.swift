/// A variable an expression reads, or a field of one.
package struct ReadPath: Sendable, Hashable {
    package var slot: Int
    /// From the variable inward; empty for the variable as a whole.
    package var fields: [String]
}

/// Which variables an expression reads, and which of them its value is made of.
package struct ExpressionFlow: Sendable {
    /// A piece of a value that is put together with `+`.
    package enum Piece: Sendable, Hashable {
        case text(String)
        /// Made of these.
        case value([ReadPath])
    }

    /// Everything that has an influence, conditions included.
    package var reads: [ReadPath] = []
    /// The value from its beginning to its end; one piece unless texts are joined.
    package var pieces: [Piece] = []

    /// What the value is made of.
    package var sources: [ReadPath] {
        pieces.flatMap { piece -> [ReadPath] in
            guard case .value(let paths) = piece else { return [] }
            return paths
        }
    }
}
