// Schedules: when cron triggers fire.
//
// Invariant: no clock. Every question names the instant it is asked about and the answer depends on nothing else but the
// expression and the zone's rules. Reads no files but those of the time zone database, and no Foundation: offsets come from
// our own reader, so that a given database gives the same firings everywhere.
//
// Start at `CronSchedule`; `CronExpression` is what an author writes, `TimeZoneRules` what a zone's clocks show.

package import Values

/// A cron expression in a time zone.
///
/// An expression with fixed minutes and hours names local times, each of which comes once a day: a time that clocks skip
/// fires at the first instant after the gap, one that they show twice fires the first time. An expression with `*` in minute
/// or hour runs on elapsed time: it fires whenever a clock on the wall matches, so not in a gap and twice in an overlap.
/// (language.md §1, Trigger; the rules are those of Vixie cron.)
package struct CronSchedule: Sendable, Hashable {
    package let expression: CronExpression
    package let zone: TimeZoneRules

    package init(_ expression: CronExpression, in zone: TimeZoneRules) {
        self.expression = expression
        self.zone = zone
    }

    /// The first firing after an instant; nil beyond the year 9999.
    package func next(after instant: Timestamp) -> Timestamp? {
        let seconds = instant.seconds
        let next = expression.runsOnElapsedTime ? nextElapsed(after: seconds) : nextFixed(after: seconds)
        return next.flatMap { Timestamp(seconds: $0) }
    }

    /// The last firing at or before an instant; nil before the year 1.
    package func last(atOrBefore instant: Timestamp) -> Timestamp? {
        let seconds = instant.seconds
        let last = expression.runsOnElapsedTime ? lastElapsed(atOrBefore: seconds) : lastFixed(atOrBefore: seconds)
        return last.flatMap { Timestamp(seconds: $0) }
    }

    /// The firings after one instant up to and including another, oldest first. Of more than `limit` the latest stay.
    package func firings(after start: Timestamp, through end: Timestamp, limit: Int) -> [Timestamp] {
        var found: [Timestamp] = []
        var cursor: Timestamp? = end
        while found.count < limit, let instant = cursor, let firing = last(atOrBefore: instant), firing > start {
            found.append(firing)
            cursor = Timestamp(seconds: firing.seconds - 1)
        }
        return found.reversed()
    }
}

// MARK: - Fixed local times

extension CronSchedule {
    /// A local time is due at the first instant at which clocks show it or more. So all local times up to the most that
    /// clocks have shown are past, and the next one is due when it is reached.
    private func nextFixed(after seconds: Int64) -> Int64? {
        guard let local = expression.nextMatch(from: zone.latestLocalTime(through: seconds) + 1) else { return nil }
        return zone.firstInstant(reaching: local)
    }

    private func lastFixed(atOrBefore seconds: Int64) -> Int64? {
        guard let local = expression.lastMatch(through: zone.latestLocalTime(through: seconds)) else { return nil }
        return zone.firstInstant(reaching: local)
    }
}

// MARK: - Elapsed time

extension CronSchedule {
    /// Looks through the stretches of constant offset, in each of which local time runs like elapsed time.
    private func nextElapsed(after seconds: Int64) -> Int64? {
        var start = seconds + 1
        while start <= Timestamp.secondsRange.upperBound {
            let period = zone.period(at: start)
            guard let local = expression.nextMatch(from: start + period.offset) else { return nil }
            let instant = local - period.offset
            if instant < period.end { return instant }
            start = period.end
        }
        return nil
    }

    private func lastElapsed(atOrBefore seconds: Int64) -> Int64? {
        var end = seconds
        while end >= Timestamp.secondsRange.lowerBound {
            let period = zone.period(at: end)
            guard let local = expression.lastMatch(through: end + period.offset) else { return nil }
            let instant = local - period.offset
            if instant >= period.start { return instant }
            end = period.start - 1
        }
        return nil
    }
}

// MARK: - Irregular firings

extension CronSchedule {
    /// A change of the clocks that moves or repeats a firing.
    package struct Irregularity: Sendable, Hashable {
        package enum Kind: Sendable, Hashable {
            /// Clocks skip the local time; it fires at the change.
            case gap
            /// Clocks show the local time twice; it fires the first time.
            case overlap
        }

        package var kind: Kind
        /// The local time concerned.
        package var local: CivilTime
        /// The instant of the change.
        package var change: Timestamp
    }

    /// The first change of clocks after an instant and within a span that concerns a fixed local time of this schedule.
    package func irregularity(after instant: Timestamp, within span: TimeSpan) -> Irregularity? {
        guard !expression.runsOnElapsedTime else { return nil }
        let limit = min(instant.seconds + span.seconds, Timestamp.secondsRange.upperBound)
        var period = zone.period(at: instant.seconds)
        while period.end < limit, let change = Timestamp(seconds: period.end) {
            let following = zone.period(at: period.end)
            let before = period.end + period.offset
            let after = period.end + following.offset
            let affected = min(before, after)..<max(before, after)
            if let local = expression.nextMatch(from: affected.lowerBound), local < affected.upperBound {
                return Irregularity(
                    kind: before < after ? .gap : .overlap, local: CivilTime(secondsSinceEpoch: local), change: change)
            }
            period = following
        }
        return nil
    }
}
