/// Finds where an expression ends inside other text.
package enum ExpressionScanner {
    /// Byte offset of the `}}` that ends the expression beginning at `start`, found by tokenising CEL (strings, raw strings,
    /// bytes, braces of map literals, comments); nil if unterminated.
    package static func end(of bytes: [UInt8], from start: Int) -> Int? {
        var index = max(start, 0)
        var openBraces = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "{"): openBraces += 1
            case UInt8(ascii: "}"):
                if openBraces == 0 {
                    if index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "}") { return index }
                } else {
                    openBraces -= 1
                }
            case UInt8(ascii: "/") where index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "/"):
                while index < bytes.count, bytes[index] != 0x0A { index += 1 }
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                guard let end = endOfString(bytes, from: index, isRaw: hasRawPrefix(bytes, before: index, start)) else {
                    return nil
                }
                index = end - 1
            default: break
            }
            index += 1
        }
        return nil
    }

    /// Whether the letters directly before a quote are a literal's prefix with an `r`, and not the end of a name.
    private static func hasRawPrefix(_ bytes: [UInt8], before quote: Int, _ start: Int) -> Bool {
        var first = quote
        while first > start, isLetter(bytes[first - 1]) || isDigit(bytes[first - 1]) { first -= 1 }
        let prefix = bytes[first..<quote].map { $0 | 0x20 }
        return [[0x72], [0x72, 0x62], [0x62, 0x72]].contains(prefix)
    }

    /// The offset behind the closing quote.
    private static func endOfString(_ bytes: [UInt8], from start: Int, isRaw: Bool) -> Int? {
        let quote = bytes[start]
        func isQuote(_ index: Int) -> Bool { index < bytes.count && bytes[index] == quote }
        let isTriple = isQuote(start + 1) && isQuote(start + 2)
        var index = start + (isTriple ? 3 : 1)
        while index < bytes.count {
            if isQuote(index), !isTriple || isQuote(index + 1) && isQuote(index + 2) { return index + (isTriple ? 3 : 1) }
            if !isTriple, bytes[index] == 0x0A || bytes[index] == 0x0D { return nil }
            index += bytes[index] == UInt8(ascii: "\\") && !isRaw ? 2 : 1
        }
        return nil
    }
}
