import CEL

/// The text of a scalar, cut into what stands as it is and the expressions in `${{ }}` (language.md §8).
struct Template {
    enum Part {
        case text(String, range: Range<Int>)
        /// Without the white space around; `range` says where in the scalar's text, in bytes of UTF-8.
        case expression(String, range: Range<Int>)
    }

    private(set) var parts: [Part] = []
    /// Where a `${{` begins that is never closed.
    private(set) var unterminated: Int?

    /// Exactly one expression and nothing but white space around it: it has the expression's type.
    var single: (source: String, range: Range<Int>)? {
        var found: (String, Range<Int>)?
        for part in parts {
            switch part {
            case .text(let text, _):
                guard text.utf8.allSatisfy({ $0 == 0x20 || (0x09...0x0D).contains($0) }) else { return nil }
            case .expression(let source, let range):
                guard found == nil else { return nil }
                found = (source, range)
            }
        }
        return found
    }

    /// The text itself when there is no expression in it.
    var literal: String? {
        var text = ""
        for part in parts {
            guard case .text(let piece, _) = part else { return nil }
            text += piece
        }
        return text
    }

    static func hasExpression(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.count > 3 && Template(bytes: bytes).hasExpression
    }

    private var hasExpression: Bool {
        unterminated != nil || parts.contains { if case .expression = $0 { true } else { false } }
    }

    init(_ text: String) { self.init(bytes: Array(text.utf8)) }

    private init(bytes: [UInt8]) {
        var index = 0
        var text: [UInt8] = []
        var textStart = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "$") else {
                text.append(bytes[index])
                index += 1
                continue
            }
            if Self.opens(bytes, at: index + 1), bytes[index + 1] == UInt8(ascii: "$") {
                text.append(contentsOf: Array("${{".utf8))
                index += 4
            } else if Self.opens(bytes, at: index) {
                guard let end = ExpressionScanner.end(of: bytes, from: index + 3) else {
                    unterminated = index
                    break
                }
                flush(&text, from: textStart, to: index)
                append(bytes, expression: index + 3..<end)
                index = end + 2
                textStart = index
            } else {
                text.append(bytes[index])
                index += 1
            }
        }
        flush(&text, from: textStart, to: unterminated ?? bytes.count)
    }

    private static func opens(_ bytes: [UInt8], at index: Int) -> Bool {
        index + 2 < bytes.count && bytes[index] == UInt8(ascii: "$") && bytes[index + 1] == UInt8(ascii: "{")
            && bytes[index + 2] == UInt8(ascii: "{")
    }

    private mutating func flush(_ text: inout [UInt8], from start: Int, to end: Int) {
        guard !text.isEmpty else { return }
        parts.append(.text(String(decoding: text, as: UTF8.self), range: start..<end))
        text.removeAll(keepingCapacity: true)
    }

    private mutating func append(_ bytes: [UInt8], expression range: Range<Int>) {
        var (lower, upper) = (range.lowerBound, range.upperBound)
        while lower < upper, Self.isSpace(bytes[lower]) { lower += 1 }
        while upper > lower, Self.isSpace(bytes[upper - 1]) { upper -= 1 }
        parts.append(.expression(String(decoding: bytes[lower..<upper], as: UTF8.self), range: lower..<upper))
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
