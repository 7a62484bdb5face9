/// Code points and sets of them, as RE2 writes them.
enum PatternCharacters {
    /// One code point outside or inside a class, surrogates too: they are written but never match, since no text has them.
    static func literal(_ code: UInt32) -> String {
        switch code {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: String(Character(Unicode.Scalar(UInt8(code))))
        default: "\\x{\(String(code, radix: 16))}"
        }
    }

    static func literal(_ scalar: Unicode.Scalar) -> String { literal(scalar.value) }

    static let nothing = #"[^\x{0}-\x{10FFFF}]"#
    static let anything = #"[\x{0}-\x{10FFFF}]"#

    /// ECMA-262's WhiteSpace and LineTerminator.
    static let spaces: [ClosedRange<UInt32>] = [
        0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F,
        0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
    ]

    static func text(of ranges: [ClosedRange<UInt32>]) -> String {
        ranges.reduce(into: "") { text, range in
            text += literal(range.lowerBound)
            if range.count > 1 { text += "-" + literal(range.upperBound) }
        }
    }

    /// All code points outside the sorted ranges.
    static func complement(of ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        var gaps: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { gaps.append(next...range.lowerBound - 1) }
            next = range.upperBound + 1
        }
        if next <= 0x10FFFF { gaps.append(next...0x10FFFF) }
        return gaps
    }
}

/// A set of code points in the form that stands between the brackets of a class.
struct PatternSet {
    var members: String

    init(members: String) { self.members = members }

    init(_ ranges: [ClosedRange<UInt32>], isNegated: Bool = false) {
        members = PatternCharacters.text(of: isNegated ? PatternCharacters.complement(of: ranges) : ranges)
    }

    /// Standing alone.
    var asClass: String { members.isEmpty ? PatternCharacters.nothing : "[\(members)]" }
}

/// An escape that means the same inside and outside a class.
enum PatternEscape {
    case character(UInt32)
    case set(PatternSet)

    /// Reads what follows the backslash at `offset`.
    static func read(from scanner: inout PatternScanner, at offset: Int) throws(RegexSyntaxError) -> PatternEscape {
        guard let letter = scanner.next() else { throw scanner.error("a pattern cannot end in a backslash", at: offset) }
        switch letter {
        case "d": return .set(PatternSet([0x30...0x39]))
        case "D": return .set(PatternSet([0x30...0x39], isNegated: true))
        case "w": return .set(PatternSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A]))
        case "W": return .set(PatternSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A], isNegated: true))
        case "s": return .set(PatternSet(PatternCharacters.spaces))
        case "S": return .set(PatternSet(PatternCharacters.spaces, isNegated: true))
        case "p", "P": return .set(try UnicodeProperty.read(from: &scanner, isNegated: letter == "P", at: offset))
        case "t": return .character(0x09)
        case "n": return .character(0x0A)
        case "v": return .character(0x0B)
        case "f": return .character(0x0C)
        case "r": return .character(0x0D)
        case "0" where !(scanner.peek.map { ("0"..."9").contains($0) } ?? false): return .character(0)
        case "c": return .character(try controlLetter(from: &scanner, at: offset))
        case "x":
            guard let code = scanner.hexadecimal(digits: 2) else {
                throw scanner.error("'\\x' needs two hexadecimal digits", at: offset)
            }
            return .character(code)
        case "u": return .character(try codePoint(from: &scanner, at: offset))
        case _ where isPunctuation(letter): return .character(letter.value)
        default: throw scanner.error("'\\\(letter)' is no escape", at: offset)
        }
    }

    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E, 0x20: true
        default: false
        }
    }

    private static func controlLetter(from scanner: inout PatternScanner, at offset: Int) throws(RegexSyntaxError) -> UInt32 {
        guard let letter = scanner.peek, ("a"..."z").contains(letter) || ("A"..."Z").contains(letter) else {
            throw scanner.error("'\\c' needs a letter", at: offset)
        }
        _ = scanner.next()
        return letter.value & 0x1F
    }

    private static func codePoint(from scanner: inout PatternScanner, at offset: Int) throws(RegexSyntaxError) -> UInt32 {
        if scanner.take("{") {
            var code: UInt32 = 0
            var digits = 0
            while let digit = scanner.peek?.hexadecimalValue, code <= 0x10FFFF {
                code = code << 4 | digit
                digits += 1
                _ = scanner.next()
            }
            guard digits > 0, code <= 0x10FFFF, scanner.take("}") else {
                throw scanner.error("'\\u{…}' holds a code point up to 10FFFF", at: offset)
            }
            return code
        }
        guard let code = scanner.hexadecimal(digits: 4) else {
            throw scanner.error("'\\u' needs four hexadecimal digits or braces", at: offset)
        }
        guard (0xD800..<0xDC00).contains(code), scanner.peek == "\\", scanner.peek(after: 1) == "u" else { return code }
        var ahead = scanner
        _ = ahead.next()
        _ = ahead.next()
        guard let low = ahead.hexadecimal(digits: 4), (0xDC00..<0xE000).contains(low) else { return code }
        scanner = ahead
        return 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
}
