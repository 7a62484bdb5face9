package import Values
package import WorkflowJournal

/// What is known of an instance before its first entry.
package struct InstanceHeader: Sendable, Equatable {
    package var id: InstanceID
    package var workflow: String
    /// Times it has continued as new.
    package var continuations: Int
    /// Admitted under the definition's input contract.
    package var input: Value
    /// The configuration snapshot.
    package var config: Value
    package var trigger: Value
    package var run: Int
    /// When the instance left `pending` or last continued as new: the time before the first entry. That a run is a retry, and
    /// when it began, is an entry of its own (`Signal.retried`).
    package var startedAt: Timestamp

    package init(
        id: InstanceID, workflow: String, continuations: Int = 0, input: Value, config: Value, trigger: Value, run: Int = 1,
        startedAt: Timestamp
    ) {
        self.id = id
        self.workflow = workflow
        self.continuations = continuations
        self.input = input
        self.config = config
        self.trigger = trigger
        self.run = run
        self.startedAt = startedAt
    }

    /// As `instance` in expressions.
    var value: Value {
        [
            "id": .string(id.text), "workflow": .string(workflow), "continuations": .int(Int64(continuations)),
            "startedAt": .timestamp(startedAt), "trigger": trigger,
        ]
    }
}
