import Diagnostics
import Schedules
import Values
import YAMLSyntax

/// Instances that may overlap and may run longer than the interval between them pile up (WF5114).
enum OverlapRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        guard let timeout = subject.definition.timeout else { return }
        for trigger in CronTrigger.all(in: subject) where trigger.overlap == "allow" {
            let next = trigger.firings(after: subject.project.asOf ?? Timestamp(microseconds: 0), count: 8)
            guard let shortest = zip(next.dropFirst(), next).map({ $0.since($1) }).min(), timeout.value > shortest else {
                continue
            }
            report(.overlapping(trigger.pattern.range, interval: shortest, timeout: timeout))
        }
    }
}
