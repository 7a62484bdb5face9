/// Decimal forms of doubles, exact where digits are asked for.
enum Decimal {
    /// The fewest digits that read back as this number; whole numbers below 10²¹ without a point or exponent.
    static func shortest(_ number: Double) -> String {
        if let special = special(number) { return special }
        let text = number.description
        if text.hasSuffix(".0") { return String(text.dropLast(2)) }
        guard let mark = text.firstIndex(of: "e"), number.magnitude >= 1, number.magnitude < 1e21 else { return text }
        return number == number.rounded() ? fixed(number, decimals: 0) : String(text[..<mark]) + text[mark...]
    }

    /// `NaN`, `Infinity`, `-Infinity`, or nil for numbers that have digits.
    static func special(_ number: Double) -> String? {
        if number.isNaN { return "NaN" }
        return number.isInfinite ? (number < 0 ? "-Infinity" : "Infinity") : nil
    }

    /// `1.235` of 1.2345 with three decimals; exact halves round to even.
    static func fixed(_ number: Double, decimals: Int) -> String {
        var (digits, point) = expansion(of: number.magnitude)
        round(&digits, &point, keeping: point + decimals)
        var text = point <= 0 ? "0" : String(decoding: digits.prefix(point).map { $0 + 0x30 }, as: UTF8.self)
        if point > digits.count { text += String(repeating: "0", count: point - digits.count) }
        if decimals > 0 {
            var fraction = String(repeating: "0", count: min(max(-point, 0), decimals))
            fraction += String(decoding: digits.dropFirst(max(point, 0)).map { $0 + 0x30 }, as: UTF8.self)
            fraction += String(repeating: "0", count: max(decimals - fraction.utf8.count, 0))
            text += "." + fraction
        }
        return (number.sign == .minus ? "-" : "") + text
    }

    /// `1.052033e+03`.
    static func scientific(_ number: Double, decimals: Int) -> String {
        var (digits, point) = expansion(of: number.magnitude)
        if digits.isEmpty { point = 1 }
        round(&digits, &point, keeping: decimals + 1)
        // Rounding 9.99… up has made a digit in front.
        if digits.count > decimals + 1 { digits.removeLast() }
        let padded = digits + Array(repeating: 0, count: max(decimals + 1 - digits.count, 0))
        let characters = String(decoding: padded.map { $0 + 0x30 }, as: UTF8.self)
        let exponent = point - 1
        let mantissa = decimals > 0 ? "\(characters.prefix(1)).\(characters.dropFirst())" : characters
        let shown = String(exponent.magnitude)
        return (number.sign == .minus ? "-" : "") + mantissa + (exponent < 0 ? "e-" : "e+") + (shown.utf8.count < 2 ? "0" : "")
            + shown
    }

    /// All decimal digits of a finite number, most significant first without zeros in front, and where the point stands
    /// among them.
    private static func expansion(of number: Double) -> (digits: [UInt8], point: Int) {
        if number == 0 { return ([], 0) }
        let bits = number.bitPattern
        let isSubnormal = bits >> 52 == 0
        var exponent = Int(bits >> 52) - 1_075 + (isSubnormal ? 1 : 0)
        var mantissa = bits & 0xF_FFFF_FFFF_FFFF | (isSubnormal ? 0 : 1 << 52)
        while mantissa & 1 == 0, exponent < 0 {
            mantissa >>= 1
            exponent += 1
        }
        // m × 2^e for e ≥ 0, else m × 5^-e with -e decimals.
        var limbs = [UInt32(truncatingIfNeeded: mantissa % 1_000_000_000), UInt32(mantissa / 1_000_000_000 % 1_000_000_000)]
        for _ in 0..<abs(exponent) { multiply(&limbs, by: exponent < 0 ? 5 : 2) }
        var digits: [UInt8] = []
        for limb in limbs.reversed() {
            var divisor: UInt32 = 100_000_000
            while divisor > 0 {
                digits.append(UInt8(limb / divisor % 10))
                divisor /= 10
            }
        }
        let leading = digits.prefix { $0 == 0 }.count
        digits.removeFirst(leading)
        return (digits, digits.count - max(-exponent, 0))
    }

    private static func multiply(_ limbs: inout [UInt32], by factor: UInt64) {
        var carry: UInt64 = 0
        for index in limbs.indices {
            let product = UInt64(limbs[index]) * factor + carry
            limbs[index] = UInt32(product % 1_000_000_000)
            carry = product / 1_000_000_000
        }
        if carry > 0 { limbs.append(UInt32(carry)) }
    }

    /// Keeps this many digits, exact halves to even.
    private static func round(_ digits: inout [UInt8], _ point: inout Int, keeping count: Int) {
        guard count < digits.count else { return }
        guard count >= 0 else {
            digits = []
            return
        }
        let rest = digits[count...]
        let isHalf = rest.first == 5 && rest.dropFirst().allSatisfy { $0 == 0 }
        let isUp = isHalf ? count > 0 && digits[count - 1] % 2 == 1 : rest.first.map { $0 >= 5 } ?? false
        digits.removeSubrange(count...)
        guard isUp else { return }
        var index = count - 1
        while index >= 0, digits[index] == 9 {
            digits[index] = 0
            index -= 1
        }
        if index >= 0 {
            digits[index] += 1
        } else {
            digits.insert(1, at: 0)
            point += 1
        }
    }
}
