import Testing
import Values

@Suite struct TimeTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0, 0, "1970-01-01T00:00:00Z"),
        ("2026-11-23T20:20:57.5Z", 1_795_465_257, 500_000_000, "2026-11-23T20:20:57.500Z"),
        ("2000-02-29T23:59:59.123456789+05:30", 951_848_999, 123_456_789, "2000-02-29T18:29:59.123456789Z"),
        ("1969-12-31t23:59:59.25z", -1, 250_000_000, "1969-12-31T23:59:59.250Z"),
        ("0001-01-01T00:00:00Z", -62_135_596_800, 0, "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.000001Z", 253_402_300_799, 1_000, "9999-12-31T23:59:59.000001Z"),
        ("2024-03-10T00:00:00-08:00", 1_710_057_600, 0, "2024-03-10T08:00:00Z"),
    ])
    func `RFC 3339 text is an instant, and an instant its text in UTC`(
        text: String, seconds: Int64, nanoseconds: Int32, printed: String
    ) throws {
        let instant = try #require(Timestamp(rfc3339: text))
        #expect(instant == Timestamp(seconds: seconds, nanoseconds: nanoseconds))
        #expect(instant.description == printed)
        #expect(Timestamp(rfc3339: printed) == instant)
    }

    @Test(arguments: [
        "", "2026-11-23", "2026-11-23T20:20:57", "2026-11-23 20:20:57Z", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
        "2026-00-10T00:00:00Z", "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z", "1998-12-31T23:59:60Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00.1234567890Z",
        "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+0100",
        "2026-01-01T00:00:00ZZ", "0000-12-31T23:59:59Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
        "२०२६-01-01T00:00:00Z", "+2026-01-01T00:00:00Z",
    ])
    func `What is no instant is refused`(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test func `Civil time and days agree over four hundred years and at the edges`() {
        var expected = CivilTime(year: 1900, month: 1, day: 1)
        for day in expected.daysSinceEpoch..<CivilTime(year: 2301, month: 1, day: 1).daysSinceEpoch {
            let civil = CivilTime(secondsSinceEpoch: day * 86_400 + 3_661)
            guard civil.year == expected.year, civil.month == expected.month, civil.day == expected.day else {
                Issue.record("\(civil) is not \(expected)")
                return
            }
            expected.day += 1
            if expected.day > CivilTime.daysInMonth(expected.month, year: expected.year) {
                (expected.day, expected.month) = (1, expected.month + 1)
            }
            if expected.month > 12 { (expected.month, expected.year) = (1, expected.year + 1) }
        }
        let first = CivilTime(secondsSinceEpoch: Timestamp.secondsRange.lowerBound)
        #expect((first.year, first.month, first.day, first.hour) == (1, 1, 1, 0))
        #expect(first.weekday == 1)
        let last = CivilTime(secondsSinceEpoch: Timestamp.secondsRange.upperBound)
        #expect((last.year, last.month, last.day, last.second, last.dayOfYear) == (9_999, 12, 31, 59, 364))
    }

    @Test func `Instants move by spans within their range only`() throws {
        let instant = try #require(Timestamp(rfc3339: "1970-01-01T00:00:00.25Z"))
        #expect(instant.adding(TimeSpan(microseconds: -500_000))?.description == "1969-12-31T23:59:59.750Z")
        #expect(instant.adding(TimeSpan(microseconds: 750_000))?.description == "1970-01-01T00:00:01Z")
        let earlier = try #require(Timestamp(rfc3339: "1969-12-31T23:59:59.75Z"))
        #expect(instant.since(earlier).description == "0.500s")
        #expect(earlier.since(instant).description == "-0.500s")
        let last = try #require(Timestamp(rfc3339: "9999-12-31T23:59:59.999999999Z"))
        #expect(last.adding(TimeSpan(microseconds: 1)) == nil)
        #expect(last.since(try #require(Timestamp(rfc3339: "0001-01-01T00:00:00Z"))).description == "315537897599.999999999s")
    }

    @Test(arguments: [Int64.min, -1_500_001, -1, 0, 1, 1_999_999, 253_402_300_799_999_999, .max])
    func `Microseconds convert back within the range`(microseconds: Int64) {
        let instant = Timestamp(microseconds: microseconds)
        #expect(Timestamp.secondsRange.contains(instant.seconds))
        if microseconds.magnitude < 60_000_000_000_000_000 { #expect(instant.microseconds == microseconds) }
        #expect(TimeSpan(microseconds: microseconds).microseconds == microseconds)
    }

    @Test(arguments: [
        ("90s", "90s"), ("1d12h", "129600s"), ("1w", "604800s"), ("2w3d4h5m6s7ms", "1483506.007s"), ("250ms", "0.250s"),
        ("0s", "0s"), ("1500ms", "1.500s"), ("521785w", "315575568000s"),
    ])
    func `Duration literals read largest unit first`(text: String, printed: String) {
        #expect(TimeSpan(durationLiteral: text)?.description == printed)
    }

    @Test(arguments: [
        "", "5", "s", "1h1d", "1m1m", "1.5h", "-1s", "+1s", "1 h", "1H", "1us", "1mo", "521786w", "99999999999999999999s",
        "1d ",
    ])
    func `What is no duration literal is refused`(text: String) {
        #expect(TimeSpan(durationLiteral: text) == nil)
    }

    @Test(arguments: [
        ("5400s", "5400s"), ("1h30m", "5400s"), ("-1.5s", "-1.500s"), ("0", "0s"), ("-0", "0s"), ("1.5h", "5400s"),
        ("100us", "0.000100s"), ("3ns", "0.000000003s"), (".5s", "0.500s"),
        ("0.000000003s", "0.000000003s"), ("1m1ms1s", "61.001s"), ("+2s", "2s"), ("0.1h", "360s"),
        ("315576000000s", "315576000000s"),
    ])
    func `CEL durations read in any order and with fractions`(text: String, printed: String) {
        #expect(TimeSpan(celDuration: text)?.description == printed)
    }

    @Test(arguments: [
        "", "-", "1", "s", ".s", "1d", "1h-1m", "--1s", "1 s", "1u", "315576000001s", "99999999999999999999h", "1e3s",
    ])
    func `What is no CEL duration is refused`(text: String) {
        #expect(TimeSpan(celDuration: text) == nil)
    }

    @Test func `A span's text reads back exactly`() throws {
        for nanoseconds in [0, 1, 3, 7, 999, 1_000, 123_456_789, 999_999_999, 5_000_000_001] as [Int64] {
            for seconds in [0, 1, 59, 315_575_999_990] as [Int64] {
                let span = try #require(TimeSpan(seconds: seconds, nanoseconds: nanoseconds))
                #expect(TimeSpan(celDuration: span.description) == span)
                #expect(TimeSpan(celDuration: span.negated.description) == span.negated)
            }
        }
    }

    @Test func `Spans normalise, compare and add with one sign`() throws {
        let half = try #require(TimeSpan(seconds: 1, nanoseconds: -500_000_000))
        #expect((half.seconds, half.nanoseconds) == (0, 500_000_000))
        #expect(half.negated < .zero && .zero < half && half.negated.isNegative)
        #expect(half.adding(half.negated) == .zero)
        #expect(try #require(TimeSpan(seconds: -3)).adding(half)?.description == "-2.500s")
        let longest = try #require(TimeSpan(seconds: TimeSpan.maximumSeconds))
        #expect(longest.adding(TimeSpan(microseconds: 1_000_000)) == nil)
        #expect(TimeSpan(seconds: .max, nanoseconds: .max) == nil)
    }
}
