import Diagnostics

// WF0102 in our own words. libyaml says where it stopped and what it was doing; what the author did is read from the line.

extension YAMLSyntaxProblem {
    func diagnostic(in source: SourceText) -> Diagnostic {
        SyntaxWording(problem: self, file: source.file).diagnostic
    }
}

extension Diagnostic {
    /// `{{ x }}`, which YAML takes for a mapping in a mapping.
    static func missingDollar(before offset: Int, in file: SourceFile) -> Diagnostic {
        let braces = SourceRange(file: file, bytes: offset..<min(offset + 2, file.bytes.count))
        let place = SourceRange(file: file, bytes: offset..<offset)
        return Diagnostic(
            .syntax, .error, "`{{` begins a mapping in YAML; an expression is written `${{ … }}`", at: braces,
            label: "`$` is missing", help: "write `${{ … }}`",
            fix: .init(title: "insert `$`", range: place, replacement: "$"))
    }
}

private struct SyntaxWording {
    let problem: YAMLSyntaxProblem
    let file: SourceFile

    private var bytes: [UInt8] { file.bytes }
    private var offset: Int { min(problem.offset, bytes.count) }
    private var context: Int { min(problem.contextOffset ?? problem.offset, bytes.count) }

    var diagnostic: Diagnostic {
        tab ?? expressionInFlow ?? quoted ?? reservedCharacter ?? property ?? nestedColon ?? collection ?? blockScalar ?? structure
            ?? error("YAML syntax: \(problem.problem)", at: point(offset), help: nil)
    }

    // MARK: Causes

    private var tab: Diagnostic? {
        let isTabMessage = has("tab character")
        guard isTabMessage || has("cannot start any token"), byte(offset) == 0x09 || isTabMessage else { return nil }
        var start = offset
        while start > 0, bytes[start - 1] == 0x20 || bytes[start - 1] == 0x09 { start -= 1 }
        guard let first = bytes[start...].prefix(while: { $0 == 0x20 || $0 == 0x09 }).firstIndex(of: 0x09) else { return nil }
        let tabs = first..<first + bytes[first...].prefix { $0 == 0x09 }.count
        return error(
            "a tab stands where YAML expects spaces", at: tabs, label: "tab", help: "indent with spaces only",
            fix: .init(
                title: "replace by spaces", range: range(tabs), replacement: String(repeating: "  ", count: tabs.count)))
    }

    /// `{ url: ${{ x }} }`: inside brackets and braces an expression's own braces are YAML's.
    private var expressionInFlow: Diagnostic? {
        guard has("did not find expected ',' or"), byte(offset) == UInt8(ascii: "{"), byte(offset + 1) == UInt8(ascii: "{"),
            offset > 0, bytes[offset - 1] == UInt8(ascii: "$")
        else { return nil }
        let start = startOfFlowValue(before: offset - 1)
        let expression = offset - 1..<min(offset + 2, bytes.count)
        var fix: Diagnostic.Fix?
        if let close = firstIndex(of: "}}", from: offset) {
            let end = endOfFlowValue(from: close + 2)
            let text = String(decoding: bytes[start..<end], as: UTF8.self)
            fix = .init(title: "quote the value", range: range(start..<end), replacement: YAMLScalar.quoted(text))
        }
        return error(
            "an expression inside `{ }` or `[ ]` must be quoted", at: expression,
            label: "YAML takes these braces for a mapping", help: "quote the whole value, or write one key per line", fix: fix)
    }

    private var quoted: Diagnostic? {
        guard isDoing("quoted scalar") else { return nil }
        if has("end of stream") || has("document indicator") {
            return error(
                "this quote is never closed", at: point(context), label: "begins here",
                help: byte(context) == UInt8(ascii: "'") ? "a quote inside is written twice: ''" : nil)
        }
        if has("unknown escape") {
            // libyaml's mark is at the start of the scalar; the escape is the first one it does not know.
            let escape = firstUnknownEscape(from: context)
            let text = String(decoding: bytes[escape], as: UTF8.self)
            return error(
                "`\(text)` is no escape of YAML", at: escape,
                help: "write `\\\\` for a backslash, or put the text between single quotes, which know no escapes")
        }
        if has("hexdecimal") || has("Unicode character escape") {
            return error(
                "this escape does not name a character", at: firstBadHexadecimal(from: context),
                help: "`\\x` takes 2 hexadecimal digits, `\\u` 4, `\\U` 8")
        }
        return nil
    }

    /// Values that begin with `%`, `@`, a backquote, `*`, `&` or `!`.
    private var reservedCharacter: Diagnostic? {
        guard has("cannot start any token"), let character = byte(offset) else { return nil }
        let text = character == UInt8(ascii: "`") ? "a backquote" : "`\(String(decoding: [character], as: UTF8.self))`"
        return error(
            "a value cannot begin with \(text)", at: point(offset), label: "reserved by YAML", help: "quote the whole value",
            fix: quoteToEndOfLine(from: offset))
    }

