/// A length of time with nanoseconds, at most about ±10,000 years (the range of `google.protobuf.Duration`).
package struct TimeSpan: Sendable, Hashable, Comparable {
    package let seconds: Int64
    /// Of the same sign as `seconds`, less than a second.
    package let nanoseconds: Int32

    package static let maximumSeconds: Int64 = 315_576_000_000
    package static let zero = TimeSpan(normalisingSeconds: 0, nanoseconds: 0)

    /// Nil when out of range.
    package init?(seconds: Int64, nanoseconds: Int64 = 0) {
        let (sum, overflow) = seconds.addingReportingOverflow(nanoseconds / 1_000_000_000)
        guard !overflow, sum.magnitude <= UInt64(Self.maximumSeconds) else { return nil }
        self.init(normalisingSeconds: sum, nanoseconds: nanoseconds % 1_000_000_000)
    }

    init(normalisingSeconds seconds: Int64, nanoseconds: Int64) {
        var seconds = seconds
        var nanoseconds = nanoseconds
        if seconds > 0 && nanoseconds < 0 {
            seconds -= 1
            nanoseconds += 1_000_000_000
        } else if seconds < 0 && nanoseconds > 0 {
            seconds += 1
            nanoseconds -= 1_000_000_000
        }
        self.seconds = seconds
        self.nanoseconds = Int32(nanoseconds)
    }

    /// Rounded toward zero.
    package var microseconds: Int64 { seconds * 1_000_000 + Int64(nanoseconds) / 1_000 }

    package init(microseconds: Int64) {
        self.init(normalisingSeconds: microseconds / 1_000_000, nanoseconds: microseconds % 1_000_000 * 1_000)
    }

    package var isNegative: Bool { seconds < 0 || nanoseconds < 0 }

    package static func < (lhs: TimeSpan, rhs: TimeSpan) -> Bool {
        (lhs.seconds, lhs.nanoseconds) < (rhs.seconds, rhs.nanoseconds)
    }

    /// Nil when the sum is out of range.
    package func adding(_ other: TimeSpan) -> TimeSpan? {
        TimeSpan(seconds: seconds + other.seconds, nanoseconds: Int64(nanoseconds) + Int64(other.nanoseconds))
    }

    package var negated: TimeSpan { TimeSpan(normalisingSeconds: -seconds, nanoseconds: -Int64(nanoseconds)) }
}

extension TimeSpan: CustomStringConvertible {
    /// CEL's string form, in seconds: `5400s`, `1.500s`, `-0.001s`.
    package var description: String {
        let sign = isNegative ? "-" : ""
        return sign + String(seconds.magnitude) + fraction(ofNanoseconds: Int(nanoseconds.magnitude)) + "s"
    }

    /// Reads the language's form: `[0-9]+(w|d|h|m|s|ms)`, largest unit first, each at most once (`1d12h`). A day is 24 h.
    /// Nil for anything else.
    package init?(durationLiteral text: some StringProtocol) {
        let units: [(name: String, nanoseconds: Int64)] = [
            ("w", 604_800_000_000_000), ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000),
            ("s", 1_000_000_000), ("ms", 1_000_000),
        ]
        var reader = ByteReader(text.utf8)
        var nextUnit = 0
        var seconds: Int64 = 0
        var nanoseconds: Int64 = 0
        while !reader.isAtEnd {
            guard let first = reader.digit() else { return nil }
            var amount = Int64(first)
            while let digit = reader.digit() {
                amount = amount * 10 + Int64(digit)
                // Beyond any legal duration in any unit; stops the multiplication below from overflowing.
                if amount > 1_000_000_000_000_000 { return nil }
            }
            var name = ""
            while let byte = reader.next, (0x61...0x7A).contains(byte) {
                name.unicodeScalars.append(Unicode.Scalar(byte))
                _ = reader.take(Unicode.Scalar(byte))
            }
            guard let position = units.firstIndex(where: { $0.name == name }), position >= nextUnit else { return nil }
            nextUnit = position + 1
            let unit = units[position].nanoseconds
            if unit >= 1_000_000_000 {
                let (part, overflow) = amount.multipliedReportingOverflow(by: unit / 1_000_000_000)
                guard !overflow, part <= Self.maximumSeconds else { return nil }
                seconds += part
            } else {
                seconds += amount / 1_000
                nanoseconds += amount % 1_000 * unit
            }
        }
        guard nextUnit > 0 else { return nil }
        self.init(seconds: seconds, nanoseconds: nanoseconds)
    }

    /// Reads CEL's form: a sign, then decimal numbers with a unit of `h`, `m`, `s`, `ms`, `us`, `ns`, in any order
    /// (`1h30m`, `-1.5s`); a bare `0`. Nil for anything else or out of range.
    package init?(celDuration text: some StringProtocol) {
        var reader = ByteReader(text.utf8)
        let isNegative = reader.take("-")
        if !isNegative { _ = reader.take("+") }
        if reader.take("0"), reader.isAtEnd {
            self = .zero
            return
        }
        reader = ByteReader(text.utf8)
        _ = reader.take("-") || reader.take("+")
        var total = TimeSpan.zero
        var parts = 0
        while !reader.isAtEnd {
            var whole: Int64 = 0
            var digits = 0
            while let digit = reader.digit() {
                whole = whole * 10 + Int64(digit)
                digits += 1
                if whole > 1_000_000_000_000_000_000 / 10 { return nil }
            }
            var numerator: Int64 = 0
            var denominator: Int64 = 1
            if reader.take(".") {
                while let digit = reader.digit() {
                    digits += 1
                    // Digits below a nanosecond of an hour cannot change the result.
                    if denominator < 1_000_000_000_000_0 {
                        numerator = numerator * 10 + Int64(digit)
                        denominator *= 10
                    }
                }
            }
            guard digits > 0 else { return nil }
            let unit: Int64
            if reader.take("h") {
                unit = 3_600_000_000_000
            } else if reader.take("m") {
                unit = reader.take("s") ? 1_000_000 : 60_000_000_000
            } else if reader.take("s") {
                unit = 1_000_000_000
            } else if reader.take("u") {
                guard reader.take("s") else { return nil }
                unit = 1_000
            } else if reader.take("n") {
                guard reader.take("s") else { return nil }
                unit = 1
            } else {
                return nil
            }
            // In 128 bits: a double would make 0.000000003s two nanoseconds.
            let product = UInt64(numerator).multipliedFullWidth(by: UInt64(unit))
            let fractional = Int64(UInt64(denominator).dividingFullWidth((product.high, product.low)).quotient)
            let part: TimeSpan?
            if unit >= 1_000_000_000 {
                let (seconds, overflow) = whole.multipliedReportingOverflow(by: unit / 1_000_000_000)
                part = overflow ? nil : TimeSpan(seconds: seconds, nanoseconds: fractional)
            } else {
                let perSecond = 1_000_000_000 / unit
                part = TimeSpan(seconds: whole / perSecond, nanoseconds: whole % perSecond * unit + fractional)
            }
            guard let part, let sum = total.adding(part) else { return nil }
            total = sum
            parts += 1
        }
        guard parts > 0 else { return nil }
        self = isNegative ? total.negated : total
    }
}
