import Values

/// `size`, `type`, `dyn` and the functions of strings that standard CEL has.
enum StandardFunctions {
    static let all: [Overload] =
        [
            Overload("size(string) -> int", size), Overload("size(bytes) -> int", size),
            Overload("size(list(T)) -> int", size), Overload("size(map(K, V)) -> int", size),
            Overload("string.size() -> int", size), Overload("bytes.size() -> int", size),
            Overload("list(T).size() -> int", size), Overload("map(K, V).size() -> int", size),
            Overload("type(T) -> type") { arguments, _ in .type(arguments[0].typeName) },
            Overload("dyn(T) -> dyn") { arguments, _ in arguments[0] },
            Overload("string.contains(string) -> bool") { arguments, run in
                let (text, part) = (Array(arguments[0].asText.utf8), Array(arguments[1].asText.utf8))
                return .bool(try Search.first(part, in: text, from: 0, run) != nil)
            },
            Overload("string.startsWith(string) -> bool") { arguments, run in
                try run.charge(bytes: arguments[1].asText.utf8.count)
                return .bool(arguments[0].asText.utf8.starts(with: arguments[1].asText.utf8))
            },
            Overload("string.endsWith(string) -> bool") { arguments, run in
                try run.charge(bytes: arguments[1].asText.utf8.count)
                return .bool(arguments[0].asText.utf8.reversed().starts(with: arguments[1].asText.utf8.reversed()))
            },
        ]

    private static let size: Overload.Body = { arguments, run in
        switch arguments[0] {
        case .string(let text):
            try run.charge(bytes: text.utf8.count)
            return .int(Int64(text.unicodeScalars.count))
        case .bytes(let bytes): return .int(Int64(bytes.count))
        case .list(let items): return .int(Int64(items.count))
        case .map(let map): return .int(Int64(map.count))
        default: return .int(0)
        }
    }
}

/// Finding a sequence within another, without quadratic surprises: the work is charged.
enum Search {
    static func first<T: Equatable>(_ part: [T], in whole: [T], from start: Int, _ run: Evaluation) throws -> Int? {
        guard part.count <= whole.count - start else { return nil }
        for position in start...(whole.count - part.count) {
            if position % 64 == 0 { try run.charge(1) }
            if try matches(part, whole, position, run) { return position }
        }
        return nil
    }

    static func last<T: Equatable>(_ part: [T], in whole: [T], from start: Int, _ run: Evaluation) throws -> Int? {
        for position in stride(from: min(start, whole.count - part.count), through: 0, by: -1) {
            if position % 64 == 0 { try run.charge(1) }
            if try matches(part, whole, position, run) { return position }
        }
        return nil
    }

    private static func matches<T: Equatable>(_ part: [T], _ whole: [T], _ position: Int, _ run: Evaluation) throws -> Bool {
        for offset in part.indices {
            if offset % 64 == 63 { try run.charge(1) }
            if whole[position + offset] != part[offset] { return false }
        }
        return true
    }
}
