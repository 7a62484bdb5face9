import Values

/// Values in JSON that keeps apart what plain JSON does not: `{"type": "int", "value": 5}`.
///
/// Null, booleans, strings, lists and maps with string keys are plain JSON. Ints, uints, doubles, bytes (base64), timestamps
/// (RFC 3339), durations (seconds, `1.5s`), types and optionals (a list of at most one value) are wrapped; so is a map whose
/// keys are not all strings, or that could be taken for a wrapping, as a list of `[key, value]`. Doubles that our JSON does not
/// have are the strings `NaN`, `Infinity`, `-Infinity`, `-0.0`.
enum TypedValue {
    static func encode(_ value: Value) -> Value {
        switch value {
        case .null, .bool, .string: return value
        case .int: return wrapped("int", value)
        case .uint: return wrapped("uint", value)
        case .double(let number): return wrapped("double", name(ofUnusual: number).map(Value.string) ?? value)
        case .bytes(let bytes): return wrapped("bytes", .string(Base64.encode(bytes)))
        case .timestamp(let instant): return wrapped("timestamp", .string(instant.description))
        case .duration(let span): return wrapped("duration", .string(span.description))
        case .type(let name): return wrapped("type", .string(name))
        case .optional(let content): return wrapped("optional", .list(content.map { [encode($0)] } ?? []))
        case .list(let items): return .list(items.map(encode))
        case .map(let map): return encode(map)
        }
    }

    private static func encode(_ map: ValueMap) -> Value {
        var fields: [(MapKey, Value)] = []
        for entry in map {
            guard case .string = entry.key else { return entries(of: map) }
            fields.append((entry.key, encode(entry.value)))
        }
        return isWrapping(map) ? entries(of: map) : .map(ValueMap(fields))
    }

    private static func entries(of map: ValueMap) -> Value {
        wrapped("map", .list(map.map { .list([encode($0.key.value), encode($0.value)]) }))
    }

    private static func wrapped(_ type: String, _ value: Value) -> Value { ["type": .string(type), "value": value] }

    private static func isWrapping(_ map: ValueMap) -> Bool { map.count == 2 && map["type"] != nil && map["value"] != nil }

    private static func name(ofUnusual number: Double) -> String? {
        if number.isFinite { return number == 0 && number.sign == .minus ? "-0.0" : nil }
        return number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity"
    }

    // MARK: Reading

    struct Malformed: Error {
        var message: String
    }

    /// The value that was encoded; what is not wrapped stands for itself.
    static func decode(_ value: Value) throws(Malformed) -> Value {
        switch value {
        case .list(let items):
            var decoded: [Value] = []
            for item in items { decoded.append(try decode(item)) }
            return .list(decoded)
        case .map(let map) where isWrapping(map):
            guard case .string(let type)? = map["type"], let content = map["value"] else { break }
            guard let decoded = try unwrapped(type, content) else {
                throw Malformed(message: "\(JSON.text(content)) is no value of type '\(type)'")
            }
            return decoded
        case .map(let map):
            var fields: [(MapKey, Value)] = []
            for entry in map { fields.append((entry.key, try decode(entry.value))) }
            return .map(ValueMap(fields))
        default: break
        }
        return value
    }

    private static func unwrapped(_ type: String, _ content: Value) throws(Malformed) -> Value? {
        let text = content.stringValue
        switch type {
        case "null": return content.isNull ? .null : nil
        case "bool": return content.boolValue.map(Value.bool)
        case "string": return text.map(Value.string)
        case "int": return (content.intValue ?? text.flatMap { Int64($0) }).map(Value.int)
        case "uint": return unsigned(content).map(Value.uint)
        case "double": return double(content).map(Value.double)
        case "bytes": return text.flatMap { Base64.decode($0) }.map(Value.bytes)
        case "timestamp": return text.flatMap { Timestamp(rfc3339: $0) }.map(Value.timestamp)
        case "duration": return text.flatMap { TimeSpan(celDuration: $0) }.map(Value.duration)
        case "type": return text.map(Value.type)
        case "list": return content.listValue == nil ? nil : try decode(content)
        case "optional":
            guard let items = content.listValue, items.count < 2 else { return nil }
            guard let first = items.first else { return .optional(nil) }
            return .optional(try decode(first))
        case "map": return try map(content)
        default: return nil
        }
    }

    private static func map(_ content: Value) throws(Malformed) -> Value? {
        if case .map(let fields) = content {
            var decoded: [(MapKey, Value)] = []
            for entry in fields { decoded.append((entry.key, try decode(entry.value))) }
            return .map(ValueMap(decoded))
        }
        var decoded: [(MapKey, Value)] = []
        guard let entries = content.listValue else { return nil }
        for entry in entries {
            guard let pair = entry.listValue, pair.count == 2, let key = MapKey(try decode(pair[0])) else { return nil }
            decoded.append((key, try decode(pair[1])))
        }
        return .map(ValueMap(decoded))
    }

    private static func unsigned(_ content: Value) -> UInt64? {
        switch content {
        case .int(let number): UInt64(exactly: number)
        case .uint(let number): number
        case .double(let number): UInt64(exactly: number)
        case .string(let text): UInt64(text)
        default: nil
        }
    }

    private static func double(_ content: Value) -> Double? {
        switch content {
        case .int(let number): Double(number)
        case .double(let number): number
        case .string(let text): Double(text)
        default: nil
        }
    }
}

extension MapKey {
    fileprivate init?(_ value: Value) {
        switch value {
        case .bool(let key): self = .bool(key)
        case .int(let key): self = .int(key)
        case .uint(let key): self = .uint(key)
        case .string(let key): self = .string(key)
        default: return nil
        }
    }
}
