/// Walks a pattern by code point and knows the byte it stands at.
struct PatternScanner {
    private let scalars: [Unicode.Scalar]
    private var index = 0
    private(set) var offset = 0
    /// Where the character that `next()` gave last begins.
    private(set) var lastOffset = 0

    init(_ pattern: String) { scalars = Array(pattern.unicodeScalars) }

    var peek: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }
    var isAtEnd: Bool { index == scalars.count }

    func peek(after count: Int) -> Unicode.Scalar? {
        index + count < scalars.count ? scalars[index + count] : nil
    }

    mutating func next() -> Unicode.Scalar? {
        guard let scalar = peek else { return nil }
        lastOffset = offset
        offset += UTF8.width(scalar)
        index += 1
        return scalar
    }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek == scalar else { return false }
        _ = next()
        return true
    }

    /// Decimal digits, cut off far above any limit; nil if there are none.
    mutating func number() -> Int? {
        var value: Int?
        while let digit = peek, ("0"..."9").contains(digit) {
            value = min((value ?? 0) * 10 + Int(digit.value - 0x30), 1_000_000_000)
            _ = next()
        }
        return value
    }

    /// Exactly `count` hexadecimal digits, or nil and nothing taken.
    mutating func hexadecimal(digits count: Int) -> UInt32? {
        var value: UInt32 = 0
        for position in 0..<count {
            guard let digit = peek(after: position)?.hexadecimalValue else { return nil }
            value = value << 4 | digit
        }
        for _ in 0..<count { _ = next() }
        return value
    }

    func error(_ message: String, at offset: Int, kind: RegexSyntaxError.Kind = .syntax) -> RegexSyntaxError {
        RegexSyntaxError(message: message, offset: offset, kind: kind)
    }
}

extension Unicode.Scalar {
    var hexadecimalValue: UInt32? {
        switch self {
        case "0"..."9": value - 0x30
        case "a"..."f": value - 0x61 + 10
        case "A"..."F": value - 0x41 + 10
        default: nil
        }
    }
}

extension UTF8 {
    /// Bytes that a code point takes.
    static func width(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0..<0x80: 1
        case 0x80..<0x800: 2
        case 0x800..<0x10000: 3
        default: 4
        }
    }
}
