// LinearRegex: regular expressions whose matching time is linear in the text, by RE2.
//
// Invariant: no pattern and no text, wherever they come from, can take exponential time, unbounded memory or the process
// down. Nothing here knows CEL or JSON Schema; the second dialect is named after the standard it reads.
//
// Start at `LinearRegularExpression`; `ECMAScriptPattern` translates the patterns of JSON Schema.

import CRE2

/// A compiled regular expression; immutable, shared by any number of tasks.
package final class LinearRegularExpression: Sendable {
    /// How a pattern is written.
    package enum Dialect: Sendable, Hashable {
        /// RE2's own syntax, which CEL's `matches` takes.
        case re2
        /// ECMA-262 with the `u` flag, which JSON Schema's `pattern` takes: see `ECMAScriptPattern`.
        case ecma262
    }

    /// Bytes of a pattern as written.
    package static let maximumPatternLength = 16_384
    /// Bytes for the compiled program and its caches.
    package static let maximumMemory: Int64 = 8 << 20

    package let pattern: String
    package let dialect: Dialect
    /// Capturing groups, the whole match not counted; none in the ECMA-262 dialect.
    package let groupCount: Int

    // RE2's const methods may be called from any thread; its caches lock for themselves.
    private nonisolated(unsafe) let handle: OpaquePointer

    package init(_ pattern: String, dialect: Dialect = .re2) throws(RegexSyntaxError) {
        guard pattern.utf8.count <= Self.maximumPatternLength else {
            throw RegexSyntaxError(
                message: "the pattern is longer than \(Self.maximumPatternLength) bytes", offset: 0, kind: .unsupported)
        }
        self.pattern = pattern
        self.dialect = dialect
        var error = cre2_error()
        var source = pattern
        if dialect == .ecma262 { source = try ECMAScriptPattern.translated(pattern) }
        let handle = source.withUTF8 { bytes in
            cre2_create(bytes.baseAddress, bytes.count, Self.maximumMemory, &error)
        }
        guard let handle else { throw RegexSyntaxError(error, in: pattern, dialect: dialect) }
        self.handle = handle
        groupCount = Int(cre2_group_count(handle))
    }

    deinit { cre2_destroy(handle) }

    /// Whether the pattern matches anywhere in the text.
    package func matches(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { cre2_match(handle, $0.baseAddress, $0.count, 0, nil, 0) }
    }

    /// The first match, if any.
    package func firstMatch(in text: String) -> Match? {
        var text = text
        return text.withUTF8 { match(in: $0, from: 0) }
    }

    /// All matches from left to right that do not overlap, at most `limit`. An empty match directly after another match is
    /// passed over, as in RE2 and Go.
    package func matches(in text: String, limit: Int = .max) -> [Match] {
        var text = text
        return text.withUTF8 { bytes in
            var found: [Match] = []
            var position = 0
            while found.count < limit, position <= bytes.count, let match = match(in: bytes, from: position) {
                let isEmptyAfterMatch = match.range.isEmpty && match.range.lowerBound == found.last?.range.upperBound
                if !isEmptyAfterMatch { found.append(match) }
                position =
                    match.range.isEmpty ? Self.endOfCharacter(in: bytes, at: match.range.upperBound) : match.range.upperBound
            }
            return found
        }
    }

    private func match(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Match? {
        withUnsafeTemporaryAllocation(of: cre2_span.self, capacity: groupCount + 1) { spans in
            spans.initialize(repeating: cre2_span(start: -1, end: -1))
            guard cre2_match(handle, bytes.baseAddress, bytes.count, start, spans.baseAddress, CInt(groupCount + 1)) else {
                return nil
            }
            return Match(groups: spans.map { $0.start < 0 ? nil : Group(range: $0.start..<$0.end, in: bytes) })
        }
    }

    private static func endOfCharacter(in bytes: UnsafeBufferPointer<UInt8>, at position: Int) -> Int {
        var end = position + 1
        while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
        return end
    }
}

extension LinearRegularExpression {
    /// Where a pattern matched.
    package struct Match: Sendable, Hashable {
        /// The whole match first, then the capturing groups; nil for a group that took no part.
        package let groups: [Group?]

        /// In bytes of the text's UTF-8.
        package var range: Range<Int> { groups.first.flatMap(\.self)?.range ?? 0..<0 }
        package var text: String { groups.first.flatMap(\.self)?.text ?? "" }
    }

    /// The text one group took.
    package struct Group: Sendable, Hashable {
        /// In bytes of the text's UTF-8.
        package let range: Range<Int>
        package let text: String

        init(range: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>) {
            self.range = range
            text = String(decoding: bytes[range], as: UTF8.self)
        }
    }
}
