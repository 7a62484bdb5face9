package import Values

/// The offsets of one time zone's clocks from UTC, past and future.
package struct TimeZoneRules: Sendable, Hashable {
    /// A stretch of time with one offset.
    package struct Period: Sendable, Hashable {
        /// Seconds since 1970, `end` excluded; the ends of Int64 where there is no change.
        package var start: Int64
        package var end: Int64
        /// Seconds east of UTC.
        package var offset: Int64
    }

    package let name: String
    /// Instants of change, ascending.
    let changes: [Int64]
    /// The offset from each change on.
    let offsets: [Int64]
    /// Before the first change.
    let firstOffset: Int64
    /// After the last change; nil goes on with the last offset.
    let rule: PosixTimeZone?

    package static let utc = TimeZoneRules(name: "UTC", changes: [], offsets: [], firstOffset: 0, rule: nil)

    init(name: String, changes: [Int64], offsets: [Int64], firstOffset: Int64, rule: PosixTimeZone?) {
        self.name = name
        self.changes = changes
        self.offsets = offsets
        self.firstOffset = firstOffset
        self.rule = rule
    }

    /// Seconds east of UTC at an instant.
    package func offset(at instant: Timestamp) -> Int { Int(period(at: instant.seconds).offset) }

    package func localTime(at instant: Timestamp) -> CivilTime {
        CivilTime(secondsSinceEpoch: instant.seconds, offset: period(at: instant.seconds).offset)
    }

    /// The instants at which clocks show a local time, ascending: none in a gap, two in an overlap.
    package func instants(of local: CivilTime) -> [Timestamp] {
        let seconds = local.secondsSinceEpoch
        return periods(from: seconds - Self.reach, through: seconds + Self.reach).compactMap { period in
            let instant = seconds - period.offset
            return (period.start..<period.end).contains(instant) ? Timestamp(seconds: instant) : nil
        }
    }
}

// MARK: - Periods

extension TimeZoneRules {
    /// More than any offset or change of offset, in seconds: how far local time and UTC can be apart.
    static let reach: Int64 = 3 * 86_400

    func period(at seconds: Int64) -> Period {
        var low = 0
        var high = changes.count
        while low < high {
            let middle = (low + high) / 2
            if changes[middle] <= seconds { low = middle + 1 } else { high = middle }
        }
        let start = low > 0 ? changes[low - 1] : .min
        let offset = low > 0 ? offsets[low - 1] : firstOffset
        if low < changes.count { return Period(start: start, end: changes[low], offset: offset) }
        guard let rule else { return Period(start: start, end: .max, offset: offset) }
        var period = rule.period(at: seconds)
        // The rule holds only after the last listed change.
        period.start = max(period.start, start)
        return period
    }

    private func periods(from first: Int64, through last: Int64) -> [Period] {
        var periods = [period(at: first)]
        while let end = periods.last?.end, end <= last { periods.append(period(at: end)) }
        return periods
    }

    /// The first instant at which clocks show a local time (in seconds as if it were UTC) or a later one.
    func firstInstant(reaching local: Int64) -> Int64 {
        for period in periods(from: local - Self.reach, through: local + Self.reach) {
            let instant = max(period.start, local - period.offset)
            if instant < period.end { return instant }
        }
        return local - period(at: local).offset
    }

    /// The most that clocks have shown up to and including an instant.
    func latestLocalTime(through seconds: Int64) -> Int64 {
        periods(from: seconds - Self.reach, through: seconds).reduce(Int64.min) { latest, period in
            max(latest, min(period.end - 1, seconds) + period.offset)
        }
    }
}
