import Values

/// A `TZ` string of POSIX with the extensions of RFC 9636 §3.3.1, such as `CET-1CEST,M3.5.0,M10.5.0/3`: the rule by which a
/// zone goes on after its listed changes.
struct PosixTimeZone: Sendable, Hashable {
    /// A day of the year and a time of that day at which clocks change.
    struct Change: Sendable, Hashable {
        enum Day: Sendable, Hashable {
            /// `Jn`: 1 to 365, the 29th of February never counted.
            case julian(Int)
            /// `n`: 0 to 365.
            case ordinal(Int)
            /// `Mm.w.d`: the w-th weekday d of a month, 5 for the last.
            case weekday(month: Int, week: Int, day: Int)
        }

        var day: Day
        /// Seconds after midnight by the clock before the change, possibly negative.
        var time: Int64
    }

    struct Summer: Sendable, Hashable {
        var offset: Int64
        var start: Change
        var end: Change
    }

    /// Seconds east of UTC.
    var offset: Int64
    var summer: Summer?

    func period(at seconds: Int64) -> TimeZoneRules.Period {
        guard let summer else { return .init(start: .min, end: .max, offset: offset) }
        let year = CivilTime(secondsSinceEpoch: seconds, offset: offset).year
        var changes: [(instant: Int64, offset: Int64)] = []
        for year in year - 1...year + 1 {
            changes.append((summer.start.seconds(in: year) - offset, summer.offset))
            changes.append((summer.end.seconds(in: year) - summer.offset, offset))
        }
        // Summer time all year is written as an end that coincides with the next start: the start comes second.
        let ordered = changes.enumerated().sorted {
            $0.element.instant != $1.element.instant
                ? $0.element.instant < $1.element.instant
                : $0.element.offset == offset && $1.element.offset != offset
        }.map(\.element)
        return Self.period(at: seconds, between: ordered)
    }

    private static func period(
        at seconds: Int64, between changes: [(instant: Int64, offset: Int64)]
    ) -> TimeZoneRules.Period {
        guard let current = changes.lastIndex(where: { $0.instant <= seconds }) else {
            return .init(start: .min, end: changes[0].instant, offset: changes[changes.count - 1].offset)
        }
        let end = current + 1 < changes.count ? changes[current + 1].instant : Int64.max
        return .init(start: changes[current].instant, end: end, offset: changes[current].offset)
    }
}

extension PosixTimeZone.Change {
    /// In local time as if it were UTC.
    func seconds(in year: Int) -> Int64 {
        let first = CivilTime(year: year, month: 1, day: 1).daysSinceEpoch
        let isLeap = CivilTime.daysInMonth(2, year: year) == 29
        let days: Int64
        switch day {
        case .julian(let number): days = first + Int64(number - 1 + (isLeap && number >= 60 ? 1 : 0))
        case .ordinal(let number): days = first + Int64(number)
        case .weekday(let month, let week, let weekday):
            let start = CivilTime(year: year, month: month, day: 1)
            var dayOfMonth = 1 + (weekday - start.weekday + 7) % 7 + (week - 1) * 7
            if dayOfMonth > CivilTime.daysInMonth(month, year: year) { dayOfMonth -= 7 }
            days = start.daysSinceEpoch + Int64(dayOfMonth - 1)
        }
        return days * 86_400 + time
    }
}

// MARK: - Reading

extension PosixTimeZone {
    init?(_ text: [UInt8]) {
        var reader = Reader(bytes: text)
        guard reader.name(), let west = reader.time(maximumHours: 24) else { return nil }
        offset = -west
        if reader.isAtEnd { return }
        guard reader.name() else { return nil }
        var summerOffset = offset + 3_600
        if reader.next != UInt8(ascii: ",") {
            guard let west = reader.time(maximumHours: 24) else { return nil }
            summerOffset = -west
        }
        guard reader.take(","), let start = reader.change(), reader.take(","), let end = reader.change(), reader.isAtEnd else {
            return nil
        }
        summer = Summer(offset: summerOffset, start: start, end: end)
    }

    private struct Reader {
        let bytes: [UInt8]
        var index = 0

        var isAtEnd: Bool { index == bytes.count }
        var next: UInt8? { isAtEnd ? nil : bytes[index] }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard next == UInt8(ascii: character) else { return false }
            index += 1
            return true
        }

        /// An abbreviation, which nobody needs: letters, or anything in angle brackets.
        mutating func name() -> Bool {
            let start = index
            if take("<") {
                while let byte = next, byte != UInt8(ascii: ">") { index += 1 }
                return take(">")
            }
            while let byte = next, (0x61...0x7A).contains(byte | 0x20) { index += 1 }
            return index - start >= 3
        }

        mutating func number(through limit: Int) -> Int? {
            var value: Int?
            while let byte = next, (0x30...0x39).contains(byte) {
                value = (value ?? 0) * 10 + Int(byte - 0x30)
                if value ?? 0 > limit { return nil }
                index += 1
            }
            return value
        }

        /// `[+-]hh[:mm[:ss]]` in seconds.
        mutating func time(maximumHours: Int) -> Int64? {
            let isNegative = take("-")
            if !isNegative { _ = take("+") }
            guard let hours = number(through: maximumHours) else { return nil }
            var seconds = hours * 3_600
            for unit in [60, 1] {
                guard take(":") else { break }
                guard let part = number(through: 59) else { return nil }
                seconds += part * unit
            }
            return Int64(isNegative ? -seconds : seconds)
        }

        mutating func change() -> Change? {
            guard let day = day() else { return nil }
            guard take("/") else { return Change(day: day, time: 7_200) }
            return time(maximumHours: 167).map { Change(day: day, time: $0) }
        }

        private mutating func day() -> Change.Day? {
            if take("J") { return number(through: 365).flatMap { $0 >= 1 ? .julian($0) : nil } }
            guard take("M") else { return number(through: 365).map { .ordinal($0) } }
            guard let month = number(through: 12), month >= 1, take("."), let week = number(through: 5), week >= 1, take("."),
                let day = number(through: 6)
            else { return nil }
            return .weekday(month: month, week: week, day: day)
        }
    }
}
