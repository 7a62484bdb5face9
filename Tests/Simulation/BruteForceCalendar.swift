import Values
import WorkflowGraph

/// When cron triggers of generated definitions fire, found by looking at every minute. It knows nothing of `Schedules`.
///
/// Simulated runs begin on 2026-01-05 and end before clocks change in any zone that is drawn, so offsets are constants.
struct BruteForceCalendar {
    static let patterns = ["*/15 * * * *", "7,37 * * * *", "@hourly", "0 */2 * * *", "20 10-12 * * 1", "5 * * * *"]
    static let zones = ["UTC", "Europe/Berlin", "Asia/Kolkata"]

    private let minutes: Set<Int64>
    private let hours: Set<Int64>
    /// 0 is Sunday.
    private let weekdays: Set<Int64>
    private let offset: Int64

    /// Nil for what is not drawn.
    init?(_ cron: StepGraph.Trigger.Cron) {
        let fields = (cron.pattern == "@hourly" ? "0 * * * *" : cron.pattern).split(separator: " ")
        guard fields.count == 5, fields[2] == "*", fields[3] == "*", let minutes = Self.values(fields[0], below: 60),
            let hours = Self.values(fields[1], below: 24), let weekdays = Self.values(fields[4], below: 7),
            let offset = ["UTC": 0, "Europe/Berlin": 3_600, "Asia/Kolkata": 19_800][cron.timezone]
        else { return nil }
        (self.minutes, self.hours, self.weekdays, self.offset) = (minutes, hours, weekdays, Int64(offset))
    }

    /// `*`, `*/n`, `a`, `a-b`, and lists of these.
    private static func values(_ field: Substring, below end: Int64) -> Set<Int64>? {
        var values = Set<Int64>()
        for part in field.split(separator: ",") {
            let bounds = part.split(separator: "-").compactMap { Int64($0) }
            if part == "*" {
                values.formUnion(0..<end)
            } else if part.hasPrefix("*/"), let step = Int64(part.dropFirst(2)) {
                values.formUnion((0..<end).filter { $0 % step == 0 })
            } else if let first = bounds.first, let last = bounds.last {
                values.formUnion(first...last)
            } else {
                return nil
            }
        }
        return values
    }

    func instants(after start: Timestamp, through end: Timestamp) -> [Timestamp] {
        var found: [Timestamp] = []
        var second = (start.seconds / 60 + 1) * 60
        while second <= end.seconds {
            let local = second + offset
            // 1970-01-01 was a Thursday.
            let isMatch =
                minutes.contains(local / 60 % 60) && hours.contains(local / 3_600 % 24)
                && weekdays.contains((local / 86_400 + 4) % 7)
            if isMatch, let instant = Timestamp(seconds: second) { found.append(instant) }
            second += 60
        }
        return found
    }
}
