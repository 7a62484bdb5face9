import Values

/// `"%s and %d".format([a, b])` of the strings extension.
enum FormatFunction {
    static let all: [Overload] = [
        Overload("string.format(list(T)) -> string") { arguments, run in
            var formatter = Formatter(pattern: Array(arguments[0].asText.utf8), arguments: arguments[1].asList, run: run)
            return .string(try formatter.format())
        }
    ]

    /// Decimals a clause may ask for.
    private static let maximumDecimals = 100

    private struct Formatter {
        let pattern: [UInt8]
        let arguments: [Value]
        let run: Evaluation
        private var index = 0
        private var used = 0
        private var result: [UInt8] = []

        init(pattern: [UInt8], arguments: [Value], run: Evaluation) {
            self.pattern = pattern
            self.arguments = arguments
            self.run = run
        }

        mutating func format() throws -> String {
            while index < pattern.count {
                let byte = pattern[index]
                index += 1
                if byte == UInt8(ascii: "%") { try clause() } else { result.append(byte) }
            }
            try run.admit(bytes: result.count)
            return String(decoding: result, as: UTF8.self)
        }

        private mutating func clause() throws {
            if index < pattern.count, pattern[index] == UInt8(ascii: "%") {
                index += 1
                result.append(UInt8(ascii: "%"))
                return
            }
            let decimals = try decimals()
            guard index < pattern.count else { throw CallFailure("the format ends after '%'") }
            let letter = pattern[index]
            index += 1
            guard used < arguments.count else { throw CallFailure("the format needs more than \(arguments.count) arguments") }
            let argument = arguments[used]
            used += 1
            try run.charge(1)
            let text = try text(of: argument, letter, decimals)
            try run.admit(bytes: result.count + text.utf8.count)
            result.append(contentsOf: Array(text.utf8))
        }

        private mutating func decimals() throws -> Int? {
            guard index < pattern.count, pattern[index] == UInt8(ascii: ".") else { return nil }
            index += 1
            var value = 0
            let start = index
            while index < pattern.count, isDigit(pattern[index]) {
                value = value * 10 + Int(pattern[index] - 0x30)
                if value > maximumDecimals { throw CallFailure("a format may ask for at most \(maximumDecimals) decimals") }
                index += 1
            }
            if index == start { throw CallFailure("a number of decimals must follow '.' in a format") }
            return value
        }

        private func text(of value: Value, _ letter: UInt8, _ decimals: Int?) throws -> String {
            switch letter {
            case UInt8(ascii: "s"):
                try run.admit(value)
                return try FormatFunction.text(of: value)
            case UInt8(ascii: "d"): return try integer(whole(value))
            case UInt8(ascii: "f"): return try real(value) { Decimal.fixed($0, decimals: decimals ?? 6) }
            case UInt8(ascii: "e"): return try real(value) { Decimal.scientific($0, decimals: decimals ?? 6) }
            case UInt8(ascii: "b"):
                if case .bool(let flag) = value { return flag ? "1" : "0" }
                return try radix(whole(value), 2, "%b")
            case UInt8(ascii: "o"): return try radix(whole(value), 8, "%o")
            case UInt8(ascii: "x"): return try hexadecimal(value)
            case UInt8(ascii: "X"):
                return String(decoding: try hexadecimal(value).utf8.map { $0 >= 0x61 ? $0 - 32 : $0 }, as: UTF8.self)
            default:
                let shown = (0x21...0x7E).contains(letter) ? String(decoding: [letter], as: UTF8.self) : "?"
                throw CallFailure("'%\(shown)' is no format; there are %s %d %f %e %b %o %x %X")
            }
        }

        /// A whole number is an integer here: in the list `[3, 2.5]` the 3 has become 3.0.
        private func whole(_ value: Value) -> Value {
            guard run.isWorkflow, case .double(let number) = value, let exact = Int64(exactly: number) else { return value }
            return .int(exact)
        }

        private func integer(_ value: Value) throws -> String {
            switch value {
            case .int(let number): return String(number)
            case .uint(let number): return String(number)
            case .double(let number): return Decimal.special(number) ?? Decimal.shortest(number)
            default: throw CallFailure("%d takes a number, found \(value.kindPhrase)")
            }
        }

        private func real(_ value: Value, _ write: (Double) -> String) throws -> String {
            switch value {
            case .double(let number): return Decimal.special(number) ?? write(number)
            case .int(let number): return write(Double(number))
            case .uint(let number): return write(Double(number))
            // extensions/strings.md: what has no digits may come as its text.
            case .string(let text) where ["NaN", "Infinity", "-Infinity"].contains(text): return text
            default: throw CallFailure("%f and %e take a number, found \(value.kindPhrase)")
            }
        }

        private func radix(_ value: Value, _ radix: Int, _ clause: String) throws -> String {
            switch value {
            case .int(let number): return String(number, radix: radix)
            case .uint(let number): return String(number, radix: radix)
            default: throw CallFailure("\(clause) takes an integer, found \(value.kindPhrase)")
            }
        }

        private func hexadecimal(_ value: Value) throws -> String {
            switch value {
            case .string(let text): return Hex.encode(text.utf8)
            case .bytes(let bytes): return Hex.encode(bytes)
            default: return try radix(whole(value), 16, "%x")
            }
        }
    }

    /// What `%s` makes of a value.
    static func text(of value: Value) throws(CallFailure) -> String {
        switch value {
        case .string(let text): return text
        case .bytes(let bytes): return repaired(bytes)
        case .uint(let number): return String(number)
        case .list(let items):
            var parts: [String] = []
            for item in items { parts.append(try text(of: item)) }
            return "[" + parts.joined(separator: ", ") + "]"
        case .map(let map):
            var parts: [(String, String)] = []
            for entry in map { parts.append((try text(of: entry.key.value), try text(of: entry.value))) }
            parts.sort { $0.0.precedesByCodePoint($1.0) }
            return "{" + parts.map { "\($0): \($1)" }.joined(separator: ", ") + "}"
        case .optional: throw CallFailure("%s does not take an optional")
        case .null, .bool, .int, .double, .timestamp, .duration, .type: return Display.text(value)
        }
    }

    /// As text, with one U+FFFD for each run of bytes that are not UTF-8.
    private static func repaired(_ bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        var text = String.UnicodeScalarView()
        var decoder = Unicode.UTF8.ForwardParser()
        var input = bytes.makeIterator()
        var wasBroken = false
        while true {
            switch decoder.parseScalar(from: &input) {
            case .valid(let scalar):
                text.append(Unicode.UTF8.decode(scalar))
                wasBroken = false
            case .error:
                if !wasBroken { text.append("\u{FFFD}") }
                wasBroken = true
            case .emptyInput: return String(text)
            }
        }
    }
}
