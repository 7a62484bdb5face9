import Schedules
import Testing
import Values

@Suite struct CronExpressionTests {
    private func firings(_ text: String, after start: String, count: Int) throws -> [String] {
        let schedule = CronSchedule(try CronExpression(text), in: .utc)
        var instant = try #require(Timestamp(rfc3339: start))
        var found: [String] = []
        while found.count < count, let next = schedule.next(after: instant) {
            found.append(String(next.description.dropLast(4)))
            instant = next
        }
        return found
    }

    @Test(arguments: [
        ("*/20 * * * *", ["2026-11-23T20:40", "2026-11-23T21:00", "2026-11-23T21:20"]),
        ("5,35 9-10 * * *", ["2026-11-24T09:05", "2026-11-24T09:35", "2026-11-24T10:05"]),
        ("0 9 * * mon-FRI", ["2026-11-24T09:00", "2026-11-25T09:00", "2026-11-26T09:00"]),
        ("0 0 1 jan,JUL *", ["2027-01-01T00:00", "2027-07-01T00:00", "2028-01-01T00:00"]),
        ("0 0 29 2 *", ["2028-02-29T00:00", "2032-02-29T00:00", "2036-02-29T00:00"]),
        ("0 0 31 * *", ["2026-12-31T00:00", "2027-01-31T00:00", "2027-03-31T00:00"]),
        ("0 0 * * 7", ["2026-11-29T00:00", "2026-12-06T00:00", "2026-12-13T00:00"]),
        ("0 0 * * FRI-SUN", ["2026-11-27T00:00", "2026-11-28T00:00", "2026-11-29T00:00"]),
        // Either the day or the weekday.
        ("0 0 13 * 5", ["2026-11-27T00:00", "2026-12-04T00:00", "2026-12-11T00:00", "2026-12-13T00:00"]),
        // A day field that begins with '*' leaves the weekday to decide alone.
        ("0 0 */2 * 1", ["2026-12-07T00:00", "2026-12-21T00:00", "2027-01-11T00:00"]),
        ("10-50/20 23 * * *", ["2026-11-23T23:10", "2026-11-23T23:30", "2026-11-23T23:50"]),
        ("  0\t12  *  *  *  ", ["2026-11-24T12:00"]),
        ("@hourly", ["2026-11-23T21:00", "2026-11-23T22:00"]), ("@daily", ["2026-11-24T00:00"]),
        ("@midnight", ["2026-11-24T00:00"]),
        ("@weekly", ["2026-11-29T00:00"]), ("@monthly", ["2026-12-01T00:00"]), ("@yearly", ["2027-01-01T00:00"]),
        ("@Annually", ["2027-01-01T00:00"]),
    ])
    func `An expression fires at the times it names`(text: String, expected: [String]) throws {
        #expect(try firings(text, after: "2026-11-23T20:20:57.5Z", count: expected.count) == expected)
    }

    @Test func `A firing is after the instant asked about, never at it`() throws {
        #expect(try firings("0 12 * * *", after: "2026-11-23T12:00:00Z", count: 1) == ["2026-11-24T12:00"])
        #expect(try firings("0 12 * * *", after: "2026-11-23T11:59:59.999999999Z", count: 1) == ["2026-11-23T12:00"])
    }

    @Test func `There is nothing beyond the last year`() throws {
        #expect(try firings("0 0 1 1 *", after: "9998-12-31T23:59:59Z", count: 2) == ["9999-01-01T00:00"])
        #expect(try firings("* * 29 2 *", after: "9996-03-01T00:00:00Z", count: 2) == [])
        let schedule = CronSchedule(try CronExpression("0 0 1 1 *"), in: .utc)
        #expect(
            schedule.last(atOrBefore: try #require(Timestamp(rfc3339: "0001-01-01T00:00:00Z")))?.description
                == "0001-01-01T00:00:00Z")
        #expect(
            CronSchedule(try CronExpression("0 1 1 1 *"), in: .utc).last(
                atOrBefore: try #require(Timestamp(seconds: Timestamp.secondsRange.lowerBound))) == nil)
    }

    @Test(arguments: [
        ("", "expected 5 fields (minute hour day month weekday), found 0", ""),
        ("* * * *", "expected 5 fields (minute hour day month weekday), found 4", "* * * *"),
        ("0 */5 * * * *", "expected 5 fields (minute hour day month weekday), found 6; there is no field for seconds", "*"),
        ("60 * * * *", "minute 60 is out of range, which is 0 to 59", "60"),
        ("* 24 * * *", "hour 24 is out of range, which is 0 to 23", "24"),
        ("* * 0 * *", "day 0 is out of range, which is 1 to 31", "0"),
        ("0 0 1 13 *", "month 13 is out of range, which is 1 to 12", "13"),
        ("0 0 * * 8", "weekday 8 is out of range, which is 0 to 7", "8"),
        ("0 0 * juni *", "'juni' is no month; expected 1 to 12, or JAN to DEC", "juni"),
        ("0 0 * * 1-fry", "'fry' is no weekday; expected 0 to 7, or SUN to SAT", "fry"),
        ("0 0 L * *", "'L' is no day; expected 1 to 31", "L"),
        ("MON * * * *", "'MON' is no minute; expected 0 to 59", "MON"),
        ("10-5 * * * *", "the range '10-5' runs backwards; write two ranges with a comma", "10-5"),
        ("5/15 * * * *", "a step needs '*' or a range, as in '5-59/15'", "5/15"),
        ("*/0 * * * *", "a step must be a positive number", "0"),
        ("*/x * * * *", "a step must be a positive number", "x"),
        ("*/ * * * *", "a step must be a positive number", "/"),
        ("*/90 * * * *", "a step of 90 is more than the minute field holds", "90"),
        ("1,,2 * * * *", "an empty item in the list of the minute field", ","),
        ("1- * * * *", "a value is missing in the minute field", " "),
        (
            "99999999999999999999 * * * *", "minute 99999999999999999999 is out of range, which is 0 to 59",
            "99999999999999999999"
        ),
        ("0 0 31 2,4 *", "day 31 never comes in the months of this expression", "31"),
        ("0 0 30 2 *", "day 30 never comes in the months of this expression", "30"),
        (
            "@fortnightly",
            "unknown schedule '@fortnightly'; there are @annually, @daily, @hourly, @midnight, @monthly, @weekly, @yearly",
            "@fortnightly"
        ),
        ("0 0 * * é", "'é' is no weekday; expected 0 to 7, or SUN to SAT", "é"),
    ])
    func `A wrong expression is refused with the part at fault`(text: String, message: String, part: String) {
        let error = #expect(throws: CronSyntaxError.self) { try CronExpression(text) }
        #expect(error?.message == message)
        let bytes = Array(text.utf8)
        #expect(error.map { String(decoding: bytes[$0.range], as: UTF8.self) } == part)
    }

    @Test func `Errors name their field`() {
        let error = #expect(throws: CronSyntaxError.self) { try CronExpression("0 0 * * 9") }
        #expect(error?.field == .weekday)
        #expect(error?.range == 8..<9)
    }

    @Test func `What the checker asks about is known`() throws {
        #expect(try CronExpression("0 0 13 * 5").matchesEitherDayOrWeekday)
        #expect(try !CronExpression("0 0 * * 5").matchesEitherDayOrWeekday)
        #expect(try CronExpression("*/5 3 * * *").runsOnElapsedTime)
        #expect(try CronExpression("0 * * * *").runsOnElapsedTime)
        #expect(try !CronExpression("0,30 1-5 * * *").runsOnElapsedTime)
    }
}
