// Text by code point. Swift's own `==`, `<` and hash go by canonical equivalence, which CEL, JSON and memo keys do not.
//
// Generic code of one module is not specialised for another, so the usual case, a `String`, has functions of its own.

extension StringProtocol {
    /// Equality by code point.
    package func hasSameCodePoints(as other: some StringProtocol) -> Bool {
        utf8.elementsEqual(other.utf8)
    }

    /// Order by code point, which for UTF-8 is the order of the bytes.
    package func precedesByCodePoint(_ other: some StringProtocol) -> Bool {
        utf8.lexicographicallyPrecedes(other.utf8)
    }
}

extension String {
    package func hasSameCodePoints(as other: String) -> Bool {
        var (left, right) = (self, other)
        return left.withUTF8 { left in
            right.withUTF8 { right in left.count == right.count && left.elementsEqual(right) }
        }
    }

    package func precedesByCodePoint(_ other: String) -> Bool {
        var (left, right) = (self, other)
        return left.withUTF8 { left in right.withUTF8 { right in left.lexicographicallyPrecedes(right) } }
    }

    /// Goes with `hasSameCodePoints`.
    package func hashCodePoints(into hasher: inout Hasher) {
        var text = self
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
