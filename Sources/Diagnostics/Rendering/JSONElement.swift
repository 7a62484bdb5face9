/// Just enough JSON to print diagnostics: this module imports nothing of ours.
enum JSONElement {
    case string(String)
    case number(Int)
    case array([JSONElement])
    /// In the order given; nil members are left out.
    case object([(String, JSONElement?)])

    /// With two spaces of indentation; collections of plain values stay on one line.
    func text(indentation: Int = 0) -> String {
        switch self {
        case .string(let value): return Self.quoted(value)
        case .number(let value): return String(value)
        case .array(let items):
            return Self.enclosed(items.map { ("", $0) }, "[", "]", indentation, isFlat: isFlat)
        case .object(let members):
            let present = members.compactMap { name, value in value.map { (Self.quoted(name) + ": ", $0) } }
            return Self.enclosed(present, "{", "}", indentation, isFlat: isFlat)
        }
    }

    private var isFlat: Bool {
        switch self {
        case .string, .number: true
        case .array(let items): items.allSatisfy(\.isPlain)
        case .object(let members): members.allSatisfy { $0.1?.isPlain ?? true }
        }
    }

    private var isPlain: Bool {
        switch self {
        case .string, .number: true
        case .array, .object: false
        }
    }

    private static func enclosed(
        _ entries: [(prefix: String, value: JSONElement)], _ open: String, _ close: String, _ indentation: Int, isFlat: Bool
    ) -> String {
        if entries.isEmpty { return open + close }
        if isFlat {
            let text = entries.map { $0.prefix + $0.value.text() }.joined(separator: ", ")
            return open == "{" ? "{ \(text) }" : open + text + close
        }
        let inner = String(repeating: " ", count: indentation + 2)
        let lines = entries.map { inner + $0.prefix + $0.value.text(indentation: indentation + 2) }
        return open + "\n" + lines.joined(separator: ",\n") + "\n" + String(repeating: " ", count: indentation) + close
    }

    /// RFC 8259 §7; what a terminal would act on is escaped too.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where DisplayText.needsEscape(scalar):
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension JSONElement {
    /// Members that are nil are left out of the object; this keeps call sites short.
    static func optional(_ text: String?) -> JSONElement? { text.map(JSONElement.string) }
}
