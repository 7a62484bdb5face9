import JournalMemory
import Simulation
import TestSupport
import Values
import WorkflowEngine
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// A core over a store in memory, driven by hand: writes and reads are done at once, attempts when the test says so.
final class Bench {
    let clock = SimulatedClock()
    let journal: SimulatedJournal
    let definitions = SimulatedDefinitions()
    var secrets = SimulatedSecrets([:])
    var configuration = EngineCore.Configuration()
    var limits: [String: Int] = [:]
    private(set) var core: EngineCore
    /// Begun and not ended.
    private(set) var running: [(tag: EngineCore.AttemptTag, action: String, invocation: ActionInvocation)] = []
    private(set) var aborted: [String] = []
    private(set) var answers: [EngineCore.Answer] = []
    private(set) var transitions: [Transition] = []
    var recordsTransitions = true
    private(set) var reports: [String] = []
    /// Writes wait here while set.
    var holdsWrites = false
    private var heldWrites: [(EngineCore.WriteTag, JournalWrite)] = []
    private var tickets: UInt64 = 0
    private var ids: UInt64 = 0

    init(_ yaml: String = "", config: Value = .map([:])) throws {
        journal = SimulatedJournal(clock: clock)
        core = EngineCore(definitions: definitions, actions: [], secrets: secrets, now: clock.now)
        try boot()
        if !yaml.isEmpty { try define(yaml, config: config) }
    }

    /// - Parameter others: workflows that it invokes; they are not defined by this.
    @discardableResult
    func define(_ yaml: String, besides others: [String] = [], config: Value = .map([:])) throws -> StepGraph {
        let files = others.map { other -> (path: String, text: String) in
            let name = other.split(separator: "\n").first?.split(separator: " ").last ?? ""
            return (path: "\(name).yaml", text: other)
        }
        let graph = try compileWorkflow(yaml, files: files)
        _ = try journal.inner.write([.define(graph.record()), .configure(config)])
        definitions.define(graph, config: config)
        handle(.definitionsChanged)
        return graph
    }

    // MARK: - The process

    private func boot() throws {
        let epoch = try journal.open(node: "bench")
        core = EngineCore(
            definitions: definitions, actions: SimulatedActions.handlers(limits: limits), secrets: secrets,
            configuration: configuration, now: journal.now())
        handle(.opened(epoch))
        handle(.definitionsChanged)
    }

    /// kill -9 and a new server.
    func restart() throws {
        journal.close()
        running = []
        aborted = []
        heldWrites = []
        holdsWrites = false
        try boot()
    }

    func advance(_ seconds: Double) {
        clock.advance(to: clock.elapsed + Int64(seconds * 1_000_000))
        handle(.tick)
        // Polling finds what the first tick has asked for.
        handle(.tick)
    }

    func handle(_ input: EngineCore.Input) {
        core.handle(input, at: journal.now())
        settle()
    }

    private func settle() {
        var effects = core.takeEffects()
        while !effects.isEmpty {
            for effect in effects { perform(effect) }
            effects = core.takeEffects()
        }
    }

    private func perform(_ effect: EngineCore.Effect) {
        do {
            switch effect {
            case .write(let tag, let write):
                if holdsWrites { heldWrites.append((tag, write)) } else { try self.write([(tag, write)]) }
            case .claim(let limit):
                let claims = try journal.claim(limit: limit)
                feed(.claimed(claims, isLast: claims.count < limit))
            case .claimOne(let key): feed(.claimedOne(key, try journal.claim(key)))
            case .load(let claim): feed(.loaded(claim, try journal.load(claim)))
            case .readInbox(let claim): feed(.inbox(claim, try journal.inbox(claim, limit: 4)))
            case .readTimers(let due): feed(.timers(try journal.timers(dueBy: due, limit: 1_000), through: due))
            case .readSchedules: feed(.schedules(try journal.schedules()))
            case .release(let claim): try journal.release([claim])
            case .perform(let tag, let action, let invocation):
                if SimulatedActions.inlineNames.contains(action) {
                    feed(.attemptEnded(tag, ActionResult(.success(action == "random.int" ? 7 : .null))))
                } else {
                    running.append((tag, action, invocation))
                }
            case .abort(let tag): aborted.append(tag.step.text)
            case .answer(_, let answer): answers.append(answer)
            case .ended: break
            case .report(let line): reports.append(line)
            }
        } catch {
            // A busy store: the test decides what comes next.
        }
    }

    private func feed(_ input: EngineCore.Input) { core.handle(input, at: journal.now()) }

    private func write(_ writes: [(EngineCore.WriteTag, JournalWrite)]) throws {
        if recordsTransitions {
            for case .transition(let transition) in writes.map(\.1) { transitions.append(transition) }
        }
        do {
            let outcomes = try journal.write(writes.map(\.1))
            feed(.written(zip(writes, outcomes).map { (tag: $0.0, outcome: $1) }))
        } catch {
            guard error.code == .unknown else { throw error }
            feed(.written(writes.map { (tag: $0.0, outcome: .unknown) }))
        }
    }

    /// Writes what was held, as one batch.
    func flush() throws {
        holdsWrites = false
        let writes = heldWrites
        heldWrites = []
        try write(writes)
        settle()
    }

