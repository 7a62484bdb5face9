package import Diagnostics
package import Values

/// Why a plain scalar has no value where no type decides (language.md §10).
package struct UntypedScalarProblem: Error, Sendable {
    package enum Reason: Sendable, Hashable {
        /// YAML 1.1 and 1.2 read it differently.
        case ambiguous
        case integerOutOfRange
        /// `.nan`, `.inf`, or a number too large for a double.
        case notFinite
    }

    package var reason: Reason
    /// WF0105 or WF0109.
    package var diagnostic: Diagnostic
}

extension YAMLScalar {
    /// The value where no type says what is meant: YAML 1.2's core schema for plain scalars, text for all others.
    package func untypedValue() -> Result<Value, UntypedScalarProblem> {
        guard style == .plain else { return .success(.string(text)) }
        if let other = PlainScalar.readingOfYAML11(text) { return .failure(ambiguous(other)) }
        switch PlainScalar.resolve(text) {
        case .null: return .success(.null)
        case .bool(let value): return .success(.bool(value))
        case .int(let value): return .success(.int(value))
        case .double(let value): return .success(.double(value))
        case .string: return .success(.string(text))
        case .hugeInteger: return .failure(outOfRange)
        case .notFinite: return .failure(notFinite)
        }
    }

    /// WF0111: `True`, `NULL` and the like, which mean `true` and `null` but are not written so.
    package func nonCanonicalSpelling() -> Diagnostic? {
        guard style == .plain else { return nil }
        let canonical: String
        switch PlainScalar.resolve(text) {
        case .bool(let value): canonical = value ? "true" : "false"
        case .null where !text.isEmpty && text != "~": canonical = "null"
        case .null, .int, .double, .string, .hugeInteger, .notFinite: return nil
        }
        guard text != canonical else { return nil }
        return Diagnostic(
            .nonCanonicalWord, .warning, "`\(text)` is written `\(canonical)`", at: range, help: "write \(canonical)",
            fix: .init(title: "write \(canonical)", range: range, replacement: canonical))
    }

    /// WF0110: a block scalar ends with a newline, which a place that needs an exact value does not want.
    package func trailingNewlineWarning() -> Diagnostic? {
        guard style == .literal || style == .folded, text.utf8.last == 0x0A else { return nil }
        let indicator = style == .literal ? "|" : ">"
        let file = range.file
        var end = range.bytes.lowerBound + 1
        var digits = ""
        while end < file.bytes.count,
            [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(file.bytes[end])
                || (0x31...0x39).contains(file.bytes[end])
        {
            if (0x31...0x39).contains(file.bytes[end]) { digits = String(file.bytes[end] - 0x30) }
            end += 1
        }
        let header = SourceRange(file: file, bytes: range.bytes.lowerBound..<end)
        return Diagnostic(
            .trailingNewline, .warning, "the value ends with a newline, because the block begins with `\(indicator)`",
            at: header, label: "keeps the last newline", help: "begin the block with `\(indicator)-`",
            fix: .init(
                title: "drop the last newline", range: header, replacement: "\(indicator)\(digits)-"))
    }

    /// What this plain scalar would be instead of a string, in words, or nil where it is a string: for keys.
    var nonStringKind: String? {
        guard style == .plain else { return nil }
        switch PlainScalar.resolve(text) {
        case .string: return nil
        case .null: return text.isEmpty ? "empty" : "null"
        case .bool: return "a boolean"
        case .int, .hugeInteger: return "an integer"
        case .double, .notFinite: return "a number"
        }
    }

    /// The text as a quoted scalar on one line: between double quotes, or single ones where that avoids escapes.
    package static func quoted(_ text: String) -> String {
        let needsEscapes = text.unicodeScalars.contains { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) }
        let hasDouble = text.utf8.contains { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
        if hasDouble, !needsEscapes {
            return "'"
                + text.utf8.split(separator: UInt8(ascii: "'"), omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }.joined(separator: "''") + "'"
        }
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\" + String(scalar)
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value):
                result += "\\x" + hexadecimal(scalar.value, width: 2)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private func ambiguous(_ other: PlainScalar.OtherReading) -> UntypedScalarProblem {
        let quoted = YAMLScalar.quoted(text)
        let help =
            other.number.map { "write \($0) for the number, \(quoted) for the text" }
            ?? "write \(quoted) for the text\(other.instead.map { ", \($0)" } ?? "")"
        return UntypedScalarProblem(
            reason: .ambiguous,
            diagnostic: Diagnostic(
                .ambiguousScalar, .error,
                "`\(text)` is \(other.in11) in YAML 1.1 and \(other.in12) in YAML 1.2", at: range,
                label: "ambiguous", help: help, fix: .init(title: "quote it", range: range, replacement: quoted)))
    }

    private var outOfRange: UntypedScalarProblem {
        UntypedScalarProblem(
            reason: .integerOutOfRange,
            diagnostic: Diagnostic(
                .numberRange, .error, "the integer \(text) does not fit in 64 bits", at: range,
                label: "outside -9223372036854775808 … 9223372036854775807",
                help: "quote it if it is a name or an id: \(YAMLScalar.quoted(text))"))
    }

    private var notFinite: UntypedScalarProblem {
        UntypedScalarProblem(
            reason: .notFinite,
            diagnostic: Diagnostic(
                .numberRange, .error, "`\(text)` is no number that JSON can hold", at: range,
                help: "quote it for the text: \(YAMLScalar.quoted(text))"))
    }
}
