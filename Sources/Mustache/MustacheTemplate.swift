// Mustache: text templates over values, after the specification at https://github.com/mustache/spec (interpolation, sections,
// inverted sections, comments, set delimiters; no partials, no lambdas).
//
// Invariant: knows nothing of mails, workflows or files. What a template renders to depends on its text and the data alone,
// and no template or data makes it crash or run on.
//
// Start at `MustacheTemplate`: `MustacheParser` makes its parts, `MustacheRenderer` fills them.

/// A parsed template.
package struct MustacheTemplate: Sendable, Hashable {
    package indirect enum Part: Sendable, Hashable {
        case text(String)
        /// `{{name}}`, or without escaping `{{{name}}}` and `{{&name}}`.
        case variable(Name, isEscaped: Bool)
        /// `{{#name}}…{{/name}}`.
        case section(Name, [Part])
        /// `{{^name}}…{{/name}}`.
        case inverted(Name, [Part])
    }

    /// What a tag names.
    package struct Name: Sendable, Hashable {
        /// The parts between dots; none for the value itself (`{{.}}`).
        package var path: [String]
        /// The tag, in bytes of the text.
        package var range: Range<Int>

        /// As it was written.
        package var text: String { path.isEmpty ? "." : path.joined(separator: ".") }
    }

    package let parts: [Part]

    /// - Parameter bytes: of the text, in UTF-8. The ranges of names and problems count from their beginning.
    package init(_ bytes: [UInt8]) throws(MustacheProblem) {
        var parser = MustacheParser(bytes)
        parts = try parser.parse()
    }

    package init(_ text: String) throws(MustacheProblem) { try self.init(Array(text.utf8)) }
}

/// Why a text is no template.
package struct MustacheProblem: Error, Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// A tag without its end.
        case unclosedTag
        /// A section without its closing tag.
        case unclosedSection(String)
        /// A closing tag without its section, or inside another one.
        case unexpectedClose(String, expected: String?)
        case noName
        case badDelimiters
        /// Sections in one another beyond `MustacheParser.deepest`.
        case tooDeep
        /// Parts of Mustache that are not here: the sign that begins the tag.
        case unsupported(String)
    }

    package var kind: Kind
    /// In bytes of the text.
    package var range: Range<Int>

    package init(kind: Kind, range: Range<Int>) {
        self.kind = kind
        self.range = range
    }
}
