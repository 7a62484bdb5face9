import Diagnostics
import Schedules
import Values
import YAMLSyntax

// What authors are told about time patterns (WF5101–WF5105).

extension Diagnostic {
    static func badCron(_ problem: CronSyntaxError, _ pattern: YAMLScalar) -> Diagnostic {
        let range = pattern.text.isEmpty ? pattern.range : pattern.sourceRange(ofText: problem.range)
        return Diagnostic(
            .badCron, problem.message, at: range, label: problem.field.map { "the \($0.name)" },
            help: problem.field == nil
                ? "as in '30 6 * * MON-FRI': minute, hour, day of the month, month, weekday" : nil)
    }

    static func eitherDay(at weekday: SourceRange, day: SourceRange, next: [CivilTime]) -> Diagnostic {
        let dates = next.map(\.shownDay).joined(separator: ", ")
        return Diagnostic(
            .eitherDay, "this fires when the day or the weekday matches, not only when both do", at: weekday,
            label: "or this weekday", notes: [Note(range: day, message: "this day of the month")],
            help: dates.isEmpty ? "write '*' for one of the two" : "write '*' for one of the two; as it stands: \(dates)")
    }

    static func clockChange(
        _ irregularity: CronSchedule.Irregularity, zone: String, _ trigger: CronTrigger
    ) -> Diagnostic {
        let local = irregularity.local
        let time = "\(local.shownTime) on \(local.shownDate)"
        let range = trigger.range(of: .hour) ?? trigger.pattern.range
        switch irregularity.kind {
        case .gap:
            return Diagnostic(
                .clockChange, "in \(zone) there is no \(time): this fires when the clocks have been set forward", at: range,
                label: "skipped that night", help: "choose an hour in which clocks do not change")
        case .overlap:
            return Diagnostic(
                .clockChange, "in \(zone) there are two \(time): this fires at the first", at: range, label: "twice that night",
                help: "choose an hour in which clocks do not change")
        }
    }

    static func neverFires(_ range: SourceRange) -> Diagnostic {
        Diagnostic(.rareSchedule, "this never fires: no date matches all its fields", at: range, label: "never")
    }

    static func firesRarely(_ range: SourceRange, next: [CivilTime]) -> Diagnostic {
        let dates = next.map(\.shownDate).joined(separator: " and then on ")
        return Diagnostic(
            .rareSchedule, .warning, "this fires less than once in four years", at: range, label: "rarely",
            help: "it comes next on \(dates)")
    }

    static func unknownZone(_ name: Located<String>, guess: String?) -> Diagnostic {
        Diagnostic(
            .unknownZone, "there is no time zone '\(name.value)'", at: name.range,
            label: guess.map { "did you mean '\($0)'?" } ?? "unknown",
            help: guess == nil ? "zones are named by place, as in Europe/Berlin" : nil,
            fix: guess.map { Fix(title: "write '\($0)'", range: name.range, replacement: $0) })
    }
}

extension CivilTime {
    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]

    /// `2026-10-25`
    var shownDate: String { "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))" }

    /// `Sun 2026-10-25`
    var shownDay: String { "\(Self.weekdays[weekday % 7]) \(shownDate)" }

    /// `02:30`
    var shownTime: String { "\(Self.padded(hour, 2)):\(Self.padded(minute, 2))" }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
