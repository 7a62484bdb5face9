import Diagnostics
import Schedules
import Values

/// A fixed time that the clocks of its zone skip or show twice within the next year (WF5103).
enum ClockChangeRule: DefinitionRule {
    private static let year = TimeSpan(microseconds: 366 * 86_400 * 1_000_000)

    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        guard let asOf = subject.project.asOf else { return }
        for trigger in CronTrigger.all(in: subject) {
            guard let schedule = trigger.schedule, let irregularity = schedule.irregularity(after: asOf, within: year) else {
                continue
            }
            report(.clockChange(irregularity, zone: schedule.zone.name, trigger))
        }
    }
}
