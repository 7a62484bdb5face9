import Values

/// The strings extension. Positions count code points.
enum StringFunctions {
    static let all: [Overload] = characters + searching + cutting + changing

    private static let characters: [Overload] = [
        Overload("string.charAt(int) -> string") { arguments, run in
            let text = try codePoints(arguments[0], run)
            let index = try position(arguments[1], 0...text.count)
            return .string(index == text.count ? "" : String(codePoints: [text[index]]))
        },
        Overload("string.reverse() -> string") { arguments, run in
            .string(String(codePoints: try codePoints(arguments[0], run).reversed()))
        },
        Overload("string.lowerAscii() -> string") { arguments, run in
            try mapAscii(arguments[0], run) { (0x41...0x5A).contains($0) ? $0 + 32 : $0 }
        },
        Overload("string.upperAscii() -> string") { arguments, run in
            try mapAscii(arguments[0], run) { (0x61...0x7A).contains($0) ? $0 - 32 : $0 }
        },
        Overload("strings.quote(string) -> string") { arguments, run in .string(try quote(arguments[0].asText, run)) },
    ]

    private static let searching: [Overload] = [
        Overload("string.indexOf(string) -> int") { arguments, run in
            let text = try codePoints(arguments[0], run)
            return index(try Search.first(arguments[1].asText.codePoints, in: text, from: 0, run))
        },
        Overload("string.indexOf(string, int) -> int") { arguments, run in
            let text = try codePoints(arguments[0], run)
            let start = try position(arguments[2], 0...text.count)
            return index(try Search.first(arguments[1].asText.codePoints, in: text, from: start, run))
        },
        Overload("string.lastIndexOf(string) -> int") { arguments, run in
            let text = try codePoints(arguments[0], run)
            return index(try Search.last(arguments[1].asText.codePoints, in: text, from: text.count, run))
        },
        Overload("string.lastIndexOf(string, int) -> int") { arguments, run in
            let text = try codePoints(arguments[0], run)
            let start = try position(arguments[2], 0...text.count)
            return index(try Search.last(arguments[1].asText.codePoints, in: text, from: start, run))
        },
    ]

    private static let cutting: [Overload] = [
        Overload("string.substring(int) -> string") { arguments, run in
            let text = try codePoints(arguments[0], run)
            return .string(String(codePoints: text[try position(arguments[1], 0...text.count)...]))
        },
        Overload("string.substring(int, int) -> string") { arguments, run in
            let text = try codePoints(arguments[0], run)
            let end = try position(arguments[2], 0...text.count)
            return .string(String(codePoints: text[try position(arguments[1], 0...end)..<end]))
        },
        Overload("string.trim() -> string") { arguments, run in
            let text = try codePoints(arguments[0], run)
            let start = text.firstIndex { !$0.properties.isWhitespace } ?? text.count
            let end = text.lastIndex { !$0.properties.isWhitespace }.map { $0 + 1 } ?? start
            return .string(String(codePoints: text[start..<end]))
        },
        Overload("string.split(string) -> list(string)") { arguments, run in try split(arguments, limit: -1, run) },
        Overload("string.split(string, int) -> list(string)") { arguments, run in
            try split(arguments, limit: arguments[2].asInt, run)
        },
    ]

    private static let changing: [Overload] = [
        Overload("string.replace(string, string) -> string") { arguments, run in try replace(arguments, limit: -1, run) },
        Overload("string.replace(string, string, int) -> string") { arguments, run in
            try replace(arguments, limit: arguments[3].asInt, run)
        },
        Overload("list(string).join() -> string") { arguments, run in try join(arguments[0].asList, "", run) },
        Overload("list(string).join(string) -> string") { arguments, run in
            try join(arguments[0].asList, arguments[1].asText, run)
        },
    ]

    private static func codePoints(_ value: Value, _ run: Evaluation) throws -> [Unicode.Scalar] {
        try run.charge(bytes: value.asText.utf8.count)
        return value.asText.codePoints
    }

    private static func position(_ value: Value, _ allowed: ClosedRange<Int>) throws -> Int {
        guard let position = Int(exactly: value.asInt), allowed.contains(position) else {
            throw CallFailure("\(value.asInt) is outside \(allowed.lowerBound) to \(allowed.upperBound)")
        }
        return position
    }

    private static func index(_ position: Int?) -> Value { .int(Int64(position ?? -1)) }

    private static func mapAscii(_ value: Value, _ run: Evaluation, _ change: (UInt8) -> UInt8) throws -> Value {
        try run.charge(bytes: value.asText.utf8.count)
        return .string(String(decoding: value.asText.utf8.map(change), as: UTF8.self))
    }

    /// Where the separator stands, at most `limit` times (negative: always); an empty one stands around every character.
    private static func occurrences(
        of part: [Unicode.Scalar], in text: [Unicode.Scalar], limit: Int64, _ run: Evaluation
    ) throws -> [Int] {
        var found: [Int] = []
        var start = 0
        while limit < 0 || found.count < limit, let position = try Search.first(part, in: text, from: start, run) {
            try run.charge(1)
            found.append(position)
            start = position + max(part.count, 1)
            if start > text.count { break }
        }
        return found
    }

    private static func split(_ arguments: [Value], limit: Int64, _ run: Evaluation) throws -> Value {
        if limit == 0 { return .list([]) }
        let text = try codePoints(arguments[0], run)
        let separator = arguments[1].asText.codePoints
        var parts: [Value] = []
        var start = 0
        let cuts: [Int]
        if separator.isEmpty {
            if text.isEmpty { return .list([]) }
            cuts = Array(1..<text.count).prefix(limit < 0 ? text.count : Int(min(limit - 1, Int64(text.count)))).map { $0 }
            try run.charge(cuts.count)
        } else {
            cuts = try occurrences(of: separator, in: text, limit: limit < 0 ? -1 : limit - 1, run)
        }
        for cut in cuts {
            parts.append(.string(String(codePoints: text[start..<cut])))
            start = cut + separator.count
        }
        parts.append(.string(String(codePoints: text[start...])))
        return .list(parts)
    }

    private static func replace(_ arguments: [Value], limit: Int64, _ run: Evaluation) throws -> Value {
        let text = try codePoints(arguments[0], run)
        let part = arguments[1].asText.codePoints
        let replacement = arguments[2].asText
        let places = try occurrences(of: part, in: text, limit: limit, run)
        let (added, overflow) = replacement.utf8.count.multipliedReportingOverflow(by: places.count)
        try run.admit(bytes: overflow ? .max : added)
        try run.admit(bytes: added + arguments[0].asText.utf8.count)
        var result = String.UnicodeScalarView()
        var start = 0
        for place in places {
            result.append(contentsOf: text[start..<place])
            result.append(contentsOf: replacement.unicodeScalars)
            start = place + part.count
        }
        result.append(contentsOf: text[start...])
        return .string(String(result))
    }

    private static func join(_ items: [Value], _ separator: String, _ run: Evaluation) throws -> Value {
        try run.charge(items.count)
        var size = 0
        for item in items {
            guard case .string(let text) = item else {
                throw CallFailure("join() takes a list of strings, found \(item.kindPhrase)")
            }
            size += text.utf8.count + separator.utf8.count
        }
        try run.admit(bytes: size)
        return .string(items.map(\.asText).joined(separator: separator))
    }

    private static func quote(_ text: String, _ run: Evaluation) throws -> String {
        try run.admit(bytes: text.utf8.count * 2)
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\u{07}": result += "\\a"
            case "\u{08}": result += "\\b"
            case "\u{0C}": result += "\\f"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{0B}": result += "\\v"
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