    private var property: Diagnostic? {
        let start = context
        let meaning: String
        if isDoing("an alias") {
            meaning = "an alias"
        } else if isDoing("an anchor") {
            meaning = "an anchor"
        } else if isDoing("tag") || has("tag handle") {
            meaning = "a tag"
        } else if isDoing("directive") || has("directive") {
            return error(
                "a line that begins with `%` is a directive, and directives are not part of the language", at: line(of: start),
                help: "remove the line, or quote the value")
        } else {
            return nil
        }
        let sigil = byte(start).map { String(decoding: [$0], as: UTF8.self) } ?? ""
        return error(
            "a value that begins with `\(sigil)` is \(meaning) in YAML, and this is none", at: point(start),
            help: "quote the whole value", fix: quoteToEndOfLine(from: start))
    }

    /// `key: a: b`, most often a ternary or a map literal in an unquoted expression.
    private var nestedColon: Diagnostic? {
        guard has("mapping values are not allowed") else { return nil }
        let line = line(of: offset)
        let value = startOfValue(in: line, before: offset)
        let isExpression = String(decoding: bytes[value..<offset], as: UTF8.self).hasOpenExpression
        return error(
            isExpression
                ? "`: ` inside an unquoted expression begins a mapping in YAML" : "a second `: ` on one line", at: point(offset),
            label: isExpression ? "quotes are needed because of this" : "begins a mapping inside a value",
            help: isExpression ? "quote the whole value, or use a block: `>-`" : "quote the value, or begin a new line after the key",
            fix: value < offset ? quoteToEndOfLine(from: value) : nil)
    }

    private var collection: Diagnostic? {
        if has("did not find expected ',' or") {
            if context > 0, byte(context) == UInt8(ascii: "{"), byte(context - 1) == UInt8(ascii: "{") {
                return .missingDollar(before: context - 1, in: file)
            }
            let open = byte(context) == UInt8(ascii: "[") ? "[" : "{"
            let close = open == "[" ? "]" : "}"
            if offset >= bytes.count || line(of: offset) != line(of: context) {
                return error("this `\(open)` is never closed", at: point(context), label: "begins here", help: "close it with `\(close)`")
            }
            return error(
                "expected `,` or `\(close)` here", at: point(offset), label: "unexpected",
                notes: [.init(range: range(point(context)), message: "the collection begins here")],
                help: "separate entries with commas, and quote values that contain brackets, braces or commas")
        }
        if has("did not find expected '-' indicator") {
            return error(
                "expected `- ` here: this line stands at the level of a list", at: point(offset),
                notes: [.init(range: range(point(context)), message: "the list begins here")],
                help: "indent the line, or begin it with `- `")
        }
        guard has("did not find expected key") else { return nil }
        if let quote = quoteEnd(before: offset) {
            return error(
                "text follows a closing quote", at: point(offset),
                notes: [.init(range: range(quote..<quote + 1), message: "the text ends here")],
                help: "quote the whole value; a quote inside is written \\\" between double quotes, '' between single ones")
        }
        if byte(offset) == UInt8(ascii: ":"), offset == context { return missingKey }
        if bytes[line(of: offset).lowerBound..<offset].contains(where: { $0 != 0x20 }) {
            return error(
                "this does not belong to the value before it", at: lineContent(offset), label: "unexpected",
                help: "quote values that contain brackets, braces or quotes")
        }
        return error(
            "this line does not fit the indentation of the lines before it", at: point(offset),
            notes: [.init(range: range(point(context)), message: "the mapping it would belong to begins here")],
            help: "keys of one mapping begin in the same column")
    }

    private var missingKey: Diagnostic {
        error("a key is missing before this colon", at: point(offset), help: "quote text that begins with a colon")
    }

    private var blockScalar: Diagnostic? {
        guard isDoing("block scalar") else { return nil }
        if has("comment or line break") {
            return error(
                "text must begin on the line after `|` or `>`", at: point(offset), help: "move it down and indent it")
        }
        return error("this is no header of a block", at: point(offset), help: "write `|`, `|-`, `>` or `>-`")
    }

    private var structure: Diagnostic? {
        if has("could not find expected ':'") {
            return error(
                "this line has no `: `", at: lineContent(context), label: "neither a key nor a list entry",
                help: "write `key: value`, or indent the line to continue the text before it")
        }
        if has("block sequence entries are not allowed") {
            return error(
                "a list cannot begin here", at: point(offset),
                help: "begin it on a line of its own: `- …`, or write `[a, b]`; quote text that begins with `- `")
        }
        if has("mapping keys are not allowed") {
            return error("a mapping key cannot begin here", at: point(offset), help: "quote text that begins with `?`")
        }
        if has("expected <document start>") {
            return error(
                "this does not belong to what stands before it", at: lineContent(offset), label: "unexpected",
                help: "quote values that contain brackets or quotes, and check the indentation")
        }
        if has("expected node content") {
            if byte(offset) == UInt8(ascii: ":") { return missingKey }
            return error("a value is missing here", at: point(offset), help: "quote text made of brackets, braces or commas")
        }
        if has("document indicator") || has("'<document end>'") {
            return error("the text ends in the middle of a node", at: point(offset), help: nil)
        }
        return nil
    }
}

