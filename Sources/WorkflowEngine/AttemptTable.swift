import Values
import WorkflowJournal

/// An attempt in flight in this process.
struct RunningAttempt {
    var action: String
    var startedAt: Timestamp
    /// Inline actions hold no place.
    var holdsPlace: Bool
    /// Its `retry.timeout` came due: a failure is a `timeout`.
    var hasTimedOut = false
    var isAborted = false
    /// Aborted by nothing but the end of the drain.
    var isStoppedByShutdown = false
    /// Values that must not be stored.
    var redactor: Redactor
}

/// The attempts in flight, found by tag and by step.
struct AttemptTable {
    private var attempts: [EngineCore.AttemptTag: RunningAttempt] = [:]
    private var tags: [InstanceKey: [MemoKey: [EngineCore.AttemptTag]]] = [:]

    var isEmpty: Bool { attempts.isEmpty }
    var count: Int { attempts.count }
    /// In the order in which they began.
    var all: [EngineCore.AttemptTag] { attempts.keys.sorted { $0.serial < $1.serial } }

    subscript(tag: EngineCore.AttemptTag) -> RunningAttempt? { attempts[tag] }

    mutating func begin(_ tag: EngineCore.AttemptTag, _ attempt: RunningAttempt) {
        attempts[tag] = attempt
        tags[tag.instance, default: [:]][tag.step, default: []].append(tag)
    }

    mutating func update(_ tag: EngineCore.AttemptTag, _ change: (inout RunningAttempt) -> Void) {
        guard var attempt = attempts[tag] else { return }
        change(&attempt)
        attempts[tag] = attempt
    }

    mutating func end(_ tag: EngineCore.AttemptTag) -> RunningAttempt? {
        guard let attempt = attempts.removeValue(forKey: tag) else { return nil }
        tags[tag.instance]?[tag.step]?.removeAll { $0 == tag }
        if tags[tag.instance]?[tag.step]?.isEmpty == true { tags[tag.instance]?[tag.step] = nil }
        if tags[tag.instance]?.isEmpty == true { tags[tag.instance] = nil }
        return attempt
    }

    func tags(of instance: InstanceKey, _ step: MemoKey) -> [EngineCore.AttemptTag] { tags[instance]?[step] ?? [] }

    func tags(of instance: InstanceKey) -> [EngineCore.AttemptTag] {
        (tags[instance] ?? [:]).values.joined().sorted { $0.serial < $1.serial }
    }

    func hasAny(of instance: InstanceKey) -> Bool { tags[instance] != nil }
}
