package import WorkflowJournal

/// Everything a store says of what it holds.
package struct StoreContents: Equatable {
    package struct Instance: Equatable {
        package var stored: StoredInstance?
        package var detail: InstanceDetail?
        package var runs: [RunSummary]
        package var children: [ChildSummary]
        /// Of every run.
        package var steps: [[StepRow]]
        package var attempts: [AttemptRow]
        package var logs: [LogRow]
        package var emails: [EmailRow]
    }

    package var instances: [Instance] = []
    package var events: [StoredEvent]
    package var schedules: [StoredSchedule]
    /// By schedule, in the same order.
    package var firings: [[FiringRow]] = []

    init(of store: any JournalQueries) throws(JournalError) {
        events = try store.events(named: nil, limit: .max)
        schedules = try store.schedules()
        for schedule in schedules { firings.append(try store.firings(of: schedule.name, limit: 100_000)) }
        for summary in try store.instances(matching: InstanceFilter(), after: nil, limit: 100_000) {
            let id = summary.id
            var steps: [[StepRow]] = []
            for run in 1...summary.run { steps.append(try store.steps(of: id, run: run)) }
            instances.append(
                Instance(
                    stored: try store.storedInstance(id), detail: try store.instance(id), runs: try store.runs(of: id),
                    children: try store.children(of: id), steps: steps, attempts: try store.attempts(of: id, run: nil),
                    logs: try store.logs(of: id, after: 0, limit: 100_000), emails: try store.emails(of: id)))
        }
    }
}
