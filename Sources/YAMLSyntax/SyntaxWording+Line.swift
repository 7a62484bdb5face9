import Diagnostics

// What the author meant is read from the line around the place where libyaml stopped.

extension SyntaxWording {
    func has(_ words: String) -> Bool { Self.contains(problem.problem, words) }
    func isDoing(_ words: String) -> Bool { Self.contains(problem.context, words) }

    private static func contains(_ text: String, _ words: String) -> Bool {
        let (text, words) = (Array(text.utf8), Array(words.utf8))
        return text.indices.contains { text[$0...].starts(with: words) }
    }

    func error(
        _ message: String, at place: Range<Int>, label: String? = nil, notes: [Diagnostic.Note] = [], help: String?,
        fix: Diagnostic.Fix? = nil
    ) -> Diagnostic {
        Diagnostic(.syntax, .error, message, at: places.sourceRange(place), label: label, notes: notes, help: help, fix: fix)
    }

    /// Where the value begins after `key: ` or `- `, the first such mark on the line.
    func startOfValue(in line: Range<Int>, before offset: Int) -> Int {
        var index = line.lowerBound
        while index < offset {
            if bytes[index] == UInt8(ascii: ":"), places.byte(index + 1) == 0x20 {
                index += 1
                while index < offset, bytes[index] == 0x20 { index += 1 }
                return index
            }
            index += 1
        }
        return offset
    }

    func startOfFlowValue(before offset: Int) -> Int {
        var start = offset
        while start > 0, ![UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "{"), 0x0A].contains(bytes[start - 1]) {
            if bytes[start - 1] == 0x20, start > 1, bytes[start - 2] == UInt8(ascii: ":") { break }
            start -= 1
        }
        while start < offset, bytes[start] == 0x20 { start += 1 }
        return start
    }

    private static func endsFlowValue(_ byte: UInt8) -> Bool {
        [UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), 0x0A, 0x0D].contains(byte)
    }

    func endOfFlowValue(from start: Int) -> Int {
        var end = start
        while let next = places.byte(end), !Self.endsFlowValue(next) { end += 1 }
        while end > start, bytes[end - 1] == 0x20 { end -= 1 }
        return end
    }

    /// Nil where a comment or a quote makes it unclear where the value ends or how it reads.
    func quoteToEndOfLine(from start: Int) -> Diagnostic.Fix? {
        let place = places.lineContent(from: start)
        guard !place.isEmpty, places.byte(start) != UInt8(ascii: "\""), places.byte(start) != UInt8(ascii: "'"),
            places.firstIndex(of: " #", from: start) == nil
        else { return nil }
        let text = String(decoding: bytes[place], as: UTF8.self)
        return .init(title: "quote the value", range: places.sourceRange(place), replacement: YAMLScalar.quoted(text))
    }

    /// The quote that ends a scalar right before other text of the same line.
    func quoteEnd(before offset: Int) -> Int? {
        var index = offset
        let start = places.line(of: offset).lowerBound
        while index > start, bytes[index - 1] == 0x20 { index -= 1 }
        guard index > start, bytes[index - 1] == UInt8(ascii: "\"") || bytes[index - 1] == UInt8(ascii: "'")
        else { return nil }
        return index - 1
    }

    func escapes(from start: Int) -> [Int] {
        var result: [Int] = []
        var index = start + 1
        while index + 1 < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            if bytes[index] == UInt8(ascii: "\\") {
                result.append(index)
                index += 1
            }
            index += 1
        }
        return result
    }

    func firstUnknownEscape(from start: Int) -> Range<Int> {
        let known = Array("0abt\tnvfre \"/\\N_LPxuU\n\r".utf8)
        guard let escape = escapes(from: start).first(where: { !known.contains(bytes[$0 + 1]) })
        else { return places.point(offset) }
        return escape..<max(escape + 1, places.point(escape + 1).upperBound)
    }

    func firstBadHexadecimal(from start: Int) -> Range<Int> {
        for escape in escapes(from: start) {
            let letter = bytes[escape + 1]
            let count = letter == UInt8(ascii: "x") ? 2 : letter == UInt8(ascii: "u") ? 4 : letter == UInt8(ascii: "U") ? 8 : 0
            guard count > 0 else { continue }
            let end = min(escape + 2 + count, bytes.count)
            let number = UInt32(String(decoding: bytes[(escape + 2)..<end], as: UTF8.self), radix: 16)
            guard let number, Unicode.Scalar(number) != nil else {
                let valid = bytes[(escape + 2)..<end].prefix { !($0 == 0x22 || $0 == 0x0A || $0 == 0x0D) && $0 < 0x80 }
                return escape..<escape + 2 + valid.count
            }
        }
        return places.point(offset)
    }
}
