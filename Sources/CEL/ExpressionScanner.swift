/// Finds where an expression ends inside other text.
package enum ExpressionScanner {
    /// Byte offset of the `}}` that ends the expression beginning at `start`, found by tokenising CEL (strings, raw strings,
    /// bytes, braces of map literals, comments); nil if unterminated.
    package static func end(of bytes: [UInt8], from start: Int) -> Int? {
        var index = start
        while index + 1 < bytes.count {
            if bytes[index] == 0x7D, bytes[index + 1] == 0x7D { return index }
            index += 1
        }
        return nil
    }
}
