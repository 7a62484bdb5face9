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
        case .timestamp(let instant): return withoutTrailingZeros(instant.description)
        case .duration(let span): return withoutTrailingZeros(span.description)
        case .type(let name): return name
        case .bytes, .list, .map, .optional: return value.kindPhrase
        }
    }

    /// `1.500s` as `1.5s`: CEL writes no more decimals than there are, stored values three, six or nine.
    private static func withoutTrailingZeros(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: ".")), let unit = text.last else { return text }
        var digits = text.dropLast()
        while digits.utf8.last == UInt8(ascii: "0") { digits = digits.dropLast() }
        return String(digits) + String(unit)
    }
}
