import Values

/// A number as JSON Schema sees it: one number line, whatever the kind.
enum JSONNumber: Sendable, Hashable {
    case integer(Int64)
    case double(Double)

    init?(_ value: Value) {
        switch value {
        case .int(let number): self = .integer(number)
        case .uint(let number): self = Int64(exactly: number).map(JSONNumber.integer) ?? .double(Double(number))
        case .double(let number): self = .double(number)
        default: return nil
        }
    }

    var isIntegral: Bool {
        switch self {
        case .integer: true
        case .double(let number): number.isFinite && number == number.rounded(.towardZero)
        }
    }

    /// As a count, such as `minLength` takes: `2.0` is 2, and beyond Int's range is as good as its end.
    var count: Int? {
        switch self {
        case .integer(let number): number >= 0 ? Int(number) : nil
        case .double(let number): isIntegral && number >= 0 ? Int(exactly: number) ?? .max : nil
        }
    }

    var text: String {
        switch self {
        case .integer(let number): String(number)
        case .double(let number): JSON.text(.double(number))
        }
    }

    /// Exact, also where a double cannot hold the integer. False for NaN.
    static func isLess(_ lhs: JSONNumber, _ rhs: JSONNumber) -> Bool {
        switch (lhs, rhs) {
        case (.integer(let a), .integer(let b)): a < b
        case (.double(let a), .double(let b)): a < b
        case (.integer(let a), .double(let b)): order(of: a, and: b) == -1
        case (.double(let a), .integer(let b)): order(of: b, and: a) == 1
        }
    }

    /// -1, 0 or 1; nil for NaN.
    private static func order(of integer: Int64, and double: Double) -> Int? {
        if double.isNaN { return nil }
        if double >= 9_223_372_036_854_775_808 { return -1 }
        if double < -9_223_372_036_854_775_808 { return 1 }
        let whole = Int64(double.rounded(.towardZero))
        if integer != whole { return integer < whole ? -1 : 1 }
        let fraction = double - double.rounded(.towardZero)
        return fraction > 0 ? -1 : fraction < 0 ? 1 : 0
    }

    /// Whether this is a whole multiple of the other, both taken as the decimals that their shortest text shows: 0.0075 is
    /// a multiple of 0.0001, which no binary arithmetic says.
    func isMultiple(of divisor: JSONNumber) -> Bool {
        guard let number = DecimalDigits(self), let divisor = DecimalDigits(divisor), divisor.digits != 0 else { return false }
        if number.digits == 0 { return true }
        // Without trailing zeros, fewer powers of ten in the number than in the divisor leave a fraction.
        guard number.exponent >= divisor.exponent else { return false }
        var remainder = number.digits % divisor.digits
        for _ in 0..<(number.exponent - divisor.exponent) where remainder != 0 {
            let product = remainder.multipliedFullWidth(by: 10)
            remainder = divisor.digits.dividingFullWidth((product.high, product.low)).remainder
        }
        return remainder == 0
    }
}

/// The magnitude of a number as digits × 10^exponent without trailing zeros.
private struct DecimalDigits {
    var digits: UInt64
    var exponent: Int

    init?(_ number: JSONNumber) {
        switch number {
        case .integer(let value):
            digits = value.magnitude
            exponent = 0
        case .double(let value):
            guard value.isFinite else { return nil }
            digits = 0
            exponent = 0
            read(value.magnitude.description)
        }
        while digits != 0 && digits % 10 == 0 {
            digits /= 10
            exponent += 1
        }
    }

    /// Reads `12.5` or `1.25e-07`, which have at most 17 digits that count.
    private mutating func read(_ text: String) {
        var isFraction = false
        var zeros = 0
        for (index, byte) in text.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "."): isFraction = true
            case UInt8(ascii: "e"):
                exponent += Int(String(decoding: text.utf8.dropFirst(index + 1), as: UTF8.self)) ?? 0
                return
            case UInt8(ascii: "0"):
                zeros += 1
                if isFraction { exponent -= 1 }
            default:
                for _ in 0..<zeros { digits *= 10 }
                zeros = 0
                digits = digits * 10 + UInt64(byte - 0x30)
                if isFraction { exponent -= 1 }
            }
        }
        exponent += zeros
    }
}
