/// An instant in UTC with nanoseconds, between the years 1 and 9999 (the range of `google.protobuf.Timestamp`).
package struct Timestamp: Sendable, Hashable, Comparable {
    /// Seconds since 1970-01-01T00:00:00Z, negative before it.
    package let seconds: Int64
    /// 0 ..< 1,000,000,000, counted forward from `seconds`.
    package let nanoseconds: Int32

    package static let secondsRange: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    /// Nil when the instant is outside the years 1 to 9999 or `nanoseconds` is not normalised.
    package init?(seconds: Int64, nanoseconds: Int32 = 0) {
        guard Self.secondsRange.contains(seconds), (0..<1_000_000_000).contains(nanoseconds) else { return nil }
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// From the form in which times are stored; instants outside the range are clamped to it.
    package init(microseconds: Int64) {
        let (quotient, remainder) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        let seconds = remainder < 0 ? quotient - 1 : quotient
        let rest = remainder < 0 ? remainder + 1_000_000 : remainder
        self.seconds = min(max(seconds, Self.secondsRange.lowerBound), Self.secondsRange.upperBound)
        self.nanoseconds = Int32(rest * 1_000)
    }

    /// Microseconds since 1970, rounded down: the form in which times are stored.
    package var microseconds: Int64 { seconds * 1_000_000 + Int64(nanoseconds) / 1_000 }

    package static func < (lhs: Timestamp, rhs: Timestamp) -> Bool {
        (lhs.seconds, lhs.nanoseconds) < (rhs.seconds, rhs.nanoseconds)
    }

    /// Nil when the result is outside the range.
    package func adding(_ span: TimeSpan) -> Timestamp? {
        let (sum, overflow) = seconds.addingReportingOverflow(span.seconds)
        if overflow { return nil }
        let nanos = Int64(nanoseconds) + Int64(span.nanoseconds)
        let carry: Int64 = nanos >= 1_000_000_000 ? 1 : nanos < 0 ? -1 : 0
        return Timestamp(seconds: sum + carry, nanoseconds: Int32(nanos - carry * 1_000_000_000))
    }

    /// The span from `other` to this instant.
    package func since(_ other: Timestamp) -> TimeSpan {
        TimeSpan(normalisingSeconds: seconds - other.seconds, nanoseconds: Int64(nanoseconds) - Int64(other.nanoseconds))
    }
}

/// A calendar date and time of day without a zone, in the proleptic Gregorian calendar.
package struct CivilTime: Sendable, Hashable {
    package var year: Int
    package var month: Int
    package var day: Int
    package var hour: Int
    package var minute: Int
    package var second: Int

    package init(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    /// The civil time of an instant at a zone offset. Days-to-civil after Howard Hinnant,
    /// "chrono-Compatible Low-Level Date Algorithms".
    package init(secondsSinceEpoch: Int64, offset: Int64 = 0) {
        let local = secondsSinceEpoch + offset
        var days = local / 86_400
        var rest = local % 86_400
        if rest < 0 {
            rest += 86_400
            days -= 1
        }
        let z = days + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
        hour = Int(rest / 3_600)
        minute = Int(rest % 3_600 / 60)
        second = Int(rest % 60)
    }

    /// Days since 1970-01-01.
    package var daysSinceEpoch: Int64 {
        let y = Int64(month <= 2 ? year - 1 : year)
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let m = Int64(month)
        let dayOfYear = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + Int64(day) - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// Seconds since 1970 when this is a time in UTC.
    package var secondsSinceEpoch: Int64 {
        daysSinceEpoch * 86_400 + Int64(hour) * 3_600 + Int64(minute) * 60 + Int64(second)
    }

    /// 0 = Sunday.
    package var weekday: Int {
        let remainder = (daysSinceEpoch + 4) % 7
        return Int(remainder < 0 ? remainder + 7 : remainder)
    }

    /// 0 = the first of January.
    package var dayOfYear: Int { Int(daysSinceEpoch - CivilTime(year: year, month: 1, day: 1).daysSinceEpoch) }

    package static func daysInMonth(_ month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC: `2026-11-23T20:20:57Z`, with as many of three, six or nine decimals as are needed.
    package var description: String {
        let civil = CivilTime(secondsSinceEpoch: seconds)
        var text = ""
        text.reserveCapacity(30)
        text += decimal(civil.year, width: 4) + "-" + decimal(civil.month, width: 2) + "-" + decimal(civil.day, width: 2)
        text +=
            "T" + decimal(civil.hour, width: 2) + ":" + decimal(civil.minute, width: 2) + ":" + decimal(civil.second, width: 2)
        return text + fraction(ofNanoseconds: Int(nanoseconds)) + "Z"
    }

    /// Reads RFC 3339: a date, `T` (or `t`), a time, at most nine decimals, and `Z` or a numeric offset. Leap seconds are
    /// not representable and refused, as CEL does. Nil for anything else.
    package init?(rfc3339 text: some StringProtocol) {
        var reader = ByteReader(text.utf8)
        guard let year = reader.digits(4), reader.take("-"), let month = reader.digits(2), reader.take("-"),
            let day = reader.digits(2), reader.take("T") || reader.take("t"),
            let hour = reader.digits(2), reader.take(":"), let minute = reader.digits(2), reader.take(":"),
            let second = reader.digits(2)
        else { return nil }
        var nanoseconds = 0
        if reader.take(".") {
            guard let value = reader.fractionInNanoseconds() else { return nil }
            nanoseconds = value
        }
        var offset = 0
        if !(reader.take("Z") || reader.take("z")) {
            let isNegative = reader.take("-")
            guard isNegative || reader.take("+"), let hours = reader.digits(2), reader.take(":"),
                let minutes = reader.digits(2), hours < 24, minutes < 60
            else { return nil }
            offset = (hours * 60 + minutes) * (isNegative ? -60 : 60)
        }
        guard reader.isAtEnd, (1...12).contains(month), (1...CivilTime.daysInMonth(month, year: year)).contains(day),
            hour < 24, minute < 60, second < 60
        else { return nil }
        let civil = CivilTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        self.init(seconds: civil.secondsSinceEpoch - Int64(offset), nanoseconds: Int32(nanoseconds))
    }
}

func decimal(_ number: Int, width: Int) -> String {
    let digits = String(number)
    return digits.utf8.count >= width ? digits : String(repeating: "0", count: width - digits.utf8.count) + digits
}

/// `.5` as `.500`: three, six or nine decimals, none for zero.
func fraction(ofNanoseconds nanoseconds: Int) -> String {
    if nanoseconds == 0 { return "" }
    if nanoseconds % 1_000_000 == 0 { return "." + decimal(nanoseconds / 1_000_000, width: 3) }
    if nanoseconds % 1_000 == 0 { return "." + decimal(nanoseconds / 1_000, width: 6) }
    return "." + decimal(nanoseconds, width: 9)
}

/// Reads fixed forms byte by byte.
struct ByteReader<Bytes: Collection<UInt8>> {
    private let bytes: Bytes
    private var index: Bytes.Index

    init(_ bytes: Bytes) {
        self.bytes = bytes
        index = bytes.startIndex
    }

    var isAtEnd: Bool { index == bytes.endIndex }
    var next: UInt8? { isAtEnd ? nil : bytes[index] }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        bytes.formIndex(after: &index)
        return true
    }

    mutating func digit() -> Int? {
        guard let byte = next, (0x30...0x39).contains(byte) else { return nil }
        bytes.formIndex(after: &index)
        return Int(byte) - 0x30
    }

    mutating func digits(_ count: Int) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// One to nine decimals.
    mutating func fractionInNanoseconds() -> Int? {
        var value = 0
        var count = 0
        while let digit = digit() {
            guard count < 9 else { return nil }
            value = value * 10 + digit
            count += 1
        }
        guard count > 0 else { return nil }
        for _ in count..<9 { value *= 10 }
        return value
    }
}
