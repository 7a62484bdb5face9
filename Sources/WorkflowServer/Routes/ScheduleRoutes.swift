import HTTPTypes
import Values
import WorkflowEngine
import WorkflowJournal

/// Cron triggers: when they fire next, and what became of their latest instants.
func scheduleRoutes(_ service: any WorkflowService) -> [Route] {
    [
        Route(.get, "/v1/schedules", .scope(.read)) { (call) async throws(Problem) in
            let workflow = call.query("workflow")
            let limit = try call.limit()
            let triggers = Dictionary(service.cronTriggers().map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
            let items = try await reading { () throws(JournalError) -> [Value] in
                var items: [Value] = []
                for schedule in try service.queries.schedules() {
                    if let workflow, workflow != schedule.name.workflow { continue }
                    let firings = try service.queries.firings(of: schedule.name, limit: limit)
                    items.append(Wire.schedule(schedule, triggers[schedule.name], firings))
                }
                return items
            }
            return .json(Wire.page(items, next: nil))
        }
    ]
}
