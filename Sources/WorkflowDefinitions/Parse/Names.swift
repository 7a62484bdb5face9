/// The forms of names in the language.
enum Names {
    static let settingForm = "it begins with a lower-case letter and has letters, digits and '_'"
    static let labelForm = "a label's name begins with a lower-case letter and has letters, digits, '_', '-' and '.'"
    static let eventForm = "an event's name has letters, digits, '_' and '-', in parts joined by '.'"

    /// `[a-z][a-z0-9_]*`
    static func isID(_ text: String) -> Bool {
        isWord(text, first: isLower, rest: { isLower($0) || isDigit($0) || $0 == underscore })
    }

    static func isWorkflow(_ text: String) -> Bool {
        parts(text).allSatisfy { part in
            isWord(part, first: isLower, rest: { isLower($0) || isDigit($0) || $0 == dash || $0 == underscore })
        }
    }

    static func isAction(_ text: String) -> Bool { isWorkflow(text) }

    static func isType(_ text: String) -> Bool {
        isWord(text, first: isUpper, rest: { isLower($0) || isUpper($0) || isDigit($0) || $0 == underscore })
    }

    static func isSetting(_ text: String) -> Bool {
        isWord(text, first: isLower, rest: { isLower($0) || isUpper($0) || isDigit($0) || $0 == underscore })
    }

    static func isLabel(_ text: String) -> Bool {
        isWord(
            text, first: isLower, rest: { isLower($0) || isUpper($0) || isDigit($0) || [underscore, dash, dot].contains($0) })
    }

    static func isEvent(_ text: String) -> Bool {
        parts(text).allSatisfy { part in
            let isLetter: (UInt8) -> Bool = { isLower($0) || isUpper($0) }
            return isWord(part, first: isLetter, rest: { isLetter($0) || isDigit($0) || $0 == underscore || $0 == dash })
        }
    }

    /// Dotted words, a trailing `*` for any rest.
    static func isErrorPattern(_ text: String) -> Bool {
        let isBody: (UInt8) -> Bool = { isLower($0) || isUpper($0) || isDigit($0) || [underscore, dash, dot].contains($0) }
        let body = text.utf8.last == UInt8(ascii: "*") ? text.utf8.dropLast() : text.utf8[...]
        return (!body.isEmpty || text == "*") && text.utf8.count <= 200 && body.allSatisfy(isBody)
    }

    /// Letters, digits and `_`: what can be the name of a variable.
    static func isIdentifier(_ text: String) -> Bool {
        isWord(
            text, first: { isLower($0) || isUpper($0) || $0 == underscore },
            rest: { isLower($0) || isUpper($0) || isDigit($0) || $0 == underscore })
    }

    /// Words an id may not be: CEL's reserved words, its type names and the namespaces of its functions.
    static let reserved: Set<String> = [
        "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop",
        "namespace",
        "null", "package", "return", "true", "var", "void", "while",
        "any", "bool", "bytes", "double", "duration", "dyn", "int", "list", "map", "null_type", "string", "timestamp", "type",
        "uint",
        "base64", "cel", "hex", "json", "lists", "math", "optional", "regex", "sets", "strings", "url",
    ]

    /// The id nearest to a text that is none: `Send-Mail` → `send_mail`. Nil when nothing is left of it.
    static func id(from text: String) -> String? {
        var result: [UInt8] = []
        for byte in text.utf8 {
            if isUpper(byte) {
                if let last = result.last, isLower(last) { result.append(underscore) }
                result.append(byte | 0x20)
            } else if isLower(byte) || isDigit(byte) {
                result.append(byte)
            } else if let last = result.last, last != underscore {
                result.append(underscore)
            }
        }
        while result.last == underscore { result.removeLast() }
        let id = String(decoding: result.drop { !isLower($0) }, as: UTF8.self)
        return isID(id) && !reserved.contains(id) ? id : nil
    }

    /// `Shop-URL` → `shopUrl`.
    static func settingName(from text: String) -> String? {
        guard let words = id(from: text)?.split(separator: "_"), let first = words.first else { return nil }
        let name = first + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
        return isSetting(String(name)) ? String(name) : nil
    }

    /// `Billing/Send Reminder` → `billing.send-reminder`.
    static func definitionName(from text: String, wordsJoinedBy joint: String) -> String? {
        let parts = text.split { $0 == "." || $0 == "/" }.map { id(from: String($0)) }
        guard !parts.isEmpty, parts.allSatisfy({ $0 != nil }) else { return nil }
        return parts.compactMap { $0?.split(separator: "_").joined(separator: joint) }.joined(separator: ".")
    }

    static func typeName(from text: String) -> String? {
        let name = id(from: text)?.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
        return name.flatMap { isType($0) ? $0 : nil }
    }

    private static let underscore = UInt8(ascii: "_")
    private static let dash = UInt8(ascii: "-")
    private static let dot = UInt8(ascii: ".")
    private static func isLower(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }
    private static func isUpper(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func parts(_ text: String) -> [String] {
        text.utf8.split(separator: dot, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func isWord(_ text: String, first: (UInt8) -> Bool, rest: (UInt8) -> Bool) -> Bool {
        guard let head = text.utf8.first, first(head), text.utf8.count <= 200 else { return false }
        return text.utf8.dropFirst().allSatisfy(rest)
    }
}
