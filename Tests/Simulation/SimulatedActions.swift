package import Values
package import WorkflowEngine
package import WorkflowJournal

/// One thing that really happened outside: a line of the other side's own record, which no crash of the server touches.
package struct Execution {
    package var instance: InstanceID
    /// The instance's run at the time, as it was stored.
    package var run: Int
    package var step: MemoKey
    package var key: IdempotencyKey
    package var attempt: Int
    package var action: String
    /// Which life of the server began it.
    package var incarnation: Int
    package var startedAt: Timestamp
    /// Nil while under way, and for ever when the server died meanwhile.
    package var outcome: Result<Value, Failure>?
}

/// What an attempt at an action does.
package struct Behaviour {
    package var microseconds: Int64
    package var result: ActionResult
    /// Whether it ends soon when it is told to stop; otherwise it goes on and its answer comes too late or never.
    package var obeysStop = true

    package init(microseconds: Int64, _ outcome: Result<Value, Failure>, retryAfter: TimeSpan? = nil, obeysStop: Bool = true) {
        self.microseconds = microseconds
        self.result = ActionResult(outcome, retryAfter: retryAfter)
        self.obeysStop = obeysStop
    }
}

/// The outside world as actions see it: what an attempt does depends on the seed, the idempotency key and the attempt, never
/// on the order of things.
package struct SimulatedActions {
    package static let inlineNames: Set<String> = ["log", "time.now", "random.uuid", "random.int"]
    package static let names = ["http", "shell", "email", "log", "time.now", "random.uuid", "random.int"]

    /// How often an attempt goes wrong, in thousandths.
    package struct Temper {
        package var retryableFailures = 120
        package var failures = 60
        package var slow = 60
        package var hangs = 20
        package var huge = 5
        /// Echoes its whole input, secrets included, back to the server.
        package var echoes = 200

        package init() {}
        package static let calm: Temper = {
            var temper = Temper()
            temper.retryableFailures = 0
            temper.failures = 0
            temper.slow = 0
            temper.hangs = 0
            temper.huge = 0
            temper.echoes = 0
            return temper
        }()
    }

    package var seed: UInt64
    package var temper: Temper
    /// Overrides what an attempt does; nil leaves it to chance.
    package var script: (ActionInvocation) -> Behaviour?

    package init(seed: UInt64, temper: Temper, script: @escaping (ActionInvocation) -> Behaviour? = { _ in nil }) {
        self.seed = seed
        self.temper = temper
        self.script = script
    }

    /// The handlers' names and kinds, for the core; what they do is decided here.
    package static func handlers(limits: [String: Int] = [:]) -> [ActionHandler] {
        names.map { name in
            inlineNames.contains(name)
                ? ActionHandler(name: name, body: .inline { _ in ActionResult(.success(.null)) })
                : ActionHandler(name: name, limit: limits[name], body: .asynchronous { _ in ActionResult(.success(.null)) })
        }
    }

    package func behaviour(_ action: String, _ invocation: ActionInvocation) -> Behaviour {
        if let scripted = script(invocation) { return scripted }
        var random = SeededGenerator.derived(seed, "\(invocation.key)#\(invocation.attempt)")
        let value = Self.answer(action, invocation, random: &random)
        if Self.inlineNames.contains(action) { return Behaviour(microseconds: 0, .success(value)) }
        var behaviour = Behaviour(
            microseconds: random.within(100...50_000), outcome(value, action, invocation, &random),
            obeysStop: random.chance(750))
        if random.chance(temper.slow) { behaviour.microseconds = random.within(1_000_000...120_000_000) }
        if random.chance(temper.hangs) { behaviour.microseconds = 3_600_000_000 }
        if case .failure(let failure) = behaviour.result.outcome, failure.isRetryable, random.chance(200) {
            behaviour.result.retryAfter = TimeSpan(microseconds: random.within(1...30) * 1_000_000)
        }
        return behaviour
    }

    private func outcome(
        _ value: Value, _ action: String, _ invocation: ActionInvocation, _ random: inout SeededGenerator
    ) -> Result<Value, Failure> {
        if random.chance(temper.retryableFailures) {
            return .failure(Failure(code: "http.503", message: "unavailable", isRetryable: true))
        }
        if random.chance(temper.failures) {
            // The other side repeats what it was sent: a secret must not be stored for it.
            return .failure(Failure(code: "http.400", message: "cannot read \(JSON.text(JSON.normalised(invocation.input)))"))
        }
        if random.chance(temper.huge) {
            return .success(.string(String(repeating: "x", count: JournalLimits.payloadBytes + 1)))
        }
        guard action == "http", random.chance(temper.echoes), case .map(var map) = value else { return .success(value) }
        map["headers"] = ["echo": .string(JSON.text(JSON.normalised(invocation.input)))]
        return .success(.map(map))
    }

    /// What the other side says when all is well.
    private static func answer(_ action: String, _ invocation: ActionInvocation, random: inout SeededGenerator) -> Value {
        switch action {
        case "http": ["status": 200, "headers": [:], "body": body(invocation)]
        case "shell":
            [
                "code": 0, "stdout": .string("out \(random.below(1_000))"), "stderr": "", "truncated": false,
                "value": output(invocation),
            ]
        case "email": ["id": .string("mail-\(invocation.key)")]
        case "time.now": .string(invocation.time.description)
        case "random.uuid": .string(invocation.key.text)
        case "random.int": .int(Int64(random.below(100)))
        default: .null
        }
    }

    private static func body(_ invocation: ActionInvocation) -> Value {
        let url = invocation.input["url"]?.stringValue ?? ""
        if url.contains("/orders/") { return ["id": "o1", "email": "a@example.com", "total": 12.5] }
        if url.contains("/quotes/") { return ["symbol": "SWFT", "price": 7.25] }
        return ["id": .string("\(invocation.step)")]
    }

    private static func output(_ invocation: ActionInvocation) -> Value {
        switch invocation.input["parse"]?.stringValue {
        case "lines": ["one", "two"]
        case "json": ["filesystem": "/dev/sda1", "sizeKb": 1_000, "usedPercent": 95]
        default: "out"
        }
    }
}
