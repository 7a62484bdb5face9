import Schedules
import Testing
import Values

/// Clocks that change: the zones come from the system's database, and the tests are skipped where there is none.
@Suite(.enabled(if: TimeZoneDatabase.system().folder != nil)) struct CronScheduleTests {
    private func schedule(_ text: String, _ zone: String) throws -> CronSchedule {
        CronSchedule(try CronExpression(text), in: try TimeZoneDatabase.system().rules(named: zone))
    }

    private func instant(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: text)) }

    private func firings(_ text: String, _ zone: String, _ start: String, _ end: String) throws -> [String] {
        try schedule(text, zone).firings(after: instant(start), through: instant(end), limit: 1_000).map(\.description)
    }

    @Test func `A local time in a gap fires once, at the first instant after it`() throws {
        // New York goes from 02:00 EST to 03:00 EDT on 2026-03-08 at 07:00 UTC.
        let days = ("2026-03-07T12:00:00Z", "2026-03-09T12:00:00Z")
        #expect(
            try firings("30 2 * * *", "America/New_York", days.0, days.1) == ["2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"])
        #expect(
            try firings("0,15,30 2,3 * * *", "America/New_York", days.0, "2026-03-08T12:00:00Z") == [
                "2026-03-08T07:00:00Z", "2026-03-08T07:15:00Z", "2026-03-08T07:30:00Z",
            ])
    }

    @Test func `A local time that comes twice fires the first time only`() throws {
        // New York goes from 02:00 EDT back to 01:00 EST on 2026-11-01 at 06:00 UTC.
        let days = ("2026-10-31T12:00:00Z", "2026-11-02T12:00:00Z")
        #expect(
            try firings("30 1 * * *", "America/New_York", days.0, days.1) == ["2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"])
        #expect(
            try firings("0 2 * * *", "America/New_York", days.0, days.1) == ["2026-11-01T07:00:00Z", "2026-11-02T07:00:00Z"])
    }

    @Test func `Fields with a star run on elapsed time`() throws {
        #expect(
            try firings("30 * * * *", "America/New_York", "2026-03-08T06:00:00Z", "2026-03-08T08:00:00Z") == [
                "2026-03-08T06:30:00Z", "2026-03-08T07:30:00Z",
            ])
        #expect(
            try firings("30 * * * *", "America/New_York", "2026-11-01T05:00:00Z", "2026-11-01T07:00:00Z") == [
                "2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z",
            ])
        #expect(try firings("*/30 1 * * *", "America/New_York", "2026-11-01T04:00:00Z", "2026-11-01T08:00:00Z").count == 4)
        #expect(try firings("*/30 2 * * *", "America/New_York", "2026-03-08T04:00:00Z", "2026-03-08T12:00:00Z") == [])
        #expect(try firings("*/15 * * * *", "Europe/Berlin", "2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z").count == 1_000)
    }

    @Test func `Half-hour changes, a skipped day and odd offsets are no different`() throws {
        // Lord Howe moves its clocks by half an hour: 02:00 +10:30 becomes 02:30 +11 on 2026-10-03 at 15:30 UTC.
        #expect(
            try firings("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z", "2026-10-04T00:00:00Z") == [
                "2026-10-03T15:30:00Z"
            ])
        // Samoa left out the 30th of December 2011.
        #expect(
            try firings("0 12 30 12 *", "Pacific/Apia", "2011-01-01T00:00:00Z", "2012-01-01T00:00:00Z") == [
                "2011-12-30T10:00:00Z"
            ])
        #expect(
            try firings("0 9 * * *", "Asia/Kathmandu", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z") == [
                "2026-01-01T03:15:00Z"
            ])
        // Casablanca is on summer time but for the month of Ramadan.
        #expect(
            try firings("30 2 * * *", "Africa/Casablanca", "2026-03-21T12:00:00Z", "2026-03-23T12:00:00Z") == [
                "2026-03-22T02:00:00Z", "2026-03-23T01:30:00Z",
            ])
    }

    @Test(arguments: [
        ("America/New_York", "2026-03-06T00:00:00Z"), ("America/New_York", "2026-10-30T00:00:00Z"),
        ("Europe/London", "2045-03-24T00:00:00Z"),
        ("Australia/Lord_Howe", "2026-04-03T00:00:00Z"), ("Australia/Lord_Howe", "2026-10-02T00:00:00Z"),
        ("Pacific/Apia", "2011-12-28T00:00:00Z"),
        ("America/Caracas", "2016-04-29T00:00:00Z"), ("Asia/Pyongyang", "2018-05-03T00:00:00Z"),
        ("Antarctica/Troll", "2026-03-27T00:00:00Z"), ("Asia/Kolkata", "2026-02-27T00:00:00Z"),
    ])
    func `Firings are those of a clock watched minute by minute`(zone: String, start: String) throws {
        let begin = try instant(start)
        let minutes = 5 * 24 * 60
        for text in [
            "30 2 * * *", "0,30 0-3 * * *", "45 23 * * *", "*/7 * * * *", "15 * * * *", "* 2 * * *", "0 0 * * 0",
            "17 1,2,3 29-31 * *", "59 23 31 12 1", "0 3 * 3,10,12 *",
        ] {
            let schedule = try schedule(text, zone)
            var expected: [Timestamp] = []
            var latest = Self.localSeconds(try #require(Timestamp(seconds: begin.seconds)), schedule.zone)
            // Half an hour more than a day before the start would do for any overlap that reaches into it.
            for minute in -1_500...0 {
                latest = max(
                    latest,
                    Self.localSeconds(try #require(Timestamp(seconds: begin.seconds + Int64(minute * 60))), schedule.zone))
            }
            for minute in 1...minutes {
                let now = try #require(Timestamp(seconds: begin.seconds + Int64(minute * 60)))
                let local = Self.localSeconds(now, schedule.zone)
                let due: Bool
                if schedule.expression.runsOnElapsedTime {
                    due = schedule.expression.matches(CivilTime(secondsSinceEpoch: local))
                } else {
                    due =
                        local > latest
                        && stride(from: latest + 60, through: local, by: 60).contains {
                            schedule.expression.matches(CivilTime(secondsSinceEpoch: $0))
                        }
                }
                latest = max(latest, local)
                if due { expected.append(now) }
            }
            let end = try #require(Timestamp(seconds: begin.seconds + Int64(minutes * 60)))
            #expect(schedule.firings(after: begin, through: end, limit: 100_000) == expected, "\(text) backwards")
            var forwards: [Timestamp] = []
            var cursor = begin
            while let next = schedule.next(after: cursor), next <= end {
                forwards.append(next)
                cursor = next
            }
            #expect(forwards == expected, "\(text) forwards")
        }
    }

    private static func localSeconds(_ instant: Timestamp, _ zone: TimeZoneRules) -> Int64 {
        instant.seconds + Int64(zone.offset(at: instant))
    }

    @Test func `Of many missed firings the latest are kept`() throws {
        let found = try schedule("0 0 * * *", "Europe/Berlin").firings(
            after: instant("2020-01-01T12:00:00Z"), through: instant("2026-07-01T12:00:00Z"), limit: 3)
        #expect(found.map(\.description) == ["2026-06-28T22:00:00Z", "2026-06-29T22:00:00Z", "2026-06-30T22:00:00Z"])
        #expect(
            try schedule("0 0 * * *", "Europe/Berlin").last(atOrBefore: instant("2026-06-30T22:00:00Z"))?.description
                == "2026-06-30T22:00:00Z")
    }

    @Test func `Firings that a change of clocks moves or repeats are foretold`() throws {
        let year = try #require(TimeSpan(durationLiteral: "365d"))
        let gap = try schedule("30 2 * * *", "Europe/Berlin").irregularity(after: instant("2026-01-01T00:00:00Z"), within: year)
        #expect(gap?.kind == .gap)
        #expect(gap?.local == CivilTime(year: 2026, month: 3, day: 29, hour: 2, minute: 30))
        #expect(gap?.change.description == "2026-03-29T01:00:00Z")
        let overlap = try schedule("30 2 * * *", "Europe/Berlin").irregularity(
            after: instant("2026-06-01T00:00:00Z"), within: year)
        #expect(overlap?.kind == .overlap)
        #expect(overlap?.local.month == 10)
        #expect(
            try schedule("30 4 * * *", "Europe/Berlin").irregularity(after: instant("2026-01-01T00:00:00Z"), within: year)
                == nil)
        #expect(
            try schedule("30 * * * *", "Europe/Berlin").irregularity(after: instant("2026-01-01T00:00:00Z"), within: year)
                == nil)
        #expect(
            CronSchedule(try CronExpression("30 2 * * *"), in: .utc).irregularity(
                after: try instant("2026-01-01T00:00:00Z"), within: year) == nil)
    }
}
