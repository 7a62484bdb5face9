package import Values
package import WorkflowJournal

/// Code with an effect, run for a step: the port through which built-in actions reach the engine.
///
/// Inputs and outputs follow the action's signature in `stdlib/builtin`, under whose name the handler is registered.
package struct ActionHandler: Sendable {
    package enum Body: Sendable {
        /// Returns at once, without leaving the process: run on the engine's own thread.
        case inline(@Sendable (ActionInvocation) -> ActionResult)
        /// Waits for something outside. Cancelling its task stops the effect really: the other side is told to end and, after
        /// the grace time, made to; then it returns what is known. An answer that still arrived is returned as completed.
        case asynchronous(@Sendable (ActionInvocation) async -> ActionResult)
    }

    package var name: String
    package var body: Body
    /// How many attempts of this action may run at once; nil: only the engine's own limit.
    package var limit: Int?

    package init(name: String, limit: Int? = nil, body: Body) {
        self.name = name
        self.limit = limit
        self.body = body
    }
}

/// One attempt at a step's action.
package struct ActionInvocation: Sendable {
    package var instance: InstanceID
    package var workflow: String
    package var step: MemoKey
    /// The same for every try at this effect.
    package var key: IdempotencyKey
    /// From 1.
    package var attempt: Int
    /// The evaluated input under the action's signature, secrets included: never log or store it.
    package var input: Value
    /// Hosts of this call that are written in the definition or its configuration, lower case: the egress guard trusts them
    /// further than a host that came from data.
    package var trustedHosts: Set<String>
    /// The store's clock when the attempt was announced.
    package var time: Timestamp

    package init(
        instance: InstanceID, workflow: String, step: MemoKey, key: IdempotencyKey, attempt: Int, input: Value,
        trustedHosts: Set<String> = [], time: Timestamp
    ) {
        self.instance = instance
        self.workflow = workflow
        self.step = step
        self.key = key
        self.attempt = attempt
        self.input = input
        self.trustedHosts = trustedHosts
        self.time = time
    }
}

/// What one attempt came to, and what is stored beside it in the same transaction.
package struct ActionResult: Sendable {
    package struct LogLine: Sendable, Equatable {
        package var level: String
        package var message: String
        package var data: Value

        package init(level: String, message: String, data: Value) {
            self.level = level
            self.message = message
            self.data = data
        }
    }

    package struct SentEmail: Sendable, Equatable {
        package var id: String
        package var to: [String]
        package var subject: String
        package var file: String

        package init(id: String, to: [String], subject: String, file: String) {
            self.id = id
            self.to = to
            self.subject = subject
            self.file = file
        }
    }

    /// The raw result, JSON-representable; or a failure, whose `step`, `key` and `attempt` the engine fills in.
    package var outcome: Result<Value, Failure>
    /// From a `Retry-After`: replaces the delay before the next attempt.
    package var retryAfter: TimeSpan?
    package var logs: [LogLine]
    package var emails: [SentEmail]

    package init(
        _ outcome: Result<Value, Failure>, retryAfter: TimeSpan? = nil, logs: [LogLine] = [], emails: [SentEmail] = []
    ) {
        self.outcome = outcome
        self.retryAfter = retryAfter
        self.logs = logs
        self.emails = emails
    }
}
