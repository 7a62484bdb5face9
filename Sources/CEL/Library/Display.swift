import Values

/// How values are written inside messages.
enum Display {
    static func text(_ value: Value) -> String {
        switch value {
        case .string(let text):
            let shown = String(String.UnicodeScalarView(text.unicodeScalars.prefix(40)))
            return "'\(shown)\(shown.utf8.count < text.utf8.count ? "…" : "")'"
        case .int(let number): return String(number)
        case .uint(let number): return "\(number)u"
        case .bool(let flag): return flag ? "true" : "false"
        case .double(let number): return Decimal.shortest(number)
        case .null: return "null"
        case .timestamp(let instant): return instant.description
        case .duration(let span): return span.description
        case .type(let name): return name
        case .bytes, .list, .map, .optional: return value.kindPhrase
        }
    }
}
