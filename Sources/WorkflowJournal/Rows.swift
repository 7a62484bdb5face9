package import Values

/// Statuses of an instance, moved by the engine alone.
package enum InstanceStatus: String, Sendable, Hashable, CaseIterable {
    case pending, running, suspended, completed, failed, cancelled
    case timedOut = "timed_out"

    package var isTerminal: Bool {
        switch self {
        case .pending, .running, .suspended: false
        case .completed, .failed, .cancelled, .timedOut: true
        }
    }
}

/// Why a live instance does not move.
package enum Hold: String, Sendable, Hashable { case paused, mismatch, quarantined, unsupported }

/// Statuses of a step. The last three are final.
package enum StepStatus: String, Sendable, Hashable {
    case scheduled, running, sleeping, waiting, completed, failed, cancelled

    package var isFinal: Bool {
        switch self {
        case .scheduled, .running, .sleeping, .waiting: false
        case .completed, .failed, .cancelled: true
        }
    }
}

/// What a row of `wf_step` records.
package enum StepVerb: String, Sendable, Hashable { case call, wait, sleep, invoke, emit, signal }

/// A row of `wf_step`: one step occurrence, or (verb `signal`) one signal.
package struct StepRow: Sendable, Equatable {
    package var key: MemoKey
    package var verb: StepVerb
    /// Name of the action, for `call`; of the workflow, for `invoke`; of the event, for `emit`.
    package var action: String?
    package var status: StepStatus
    /// Of the evaluated inputs, secrets replaced by their names.
    package var inputDigest: ContentDigest?
    /// The entry whose application asked for the step.
    package var scheduledSequence: Int
    /// The entry that is this row's outcome or signal; nil while open, and for a wait or sleep that was stopped.
    package var completedSequence: Int?
    /// From 1; 0 before the first attempt is announced.
    package var attempt: Int
    /// Attempts found announced and unfinished after a crash.
    package var interruptions: Int
    /// When the step next moves by itself: the end of a sleep, the next attempt.
    package var dueAt: Timestamp?
    /// Failure of the latest attempt while another one is to come.
    package var lastFailure: Failure?
    /// The raw result, or a signal's data.
    package var output: Value?
    package var failure: Failure?
    package var occurrence: Int
    package var scheduledAt: Timestamp
    /// When the latest attempt began; nil before one has, and between a failed one and the next.
    package var startedAt: Timestamp?
    package var completedAt: Timestamp?

    package init(
        key: MemoKey, verb: StepVerb, action: String? = nil, status: StepStatus, inputDigest: ContentDigest? = nil,
        scheduledSequence: Int, completedSequence: Int? = nil, attempt: Int = 0, interruptions: Int = 0,
        dueAt: Timestamp? = nil,
        lastFailure: Failure? = nil, output: Value? = nil, failure: Failure? = nil, occurrence: Int = 0, scheduledAt: Timestamp,
        startedAt: Timestamp? = nil, completedAt: Timestamp? = nil
    ) {
        self.key = key
        self.verb = verb
        self.action = action
        self.status = status
        self.inputDigest = inputDigest
        self.scheduledSequence = scheduledSequence
        self.completedSequence = completedSequence
        self.attempt = attempt
        self.interruptions = interruptions
        self.dueAt = dueAt
        self.lastFailure = lastFailure
        self.output = output
        self.failure = failure
        self.occurrence = occurrence
        self.scheduledAt = scheduledAt
        self.startedAt = startedAt
        self.completedAt = completedAt
    }
}

/// A row of `wf_attempt`: a failed or interrupted attempt, for people.
package struct AttemptRow: Sendable, Equatable {
    package var key: MemoKey
    package var attempt: Int
    package var startedAt: Timestamp
    package var endedAt: Timestamp
    package var failure: Failure

    package init(key: MemoKey, attempt: Int, startedAt: Timestamp, endedAt: Timestamp, failure: Failure) {
        self.key = key
        self.attempt = attempt
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.failure = failure
    }
}

package enum TimerKind: String, Sendable, Hashable { case sleep, retry, timeout, deadline, start }

/// A row of `wf_timer`: unique per (instance, run, key).
package struct TimerRow: Sendable, Equatable {
    /// The sleeping step, the step to retry, the signal's key, or `!deadline`.
    package var key: MemoKey
    package var kind: TimerKind
    package var dueAt: Timestamp

    package init(key: MemoKey, kind: TimerKind, dueAt: Timestamp) {
        self.key = key
        self.kind = kind
        self.dueAt = dueAt
    }
}

/// A row of `wf_wait` and its keys: an open wait, one match key per event name it listens to.
package struct WaitRow: Sendable, Equatable {
    package var key: MemoKey
    package var matches: [EventMatch]
    package var scheduledSequence: Int
    /// Events up to here were offered to the wait's `where` and declined.
    package var examined: EventSequence

    package init(key: MemoKey, matches: [EventMatch], scheduledSequence: Int, examined: EventSequence = .none) {
        self.key = key
        self.matches = matches
        self.scheduledSequence = scheduledSequence
        self.examined = examined
    }
}

/// A line of `wf_log`.
package struct LogRow: Sendable, Equatable {
    package var time: Timestamp
    package var level: String
    /// The step that wrote it; nil for the engine's own lines.
    package var key: MemoKey?
    package var message: String
    package var data: Value
    /// Given by the store, rising; 0 before it is stored. For the page after this line.
    package var line: Int64

    package init(
        time: Timestamp, level: String, key: MemoKey?, message: String, data: Value = .null, line: Int64 = 0
    ) {
        self.time = time
        self.level = level
        self.key = key
        self.message = message
        self.data = data
        self.line = line
    }
}

/// A row of `wf_email`: a mail handed to the outbox.
package struct EmailRow: Sendable, Equatable {
    package var id: String
    package var key: MemoKey
    package var time: Timestamp
    package var to: [String]
    package var subject: String
    /// File name of the message in the outbox folder.
    package var file: String

    package init(id: String, key: MemoKey, time: Timestamp, to: [String], subject: String, file: String) {
        self.id = id
        self.key = key
        self.time = time
        self.to = to
        self.subject = subject
        self.file = file
    }
}

/// A row of `wf_definition`: everything an instance needs to be loaded again years later.
package struct DefinitionRecord: Sendable, Equatable {
    package struct Source: Sendable, Equatable {
        package var path: String
        package var text: String
        package init(path: String, text: String) {
            self.path = path
            self.text = text
        }
    }

    package var digest: ContentDigest
    package var workflow: String
    /// Version of the meaning of the language and the built-in actions.
    package var semantics: Int
    /// The definition first, then the files it calls, in path order.
    package var sources: [Source]
    /// The sets of payload paths its waits match by.
    package var matchSets: [MatchSet]
    /// How long its ended instances are kept; without an entry the server's default decides.
    package var retention: [InstanceStatus: TimeSpan]

    package init(
        digest: ContentDigest, workflow: String, semantics: Int, sources: [Source], matchSets: [MatchSet],
        retention: [InstanceStatus: TimeSpan] = [:]
    ) {
        self.digest = digest
        self.workflow = workflow
        self.semantics = semantics
        self.sources = sources
        self.matchSets = matchSets
        self.retention = retention
    }
}
