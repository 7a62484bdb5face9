import Diagnostics
import Schedules
import Values
import YAMLSyntax

/// A trigger with a time pattern, read as far as it is right.
struct CronTrigger {
    /// The pattern as it stands in the file.
    let pattern: YAMLScalar
    let zoneName: Located<String>?
    let overlap: String
    /// Nil when the pattern is none.
    let expression: CronExpression?
    let problem: CronSyntaxError?
    /// Nil when the pattern or the zone is wrong.
    let schedule: CronSchedule?

    static func all(in subject: RuleSubject) -> [CronTrigger] {
        subject.definition.triggers.compactMap { CronTrigger($0, zones: subject.project.timeZones) }
    }

    private init?(_ trigger: Trigger, zones: TimeZoneDatabase) {
        guard case .cron(let text, let zoneName, _, let overlap) = trigger.source, let pattern = trigger.pattern else {
            return nil
        }
        self.pattern = pattern
        self.zoneName = zoneName
        self.overlap = overlap?.value ?? "skip"
        var read: CronExpression?
        var problem: CronSyntaxError?
        do { read = try CronExpression(text.value) } catch { problem = error }
        expression = read
        self.problem = problem
        let zone = zoneName.map { try? zones.rules(named: $0.value) } ?? TimeZoneRules.utc
        if let read, let zone { schedule = CronSchedule(read, in: zone) } else { schedule = nil }
    }

    /// One of the five fields; nil for a shorthand such as `@daily`.
    func range(of field: CronField) -> SourceRange? {
        let bytes = Array(pattern.text.utf8)
        var words: [Range<Int>] = []
        var start: Int?
        for index in 0...bytes.count {
            let isSpace = index == bytes.count || bytes[index] == 0x20 || bytes[index] == 0x09
            if !isSpace { start = start ?? index }
            if isSpace, let begin = start {
                words.append(begin..<index)
                start = nil
            }
        }
        guard words.count == CronField.allCases.count else { return nil }
        return pattern.sourceRange(ofText: words[field.rawValue])
    }

    /// The first firings after an instant.
    func firings(after instant: Timestamp, count: Int) -> [Timestamp] {
        var found: [Timestamp] = []
        var cursor = instant
        while found.count < count, let next = schedule?.next(after: cursor) {
            found.append(next)
            cursor = next
        }
        return found
    }
}
