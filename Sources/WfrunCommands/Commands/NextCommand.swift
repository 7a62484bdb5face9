import ArgumentParser
import Diagnostics
import Schedules
import Values

struct NextCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "next",
        abstract: "Show when a cron schedule fires next.",
        discussion: """
            One firing a line: the instant in UTC and what clocks in the time zone show then.

            Examples:
              wfrun next '0 9 * * MON-FRI' --timezone Europe/Berlin
              wfrun next @monthly --from 2026-01-31T00:00:00Z --count 12
              wfrun next --jsonl < schedules.jsonl

            With --jsonl every line of standard input is one {"id","cron"}, if wanted with \
            "timezone", "from" and "count", and gets one line {"id","times"}, or \
            {"id","error":{"code","message","offset"}}.

            Exit codes: 0 as asked, 1 the schedule or the time zone has a mistake.
            """)

    @Argument(help: "Five fields (minute hour day month weekday), or @hourly ... @yearly.")
    var cron: String?

    @Option(help: ArgumentHelp("The IANA time zone of the schedule.", valueName: "zone"))
    var timezone = "UTC"

    @Option(help: ArgumentHelp("Firings after this instant, RFC 3339 (default: now).", valueName: "time"))
    var from: Timestamp?

    @Option(help: "How many.")
    var count = 5

    @Flag(help: "Answer the lines of standard input.")
    var jsonl = false

    private static let mostFirings = 10_000

    func validate() throws {
        if jsonl {
            if cron != nil { throw ValidationError("With '--jsonl' the schedules come from standard input.") }
        } else if cron == nil {
            throw ValidationError("Give a schedule, or '--jsonl'.")
        }
        guard (1...Self.mostFirings).contains(count) else {
            throw ValidationError("'--count' must be 1 to \(Self.mostFirings).")
        }
    }

    func run() throws {
        var firings = Firings()
        let start = from ?? wallClock()
        if jsonl {
            return try JSONLines.answer { (request) throws(JSONLines.Refusal) in
                try answer(request, from: start, &firings)
            }
        }
        let console = Surroundings.current.console
        let pattern = cron ?? ""
        do throws(Firings.Trouble) {
            let schedule = try firings.schedule(pattern, timezone)
            let lines = Firings.times(of: schedule, after: start, count: count).map { line($0, schedule.zone) }
            console.answer(lines.joined(separator: "\n"))
        } catch {
            switch error {
            case .cron(let mistake):
                let file = SourceFile(path: "<cron>", text: pattern)
                let diagnostic = Diagnostic(
                    DiagnosticCode(5101), .error, mistake.message, at: SourceRange(file: file, bytes: mistake.range))
                console.talk(TextRenderer(isColored: console.colorsErrors).render([diagnostic]))
                throw CommandFailure(.bad)
            case .zone(let mistake): throw CommandFailure(.bad, "\(mistake.message).", hint: suggestion(for: mistake))
            }
        }
    }

    private func suggestion(for mistake: TimeZoneError) -> String? {
        guard mistake.kind == .unknownZone else { return nil }
        return closestMatch(to: timezone, among: TimeZoneDatabase.system().names()).map { "Did you mean '\($0)'?" }
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]

    private func line(_ instant: Timestamp, _ zone: TimeZoneRules) -> String {
        let local = zone.localTime(at: instant)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let date = "\(local.year)-\(two(local.month))-\(two(local.day))"
        return
            "\(instant)  \(Self.weekdays[local.weekday]) \(date) \(two(local.hour)):\(two(local.minute)) \(printable(zone.name))"
    }

    private func answer(
        _ request: ValueMap, from start: Timestamp, _ firings: inout Firings
    ) throws(JSONLines.Refusal) -> [(String, Value)] {
        let pattern = try request.text("cron")
        let zone = try request.optionalText("timezone") ?? timezone
        var start = start
        if let text = try request.optionalText("from") {
            guard let instant = Timestamp(rfc3339: text) else { throw .malformed("'from' is no RFC 3339 timestamp") }
            start = instant
        }
        var count = Int64(self.count)
        if let wanted = request["count"], !wanted.isNull {
            guard let number = wanted.intValue, (1...Int64(Self.mostFirings)).contains(number) else {
                throw .malformed("'count' must be an integer from 1 to \(Self.mostFirings)")
            }
            count = number
        }
        do throws(Firings.Trouble) {
            let schedule = try firings.schedule(pattern, zone)
            let times = Firings.times(of: schedule, after: start, count: Int(count))
            return [("times", .list(times.map { .string($0.description) }))]
        } catch {
            throw error.refusal
        }
    }
}

extension Timestamp: ExpressibleByArgument {
    package init?(argument: String) { self.init(rfc3339: argument) }
}

/// Schedules by what was written, with the zones that have been read.
private struct Firings {
    enum Trouble: Error {
        case cron(CronSyntaxError)
        case zone(TimeZoneError)

        var refusal: JSONLines.Refusal {
            switch self {
            case .cron(let mistake): .init(code: "WF5101", message: mistake.message, offset: mistake.range.lowerBound)
            case .zone(let mistake): .init(code: "WF5105", message: mistake.message)
            }
        }
    }

    private let database = TimeZoneDatabase.system()
    private var zones: [String: TimeZoneRules] = [:]

    mutating func schedule(_ pattern: String, _ zone: String) throws(Trouble) -> CronSchedule {
        let expression: CronExpression
        do throws(CronSyntaxError) { expression = try CronExpression(pattern) } catch { throw .cron(error) }
        do throws(TimeZoneError) { return CronSchedule(expression, in: try rules(zone)) } catch { throw .zone(error) }
    }

    private mutating func rules(_ name: String) throws(TimeZoneError) -> TimeZoneRules {
        if let known = zones[name] { return known }
        let rules = try database.rules(named: name)
        zones[name] = rules
        return rules
    }

    /// Fewer when the calendar ends before.
    static func times(of schedule: CronSchedule, after start: Timestamp, count: Int) -> [Timestamp] {
        var times: [Timestamp] = []
        var cursor = start
        while times.count < count, let next = schedule.next(after: cursor) {
            times.append(next)
            cursor = next
        }
        return times
    }
}
