import Values

/// What stands between the quotes of a string or bytes literal.
enum Escapes {
    /// The literal's value. Errors point at the escape in the source.
    static func value(
        of source: [UInt8], in body: Range<Int>, isRaw: Bool, isBytes: Bool
    ) throws(SyntaxError) -> Value {
        let contents = isRaw ? Array(source[body]) : try unescaped(source, body, isBytes: isBytes)
        return isBytes ? .bytes(contents) : .string(String(decoding: contents, as: UTF8.self))
    }

    private static func unescaped(
        _ source: [UInt8], _ body: Range<Int>, isBytes: Bool
    ) throws(SyntaxError) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(body.count)
        var index = body.lowerBound
        while index < body.upperBound {
            let byte = source[index]
            if byte != UInt8(ascii: "\\") {
                result.append(byte)
                index += 1
                continue
            }
            let (scalar, length) = try escape(source, index, body.upperBound, isBytes: isBytes)
            if isBytes, scalar <= 0xFF {
                result.append(UInt8(scalar))
            } else if let scalar = Unicode.Scalar(scalar) {
                result.append(contentsOf: Array(String(Character(scalar)).utf8))
            } else {
                throw SyntaxError(message: "this is not a Unicode code point", range: index..<index + length)
            }
            index += length
        }
        return result
    }

    /// The number an escape stands for and how many bytes it takes.
    private static func escape(
        _ source: [UInt8], _ start: Int, _ end: Int, isBytes: Bool
    ) throws(SyntaxError) -> (UInt32, Int) {
        guard start + 1 < end else { throw invalid(source, start..<end) }
        let letter = source[start + 1]
        switch letter {
        case UInt8(ascii: "a"): return (7, 2)
        case UInt8(ascii: "b"): return (8, 2)
        case UInt8(ascii: "f"): return (12, 2)
        case UInt8(ascii: "n"): return (10, 2)
        case UInt8(ascii: "r"): return (13, 2)
        case UInt8(ascii: "t"): return (9, 2)
        case UInt8(ascii: "v"): return (11, 2)
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"), UInt8(ascii: "?"):
            return (UInt32(letter), 2)
        case UInt8(ascii: "x"), UInt8(ascii: "X"): return try hexadecimal(source, start, end, digits: 2)
        case UInt8(ascii: "u") where !isBytes: return try hexadecimal(source, start, end, digits: 4)
        case UInt8(ascii: "U") where !isBytes: return try hexadecimal(source, start, end, digits: 8)
        case 0x30...0x33: return try octal(source, start, end)
        default: throw invalid(source, start..<min(start + 2, end))
        }
    }

    private static func hexadecimal(
        _ source: [UInt8], _ start: Int, _ end: Int, digits: Int
    ) throws(SyntaxError) -> (UInt32, Int) {
        var value: UInt32 = 0
        for offset in 2..<2 + digits {
            guard start + offset < end, let digit = hexDigit(source[start + offset]) else {
                throw invalid(source, start..<min(start + offset + 1, end))
            }
            value = value << 4 | digit
        }
        return (value, 2 + digits)
    }

    private static func octal(_ source: [UInt8], _ start: Int, _ end: Int) throws(SyntaxError) -> (UInt32, Int) {
        var value: UInt32 = 0
        for offset in 1...3 {
            guard start + offset < end, (0x30...0x37).contains(source[start + offset]) else {
                throw invalid(source, start..<min(start + offset + 1, end))
            }
            value = value << 3 | UInt32(source[start + offset] - 0x30)
        }
        return (value, 4)
    }

    private static func invalid(_ source: [UInt8], _ range: Range<Int>) -> SyntaxError {
        var end = range.upperBound
        while end < source.count, source[end] & 0xC0 == 0x80 { end += 1 }
        return SyntaxError(
            message: "this escape does not exist", range: range.lowerBound..<end,
            help: "write \\\\ for a backslash, or put r before the quotes of a pattern")
    }
}