    /// The next write has this fault.
    func failNextWrite(_ fault: StoreFault) {
        var isUsed = false
        journal.plan = { _, kind in
            guard kind == .write, !isUsed else { return nil }
            isUsed = true
            return fault
        }
    }

    // MARK: - Clients

    @discardableResult
    func start(_ workflow: String = "case", _ input: Value = [:], key: String? = nil) -> InstanceID {
        tickets += 1
        ids += 1
        let id = InstanceID(at: clock.now, random: (ids, ids))
        let request = StartRequest(
            workflow: workflow, input: input, trigger: ["type": "test"],
            idempotency: key.map { IdempotentRequest(key: $0, bodyDigest: ContentDigest(of: input)) })
        handle(.start(.init(number: tickets), request, id))
        return id
    }

    func send(_ name: String, _ data: Value, id: String? = nil) {
        tickets += 1
        let event = NewEvent(id: id ?? "e\(tickets)", name: name, source: "test", data: data)
        handle(.write(.init(number: tickets), .accept(SentEvent(event: event))))
    }

    func cancel(_ id: InstanceID, compensates: Bool = true) {
        request(id, .cancel(CancelRequest(compensates: compensates)))
    }

    func request(_ id: InstanceID, _ kind: InstanceRequest.Kind) {
        tickets += 1
        handle(.write(.init(number: tickets), .request(InstanceRequest(instance: id, kind: kind))))
    }

    func retry(_ id: InstanceID, from step: String? = nil, upgrades: Bool = false, reason: String? = nil) throws {
        guard let stored = try journal.storedInstance(id) else { return }
        tickets += 1
        let request = RetryRequest(from: step.map { MemoKey($0) }, upgrades: upgrades, reason: reason)
        handle(.retry(.init(number: tickets), stored, request))
    }

    /// What a retry would do.
    func preview(_ id: InstanceID, upgrades: Bool = false) throws -> RetryPlan {
        guard let stored = try journal.storedInstance(id) else { throw TestError("there is no instance \(id)") }
        let request = RetryRequest(from: nil, upgrades: upgrades, reason: nil)
        return try EngineCore.preview(of: stored, request, definitions, journal, now: journal.now())
    }

    func upgrade(_ id: InstanceID, reason: String? = nil) throws {
        guard let key = summary(id)?.key else { return }
        tickets += 1
        handle(.upgrade(.init(number: tickets), key, reason: reason))
    }

    // MARK: - Actions

    var runningSteps: [String] { running.map(\.invocation.step.text).sorted() }

    /// The oldest running attempt of a step ends.
    func end(_ step: String, _ outcome: Result<Value, Failure> = .success(Bench.shellOutput), retryAfter: TimeSpan? = nil) {
        guard let index = running.firstIndex(where: { $0.invocation.step.text == step }) else { return }
        end(at: index, outcome, retryAfter: retryAfter)
    }

    /// All running attempts end at once.
    func endAll() {
        let attempts = running
        running = []
        handle(.attemptsEnded(attempts.map { (tag: $0.tag, result: ActionResult(.success(Self.shellOutput))) }))
    }

    func end(
        at index: Int, _ outcome: Result<Value, Failure> = .success(Bench.shellOutput), retryAfter: TimeSpan? = nil
    ) {
        let attempt = running.remove(at: index)
        handle(.attemptEnded(attempt.tag, ActionResult(outcome, retryAfter: retryAfter)))
    }

    /// A workflow of one command.
    static let one = """
        workflow: case
        steps:
          - id: a
            call: shell
            with: { argv: [a] }
        """
    static let shellOutput: Value = ["code": 0, "stdout": "", "stderr": "", "truncated": false, "value": ""]
    static let unavailable = Failure(code: "http.503", message: "unavailable", isRetryable: true)
    static let stopped = Failure(code: "stopped", message: "told to stop", isUncertain: true)

    // MARK: - Looking

    func summary(_ id: InstanceID) -> InstanceSummary? { ((try? journal.instance(id)) ?? nil)?.summary }
    func status(_ id: InstanceID) -> InstanceStatus? { summary(id)?.status }
    func failure(_ id: InstanceID) -> Failure? { ((try? journal.instance(id)) ?? nil)?.failure }
    func row(_ id: InstanceID, _ key: String) -> StepRow? {
        ((try? journal.steps(of: id, run: nil)) ?? []).first { $0.key.text == key }
    }
    func output(_ id: InstanceID) -> Value? { ((try? journal.instance(id)) ?? nil)?.output }
    func logs(_ id: InstanceID) -> [String] {
        ((try? journal.logs(of: id, after: 0, limit: 1_000)) ?? []).map(\.message)
    }
    /// Instances of a workflow, oldest first.
    func instances(of workflow: String) -> [InstanceID] {
        var filter = InstanceFilter()
        filter.workflow = workflow
        return ((try? journal.instances(matching: filter, after: nil, limit: 100_000)) ?? []).map(\.id).reversed()
    }
    func child(of id: InstanceID, _ step: String, attempt: Int = 1) -> InstanceID {
        InstanceID(childOf: id, run: summary(id)?.run ?? 1, step: MemoKey(step), attempt: attempt)
    }
    func keys(_ id: InstanceID) -> [String] { ((try? journal.steps(of: id, run: nil)) ?? []).map(\.key.text) }
}
