extension LinearRegularExpression {
    /// Why a replacement text was refused.
    package struct ReplacementError: Error, Sendable, Hashable, CustomStringConvertible {
        package let message: String
        package var description: String { message }
    }

    /// The text with its matches replaced, from the left, at most `limit` of them (nil: all).
    ///
    /// In the replacement `\0` stands for the match, `\1` … `\9` for the groups (empty if they took no part) and `\\` for a
    /// backslash; any other use of a backslash is an error, as in CEL's `regex.replace` and RE2's `Rewrite`.
    package func replacing(in text: String, with replacement: String, limit: Int? = nil) throws(ReplacementError) -> String {
        let parts = try replacementParts(replacement)
        let source = Array(text.utf8)
        var result: [UInt8] = []
        var position = 0
        for match in matches(in: text, limit: limit ?? .max) {
            result += source[position..<match.range.lowerBound]
            for part in parts {
                switch part {
                case .literal(let byte): result.append(byte)
                case .group(let number): if let group = match.groups[number] { result += source[group.range] }
                }
            }
            position = match.range.upperBound
        }
        result += source[position...]
        return String(decoding: result, as: UTF8.self)
    }

    private enum ReplacementPart {
        case literal(UInt8)
        case group(Int)
    }

    private func replacementParts(_ replacement: String) throws(ReplacementError) -> [ReplacementPart] {
        var parts: [ReplacementPart] = []
        var bytes = replacement.utf8.makeIterator()
        while let byte = bytes.next() {
            guard byte == UInt8(ascii: "\\") else {
                parts.append(.literal(byte))
                continue
            }
            switch bytes.next() {
            case UInt8(ascii: "\\"): parts.append(.literal(byte))
            case let digit? where (0x30...0x39).contains(digit):
                let number = Int(digit) - 0x30
                guard number <= groupCount else {
                    throw ReplacementError(
                        message: "replacement string references group \(number) but regex has only \(groupCount) group(s)")
                }
                parts.append(.group(number))
            default:
                throw ReplacementError(
                    message: "invalid replacement string: '\(replacement)' \\ must be followed by a digit or \\")
            }
        }
        return parts
    }
}
