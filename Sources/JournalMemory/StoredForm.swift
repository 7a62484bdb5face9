import Values
import WorkflowJournal

// What comes back from a database is JSON and microseconds. This store gives back the same, so that an engine cannot come to
// depend on more (guarantees.md I26).

extension Timestamp {
    /// Without what is below a microsecond.
    var stored: Timestamp { nanoseconds % 1_000 == 0 ? self : Timestamp(microseconds: microseconds) }
}

extension Value {
    var stored: Value { isStoredForm ? self : JSON.normalised(self) }

    private var isStoredForm: Bool {
        switch self {
        case .null, .bool, .int, .string: true
        case .list(let items): items.allSatisfy(\.isStoredForm)
        case .map(let map):
            map.allSatisfy { entry in
                if case .string = entry.key { entry.value.isStoredForm } else { false }
            }
        case .uint, .double, .bytes, .timestamp, .duration, .type, .optional: false
        }
    }
}

extension DefinitionRecord {
    var stored: DefinitionRecord {
        var copy = self
        copy.retention = retention.mapValues { TimeSpan(microseconds: $0.microseconds) }
        return copy
    }
}

extension Failure {
    var stored: Failure {
        var copy = self
        copy.data = data.stored
        copy.cause = cause.map(\.stored)
        return copy
    }
}

extension StepRow {
    var stored: StepRow {
        var copy = self
        copy.dueAt = dueAt?.stored
        copy.lastFailure = lastFailure?.stored
        copy.output = output?.stored
        copy.failure = failure?.stored
        copy.scheduledAt = scheduledAt.stored
        copy.startedAt = startedAt?.stored
        copy.completedAt = completedAt?.stored
        return copy
    }
}

extension AttemptRow {
    var stored: AttemptRow {
        AttemptRow(key: key, attempt: attempt, startedAt: startedAt.stored, endedAt: endedAt.stored, failure: failure.stored)
    }
}

extension TimerRow {
    var stored: TimerRow { TimerRow(key: key, kind: kind, dueAt: dueAt.stored) }
}

extension NewInstance {
    var stored: NewInstance {
        var copy = self
        copy.input = input.stored
        copy.trigger = trigger.stored
        copy.createdAt = createdAt.stored
        return copy
    }
}

extension Transition.InstanceState {
    var stored: Transition.InstanceState {
        var copy = self
        copy.output = output?.stored
        copy.failure = failure?.stored
        copy.startedAt = startedAt?.stored
        copy.runStartedAt = runStartedAt?.stored
        copy.endedAt = endedAt?.stored
        return copy
    }
}
