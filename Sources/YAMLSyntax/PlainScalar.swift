/// What a plain scalar means without a type: the core schema of YAML 1.2 (§10.3.2), and where YAML 1.1 differs.
enum PlainScalar {
    enum Meaning {
        case null, string, hugeInteger, notFinite
        case bool(Bool)
        case int(Int64)
        case double(Double)
    }

    /// How YAML 1.1 reads what YAML 1.2 reads otherwise.
    struct OtherReading {
        var in11: String
        var in12: String
        /// How the number of YAML 1.2 is written without doubt.
        var number: String?
        var instead: String?
    }

    static func resolve(_ text: String) -> Meaning {
        if let first = text.utf8.first, !canBeginNonString(first) { return .string }
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        let bytes = Array(text.utf8)
        guard let first = bytes.first, isDigit(first) || first == plus || first == minus || first == dot else {
            return .string
        }
        return integer(bytes) ?? float(text, bytes) ?? .string
    }

    /// Most scalars are known for text by their first letter.
    private static func canBeginNonString(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "~"), UInt8(ascii: "n"),
            UInt8(ascii: "N"), UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "f"), UInt8(ascii: "F"):
            true
        default: false
        }
    }

    private static let plus = UInt8(ascii: "+")
    private static let minus = UInt8(ascii: "-")
    private static let dot = UInt8(ascii: ".")
    private static let underscore = UInt8(ascii: "_")
    private static let colon = UInt8(ascii: ":")

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func unsigned(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        bytes.first == plus || bytes.first == minus ? bytes.dropFirst() : bytes[...]
    }

    private static func integer(_ bytes: [UInt8]) -> Meaning? {
        for (prefix, radix) in [("0o", 8), ("0x", 16)] where bytes.starts(with: prefix.utf8) {
            let digits = bytes.dropFirst(2)
            let text = String(decoding: digits, as: UTF8.self)
            guard let first = digits.first, first != plus, first != minus else { return nil }
            guard digits.allSatisfy({ digit($0, radix: radix) }) else { return nil }
            return Int64(text, radix: radix).map(Meaning.int) ?? .hugeInteger
        }
        let digits = unsigned(bytes)
        guard !digits.isEmpty, digits.allSatisfy(isDigit) else { return nil }
        return Int64(String(decoding: bytes, as: UTF8.self)).map(Meaning.int) ?? .hugeInteger
    }

    private static func digit(_ byte: UInt8, radix: Int) -> Bool {
        radix == 8 ? (0x30...0x37).contains(byte) : isDigit(byte) || (0x61...0x66).contains(byte | 0x20)
    }

    private static func float(_ text: String, _ bytes: [UInt8]) -> Meaning? {
        switch text {
        case ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF":
            return .notFinite
        default: break
        }
        var rest = unsigned(bytes)
        let whole = takeDigits(&rest)
        var fraction = 0
        if rest.first == dot {
            rest = rest.dropFirst()
            fraction = takeDigits(&rest)
        }
        guard whole + fraction > 0 else { return nil }
        if let letter = rest.first, letter | 0x20 == UInt8(ascii: "e") {
            rest = unsigned(Array(rest.dropFirst()))
            guard takeDigits(&rest) > 0 else { return nil }
        }
        guard rest.isEmpty else { return nil }
        // Swift wants a digit on both sides of the point.
        guard let number = Double(padded(bytes)) else { return .notFinite }
        return number.isFinite ? .double(number) : .notFinite
    }

    private static func takeDigits(_ rest: inout ArraySlice<UInt8>) -> Int {
        let count = rest.prefix(while: isDigit).count
        rest = rest.dropFirst(count)
        return count
    }

    private static func padded(_ bytes: [UInt8]) -> String {
        var result: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            if byte == dot, !(result.last.map(isDigit) ?? false) { result.append(0x30) }
            result.append(byte)
            if byte == dot, index + 1 >= bytes.count || !isDigit(bytes[index + 1]) { result.append(0x30) }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

extension PlainScalar {
    /// The words YAML 1.1 takes for booleans and YAML 1.2 for text.
    private static let booleans11: Set<String> = [
        "y", "Y", "yes", "Yes", "YES", "n", "N", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF",
    ]

    /// Nil where both versions agree.
    static func readingOfYAML11(_ text: String) -> OtherReading? {
        if booleans11.contains(text) {
            let isTrue = ["y", "yes", "on"].contains(text.lowercased())
            return OtherReading(
                in11: "a boolean", in12: "text", instead: "\(isTrue) for the boolean")
        }
        if text == "=" || text == "<<" { return OtherReading(in11: "an operator", in12: "text") }
        let bytes = Array(text.utf8)
        guard let first = bytes.first, isDigit(first) || first == plus || first == minus || first == dot else { return nil }
        return otherNumber(text, bytes) ?? otherTime(bytes)
    }

    private static func otherNumber(_ text: String, _ bytes: [UInt8]) -> OtherReading? {
        let digits = Array(unsigned(bytes))
        let sign = bytes.first == minus ? "-" : ""
        if digits.count > 1, digits[0] == 0x30, digits.allSatisfy(isDigit) {
            let isOctal = digits.allSatisfy { $0 < 0x38 }
            let decimal = Int64(text).map { "\($0)" }
            return OtherReading(in11: isOctal ? "an octal integer" : "text", in12: "a decimal integer", number: decimal)
        }
        if bytes.starts(with: "0o".utf8), case .int(let value) = resolve(text) {
            return OtherReading(in11: "text", in12: "an octal integer", number: "\(value)")
        }
        if let based = basedInteger(digits, hasSign: digits.count < bytes.count) {
            return OtherReading(in11: "an integer", in12: "text", number: based.map { sign + String($0) })
        }
        if bytes.contains(underscore), isNumber(withUnderscores: digits) {
            let plain = String(decoding: digits.filter { $0 != underscore }, as: UTF8.self)
            return OtherReading(in11: "a number", in12: "text", number: sign + plain)
        }
        return exponent(text, bytes)
    }

    /// `0b101`, and a hexadecimal integer with a sign, are integers only in YAML 1.1. The inner nil: too large.
    private static func basedInteger(_ digits: [UInt8], hasSign: Bool) -> Int64?? {
        let isBinary = digits.starts(with: "0b".utf8)
        let isHexadecimal = digits.starts(with: "0x".utf8) && (hasSign || digits.contains(underscore))
        guard isBinary || isHexadecimal, digits.count > 2 else { return nil }
        let body = digits.dropFirst(2).filter { $0 != underscore }
        guard body.allSatisfy({ isBinary ? $0 == 0x30 || $0 == 0x31 : digit($0, radix: 16) }) else { return nil }
        return .some(Int64(String(decoding: body, as: UTF8.self), radix: isBinary ? 2 : 16))
    }

    private static func isNumber(withUnderscores digits: [UInt8]) -> Bool {
        guard let first = digits.first, isDigit(first) else { return false }
        var points = 0
        for byte in digits where !isDigit(byte) && byte != underscore {
            guard byte == dot else { return false }
            points += 1
        }
        return points < 2
    }

    /// YAML 1.1 wants a point before an exponent and a sign in it.
    private static func exponent(_ text: String, _ bytes: [UInt8]) -> OtherReading? {
        guard case .double(let number) = resolve(text),
            let letter = bytes.firstIndex(where: { $0 | 0x20 == UInt8(ascii: "e") })
        else { return nil }
        let hasPoint = bytes[..<letter].contains(dot)
        let hasSign = letter + 1 < bytes.count && (bytes[letter + 1] == plus || bytes[letter + 1] == minus)
        if hasPoint, hasSign { return nil }
        let written = "\(number)"
        let needsExponent = written.utf8.contains(UInt8(ascii: "e"))
        return OtherReading(in11: "text", in12: "a number", number: needsExponent ? nil : written)
    }

    /// `12:30` is 750 in YAML 1.1, and a date a timestamp.
    private static func otherTime(_ bytes: [UInt8]) -> OtherReading? {
        if isSexagesimal(Array(unsigned(bytes))) {
            return OtherReading(in11: "an integer to base 60", in12: "text")
        }
        if isDate(bytes) { return OtherReading(in11: "a timestamp", in12: "text") }
        return nil
    }

    private static func isSexagesimal(_ bytes: [UInt8]) -> Bool {
        let parts = bytes.split(separator: colon, omittingEmptySubsequences: false)
        guard parts.count > 1, let head = parts.first, let first = head.first, isDigit(first),
            head.allSatisfy({ isDigit($0) || $0 == underscore })
        else { return false }
        for (index, part) in parts.enumerated().dropFirst() {
            var digits = part
            if index == parts.count - 1, let point = part.firstIndex(of: dot) {
                guard part[point...].dropFirst().allSatisfy({ isDigit($0) || $0 == underscore }) else { return false }
                digits = part[..<point]
            }
            guard (1...2).contains(digits.count), digits.allSatisfy(isDigit),
                digits.count == 1 || (digits.first ?? 0) <= UInt8(ascii: "5")
            else { return false }
        }
        return true
    }

    /// `2001-12-14`, alone or with a time after `T` or white space (YAML 1.1 `!!timestamp`).
    private static func isDate(_ bytes: [UInt8]) -> Bool {
        let parts = bytes.split(separator: minus, maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count == 4, parts[0].allSatisfy(isDigit),
            (1...2).contains(parts[1].count), parts[1].allSatisfy(isDigit)
        else { return false }
        let day = parts[2].prefix(while: isDigit)
        let rest = parts[2].dropFirst(day.count)
        guard (1...2).contains(day.count) else { return false }
        if rest.isEmpty { return parts[1].count == 2 && day.count == 2 }
        guard let separator = rest.first, separator | 0x20 == UInt8(ascii: "t") || separator == 0x20 || separator == 0x09
        else { return false }
        let time = rest.dropFirst().drop { $0 == 0x20 || $0 == 0x09 }.split(separator: colon)
        return time.count >= 3 && time[0].allSatisfy(isDigit) && time[1].allSatisfy(isDigit)
            && (time[2].first.map(isDigit) ?? false)
    }
}
