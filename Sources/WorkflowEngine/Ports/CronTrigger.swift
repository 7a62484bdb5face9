package import Schedules
package import Values
package import WorkflowGraph
package import WorkflowJournal

/// A cron trigger of a current definition, with its pattern and zone read.
package struct CronTrigger: Sendable {
    package var definition: CurrentDefinition
    package var cron: StepGraph.Trigger.Cron
    /// The workflow's input. Evaluated in the trigger scope.
    package var input: ValueExpression
    package var schedule: CronSchedule
    package var name: ScheduleName

    /// The next instants, oldest first, up to and including an end if there is one.
    package func instants(after start: Timestamp, through end: Timestamp? = nil, count: Int) -> [Timestamp] {
        var instants: [Timestamp] = []
        while instants.count < count, let next = schedule.next(after: instants.last ?? start), end.map({ next <= $0 }) ?? true {
            instants.append(next)
        }
        return instants
    }
}

extension CurrentDefinition {
    /// Its cron triggers, in the order of the file. Left out is what cannot be read: checked definitions have none of it.
    package func cronTriggers(zones: TimeZoneDatabase = .system()) -> [CronTrigger] {
        graph.triggers.compactMap { trigger in
            guard case .cron(let cron) = trigger.source, let expression = try? CronExpression(cron.pattern),
                let zone = try? zones.rules(named: cron.timezone)
            else { return nil }
            return CronTrigger(
                definition: self, cron: cron, input: trigger.input, schedule: CronSchedule(expression, in: zone),
                name: ScheduleName(workflow: graph.workflow, trigger: trigger.identity))
        }
    }
}
