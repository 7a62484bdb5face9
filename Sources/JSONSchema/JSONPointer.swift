import Values

/// Text compared by code point, for use as a dictionary's key.
struct ExactText: Hashable, Sendable {
    let text: String

    init(_ text: some StringProtocol) { self.text = String(text) }

    static func == (lhs: ExactText, rhs: ExactText) -> Bool { lhs.text.hasSameCodePoints(as: rhs.text) }

    func hash(into hasher: inout Hasher) { text.hashCodePoints(into: &hasher) }
}

/// JSON Pointers, RFC 6901.
enum JSONPointer {
    static func escaped(_ token: String) -> String {
        guard token.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return token }
        var text = ""
        for scalar in token.unicodeScalars {
            switch scalar {
            case "~": text += "~0"
            case "/": text += "~1"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    /// The tokens of a pointer, or nil if it is none.
    static func tokens(_ pointer: some StringProtocol) -> [String]? {
        guard !pointer.isEmpty else { return [] }
        guard pointer.utf8.first == UInt8(ascii: "/") else { return nil }
        var tokens: [String] = []
        for part in pointer.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            guard let token = unescaped(part) else { return nil }
            tokens.append(token)
        }
        return tokens
    }

    private static func unescaped(_ part: some Collection<Unicode.Scalar>) -> String? {
        var text = String.UnicodeScalarView()
        var scalars = part.makeIterator()
        while let scalar = scalars.next() {
            guard scalar == "~" else {
                text.append(scalar)
                continue
            }
            switch scalars.next() {
            case "0": text.append("~")
            case "1": text.append("/")
            default: return nil
            }
        }
        return String(text)
    }

    /// An array index as the standard writes it: no sign, no leading zero.
    static func index(_ token: String) -> Int? {
        let digits = token.utf8
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }), digits.count == 1 || digits.first != 0x30 else { return nil }
        return Int(token)
    }
}

/// One step from a value to a part of it.
enum PathSegment: Hashable, Sendable {
    case field(MapKey)
    case item(Int)

    var token: String {
        switch self {
        case .item(let index): String(index)
        case .field(let key): JSONPointer.escaped(key.fieldName)
        }
    }

    /// In document order: items by number, fields as maps iterate.
    static func precedes(_ lhs: PathSegment, _ rhs: PathSegment) -> Bool {
        switch (lhs, rhs) {
        case (.item(let a), .item(let b)): a < b
        case (.field(let a), .field(let b)): a < b
        case (.item, .field): true
        case (.field, .item): false
        }
    }
}

extension MapKey {
    /// The key as JSON writes it.
    var fieldName: String {
        switch self {
        case .bool(let value): value ? "true" : "false"
        case .int(let value): String(value)
        case .uint(let value): String(value)
        case .string(let value): value
        }
    }
}
