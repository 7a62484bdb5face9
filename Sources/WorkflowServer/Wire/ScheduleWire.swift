import Values
import WorkflowEngine
import WorkflowGraph
import WorkflowJournal

extension Wire {
    private static let nextInstants = 5

    /// - Parameter trigger: nil while no current definition has it, and without a server.
    static func schedule(_ schedule: StoredSchedule, _ trigger: CronTrigger?, _ firings: [FiringRow]) -> Value {
        [
            "workflow": .string(schedule.name.workflow), "trigger": .string(schedule.name.trigger),
            "active": .bool(schedule.isActive), "decidedThrough": .string(schedule.position.description),
            "latest": Value(schedule.latest?.text), "cron": Value(trigger?.cron.pattern),
            "timezone": Value(trigger?.cron.timezone), "catchup": Value(trigger?.cron.catchUp.rawValue),
            "overlap": Value(trigger?.cron.overlap.rawValue),
            "next": .list(
                (trigger?.instants(after: schedule.position, count: nextInstants) ?? []).map { .string($0.description) }),
            "firings": .list(firings.map(firing)),
        ]
    }

    private static func firing(_ row: FiringRow) -> Value {
        [
            "instant": .string(row.instant.description), "instance": Value(row.instance?.text),
            "skipped": Value(row.skip?.rawValue), "detail": Value(row.detail),
            "decidedAt": .string(row.decidedAt.description),
        ]
    }
}
