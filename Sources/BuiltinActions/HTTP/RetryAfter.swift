import NIOHTTP1
import Values

/// `Retry-After`, RFC 9110 §10.2.3.
enum RetryAfter {
    /// How long to wait, counted from the answer; nil where the header is missing or says nothing understandable.
    /// - Parameter time: our clock, where the answer does not tell the other side's by a `Date` header.
    static func span(in headers: HTTPHeaders, at time: Timestamp) -> TimeSpan? {
        guard let text = headers.first(name: "retry-after")?.drop(while: { $0 == " " }), !text.isEmpty else { return nil }
        if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return Int64(text).flatMap { TimeSpan(seconds: $0) }
        }
        guard let until = date(text) else { return nil }
        let now = headers.first(name: "date").flatMap { date($0) } ?? time
        return max(until.since(now), .zero)
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// The three forms of RFC 9110 §5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`,
    /// `Sun Nov  6 08:49:37 1994`.
    static func date(_ text: some StringProtocol) -> Timestamp? {
        let words = text.split { " ,-:".contains($0) }
        guard words.count == 8 && words[7] == "GMT" || words.count == 7 else { return nil }
        let isC = words.count == 7
        let (day, month, year) = isC ? (words[2], words[1], words[6]) : (words[1], words[2], words[3])
        let clock = isC ? words[3...5] : words[4...6]
        let numbers = clock.compactMap { Int($0) }
        guard numbers.count == 3, let dayNumber = Int(day), let monthIndex = months.firstIndex(where: { $0 == month }),
            var yearNumber = Int(year), (0...23).contains(numbers[0]), (0...59).contains(numbers[1]),
            (0...60).contains(numbers[2])
        else { return nil }
        // Two digits are of the last hundred years or the next fifty; the form has been obsolete since 1994.
        if year.utf8.count == 2 { yearNumber += yearNumber < 70 ? 2000 : 1900 }
        guard (1900...9999).contains(yearNumber),
            (1...CivilTime.daysInMonth(monthIndex + 1, year: yearNumber)).contains(dayNumber)
        else { return nil }
        let civil = CivilTime(
            year: yearNumber, month: monthIndex + 1, day: dayNumber, hour: numbers[0], minute: numbers[1], second: numbers[2])
        return Timestamp(seconds: civil.secondsSinceEpoch)
    }
}
