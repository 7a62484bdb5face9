/// JSON text and values, RFC 8259: strict in what is read, canonical in what is written.
///
/// Reading: an integral number in the int64 range becomes `int`, any other `double`; language.md §7 gives the reason.
/// Writing: maps in key order, no white space, integral doubles below 2^53 without a fraction, so that what is written
/// reads back as the same value under the same type.
package enum JSON {
    package struct Limits: Sendable {
        /// Arrays and objects within each other.
        package var depth: Int
        /// Refuses a second member of the same name; otherwise the last one counts.
        package var refusesDuplicateNames: Bool

        package init(depth: Int = 64, refusesDuplicateNames: Bool = false) {
            self.depth = depth
            self.refusesDuplicateNames = refusesDuplicateNames
        }
    }

    package struct SyntaxError: Error, Hashable, CustomStringConvertible {
        package var message: String
        /// In bytes from the start of the text.
        package var offset: Int
        package var description: String { "\(message) at byte \(offset)" }
    }

    package static func parse(_ text: String, limits: Limits = Limits()) throws(SyntaxError) -> Value {
        try parse(Array(text.utf8), limits: limits)
    }

    package static func parse(_ bytes: [UInt8], limits: Limits = Limits()) throws(SyntaxError) -> Value {
        try bytes.withUnsafeBufferPointer { (buffer) throws(SyntaxError) -> Value in
            var reader = JSONReader(bytes: buffer, limits: limits)
            return try reader.document()
        }
    }

    /// The canonical text of a value. Timestamps and durations become their strings, bytes base64, an empty optional null,
    /// map keys strings. NaN and infinities, which JSON lacks, become null: `isRepresentable` tells beforehand.
    package static func text(_ value: Value) -> String {
        String(decoding: bytes(value), as: UTF8.self)
    }

    package static func bytes(_ value: Value) -> [UInt8] {
        var writer = JSONWriter()
        writer.write(value)
        return writer.bytes
    }

    /// The same members, two spaces of indentation: for people.
    package static func prettyText(_ value: Value) -> String {
        var writer = JSONWriter(indentation: 2)
        writer.write(value)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// What is wrong with storing this value, or nil: NaN, an infinity, a map key that is no string.
    package static func obstacle(to value: Value) -> String? {
        switch value {
        case .double(let number) where !number.isFinite: "\(number.isNaN ? "NaN" : "infinity") is not a JSON number"
        case .list(let items): items.lazy.compactMap(obstacle).first
        case .map(let map):
            map.lazy.compactMap { entry -> String? in
                guard case .string = entry.key else { return "a map key is \(entry.key.value.kindName), not a string" }
                return obstacle(to: entry.value)
            }.first
        case .optional(let wrapped): wrapped.flatMap(obstacle)
        case .type: "a type is not a JSON value"
        case .null, .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration: nil
        }
    }

    /// The value after a trip through JSON, which is what a journal gives back: timestamps and durations are strings,
    /// integral doubles ints.
    package static func normalised(_ value: Value) -> Value {
        switch value {
        case .null, .bool, .int, .string: value
        case .uint(let number): Int64(exactly: number).map(Value.int) ?? .double(Double(number))
        case .double(let number): number.isFinite ? JSONReader.integral(number).map(Value.int) ?? value : .null
        case .bytes(let bytes): .string(Base64.encode(bytes))
        case .list(let items): .list(items.map(normalised))
        case .map(let map):
            .map(ValueMap(map.map { (MapKey.string(JSONWriter.name(of: $0.key)), normalised($0.value)) }))
        case .timestamp(let instant): .string(instant.description)
        case .duration(let span): .string(span.description)
        case .type(let name): .string(name)
        case .optional(let wrapped): wrapped.map(normalised) ?? .null
        }
    }
}

struct JSONReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let limits: JSON.Limits
    private var index = 0
    private var depth = 0

    init(bytes: UnsafeBufferPointer<UInt8>, limits: JSON.Limits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func document() throws(JSON.SyntaxError) -> Value {
        skipSpace()
        let value = try self.value()
        skipSpace()
        guard index == bytes.count else { throw error("unexpected text after the JSON value") }
        return value
    }

    private func error(_ message: String, at offset: Int? = nil) -> JSON.SyntaxError {
        JSON.SyntaxError(message: message, offset: offset ?? index)
    }

    private mutating func skipSpace() {
        while index < bytes.count,
            bytes[index] == 0x20
                || (bytes[index] >= 0x09 && bytes[index] <= 0x0D && bytes[index] != 0x0B && bytes[index] != 0x0C)
        {
            index += 1
        }
    }

    private mutating func value() throws(JSON.SyntaxError) -> Value {
        guard index < bytes.count else { throw error("the JSON text ends where a value should stand") }
        switch bytes[index] {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), 0x30...0x39: return try number()
        default: throw error("expected a JSON value")
        }
    }

    private mutating func word(_ word: StaticString, _ value: Value) throws(JSON.SyntaxError) -> Value {
        let length = word.utf8CodeUnitCount
        guard index + length <= bytes.count,
            (0..<length).allSatisfy({ bytes[index + $0] == word.utf8Start[$0] })
        else { throw error("expected a JSON value") }
        index += length
        return value
    }

    private mutating func enter() throws(JSON.SyntaxError) {
        depth += 1
        if depth > limits.depth { throw error("JSON nested deeper than \(limits.depth) levels") }
        index += 1
        skipSpace()
    }

    private mutating func array() throws(JSON.SyntaxError) -> Value {
        try enter()
        var items: [Value] = []
        if try !closes(UInt8(ascii: "]")) {
            repeat { items.append(try value()) } while try !endOfItem(closing: UInt8(ascii: "]"))
        }
        depth -= 1
        return .list(items)
    }

    private mutating func object() throws(JSON.SyntaxError) -> Value {
        try enter()
        var entries: [(MapKey, Value)] = []
        if try !closes(UInt8(ascii: "}")) {
            repeat {
                guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
                    throw error("expected a member name in quotes")
                }
                let name = try string()
                skipSpace()
                guard index < bytes.count, bytes[index] == UInt8(ascii: ":") else {
                    throw error("expected ':' after a member name")
                }
                index += 1
                skipSpace()
                entries.append((.string(name), try value()))
            } while try !endOfItem(closing: UInt8(ascii: "}"))
        }
        depth -= 1
        let map = ValueMap(entries)
        if limits.refusesDuplicateNames && map.count != entries.count {
            throw error("a member name stands twice in one object")
        }
        return .map(map)
    }

    private mutating func closes(_ bracket: UInt8) throws(JSON.SyntaxError) -> Bool {
        guard index < bytes.count else { throw error("the JSON text ends inside an array or object") }
        guard bytes[index] == bracket else { return false }
        index += 1
        return true
    }

    /// Steps over `,` or the closing bracket; true when it was the bracket.
    private mutating func endOfItem(closing bracket: UInt8) throws(JSON.SyntaxError) -> Bool {
        skipSpace()
        if try closes(bracket) { return true }
        guard bytes[index] == UInt8(ascii: ",") else { throw error("expected ',' or a closing bracket") }
        index += 1
        skipSpace()
        return false
    }

    private mutating func number() throws(JSON.SyntaxError) -> Value {
        let start = index
        if bytes[index] == UInt8(ascii: "-") { index += 1 }
        let firstDigit = index
        guard skipDigits() > 0 else { throw error("expected a digit") }
        if bytes[firstDigit] == UInt8(ascii: "0") && index - firstDigit > 1 {
            throw error("a number must not begin with 0", at: firstDigit)
        }
        var isInteger = true
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            isInteger = false
            index += 1
            guard skipDigits() > 0 else { throw error("expected a digit after the decimal point") }
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            index += 1
            if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") { index += 1 }
            guard skipDigits() > 0 else { throw error("expected a digit in the exponent") }
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if isInteger, let integer = Int64(text) { return .int(integer) }
        guard let double = Double(text), double.isFinite else { throw error("the number \(text) is too large", at: start) }
        return Self.integral(double).map(Value.int) ?? .double(double)
    }

    /// The int64 that a double is exactly, if it is one.
    static func integral(_ number: Double) -> Int64? {
        guard number.magnitude < 9_223_372_036_854_775_808 else { return nil }
        return Int64(exactly: number)
    }

    private mutating func skipDigits() -> Int {
        let start = index
        while index < bytes.count, bytes[index] >= 0x30, bytes[index] <= 0x39 { index += 1 }
        return index - start
    }

    private mutating func string() throws(JSON.SyntaxError) -> String {
        index += 1
        let start = index
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                guard let text = String(validating: bytes[start..<index], as: UTF8.self) else {
                    throw error("a string is not valid UTF-8", at: start)
                }
                index += 1
                return text
            }
            if byte == UInt8(ascii: "\\") { return try stringWithEscapes(from: start) }
            if byte < 0x20 { throw error("a control character in a string must be escaped") }
            index += 1
        }
        throw error("a string is not closed", at: start - 1)
    }

    private mutating func stringWithEscapes(from start: Int) throws(JSON.SyntaxError) -> String {
        var buffer = Array(bytes[start..<index])
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: buffer, as: UTF8.self) else {
                    throw error("a string is not valid UTF-8", at: start)
                }
                index += 1
                return text
            case UInt8(ascii: "\\"):
                index += 1
                try escape(into: &buffer)
            case 0..<0x20:
                throw error("a control character in a string must be escaped")
            default:
                buffer.append(byte)
                index += 1
            }
        }
        throw error("a string is not closed", at: start - 1)
    }

    private mutating func escape(into buffer: inout [UInt8]) throws(JSON.SyntaxError) {
        guard index < bytes.count else { throw error("a string is not closed") }
        let byte = bytes[index]
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): buffer.append(byte)
        case UInt8(ascii: "b"): buffer.append(0x08)
        case UInt8(ascii: "f"): buffer.append(0x0C)
        case UInt8(ascii: "n"): buffer.append(0x0A)
        case UInt8(ascii: "r"): buffer.append(0x0D)
        case UInt8(ascii: "t"): buffer.append(0x09)
        case UInt8(ascii: "u"):
            let offset = index - 2
            var code = try hexQuad()
            if (0xD800..<0xDC00).contains(code) {
                guard index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u") else {
                    throw error("half of a surrogate pair", at: offset)
                }
                index += 2
                let low = try hexQuad()
                guard (0xDC00..<0xE000).contains(low) else { throw error("half of a surrogate pair", at: offset) }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw error("half of a surrogate pair", at: offset) }
            buffer.append(contentsOf: UTF8.encode(scalar).unsafelyUnwrapped)
        default: throw error("unknown escape in a string", at: index - 2)
        }
    }

    private mutating func hexQuad() throws(JSON.SyntaxError) -> UInt32 {
        guard index + 4 <= bytes.count else { throw error("expected four hexadecimal digits") }
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Hex.digit(bytes[index]) else { throw error("expected four hexadecimal digits") }
            code = code << 4 | UInt32(digit)
            index += 1
        }
        return code
    }
}

struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    /// Spaces per level; nil writes everything on one line.
    private let indentation: Int?
    private var depth = 0

    init(indentation: Int? = nil) {
        self.indentation = indentation
    }

    static func name(of key: MapKey) -> String {
        switch key {
        case .bool(let value): value ? "true" : "false"
        case .int(let value): String(value)
        case .uint(let value): String(value)
        case .string(let value): value
        }
    }

    mutating func write(_ value: Value) {
        switch value {
        case .null: append("null")
        case .bool(let value): append(value ? "true" : "false")
        case .int(let value): append(String(value))
        case .uint(let value): append(String(value))
        case .double(let value): append(Self.text(of: value))
        case .string(let value), .type(let value): string(value)
        case .bytes(let value): string(Base64.encode(value))
        case .timestamp(let value): string(value.description)
        case .duration(let value): string(value.description)
        case .optional(let wrapped): write(wrapped ?? .null)
        case .list(let items): list(items)
        case .map(let map): object(map)
        }
    }

    static func text(of number: Double) -> String {
        guard number.isFinite else { return "null" }
        if number.magnitude < 9_007_199_254_740_992, let integer = Int64(exactly: number) { return String(integer) }
        return number.description
    }

    private mutating func list(_ items: [Value]) {
        bytes.append(UInt8(ascii: "["))
        depth += 1
        for (index, item) in items.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            newLine()
            write(item)
        }
        depth -= 1
        if !items.isEmpty { newLine() }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func object(_ map: ValueMap) {
        bytes.append(UInt8(ascii: "{"))
        depth += 1
        for (index, entry) in map.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            newLine()
            string(Self.name(of: entry.key))
            bytes.append(UInt8(ascii: ":"))
            if indentation != nil { bytes.append(UInt8(ascii: " ")) }
            write(entry.value)
        }
        depth -= 1
        if !map.isEmpty { newLine() }
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func newLine() {
        guard let indentation else { return }
        bytes.append(0x0A)
        bytes.append(contentsOf: repeatElement(0x20, count: indentation * depth))
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): append("\\\"")
            case UInt8(ascii: "\\"): append("\\\\")
            case 0x08: append("\\b")
            case 0x0C: append("\\f")
            case 0x0A: append("\\n")
            case 0x0D: append("\\r")
            case 0x09: append("\\t")
            case 0..<0x20, 0x7F: append("\\u00" + Hex.encode([byte]))
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
