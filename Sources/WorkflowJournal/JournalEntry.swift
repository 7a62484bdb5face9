// WorkflowJournal: what is stored of an instance, and the port through which it is.
//
// Invariant: knows no implementation of the port, no engine, no definition. Rows, ids and codecs only; times are instants of
// the store's clock.
//
// Start at `JournalEntry` (what the interpreter is fed), then `Transition` (what one commit writes) and `JournalStore`.

package import Values

/// One record of an instance's journal: a gap-free sequence per (instance, run), from 1. Sequence 0 is the start.
package struct JournalEntry: Sendable, Equatable {
    package enum Content: Sendable, Equatable {
        /// The final outcome of a leaf step.
        case outcome(MemoKey, StepOutcome)
        case signal(Signal)
    }

    package var sequence: Int
    /// The only time the interpreter knows; never before the previous entry's.
    package var time: Timestamp
    package var content: Content

    package init(sequence: Int, time: Timestamp, content: Content) {
        self.sequence = sequence
        self.time = time
        self.content = content
    }
}

/// What came of a leaf step: an action, a wait, a sleep.
package enum StepOutcome: Sendable, Equatable {
    /// The verb's raw result, before `returns` and `output`. Of a wait: the event as `StoredEvent.value`.
    case completed(Value)
    case failed(Failure)
    /// Stopped before it had a result, because a scope around it ended.
    case cancelled
}

/// What happens to an instance other than an outcome of one of its steps.
package enum Signal: Sendable, Equatable {
    case cancelled(CancelRequest)
    case deadline
    /// The timeout of the step with this key came due.
    case timedOut(MemoKey)
    /// A place under `concurrency` became free.
    case admitted
    /// An operator's retry: the first entry of its run that is not kept from the run before.
    case retried(RetryRecord)

    /// The reserved key of the row that records it: unique per run, so each happens once.
    package var key: MemoKey {
        switch self {
        case .cancelled: .cancelSignal
        case .deadline: .deadlineSignal
        case .timedOut(let step): step.timeout
        case .admitted: .admittedSignal
        case .retried(let retry): .retriedSignal(run: retry.run)
        }
    }

    /// What the row that records it holds as its output.
    package var value: Value? {
        switch self {
        case .cancelled(let request): request.value
        case .retried(let retry): retry.value
        case .deadline, .timedOut, .admitted: nil
        }
    }
}

/// Where a retried run leaves the journal of the run before. Everything open begins anew here: leaves are asked for again,
/// running timeouts have their whole length, the workflow's deadline too.
package struct RetryRecord: Sendable, Equatable {
    package var run: Int
    /// How often places have completed that no kept row says so of; joined with what is counted, the larger number wins.
    package var occurrences: [String: Int]

    package init(run: Int, occurrences: [String: Int] = [:]) {
        self.run = run
        self.occurrences = occurrences
    }

    package var value: Value {
        let counts = occurrences.map { (MapKey.string($0.key), Value.int(Int64($0.value))) }
        return ["run": .int(Int64(run)), "occurrences": .map(ValueMap(counts))]
    }

    package init(value: Value) {
        self.init(run: Int(value["run"]?.intValue ?? 0))
        for (place, count) in value["occurrences"]?.mapValue ?? [:] {
            if case .string(let place) = place, let count = count.intValue { occurrences[place] = Int(count) }
        }
    }
}

package struct CancelRequest: Sendable, Equatable {
    package var reason: String?
    /// False leaves compensations out (`cancel --no-compensate`); `finally` blocks run all the same.
    package var compensates: Bool

    package init(reason: String? = nil, compensates: Bool = true) {
        self.reason = reason
        self.compensates = compensates
    }

    package var value: Value {
        ["reason": reason.map(Value.string) ?? .null, "compensate": .bool(compensates)]
    }

    package init(value: Value) {
        self.init(reason: value["reason"]?.stringValue, compensates: value["compensate"]?.boolValue ?? true)
    }
}

/// A recorded failure: language.md §3.
package struct Failure: Sendable, Hashable, Error {
    package var code: String
    package var message: String
    package var isRetryable: Bool
    /// Memo key of the step that raised it; nil until it is known.
    package var step: MemoKey?
    /// That step's idempotency key.
    package var key: IdempotencyKey?
    /// The attempt that failed, from 1; 0 where nothing was attempted.
    package var attempt: Int
    package var data: Value
    /// The effect may have happened: started, then timed out or interrupted.
    package var isUncertain: Bool
    /// What the other side asked to be given before the next try.
    package var retryAfter: TimeSpan?
    /// At most one: the failure that this one came of.
    package var cause: [Failure]

    package init(
        code: String, message: String, isRetryable: Bool = false, step: MemoKey? = nil, key: IdempotencyKey? = nil,
        attempt: Int = 0, data: Value = .null, isUncertain: Bool = false, retryAfter: TimeSpan? = nil,
        cause: Failure? = nil
    ) {
        self.code = code
        self.message = message
        self.isRetryable = isRetryable
        self.step = step
        self.key = key
        self.attempt = attempt
        self.data = data
        self.isUncertain = isUncertain
        self.retryAfter = retryAfter
        self.cause = cause.map { [$0] } ?? []
    }

    /// As `error` in expressions, in the journal and in the API.
    package var value: Value {
        var map: ValueMap = [
            "code": .string(code), "message": .string(message), "retryable": .bool(isRetryable),
            "step": .string(step?.text ?? ""), "key": .string(key?.text ?? ""), "attempt": .int(Int64(attempt)), "data": data,
            "uncertain": .bool(isUncertain), "cause": cause.first?.value ?? .null,
        ]
        map["retryAfter"] = retryAfter.map { .string($0.description) }
        return .map(map)
    }

    /// Reads what `value` wrote; missing members take their defaults.
    package init(value: Value) {
        func text(_ name: String) -> String? { value[name]?.stringValue.flatMap { $0.isEmpty ? nil : $0 } }
        let cause = value["cause"] ?? .null
        self.init(
            code: text("code") ?? "unknown", message: text("message") ?? "",
            isRetryable: value["retryable"]?.boolValue ?? false, step: text("step").map { MemoKey($0) },
            key: text("key").map { IdempotencyKey($0) }, attempt: Int(value["attempt"]?.intValue ?? 0),
            data: value["data"] ?? .null, isUncertain: value["uncertain"]?.boolValue ?? false,
            retryAfter: text("retryAfter").flatMap { TimeSpan(celDuration: $0) },
            cause: cause.isNull ? nil : Failure(value: cause))
    }
}
