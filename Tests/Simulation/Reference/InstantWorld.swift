import JournalMemory
import Values
import WorkflowEngine
import WorkflowInterpreter
import WorkflowJournal

/// The engine on a machine on which nothing takes time but actions: what the reference interpreter is compared with.
///
/// Every write and read is done the moment it is asked for; the clock jumps to whatever comes next.
final class InstantWorld {
    let clock = SimulatedClock()
    let journal: MemoryJournal
    let core: EngineCore
    private let act: (String, String, String, Int) -> (microseconds: Int64, result: Result<Value, Failure>)
    private let answersStopped: (String) -> Bool
    private var underWay: [EngineCore.AttemptTag: (endsAt: Int64, action: String, result: ActionResult)] = [:]
    private var planned: [(at: Int64, input: (EngineCore.Ticket) -> EngineCore.Input)] = []
    private var tickets: UInt64 = 0
    private(set) var calls: [ReferenceInterpreter.Call] = []
    private(set) var refusal: EngineError?

    init(
        _ definitions: SimulatedDefinitions, records: [DefinitionRecord], config: Value,
        answersStopped: @escaping (String) -> Bool,
        act: @escaping (String, String, String, Int) -> (microseconds: Int64, result: Result<Value, Failure>)
    ) throws {
        let clock = self.clock
        journal = MemoryJournal(clock: { clock.now })
        self.act = act
        self.answersStopped = answersStopped
        // All asynchronous, so that each takes its own time.
        let handlers = SimulatedActions.names.map { name in
            ActionHandler(name: name, body: .asynchronous { _ in ActionResult(.success(.null)) })
        }
        core = EngineCore(
            definitions: definitions, actions: handlers, secrets: SimulatedSecrets(["token": "t"]), now: clock.now)
        let epoch = try journal.open(node: "instant")
        _ = try journal.write([.configure(config)] + records.map { .define($0) })
        core.handle(.opened(epoch), at: clock.now)
    }

    func start(_ workflow: String, input: Value, id: InstanceID, at time: Int64 = 0) {
        plan(time) { .start($0, StartRequest(workflow: workflow, input: input, trigger: ["type": "api"]), id) }
    }

    func cancel(_ id: InstanceID, at time: Int64, compensates: Bool) {
        plan(time) {
            .write($0, .request(InstanceRequest(instance: id, kind: .cancel(CancelRequest(compensates: compensates)))))
        }
    }

    func send(_ sent: ReferenceInterpreter.Sent) {
        let event = NewEvent(id: "\(sent.name) \(sent.at)", name: sent.name, source: "test", data: sent.data)
        plan(sent.at) { .write($0, .accept(SentEvent(event: event))) }
    }

    private func plan(_ time: Int64, _ input: @escaping (EngineCore.Ticket) -> EngineCore.Input) {
        planned.append((time, input))
        planned.sort { $0.at < $1.at }
    }

    /// Until nothing is left to happen.
    func run(stepLimit: Int = 500_000) throws {
        for _ in 0..<stepLimit {
            try settle()
            guard let next = try nextTime() else { return }
            clock.advance(to: next)
            if let first = planned.first, first.at <= next {
                planned.removeFirst()
                tickets += 1
                core.handle(first.input(.init(number: tickets)), at: clock.now)
            }
            for (tag, done) in underWay.filter({ $0.value.endsAt <= next }).sorted(by: { $0.key.serial < $1.key.serial }) {
                underWay[tag] = nil
                core.handle(.attemptEnded(tag, done.result), at: clock.now)
                try settle()
            }
            core.handle(.tick, at: clock.now)
        }
        throw JournalError(.busy, "still busy after \(stepLimit) steps")
    }

    /// The next instant at which something happens by itself; nil at rest.
    private func nextTime() throws(JournalError) -> Int64? {
        var times = underWay.values.map(\.endsAt)
        if let first = planned.first { times.append(first.at) }
        // The limit of an attempt is a timer that only the core knows.
        if !underWay.isEmpty { times.append(core.nextWakeup.since(SimulatedClock.start).microseconds) }
        if let timer = try journal.timers(dueBy: Timestamp(microseconds: .max / 2), limit: 1).first {
            times.append(timer.timer.dueAt.since(SimulatedClock.start).microseconds)
        }
        return times.min().map { max($0, clock.elapsed) }
    }

    /// Does what the core asks for until it asks for nothing more.
    private func settle() throws {
        while true {
            let effects = core.takeEffects()
            if effects.isEmpty { return }
            for effect in effects { try perform(effect) }
        }
    }

    private func perform(_ effect: EngineCore.Effect) throws {
        switch effect {
        case .write(let tag, let write):
            let outcome = try journal.write([write])[0]
            core.handle(.written([(tag: tag, outcome: outcome)]), at: clock.now)
        case .claim(let limit):
            let claims = try journal.claim(limit: limit)
            core.handle(.claimed(claims, isLast: claims.count < limit), at: clock.now)
        case .claimOne(let key): core.handle(.claimedOne(key, try journal.claim(key)), at: clock.now)
        case .load(let claim): core.handle(.loaded(claim, try journal.load(claim)), at: clock.now)
        case .readInbox(let claim): core.handle(.inbox(claim, try journal.inbox(claim, limit: 100)), at: clock.now)
        case .readTimers(let instant):
            core.handle(.timers(try journal.timers(dueBy: instant, limit: .max), through: instant), at: clock.now)
        case .readSchedules: core.handle(.schedules(try journal.schedules()), at: clock.now)
        case .release(let claim): try journal.release([claim])
        case .perform(let tag, let action, let invocation):
            calls.append(
                .init(
                    at: clock.elapsed, workflow: invocation.workflow, key: invocation.step.text, attempt: invocation.attempt))
            let (length, result) = act(invocation.workflow, action, invocation.step.text, invocation.attempt)
            underWay[tag] = (clock.elapsed + length, action, ActionResult(result))
        case .abort(let tag):
            guard let attempt = underWay[tag], !answersStopped(attempt.action) else { return }
            underWay[tag] = nil
            core.handle(
                .attemptEnded(tag, ActionResult(.failure(Failure(code: "stopped", message: "", isUncertain: true)))),
                at: clock.now)
        case .answer(_, .refused(let error)): refusal = error
        case .answer, .ended, .report: break
        }
    }
}
