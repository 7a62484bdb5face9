/// Reads a character class of ECMA-262, from after its `[`.
struct PatternClassReader {
    /// Where the `[` stands.
    let offset: Int
    private var members = ""
    private var isNegated = false

    init(offset: Int) { self.offset = offset }

    mutating func read(from scanner: inout PatternScanner) throws(RegexSyntaxError) -> String {
        isNegated = scanner.take("^")
        while !scanner.take("]") {
            let memberOffset = scanner.offset
            let first = try member(from: &scanner)
            guard scanner.peek == "-", scanner.peek(after: 1) != "]" else {
                add(first)
                continue
            }
            _ = scanner.next()
            let second = try member(from: &scanner)
            guard case .character(let low) = first, case .character(let high) = second else {
                add(first)
                add(.character(0x2D))
                add(second)
                continue
            }
            guard low <= high else { throw scanner.error("the ends of a range are out of order", at: memberOffset) }
            members += PatternCharacters.literal(low) + "-" + PatternCharacters.literal(high)
        }
        if members.isEmpty { return isNegated ? PatternCharacters.anything : PatternCharacters.nothing }
        return isNegated ? "[^\(members)]" : "[\(members)]"
    }

    private func member(from scanner: inout PatternScanner) throws(RegexSyntaxError) -> PatternEscape {
        guard let character = scanner.next() else { throw scanner.error("this class is never closed with ']'", at: offset) }
        guard character == "\\" else { return .character(character.value) }
        let escapeOffset = scanner.lastOffset
        if scanner.take("b") { return .character(0x08) }
        return try PatternEscape.read(from: &scanner, at: escapeOffset)
    }

    private mutating func add(_ member: PatternEscape) {
        switch member {
        case .character(let code): members += PatternCharacters.literal(code)
        case .set(let set): members += set.members
        }
    }
}
