/// Rewrites a pattern of ECMA-262 with the `u` flag into RE2's syntax, checking ECMAScript's grammar on the way.
///
/// | ECMA-262 | RE2 |
/// |---|---|
/// | `^` `$` | `\A` `\z`: without the `m` flag they are the ends of the text |
/// | `.` | all but `\n`, `\r`, U+2028 and U+2029 |
/// | `\d` `\w` `\b` | ASCII, as in RE2 |
/// | `\s` | white space and line ends of the standard, U+FEFF among them |
/// | `[]` `[^]` | nothing, anything |
/// | `\cX` `\xHH` `\uHHHH` (also pairs of surrogates) `\u{…}` `\0` | the code point |
/// | `\p{…}` | categories and scripts by RE2, binary properties from the standard library's tables |
/// | `(?<name>…)` | a plain group |
/// | `x{2,3000}` | a sequence of repetitions of at most 1,000, RE2's bound |
/// | look-around, back-references, inline flags | refused as unsupported |
///
/// Beyond the `u` flag, what ECMAScript's web grammar accepts and cannot be misread is accepted as well: an escaped
/// punctuation character (`\@`), a lone `]` or `}`, a class escape beside a hyphen (`[\w-.]`).
struct ECMAScriptPattern {
    static let maximumDepth = 100
    static let maximumRepetition = 100_000

    private(set) var scanner: PatternScanner
    private var output = ""
    /// Where the last atom begins in `output`, while a quantifier may follow it.
    private var atom: String.Index?
    /// Where each open group begins in `output` and in the pattern.
    private var openGroups: [(output: String.Index, offset: Int)] = []

    static func translated(_ pattern: String) throws(RegexSyntaxError) -> String {
        var translation = ECMAScriptPattern(scanner: PatternScanner(pattern))
        try translation.run()
        return translation.output
    }

    private init(scanner: PatternScanner) { self.scanner = scanner }

    private mutating func run() throws(RegexSyntaxError) {
        while let character = scanner.next() {
            switch character {
            case "^": assertion(#"\A"#)
            case "$": assertion(#"\z"#)
            case "|": assertion("|")
            case "(": try openGroup()
            case ")": try closeGroup()
            case "*", "+", "?": try quantify(String(character) + lazyMark())
            case "{": try countedRepetition()
            case "[": addAtom(try characterClass())
            case ".": addAtom(#"[^\n\r\x{2028}\x{2029}]"#)
            case "\\": try escape()
            default: addAtom(PatternCharacters.literal(character))
            }
        }
        if let open = openGroups.last { throw scanner.error("this group is never closed with ')'", at: open.offset) }
    }

    private mutating func addAtom(_ text: String) {
        atom = output.endIndex
        output += text
    }

    /// A zero-width assertion or separator: no quantifier may follow.
    private mutating func assertion(_ text: String) {
        atom = nil
        output += text
    }

    private mutating func openGroup() throws(RegexSyntaxError) {
        let offset = scanner.lastOffset
        guard openGroups.count < Self.maximumDepth else {
            throw scanner.error("groups are nested deeper than \(Self.maximumDepth) levels", at: offset, kind: .unsupported)
        }
        openGroups.append((output.endIndex, offset))
        atom = nil
        // Nobody reads the groups of a JSON Schema pattern, so none of them needs to capture.
        output += "(?:"
        guard scanner.take("?") else { return }
        switch scanner.next() {
        case ":": return
        case "=", "!": throw scanner.error("look-ahead cannot be matched in linear time", at: offset, kind: .unsupported)
        case "<":
            if scanner.take("=") || scanner.take("!") {
                throw scanner.error("look-behind cannot be matched in linear time", at: offset, kind: .unsupported)
            }
            try groupName(from: offset)
        case "i", "m", "s", "-":
            throw scanner.error("flags inside a pattern are not supported", at: offset, kind: .unsupported)
        default: throw scanner.error("'(?' begins no group", at: offset)
        }
    }

    private mutating func groupName(from offset: Int) throws(RegexSyntaxError) {
        var isFirst = true
        while let character = scanner.next() {
            if character == ">" && !isFirst { return }
            let isStart = character.properties.isIDStart || character == "$" || character == "_"
            guard isStart || !isFirst && character.properties.isIDContinue else { break }
            isFirst = false
        }
        throw scanner.error("a group's name is written '(?<name>…)'", at: offset)
    }

    private mutating func closeGroup() throws(RegexSyntaxError) {
        guard let open = openGroups.popLast() else { throw scanner.error("unmatched ')'", at: scanner.lastOffset) }
        output += ")"
        atom = open.output
    }

    private mutating func escape() throws(RegexSyntaxError) {
        let offset = scanner.lastOffset
        switch scanner.peek {
        case "b", "B":
            output.append("\\")
            output.unicodeScalars.append(scanner.next() ?? "b")
            atom = nil
        case "k", "1", "2", "3", "4", "5", "6", "7", "8", "9":
            throw scanner.error("back-references cannot be matched in linear time", at: offset, kind: .unsupported)
        default:
            switch try PatternEscape.read(from: &scanner, at: offset) {
            case .character(let code): addAtom(PatternCharacters.literal(code))
            case .set(let set): addAtom(set.asClass)
            }
        }
    }

    private mutating func characterClass() throws(RegexSyntaxError) -> String {
        let offset = scanner.lastOffset
        var reader = PatternClassReader(offset: offset)
        return try reader.read(from: &scanner)
    }
}

// MARK: - Quantifiers

extension ECMAScriptPattern {
    private mutating func lazyMark() -> String { scanner.take("?") ? "?" : "" }

    private mutating func quantify(_ quantifier: String) throws(RegexSyntaxError) {
        guard atom != nil else { throw scanner.error("nothing to repeat", at: scanner.lastOffset) }
        output += quantifier
        atom = nil
    }

    private mutating func countedRepetition() throws(RegexSyntaxError) {
        let offset = scanner.lastOffset
        let invalid = "a '{' that begins no repetition such as {2,5} is written '\\{'"
        guard let low = scanner.number() else { throw scanner.error(invalid, at: offset) }
        var high: Int? = low
        if scanner.take(",") { high = scanner.number() }
        guard scanner.take("}") else { throw scanner.error(invalid, at: offset) }
        guard let start = atom else { throw scanner.error("nothing to repeat", at: offset) }
        if let high, high < low { throw scanner.error("the bounds of a repetition are out of order", at: offset) }
        guard max(low, high ?? 0) <= Self.maximumRepetition else {
            throw scanner.error("repeats more than \(Self.maximumRepetition) times", at: offset, kind: .unsupported)
        }
        let mark = lazyMark()
        let repeated = String(output[start...])
        output.removeSubrange(start...)
        output += Self.repetition(of: repeated, low: low, high: high, mark: mark)
        guard output.utf8.count <= 1 << 20 else {
            throw scanner.error("the pattern is too large once its repetitions are written out", at: offset, kind: .unsupported)
        }
        atom = nil
    }

    /// `x{n,m}` in pieces of at most 1,000, as x{1000}x{500}x{0,1000}.
    private static func repetition(of atom: String, low: Int, high: Int?, mark: String) -> String {
        var text = ""
        var rest = low
        while rest > 0 {
            let piece = min(rest, 1_000)
            text += "\(atom){\(piece)}"
            rest -= piece
        }
        guard let high else { return text + atom + "*" + mark }
        rest = high - low
        while rest > 0 {
            let piece = min(rest, 1_000)
            text += "\(atom){0,\(piece)}\(mark)"
            rest -= piece
        }
        return "(?:\(text))"
    }
}
