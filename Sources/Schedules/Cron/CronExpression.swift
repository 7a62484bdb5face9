package import Values

/// A field of a cron expression, in the order of writing.
package enum CronField: Int, Sendable, Hashable, CaseIterable {
    case minute, hour, day, month, weekday

    /// The values that may be written.
    package var range: ClosedRange<Int> {
        switch self {
        case .minute: 0...59
        case .hour: 0...23
        case .day: 1...31
        case .month: 1...12
        case .weekday: 0...7
        }
    }

    package var name: String {
        switch self {
        case .minute: "minute"
        case .hour: "hour"
        case .day: "day"
        case .month: "month"
        case .weekday: "weekday"
        }
    }
}

/// Why a cron expression was refused.
package struct CronSyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One sentence without a full stop.
    package var message: String
    /// The part at fault, in bytes of the expression's UTF-8.
    package var range: Range<Int>
    package var field: CronField?

    package init(message: String, range: Range<Int>, field: CronField? = nil) {
        self.message = message
        self.range = range
        self.field = field
    }

    package var description: String { message }
}

/// The local times that an author named: minute, hour, day of the month, month, day of the week.
///
/// A day matches when its day of the month and its weekday do; if both fields are restricted, when either does. As in Vixie
/// cron a field that begins with `*` is unrestricted for this purpose, also with a step.
package struct CronExpression: Sendable, Hashable {
    /// The values of a field as bits.
    struct FieldValues: Sendable, Hashable {
        var bits: UInt64 = 0
        var beginsWithStar = false

        func contains(_ value: Int) -> Bool { bits & (1 << UInt64(value)) != 0 }
        mutating func insert(_ value: Int) { bits |= 1 << UInt64(value) }

        /// The smallest member that is not below a value.
        func first(from value: Int) -> Int? {
            guard value < 64 else { return nil }
            let rest = (bits >> UInt64(value)) << UInt64(value)
            return rest == 0 ? nil : rest.trailingZeroBitCount
        }

        /// The greatest member that is not above a value.
        func last(through value: Int) -> Int? {
            guard value >= 0 else { return nil }
            let rest = value >= 63 ? bits : bits & (1 << UInt64(value + 1) - 1)
            return rest == 0 ? nil : 63 - rest.leadingZeroBitCount
        }
    }

    /// As it was written.
    package let text: String
    let minutes: FieldValues
    let hours: FieldValues
    let days: FieldValues
    let months: FieldValues
    /// Sunday is 0.
    let weekdays: FieldValues

    /// Reads five fields or one of `@hourly`, `@daily`, `@midnight`, `@weekly`, `@monthly`, `@yearly`, `@annually`.
    package init(_ text: String) throws(CronSyntaxError) {
        var parser = CronParser(text)
        let fields = try parser.fields()
        self.text = text
        minutes = fields[CronField.minute.rawValue]
        hours = fields[CronField.hour.rawValue]
        days = fields[CronField.day.rawValue]
        months = fields[CronField.month.rawValue]
        weekdays = fields[CronField.weekday.rawValue]
    }

    /// Whether minutes or hours are given by `*`: then firings follow elapsed time, not the wall's clock.
    package var runsOnElapsedTime: Bool { minutes.beginsWithStar || hours.beginsWithStar }

    /// Whether a day may match by its date or by its weekday.
    package var matchesEitherDayOrWeekday: Bool { !days.beginsWithStar && !weekdays.beginsWithStar }

    /// Whether the expression matches a local time, seconds aside.
    package func matches(_ local: CivilTime) -> Bool {
        minutes.contains(local.minute) && hours.contains(local.hour) && months.contains(local.month) && matchesDay(local)
    }

    private func matchesDay(_ local: CivilTime) -> Bool {
        let byDate = days.contains(local.day)
        let byWeekday = weekdays.contains(local.weekday)
        return matchesEitherDayOrWeekday ? byDate || byWeekday : byDate && byWeekday
    }
}

// MARK: - Searching

extension CronExpression {
    /// The calendar repeats after 400 years: what does not match within them never does.
    private static let cycleInYears = 400

    /// The first matching local time that is not before one, both in seconds as if it were UTC.
    func nextMatch(from seconds: Int64) -> Int64? {
        // Matches are whole minutes.
        var local = CivilTime(secondsSinceEpoch: seconds + 59)
        local.second = 0
        let lastYear = local.year + Self.cycleInYears
        if let time = nextTime(hour: local.hour, minute: local.minute), dateMatches(local) {
            (local.hour, local.minute) = time
            return local.secondsSinceEpoch
        }
        guard let hour = hours.first(from: 0), let minute = minutes.first(from: 0) else { return nil }
        (local.hour, local.minute) = (hour, minute)
        repeat {
            advanceDay(&local)
            guard local.year <= lastYear else { return nil }
        } while !dateMatches(local)
        return local.secondsSinceEpoch
    }

    /// The last matching local time that is not after one.
    func lastMatch(through seconds: Int64) -> Int64? {
        var local = CivilTime(secondsSinceEpoch: seconds)
        local.second = 0
        let firstYear = local.year - Self.cycleInYears
        if let time = lastTime(hour: local.hour, minute: local.minute), dateMatches(local) {
            (local.hour, local.minute) = time
            return local.secondsSinceEpoch
        }
        guard let hour = hours.last(through: 23), let minute = minutes.last(through: 59) else { return nil }
        (local.hour, local.minute) = (hour, minute)
        repeat {
            retreatDay(&local)
            guard local.year >= firstYear else { return nil }
        } while !dateMatches(local)
        return local.secondsSinceEpoch
    }

    private func dateMatches(_ local: CivilTime) -> Bool { months.contains(local.month) && matchesDay(local) }

    private func nextTime(hour: Int, minute: Int) -> (Int, Int)? {
        if hours.contains(hour), let minute = minutes.first(from: minute) { return (hour, minute) }
        guard let hour = hours.first(from: hour + 1), let minute = minutes.first(from: 0) else { return nil }
        return (hour, minute)
    }

    private func lastTime(hour: Int, minute: Int) -> (Int, Int)? {
        if hours.contains(hour), let minute = minutes.last(through: minute) { return (hour, minute) }
        guard let hour = hours.last(through: hour - 1), let minute = minutes.last(through: 59) else { return nil }
        return (hour, minute)
    }

    /// To the next day, passing over months that do not match.
    private func advanceDay(_ local: inout CivilTime) {
        local.day += 1
        guard local.day > CivilTime.daysInMonth(local.month, year: local.year) || !months.contains(local.month) else { return }
        local.day = 1
        if let month = months.first(from: local.month + 1) {
            local.month = month
        } else {
            local.year += 1
            local.month = months.first(from: 1) ?? 1
        }
    }

    private func retreatDay(_ local: inout CivilTime) {
        local.day -= 1
        guard local.day < 1 || !months.contains(local.month) else { return }
        if let month = months.last(through: local.month - 1) {
            local.month = month
        } else {
            local.year -= 1
            local.month = months.last(through: 12) ?? 12
        }
        local.day = CivilTime.daysInMonth(local.month, year: local.year)
    }
}
