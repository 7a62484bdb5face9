import Values

/// The types of JSON Schema.
enum JSONKind: String, Sendable, CaseIterable {
    case null, boolean, integer, number, string, array, object

    /// As people are told: the words of the workflow language.
    var word: String {
        switch self {
        case .array: "list"
        default: rawValue
        }
    }
}

extension Value {
    /// This value with what JSON has no kind for replaced at its top: timestamps, durations and bytes are strings.
    var asJSON: Value {
        switch self {
        case .null, .bool, .int, .double, .string, .list, .map: self
        case .uint(let number): Int64(exactly: number).map(Value.int) ?? .double(Double(number))
        case .bytes, .timestamp, .duration, .type: JSON.normalised(self)
        case .optional(let wrapped): wrapped?.asJSON ?? .null
        }
    }

    /// Of a value as `asJSON` gives it: the narrowest type, `integer` for 1.0.
    var jsonKind: JSONKind {
        switch self {
        case .null, .optional: .null
        case .bool: .boolean
        case .int, .uint: .integer
        case .double(let number): JSONNumber.double(number).isIntegral ? .integer : .number
        case .string, .bytes, .timestamp, .duration, .type: .string
        case .list: .array
        case .map: .object
        }
    }

    /// The value's JSON text, cut to what fits a message.
    var excerpt: String {
        let text = JSON.text(self)
        guard text.unicodeScalars.count > 60 else { return text }
        var short = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(57) { short.append(scalar) }
        return String(short) + "…"
    }
}

/// Wording shared by messages.
enum Words {
    /// `a`, `a or b`, `a, b or c`.
    static func list(_ words: [String], _ conjunction: String = "or") -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " \(conjunction) " + last
    }

    /// `only a`, `a or b`, `one of a, b or c`, cut where there are many.
    static func choice(_ words: [String]) -> String {
        let limit = 12
        switch words.count {
        case 0: return "nothing"
        case 1: return "only \(words[0])"
        case 2: return list(words)
        case ...limit: return "one of " + list(words)
        default: return "one of " + words.prefix(limit).joined(separator: ", ") + ", … (\(words.count - limit) more)"
        }
    }

    static func counted(_ count: Int, _ noun: String) -> String { count == 1 ? "1 \(noun)" : "\(count) \(noun)s" }
}
