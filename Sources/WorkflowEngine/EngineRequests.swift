package import Values
package import WorkflowJournal

/// What it takes to start an instance.
package struct StartRequest: Sendable {
    package var workflow: String
    package var input: Value
    /// `{type: api | cli, …}`, as `instance.trigger` shows it.
    package var trigger: Value
    /// The caller's own name for the instance, unique per workflow.
    package var callerKey: String?
    /// From an `Idempotency-Key` header.
    package var idempotency: IdempotentRequest?

    package init(
        workflow: String, input: Value, trigger: Value, callerKey: String? = nil, idempotency: IdempotentRequest? = nil
    ) {
        self.workflow = workflow
        self.input = input
        self.trigger = trigger
        self.callerKey = callerKey
        self.idempotency = idempotency
    }
}

package struct StartedInstance: Sendable, Equatable {
    package var id: InstanceID
    /// False when the request was made before and this is its instance.
    package var isNew: Bool

    package init(id: InstanceID, isNew: Bool) {
        self.id = id
        self.isNew = isNew
    }
}

/// An event as a client sends it.
package struct EventRequest: Sendable {
    /// Nil: made by the engine, so that sending twice is two events.
    package var id: String?
    package var name: String
    package var source: String
    package var data: Value

    package init(id: String?, name: String, source: String, data: Value) {
        self.id = id
        self.name = name
        self.source = source
        self.data = data
    }
}

/// How to run an ended instance again.
package struct RetryRequest: Sendable, Hashable {
    /// The step to begin from; nil: the one that failed.
    package var from: MemoKey?
    /// On the definition and configuration current now.
    package var upgrades: Bool
    package var reason: String?

    package init(from: MemoKey? = nil, upgrades: Bool = false, reason: String? = nil) {
        self.from = from
        self.upgrades = upgrades
        self.reason = reason
    }

    var value: Value {
        [
            "from": from.map { .string($0.text) } ?? .null, "upgrade": .bool(upgrades),
            "reason": reason.map(Value.string) ?? .null,
        ]
    }
}

/// Why the engine did not do what a client asked. Nothing has happened, except after `unknown`.
package struct EngineError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case workflowNotFound
        case instanceNotFound
        /// The input or event data does not fit its type; `violations` says where.
        case invalidInput
        /// A label, or another part of the start, could not be evaluated.
        case invalidStart
        /// The instance has ended already.
        case alreadyEnded
        /// `concurrency` with `overflow: reject` has no place.
        case gateFull
        /// The instance is held: cancelling it needs force.
        case held
        /// Only a held instance can be released, or ended by force.
        case notHeld
        /// Only an ended instance can be run again.
        case notEnded
        /// It completed, or there is no such step to begin from; `message` says what.
        case notRetryable
        /// The journal does not replay on the definition asked for; `message` says where.
        case mismatch
        case idempotencyKeyReused
        case callerKeyTaken
        /// No space on the device.
        case full
        /// Shutting down, or overloaded.
        case unavailable
        /// Whether it happened is not known: repeat with the same key.
        case unknown
    }

    package var code: Code
    package var message: String
    /// `{pointer, detail}` each.
    package var violations: Value
    /// What to do, where there is something: a similar name, for example.
    package var hint: String?

    package init(_ code: Code, _ message: String, violations: Value = .list([]), hint: String? = nil) {
        self.code = code
        self.message = message
        self.violations = violations
        self.hint = hint
    }

    package var description: String { message }
}
