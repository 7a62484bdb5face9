package import Values

/// What a template does with the values of its variables.
package enum MustacheEscaping: Sendable, Hashable {
    /// `{{name}}` is a value in HTML.
    case html
    /// `{{name}}` is the value as it is.
    case none
}

/// Why a template has no text for its data.
package enum MustacheFailure: Error, Sendable, Hashable {
    /// A list or map where a text is needed; the name in the template.
    case noText(String, kind: String)
    /// More than `MustacheTemplate.largestText` bytes, or more work than a text of that size is worth.
    case tooLarge
}

extension MustacheTemplate {
    /// Bytes of a rendered text.
    package static let largestText = 1 << 20
    /// Parts rendered for one text, and items of lists gone through.
    static let mostParts = 100_000

    /// The template filled with data. A name that the data does not have is nothing.
    package func text(of data: Value, escaping: MustacheEscaping) throws(MustacheFailure) -> String {
        var renderer = MustacheRenderer(escaping: escaping, contexts: [data])
        try renderer.render(parts)
        return String(decoding: renderer.bytes, as: UTF8.self)
    }

    /// What a value looks like in a text; nil for kinds that cannot stand there. Null is nothing.
    static func text(of value: Value) -> String? {
        switch value {
        case .null: ""
        case .string(let text): text
        case .int(let number): String(number)
        case .uint(let number): String(number)
        case .double, .bool: JSON.text(value)
        case .timestamp(let instant): instant.description
        case .duration(let span): span.description
        case .optional(let wrapped): text(of: wrapped ?? .null)
        case .bytes, .list, .map, .type: nil
        }
    }
}

private struct MustacheRenderer {
    let escaping: MustacheEscaping
    /// Outermost first.
    var contexts: [Value]
    var bytes: [UInt8] = []
    private var rendered = 0

    init(escaping: MustacheEscaping, contexts: [Value]) {
        self.escaping = escaping
        self.contexts = contexts
    }

    /// Sections are no deeper than the parser lets them be.
    mutating func render(_ parts: [MustacheTemplate.Part]) throws(MustacheFailure) {
        for part in parts {
            try count()
            switch part {
            case .text(let text): try append(text, isEscaped: false)
            case .variable(let name, let isEscaped):
                let value = value(of: name)
                guard let text = MustacheTemplate.text(of: value) else { throw .noText(name.text, kind: value.kindName) }
                try append(text, isEscaped: isEscaped)
            case .section(let name, let body): try renderSection(value(of: name), body)
            case .inverted(let name, let body): if Self.isFalsy(value(of: name)) { try render(body) }
            }
        }
    }

    private mutating func renderSection(_ value: Value, _ body: [MustacheTemplate.Part]) throws(MustacheFailure) {
        if Self.isFalsy(value) { return }
        for item in value.listValue ?? [value] {
            try count()
            contexts.append(item)
            try render(body)
            contexts.removeLast()
        }
    }

    private mutating func count() throws(MustacheFailure) {
        rendered += 1
        if rendered > MustacheTemplate.mostParts { throw .tooLarge }
    }

    private static func isFalsy(_ value: Value) -> Bool {
        switch value {
        case .null, .bool(false): true
        case .list(let items): items.isEmpty
        default: false
        }
    }

    /// The first part of a dotted name is looked for from the inside out, the rest in what was found.
    private func value(of name: MustacheTemplate.Name) -> Value {
        guard let first = name.path.first else { return contexts[contexts.count - 1] }
        for context in contexts.reversed() {
            guard var value = context[first] else { continue }
            for part in name.path.dropFirst() { value = value[part] ?? .null }
            return value
        }
        return .null
    }

    private mutating func append(_ text: String, isEscaped: Bool) throws(MustacheFailure) {
        guard isEscaped, escaping == .html else {
            bytes.append(contentsOf: text.utf8)
            return try checkSize()
        }
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): bytes.append(contentsOf: "&amp;".utf8)
            case UInt8(ascii: "<"): bytes.append(contentsOf: "&lt;".utf8)
            case UInt8(ascii: ">"): bytes.append(contentsOf: "&gt;".utf8)
            case UInt8(ascii: "\""): bytes.append(contentsOf: "&quot;".utf8)
            case UInt8(ascii: "'"): bytes.append(contentsOf: "&#39;".utf8)
            default: bytes.append(byte)
            }
        }
        try checkSize()
    }

    private func checkSize() throws(MustacheFailure) {
        if bytes.count > MustacheTemplate.largestText { throw .tooLarge }
    }
}