// MARK: - Reading the line

extension SyntaxWording {
    private func has(_ words: String) -> Bool { Self.contains(problem.problem, words) }
    private func isDoing(_ words: String) -> Bool { Self.contains(problem.context, words) }

    private static func contains(_ text: String, _ words: String) -> Bool {
        let (text, words) = (Array(text.utf8), Array(words.utf8))
        return text.indices.contains { text[$0...].starts(with: words) }
    }

    private func error(
        _ message: String, at place: Range<Int>, label: String? = nil, notes: [Diagnostic.Note] = [], help: String?,
        fix: Diagnostic.Fix? = nil
    ) -> Diagnostic {
        Diagnostic(.syntax, .error, message, at: range(place), label: label, notes: notes, help: help, fix: fix)
    }

    private func range(_ bytes: Range<Int>) -> SourceRange { SourceRange(file: file, bytes: bytes) }
    private func byte(_ index: Int) -> UInt8? { bytes.indices.contains(index) ? bytes[index] : nil }

    /// The code point at an offset; nothing at the end of the text.
    private func point(_ offset: Int) -> Range<Int> {
        guard offset < bytes.count, bytes[offset] != 0x0A, bytes[offset] != 0x0D else { return offset..<offset }
        var end = offset + 1
        while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
        return offset..<end
    }

    private func line(of offset: Int) -> Range<Int> {
        var start = offset
        while start > 0, bytes[start - 1] != 0x0A, bytes[start - 1] != 0x0D { start -= 1 }
        var end = offset
        while end < bytes.count, bytes[end] != 0x0A, bytes[end] != 0x0D { end += 1 }
        return start..<end
    }

    private func lineContent(_ offset: Int) -> Range<Int> {
        var end = line(of: offset).upperBound
        while end > offset, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
        return offset..<end
    }

    private func firstIndex(of text: StaticString, from start: Int) -> Int? {
        let end = line(of: start).upperBound
        let length = text.utf8CodeUnitCount
        return (start..<end).first { index in
            index + length <= end && (0..<length).allSatisfy { bytes[index + $0] == text.utf8Start[$0] }
        }
    }

    /// Where the value begins after `key: ` or `- `, the first such mark on the line.
    private func startOfValue(in line: Range<Int>, before offset: Int) -> Int {
        var index = line.lowerBound
        while index < offset {
            if bytes[index] == UInt8(ascii: ":"), byte(index + 1) == 0x20 {
                index += 1
                while index < offset, bytes[index] == 0x20 { index += 1 }
                return index
            }
            index += 1
        }
        return offset
    }

    private func startOfFlowValue(before offset: Int) -> Int {
        var start = offset
        while start > 0, ![UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "{"), 0x0A].contains(bytes[start - 1]) {
            if bytes[start - 1] == 0x20, start > 1, bytes[start - 2] == UInt8(ascii: ":") { break }
            start -= 1
        }
        while start < offset, bytes[start] == 0x20 { start += 1 }
        return start
    }

    private func endOfFlowValue(from start: Int) -> Int {
        var end = start
        while let next = byte(end), ![UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), 0x0A, 0x0D].contains(next) { end += 1 }
        while end > start, bytes[end - 1] == 0x20 { end -= 1 }
        return end
    }

    /// Nil where a comment or a quote makes it unclear where the value ends or how it reads.
    private func quoteToEndOfLine(from start: Int) -> Diagnostic.Fix? {
        let place = lineContent(start)
        guard !place.isEmpty, byte(start) != UInt8(ascii: "\""), byte(start) != UInt8(ascii: "'"),
            firstIndex(of: " #", from: start) == nil
        else { return nil }
        let text = String(decoding: bytes[place], as: UTF8.self)
        return .init(title: "quote the value", range: range(place), replacement: YAMLScalar.quoted(text))
    }

    /// The quote that ends a scalar right before other text of the same line.
    private func quoteEnd(before offset: Int) -> Int? {
        var index = offset
        let start = line(of: offset).lowerBound
        while index > start, bytes[index - 1] == 0x20 { index -= 1 }
        guard index > start, bytes[index - 1] == UInt8(ascii: "\"") || bytes[index - 1] == UInt8(ascii: "'") else { return nil }
        return index - 1
    }

    private func escapes(from start: Int) -> [Int] {
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

    private func firstUnknownEscape(from start: Int) -> Range<Int> {
        let known = Array("0abt\tnvfre \"/\\N_LPxuU\n\r".utf8)
        guard let escape = escapes(from: start).first(where: { !known.contains(bytes[$0 + 1]) }) else { return point(offset) }
        return escape..<max(escape + 1, point(escape + 1).upperBound)
    }

    private func firstBadHexadecimal(from start: Int) -> Range<Int> {
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
        return point(offset)
    }
}
