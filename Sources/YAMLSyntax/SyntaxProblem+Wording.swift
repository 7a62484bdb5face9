import Diagnostics

// WF0102 in our own words. libyaml says where it stopped and what it was doing; what the author did is read from the line.

extension YAMLSyntaxProblem {
    func diagnostic(in source: SourceText) -> Diagnostic {
        SyntaxWording(problem: self, places: TextPlaces(file: source.file)).diagnostic
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

struct SyntaxWording {
    let problem: YAMLSyntaxProblem
    let places: TextPlaces

    var bytes: [UInt8] { places.bytes }
    var offset: Int { min(problem.offset, bytes.count) }
    var context: Int { min(problem.contextOffset ?? problem.offset, bytes.count) }

    var diagnostic: Diagnostic {
        tab ?? expressionInFlow ?? quoted ?? reservedCharacter ?? property ?? nestedColon ?? collection ?? blockScalar
            ?? structure ?? error("YAML syntax: \(problem.problem)", at: places.point(offset), help: nil)
    }

    // MARK: Causes

    private var tab: Diagnostic? {
        let isTabMessage = has("tab character")
        guard isTabMessage || has("cannot start any token") && places.byte(offset) == 0x09 else { return nil }
        var start = offset
        while start > 0, bytes[start - 1] == 0x20 || bytes[start - 1] == 0x09 { start -= 1 }
        guard let first = bytes[start...].prefix(while: { $0 == 0x20 || $0 == 0x09 }).firstIndex(of: 0x09) else { return nil }
        let tabs = first..<first + bytes[first...].prefix { $0 == 0x09 }.count
        return error(
            "a tab stands where YAML expects spaces", at: tabs, label: "tab", help: "indent with spaces only",
            fix: .init(
                title: "replace by spaces", range: places.sourceRange(tabs),
                replacement: String(repeating: "  ", count: tabs.count)))
    }

    /// `{ url: ${{ x }} }`: inside brackets and braces an expression's own braces are YAML's.
    private var expressionInFlow: Diagnostic? {
        guard has("did not find expected ',' or"), places.firstIndex(of: "{{", from: offset) == offset,
            offset > 0, bytes[offset - 1] == UInt8(ascii: "$")
        else { return nil }
        let start = startOfFlowValue(before: offset - 1)
        let expression = offset - 1..<min(offset + 2, bytes.count)
        var fix: Diagnostic.Fix?
        if let close = places.firstIndex(of: "}}", from: offset) {
            let end = endOfFlowValue(from: close + 2)
            let text = String(decoding: bytes[start..<end], as: UTF8.self)
            fix = .init(title: "quote the value", range: places.sourceRange(start..<end), replacement: YAMLScalar.quoted(text))
        }
        return error(
            "an expression inside `{ }` or `[ ]` must be quoted", at: expression,
            label: "YAML takes these braces for a mapping", help: "quote the whole value, or write one key per line",
            fix: fix)
    }

    private var quoted: Diagnostic? {
        guard isDoing("quoted scalar") else { return nil }
        if has("end of stream") || has("document indicator") {
            return error(
                "this quote is never closed", at: places.point(context), label: "begins here",
                help: places.byte(context) == UInt8(ascii: "'") ? "a quote inside is written twice: ''" : nil)
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
        guard has("cannot start any token"), let character = places.byte(offset) else { return nil }
        let text = character == UInt8(ascii: "`") ? "a backquote" : "`\(String(decoding: [character], as: UTF8.self))`"
        return error(
            "a value cannot begin with \(text)", at: places.point(offset), label: "reserved by YAML",
            help: "quote the whole value", fix: quoteToEndOfLine(from: offset))
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
                "a line that begins with `%` is a directive, and directives are not part of the language",
                at: places.line(of: start),
                help: "remove the line, or quote the value")
        } else {
            return nil
        }
        let sigil = places.byte(start).map { String(decoding: [$0], as: UTF8.self) } ?? ""
        return error(
            "a value that begins with `\(sigil)` is \(meaning) in YAML, and this is none", at: places.point(start),
            help: "quote the whole value", fix: quoteToEndOfLine(from: start))
    }

    /// `key: a: b`, most often a ternary or a map literal in an unquoted expression.
    private var nestedColon: Diagnostic? {
        guard has("mapping values are not allowed") else { return nil }
        let line = places.line(of: offset)
        let value = startOfValue(in: line, before: offset)
        let isExpression = String(decoding: bytes[value..<offset], as: UTF8.self).hasOpenExpression
        return error(
            isExpression
                ? "`: ` inside an unquoted expression begins a mapping in YAML" : "a second `: ` on one line",
            at: places.point(offset),
            label: isExpression ? "quotes are needed because of this" : "begins a mapping inside a value",
            help: isExpression
                ? "quote the whole value, or use a block: `>-`" : "quote the value, or begin a new line after the key",
            fix: value < offset ? quoteToEndOfLine(from: value) : nil)
    }

    private var collection: Diagnostic? {
        if has("did not find expected ',' or") {
            if context > 0, places.byte(context) == UInt8(ascii: "{"), places.byte(context - 1) == UInt8(ascii: "{") {
                return .missingDollar(before: context - 1, in: places.file)
            }
            let open = places.byte(context) == UInt8(ascii: "[") ? "[" : "{"
            let close = open == "[" ? "]" : "}"
            if offset >= bytes.count || places.line(of: offset) != places.line(of: context) {
                return error(
                    "this `\(open)` is never closed", at: places.point(context), label: "begins here",
                    help: "close it with `\(close)`")
            }
            return error(
                "expected `,` or `\(close)` here", at: places.point(offset), label: "unexpected",
                notes: [.init(range: places.sourceRange(places.point(context)), message: "the collection begins here")],
                help: "separate entries with commas, and quote values that contain brackets, braces or commas")
        }
        if has("did not find expected '-' indicator") {
            return error(
                "expected `- ` here: this line stands at the level of a list", at: places.point(offset),
                notes: [.init(range: places.sourceRange(places.point(context)), message: "the list begins here")],
                help: "indent the line, or begin it with `- `")
        }
        guard has("did not find expected key") else { return nil }
        if let quote = quoteEnd(before: offset) {
            return error(
                "text follows a closing quote", at: places.point(offset),
                notes: [.init(range: places.sourceRange(quote..<quote + 1), message: "the text ends here")],
                help: "quote the whole value; inside double quotes a quote is written \\\", inside single ones ''")
        }
        if places.byte(offset) == UInt8(ascii: ":"), offset == context { return missingKey }
        if bytes[places.line(of: offset).lowerBound..<offset].contains(where: { $0 != 0x20 }) {
            return error(
                "this does not belong to the value before it", at: places.lineContent(from: offset), label: "unexpected",
                help: "quote values that contain brackets, braces or quotes")
        }
        return error(
            "this line does not fit the indentation of the lines before it", at: places.point(offset),
            notes: [.init(range: places.sourceRange(places.point(context)), message: "the mapping before it begins here")],
            help: "keys of one mapping begin in the same column")
    }

    private var missingKey: Diagnostic {
        error("a key is missing before this colon", at: places.point(offset), help: "quote text that begins with a colon")
    }

    private var blockScalar: Diagnostic? {
        guard isDoing("block scalar") else { return nil }
        if has("comment or line break") {
            return error(
                "text must begin on the line after `|` or `>`", at: places.point(offset), help: "move it down and indent it")
        }
        return error("this is no header of a block", at: places.point(offset), help: "write `|`, `|-`, `>` or `>-`")
    }

    private var structure: Diagnostic? {
        if has("could not find expected ':'") {
            return error(
                "this line has no `: `", at: places.lineContent(from: context), label: "neither a key nor a list entry",
                help: "write `key: value`, or indent the line to continue the text before it")
        }
        if has("block sequence entries are not allowed") {
            return error(
                "a list cannot begin here", at: places.point(offset),
                help: "begin it on a line of its own: `- …`, or write `[a, b]`; quote text that begins with `- `")
        }
        if has("mapping keys are not allowed") {
            return error("a mapping key cannot begin here", at: places.point(offset), help: "quote text that begins with `?`")
        }
        if has("expected <document start>") {
            return error(
                "this does not belong to what stands before it", at: places.lineContent(from: offset), label: "unexpected",
                help: "quote values that contain brackets or quotes, and check the indentation")
        }
        if has("expected node content") {
            if places.byte(offset) == UInt8(ascii: ":") { return missingKey }
            return error(
                "a value is missing here", at: places.point(offset), help: "quote text made of brackets, braces or commas")
        }
        if has("document indicator") || has("'<document end>'") {
            return error("the text ends in the middle of a node", at: places.point(offset), help: nil)
        }
        return nil
    }
}
