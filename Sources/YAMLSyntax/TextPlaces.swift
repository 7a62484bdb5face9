import Diagnostics

/// Finds places in a file's text by its bytes: lines, words, a node's properties.
struct TextPlaces {
    let file: SourceFile

    var bytes: [UInt8] { file.bytes }

    func byte(_ index: Int) -> UInt8? { bytes.indices.contains(index) ? bytes[index] : nil }

    func sourceRange(_ range: Range<Int>) -> SourceRange { SourceRange(file: file, bytes: range) }

    static func isBreak(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }
    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    static func isSpace(_ byte: UInt8) -> Bool { isBlank(byte) || isBreak(byte) }

    // MARK: Lines

    /// The code point at an offset; nothing at the end of a line or of the text.
    func point(_ offset: Int) -> Range<Int> {
        guard let first = byte(offset), !Self.isBreak(first) else { return offset..<offset }
        var end = offset + 1
        while let next = byte(end), next & 0xC0 == 0x80 { end += 1 }
        return offset..<end
    }

    /// From an offset to the end of its line.
    func restOfLine(from start: Int) -> Range<Int> {
        var end = start
        while let next = byte(end), !Self.isBreak(next) { end += 1 }
        return start..<end
    }

    func line(of offset: Int) -> Range<Int> {
        var start = offset
        while start > 0, !Self.isBreak(bytes[start - 1]) { start -= 1 }
        return start..<restOfLine(from: offset).upperBound
    }

    /// The rest of a line without white space at its end.
    func lineContent(from start: Int) -> Range<Int> { trimmed(restOfLine(from: start)) }

    /// A range without white space at its end.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var end = range.upperBound
        while end > range.lowerBound, Self.isSpace(bytes[end - 1]) { end -= 1 }
        return range.lowerBound..<end
    }

    /// The first occurrence of ASCII text between an offset and the end of its line.
    func firstIndex(of text: StaticString, from start: Int) -> Int? {
        let length = text.utf8CodeUnitCount
        let line = restOfLine(from: start)
        return line.first { index in
            index + length <= line.upperBound && (0..<length).allSatisfy { bytes[index + $0] == text.utf8Start[$0] }
        }
    }

    // MARK: Nodes

    /// In code points; block collections may follow multi-byte text only on the line of `- ` and `? `, never in it.
    func column(of offset: Int) -> Int { file.location(of: offset).column - 1 }

    /// Where a node begins after its own anchor and tag; a second anchor is that of a mapping's first key.
    func contentStart(of event: YAMLEvent, limit: Int) -> Int {
        var expected: [UInt8] = []
        if event.anchor != nil { expected.append(UInt8(ascii: "&")) }
        if event.hasTag { expected.append(UInt8(ascii: "!")) }
        guard !expected.isEmpty else { return event.bytes.lowerBound }
        var index = event.bytes.lowerBound
        while index < limit {
            if let property = expected.firstIndex(of: bytes[index]) {
                expected.remove(at: property)
                index = endOfProperty(index)
            } else if Self.isSpace(bytes[index]) {
                index += 1
            } else if bytes[index] == UInt8(ascii: "#") {
                index = restOfLine(from: index).upperBound
            } else {
                return index
            }
        }
        return limit
    }

    /// The anchor (`&`) or tag (`!`) of a node.
    func property(_ sigil: UInt8, of event: YAMLEvent) -> Range<Int> {
        var index = event.bytes.lowerBound
        while let next = byte(index), next == UInt8(ascii: "&") || next == UInt8(ascii: "!") {
            let end = endOfProperty(index)
            if next == sigil { return index..<end }
            index = end
            while let space = byte(index), Self.isSpace(space) { index += 1 }
        }
        return event.bytes.lowerBound..<min(event.bytes.lowerBound + 1, bytes.count)
    }

    /// As libyaml ends them: an anchor at the first character that is no letter, digit, `-` or `_`; a tag at white space or a
    /// comma, in its verbatim form at `>`.
    private func endOfProperty(_ start: Int) -> Int {
        var end = start + 1
        if bytes[start] == UInt8(ascii: "&") {
            while let next = byte(end), Self.isAnchorCharacter(next) { end += 1 }
            return end
        }
        let isVerbatim = byte(end) == UInt8(ascii: "<")
        while let next = byte(end), !Self.isSpace(next) {
            if isVerbatim, next == UInt8(ascii: ">") { return end + 1 }
            if !isVerbatim, next == UInt8(ascii: ",") { break }
            end += 1
        }
        return end
    }

    private static func isAnchorCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
