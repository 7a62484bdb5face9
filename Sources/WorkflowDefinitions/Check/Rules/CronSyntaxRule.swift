import Diagnostics
import Schedules

/// A time pattern that cannot be read, or names a day that never comes (WF5101).
enum CronSyntaxRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        for trigger in CronTrigger.all(in: subject) {
            if let problem = trigger.problem { report(.badCron(problem, trigger.pattern)) }
        }
    }
}
