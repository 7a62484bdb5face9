/// Cuts a text into its parts in one walk over its bytes.
struct MustacheParser {
    /// Sections in one another.
    static let deepest = 32

    private struct Section {
        var name: MustacheTemplate.Name
        var isInverted: Bool
        /// What stands before it on its level.
        var before: [MustacheTemplate.Part]
    }

    private let bytes: [UInt8]
    private var index = 0
    private var text: [UInt8] = []
    private var parts: [MustacheTemplate.Part] = []
    private var open: [Section] = []
    private var opening = Array("{{".utf8)
    private var closing = Array("}}".utf8)
    /// Where the current line begins.
    private var lineStart = 0
    private var lastTagEnd = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func parse() throws(MustacheProblem) -> [MustacheTemplate.Part] {
        while index < bytes.count {
            if starts(with: opening, at: index) {
                try readTag()
            } else {
                if bytes[index] == Self.newline { lineStart = index + 1 }
                text.append(bytes[index])
                index += 1
            }
        }
        flush()
        if let section = open.last {
            throw MustacheProblem(kind: .unclosedSection(section.name.text), range: section.name.range)
        }
        return parts
    }

    // MARK: Tags

    private mutating func readTag() throws(MustacheProblem) {
        let start = index
        var content = start + opening.count
        let sign = content < bytes.count ? bytes[content] : 0
        // `{{{name}}}` ends with one more brace, `{{=<% %>=}}` with another `=`.
        var end = closing
        if sign == UInt8(ascii: "{") { end = [UInt8(ascii: "}")] + closing }
        if sign == UInt8(ascii: "=") { end = [UInt8(ascii: "=")] + closing }
        let isSign = Array("{=&!#^/><$".utf8).contains(sign)
        if isSign { content += 1 }
        guard let contentEnd = find(end, from: content) else {
            throw MustacheProblem(kind: .unclosedTag, range: start..<min(start + opening.count, bytes.count))
        }
        index = contentEnd + end.count
        let range = start..<index
        let inside = trimmed(content..<contentEnd)
        switch isSign ? sign : 0 {
        case UInt8(ascii: "!"): skipStandalone(from: start)
        case UInt8(ascii: "="):
            skipStandalone(from: start)
            try setDelimiters(inside, range)
        case UInt8(ascii: "#"), UInt8(ascii: "^"):
            let name = try name(inside, range)
            skipStandalone(from: start)
            try openSection(name, isInverted: sign == UInt8(ascii: "^"))
        case UInt8(ascii: "/"):
            let name = try name(inside, range)
            skipStandalone(from: start)
            try closeSection(name)
        case UInt8(ascii: ">"), UInt8(ascii: "<"), UInt8(ascii: "$"):
            throw MustacheProblem(kind: .unsupported(String(UnicodeScalar(sign))), range: range)
        default:
            let name = try name(inside, range)
            flush()
            parts.append(.variable(name, isEscaped: !isSign))
        }
        if let last = bytes[range].lastIndex(of: Self.newline) { lineStart = max(lineStart, last + 1) }
        lastTagEnd = range.upperBound
    }

    private func name(_ inside: Range<Int>, _ range: Range<Int>) throws(MustacheProblem) -> MustacheTemplate.Name {
        let words = bytes[inside].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        if inside.count == 1, bytes[inside.lowerBound] == UInt8(ascii: ".") { return .init(path: [], range: range) }
        guard words.allSatisfy({ !$0.isEmpty && !$0.contains(where: Self.isSpace) }) else {
            throw MustacheProblem(kind: .noName, range: range)
        }
        return .init(path: words.map { String(decoding: $0, as: UTF8.self) }, range: range)
    }

    private mutating func setDelimiters(_ inside: Range<Int>, _ range: Range<Int>) throws(MustacheProblem) {
        let words = bytes[inside].split(whereSeparator: Self.isSpace)
        guard words.count == 2, !words.contains(where: { $0.contains(UInt8(ascii: "=")) }) else {
            throw MustacheProblem(kind: .badDelimiters, range: range)
        }
        opening = Array(words[0])
        closing = Array(words[1])
    }

    private mutating func openSection(_ name: MustacheTemplate.Name, isInverted: Bool) throws(MustacheProblem) {
        flush()
        guard open.count < Self.deepest else { throw MustacheProblem(kind: .tooDeep, range: name.range) }
        open.append(Section(name: name, isInverted: isInverted, before: parts))
        parts = []
    }

    private mutating func closeSection(_ name: MustacheTemplate.Name) throws(MustacheProblem) {
        flush()
        let last = open.popLast()
        guard let section = last, section.name.path == name.path else {
            throw MustacheProblem(kind: .unexpectedClose(name.text, expected: last?.name.text), range: name.range)
        }
        let body = parts
        parts = section.before + [section.isInverted ? .inverted(section.name, body) : .section(section.name, body)]
    }

    // MARK: Lines

    /// A tag that stands alone on its line takes the line with it: the white space around it and the line break after it.
    private mutating func skipStandalone(from start: Int) {
        guard lastTagEnd <= lineStart, bytes[lineStart..<start].allSatisfy(Self.isBlank) else { return }
        var end = index
        while end < bytes.count, Self.isBlank(bytes[end]) { end += 1 }
        if end < bytes.count {
            if bytes[end] == UInt8(ascii: "\r"), end + 1 < bytes.count, bytes[end + 1] == Self.newline { end += 1 }
            guard bytes[end] == Self.newline else { return }
            end += 1
        }
        text.removeLast(min(text.count, start - lineStart))
        index = end
        lineStart = end
    }

    // MARK: Bytes

    private mutating func flush() {
        guard !text.isEmpty else { return }
        parts.append(.text(String(decoding: text, as: UTF8.self)))
        text.removeAll(keepingCapacity: true)
    }

    private static let newline = UInt8(ascii: "\n")
    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (lower, upper) = (range.lowerBound, range.upperBound)
        while lower < upper, Self.isSpace(bytes[lower]) { lower += 1 }
        while upper > lower, Self.isSpace(bytes[upper - 1]) { upper -= 1 }
        return lower..<upper
    }

    private func starts(with word: [UInt8], at start: Int) -> Bool {
        start + word.count <= bytes.count && bytes[start..<start + word.count].elementsEqual(word)
    }

    private func find(_ word: [UInt8], from start: Int) -> Int? {
        var index = start
        while index + word.count <= bytes.count {
            if starts(with: word, at: index) { return index }
            index += 1
        }
        return nil
    }
}
