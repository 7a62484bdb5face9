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

// Whole strings are compared eight bytes at a time: every look into a map is a few of these.
extension String {
    package func hasSameCodePoints(as other: String) -> Bool {
        let count = utf8.count
        guard count == other.utf8.count else { return false }
        return withBytes(other) { $0.hasSameBytes(as: $1, count) } ?? utf8.elementsEqual(other.utf8)
    }

    package func precedesByCodePoint(_ other: String) -> Bool {
        withBytes(other) { $0.precedesByBytes($1) } ?? utf8.lexicographicallyPrecedes(other.utf8)
    }

    /// Feeds the code points: what `hasSameCodePoints` finds equal hashes alike.
    package func hashCodePoints(into hasher: inout Hasher) {
        let isFed: Void? = utf8.withContiguousStorageIfAvailable { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        if isFed == nil { Array(utf8).withUnsafeBytes { hasher.combine(bytes: $0) } }
        // Ends the text: of two in a row it matters where the first one ends.
        hasher.combine(UInt8(0xFF))
    }

    /// Nil where a string is not stored as one piece of UTF-8.
    @inline(__always)
    private func withBytes(_ other: String, _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Bool) -> Bool? {
        utf8.withContiguousStorageIfAvailable { own in
            other.utf8.withContiguousStorageIfAvailable { body(UnsafeRawBufferPointer(own), UnsafeRawBufferPointer($0)) }
        } ?? nil
    }
}

extension UnsafeRawBufferPointer {
    /// Whether two buffers of `count` bytes are equal.
    @inline(__always)
    fileprivate func hasSameBytes(as other: UnsafeRawBufferPointer, _ count: Int) -> Bool {
        var offset = 0
        while offset + 8 <= count {
            guard word(at: offset) == other.word(at: offset) else { return false }
            offset += 8
        }
        while offset < count {
            guard self[offset] == other[offset] else { return false }
            offset += 1
        }
        return true
    }

    @inline(__always)
    fileprivate func precedesByBytes(_ other: UnsafeRawBufferPointer) -> Bool {
        let shared = Swift.min(count, other.count)
        var offset = 0
        while offset + 8 <= shared {
            let (own, others) = (word(at: offset), other.word(at: offset))
            // The first byte decides first.
            if own != others { return own.bigEndian < others.bigEndian }
            offset += 8
        }
        while offset < shared {
            if self[offset] != other[offset] { return self[offset] < other[offset] }
            offset += 1
        }
        return count < other.count
    }

    @inline(__always)
    private func word(at offset: Int) -> UInt64 { loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
}
