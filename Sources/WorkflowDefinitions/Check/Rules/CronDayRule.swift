import Diagnostics
import Schedules
import Values

/// Day and weekday both restricted mean either, not both: hardly anybody expects it (WF5102).
enum CronDayRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        for trigger in CronTrigger.all(in: subject) {
            guard let expression = trigger.expression, expression.matchesEitherDayOrWeekday,
                let day = trigger.range(of: .day), let weekday = trigger.range(of: .weekday)
            else { continue }
            let next = subject.project.asOf.map { trigger.firings(after: $0, count: 3) } ?? []
            report(.eitherDay(at: weekday, day: day, next: next.compactMap { trigger.schedule?.zone.localTime(at: $0) }))
        }
    }
}
