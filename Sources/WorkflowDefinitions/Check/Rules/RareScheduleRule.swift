import Diagnostics
import Schedules
import Values
import YAMLSyntax

/// A time pattern that never comes, or years apart (WF5104).
enum RareScheduleRule: DefinitionRule {
    /// From one 29 February to the next but one of a century without a leap year.
    private static let fourYears: Int64 = 1_461 * 86_400

    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        for trigger in CronTrigger.all(in: subject) {
            guard let schedule = trigger.schedule else { continue }
            guard let asOf = subject.project.asOf else {
                if schedule.next(after: Timestamp(microseconds: 0)) == nil { report(.neverFires(trigger.pattern.range)) }
                continue
            }
            let next = trigger.firings(after: asOf, count: 2)
            guard let first = next.first else {
                report(.neverFires(trigger.pattern.range))
                continue
            }
            guard next.count == 2, next[1].seconds - first.seconds > fourYears else { continue }
            report(.firesRarely(trigger.pattern.range, next: next.map { schedule.zone.localTime(at: $0) }))
        }
    }
}
