import Values
import WorkflowJournal

// What the API shows of instances. Rows never carry payloads; those have their own paths.

extension Value {
    init(_ text: String?) { self = text.map(Value.string) ?? .null }
    init(_ time: Timestamp?) { self = time.map { .string($0.description) } ?? .null }
    init(_ number: Int) { self = .int(Int64(number)) }
}

enum Wire {
    static func page(_ items: [Value], next cursor: String?) -> Value {
        ["items": .list(items), "nextCursor": Value(cursor)]
    }

    static func summary(_ row: InstanceSummary) -> Value {
        [
            "id": .string(row.id.text), "workflow": .string(row.workflow), "digest": .string(row.digest.hex),
            "status": .string(row.status.rawValue), "ending": Value(row.ending?.rawValue),
            "hold": Value(row.hold?.rawValue), "holdReason": Value(row.holdReason),
            "cleanup": row.isCleanupIncomplete ? .string("incomplete") : .null, "run": Value(row.run),
            "labels": .map(ValueMap(row.labels.map { ($0.key, Value.string($0.value)) })), "key": Value(row.callerKey),
            "createdAt": Value(row.createdAt), "startedAt": Value(row.startedAt), "endedAt": Value(row.endedAt),
        ]
    }

    /// With what it waits for; still without input and output.
    static func detail(_ detail: InstanceDetail, waits: [WaitRow], timers: [TimerRow]) -> Value {
        guard case .map(var map) = summary(detail.summary) else { return .null }
        map["trigger"] = detail.trigger
        map["failure"] = detail.failure.map { failure($0) } ?? .null
        map["waits"] = .list(waits.map { wait($0, timers: timers) })
        map["timers"] = .list(timers.map(timer))
        return .map(map)
    }

    private static func wait(_ row: WaitRow, timers: [TimerRow]) -> Value {
        [
            "step": .string(row.key.text), "events": .list(row.matches.map { .string($0.event) }),
            "until": Value(timers.first { $0.key == row.key.timeout }?.dueAt),
        ]
    }

    private static func timer(_ row: TimerRow) -> Value {
        [
            "step": .string((row.key.stepOfTimeout ?? row.key).text), "kind": .string(row.kind.rawValue),
            "dueAt": Value(row.dueAt),
        ]
    }

    /// A failure without its `data`, which may be as large as any payload.
    static func failure(_ failure: Failure) -> Value {
        [
            "code": .string(failure.code), "message": .string(failure.message), "retryable": .bool(failure.isRetryable),
            "step": Value(failure.step?.text), "attempt": Value(failure.attempt), "uncertain": .bool(failure.isUncertain),
            "cause": failure.cause.first.map { self.failure($0) } ?? .null,
        ]
    }

    static func step(_ row: StepRow) -> Value {
        [
            "key": .string(row.key.text), "verb": .string(row.verb.rawValue), "action": Value(row.action),
            "status": .string(row.status.rawValue), "attempt": Value(row.attempt), "interruptions": Value(row.interruptions),
            "dueAt": Value(row.dueAt), "lastFailure": row.lastFailure.map { failure($0) } ?? .null,
            "failure": row.failure.map { failure($0) } ?? .null, "scheduledAt": Value(row.scheduledAt),
            "startedAt": Value(row.startedAt), "completedAt": Value(row.completedAt),
        ]
    }

    static func log(_ row: LogRow) -> Value {
        [
            "time": Value(row.time), "level": .string(row.level), "step": Value(row.key?.text),
            "message": .string(row.message), "data": row.data,
        ]
    }

    static func event(_ event: StoredEvent) -> Value {
        [
            "sequence": .int(event.sequence.number), "id": .string(event.id), "name": .string(event.name),
            "source": .string(event.source), "time": Value(event.time), "data": event.data,
        ]
    }

    static func accepted(_ event: WriteOutcome.AcceptedEvent) -> Value {
        [
            "id": .string(event.id), "sequence": .int(event.sequence.number), "duplicate": .bool(event.isDuplicate),
            "candidates": Value(event.candidates), "started": .list(event.started.map { .string($0.text) }),
        ]
    }
}
