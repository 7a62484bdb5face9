import JournalMemory
import Values
import WorkflowEngine
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// Something that must never happen has happened.
package struct Violation: Error, Sendable, CustomStringConvertible {
    /// `I1` … of guarantees.md §2, `G…` of §1, or `liveness`.
    package var invariant: String
    package var message: String
    package var description: String { "\(invariant): \(message)" }
}

/// Holds the promises against what clients were told, what is stored and what really happened outside.
///
/// It knows the definitions, the port and the interpreter's replay, and nothing of how the engine works.
final class InvariantChecker {
    let graphs: [StepGraph]
    let config: Value
    let secrets: SimulatedSecrets
    private let graphsByDigest: [ContentDigest: StepGraph]
    /// Payloads fit and the wait's `where` holds: language of the generated definitions.
    private let accepts: (StoredEvent, MemoKey) -> Bool

    private(set) var violation: Violation?
    private(set) var executions: [Execution] = []
    private(set) var commits = 0
    private var executionsOf: [InstanceID: [Int]] = [:]
    var observed: [InstanceID: Observation] = [:]
    private var order: [InstanceID] = []
    private var startAnswers: [String: InstanceID] = [:]
    private var refusedStarts: [InstanceID] = []
    private var eventAnswers: [String: EventSequence] = [:]
    private var events: [StoredEvent] = []
    private var acceptedCancels: [InstanceID] = []

    var store = MemoryJournal(clock: { SimulatedClock.start })
    private var clock: () -> Timestamp = { SimulatedClock.start }
    private var inspect: (InstanceID) -> EngineCore.Inspection? = { _ in nil }
    /// A deliberate bug in the definitions makes the live commands differ from the true ones in their policies.
    private var sabotage: DeliberateBug?

    /// What was seen of an instance after its latest commit.
    struct Observation {
        var detail: InstanceDetail
        var rows: [StepRow] = []
        var byKey: [MemoKey: StepRow] = [:]
        var waits: [WaitRow] = []
        var timers: [TimerRow] = []
        /// Events up to here were accepted before the instance.
        var createdAfter = EventSequence.none
        var taken: Set<EventSequence> = []
        var requests: [MemoKey: ActionRequest] = [:]
        var outstanding: [Int: [String]] = [:]
        var wasCancelAccepted = false
    }

    init(
        graphs: [StepGraph], config: Value, secrets: SimulatedSecrets,
        accepts: @escaping (StoredEvent, MemoKey) -> Bool = { _, _ in true }
    ) {
        self.graphs = graphs
        self.config = config
        self.secrets = secrets
        self.accepts = accepts
        graphsByDigest = Dictionary(graphs.map { ($0.digest, $0) }) { first, _ in first }
    }

    func attach(
        journal: MemoryJournal, sabotage: DeliberateBug?, clock: @escaping () -> Timestamp,
        inspect: @escaping (InstanceID) -> EngineCore.Inspection?
    ) {
        store = journal
        self.sabotage = sabotage
        self.clock = clock
        self.inspect = inspect
    }

    func report(_ invariant: String, _ message: String) {
        if violation == nil { violation = Violation(invariant: invariant, message: message) }
    }

    // MARK: - What clients were told

    func startAnswered(_ key: String, asked id: InstanceID, _ answer: EngineCore.Answer) {
        switch answer {
        case .started(let started):
            if let earlier = startAnswers[key], earlier != started.id {
                report("I2", "key \(key) started \(earlier) and \(started.id)")
            }
            if started.isNew && started.id != id { report("I2", "a new instance has another id than was asked for") }
            startAnswers[key] = started.id
            if observed[started.id] == nil { report("I1", "the start \(key) was answered before it was committed") }
        case .refused(let error): if error.code != .unknown { refusedStarts.append(id) }
        case .written, .retried, .upgraded: report("G1", "a start was answered with \(answer)")
        }
    }

    /// A client was told that its start is committed.
    func startAnsweredEarly(_ id: InstanceID) {
        if observed[id] == nil { report("I1", "the start of \(id) was answered before it was committed") }
    }

    func startedInstance(_ key: String) -> InstanceID? { startAnswers[key] }

    func eventAnswered(_ event: NewEvent, _ accepted: WriteOutcome.AcceptedEvent) {
        let name = "\(event.source)/\(event.id)"
        if let earlier = eventAnswers[name], earlier != accepted.sequence {
            report("G8", "event \(name) has the places \(earlier.number) and \(accepted.sequence.number)")
        }
        eventAnswers[name] = accepted.sequence
        if !events.contains(where: { $0.sequence == accepted.sequence }) { report("I12", "event \(name) is not stored") }
    }

    func cancelAccepted(_ id: InstanceID) {
        acceptedCancels.append(id)
        observed[id]?.wasCancelAccepted = true
    }

    func cancelRefused(_ id: InstanceID) {
        if observed[id]?.detail.summary.status.isTerminal != true { report("I24", "a cancel of \(id) was refused as ended") }
    }

    // MARK: - What happened outside

    func executionBegan(_ action: String, _ invocation: ActionInvocation, incarnation: Int) -> Int {
        let id = invocation.instance
        let row = observed[id]?.byKey[invocation.step]
        let place = "\(invocation.step) of \(id), attempt \(invocation.attempt)"
        if let row {
            if row.status.isFinal { report("I5", "\(place) began after the final result") }
            if row.status != .running || row.attempt != invocation.attempt {
                report("I5", "\(place) began while the store says \(row.status.rawValue), attempt \(row.attempt)")
            }
            checkCounters(row, observed[id], executions: executionsOf(id, invocation.step).count + 1)
        } else {
            report("I5", "\(place) was never announced")
        }
        executionsOf[id, default: []].append(executions.count)
        executions.append(
            Execution(
                instance: id, step: invocation.step, key: invocation.key, attempt: invocation.attempt, action: action,
                incarnation: incarnation, startedAt: clock()))
        return executions.count - 1
    }

    func executionEnded(_ index: Int, _ outcome: Result<Value, Failure>) {
        if executions.indices.contains(index) { executions[index].outcome = outcome }
    }

    private func executionsOf(_ id: InstanceID, _ step: MemoKey) -> [Execution] {
        (executionsOf[id] ?? []).map { executions[$0] }.filter { $0.step == step }
    }

    /// I6.
    private func checkCounters(_ row: StepRow, _ seen: Observation?, executions count: Int) {
        if count > row.attempt + row.interruptions {
            report("I6", "\(row.key) ran \(count) times in \(row.attempt) attempts with \(row.interruptions) interruptions")
        }
        guard let request = seen?.requests[row.key] else { return }
        if row.attempt > request.policy.attempts {
            report("I6", "\(row.key) is at attempt \(row.attempt) of \(request.policy.attempts)")
        }
        if request.isAtMostOnce && count > 1 { report("I6", "\(row.key) may run once and ran \(count) times") }
        // The sixth interruption is the one that fails the step.
        let most = AttemptMachine.maximumInterruptions + (row.status == .failed ? 1 : 0)
        if row.interruptions > most { report("I6", "\(row.key) was interrupted \(row.interruptions) times") }
    }

    // MARK: - What is stored

    func committed(_ batch: [JournalWrite], _ outcomes: [WriteOutcome]) {
        commits += 1
        for (write, outcome) in zip(batch, outcomes) where violation == nil {
            switch (write, outcome) {
            case (.accept(let sent), .accepted(let accepted)) where !accepted.isDuplicate:
                let event = sent.event
                events.append(
                    StoredEvent(
                        sequence: accepted.sequence, id: event.id, name: event.name, source: event.source, time: clock(),
                        data: event.data))
            case (.transition(let transition), .committed(let committed)): check(transition, committed.claim.id)
            case (.transition, .refused(let refusal)) where refusal.reason == .quarantined:
                report("I23", "an instance was quarantined: \(refusal.message)")
            default: break
            }
        }
    }

    private func check(_ transition: Transition, _ id: InstanceID) {
        guard let detail = (try? store.instance(id)) ?? nil else { return report("I1", "\(id) is gone") }
        if transition.time > clock() { report("I15", "a transition of \(id) is from the future") }
        var now = Observation(detail: detail)
        now.rows = (try? store.steps(of: id, run: nil)) ?? []
        now.byKey = Dictionary(now.rows.map { ($0.key, $0) }) { first, _ in first }
        now.waits = (try? store.waits(of: id)) ?? []
        now.timers = (try? store.timers(of: id)) ?? []
        let before = observed[id]
        now.createdAfter = before?.createdAfter ?? events.last?.sequence ?? .none
        now.taken = before?.taken ?? []
        now.requests = before?.requests ?? [:]
        now.outstanding = before?.outstanding ?? [:]
        now.wasCancelAccepted = before?.wasCancelAccepted ?? false
        if before == nil { order.append(id) }
        if let hold = detail.summary.hold {
            report("G20", "\(id) is held (\(hold.rawValue)): \(detail.summary.holdReason ?? "")")
        }
        if let before { checkPast(before, now) }
        checkSequence(now, lastSequence: transition.instance.lastSequence)
        checkCancelled(now)
        for row in now.rows { checkCounters(row, now, executions: executionsOf(id, row.key).count) }
        if let before { checkWaits(before, &now) }
        checkReplay(&now, sequence: transition.instance.lastSequence)
        checkResults(before, now)
        checkRest(now)
        checkUndoOrder(now)
        observed[id] = now
    }

    /// I3, I7, I11, I20: what was seen stays.
    private func checkPast(_ before: Observation, _ now: Observation) {
        for old in before.rows {
            guard let new = now.byKey[old.key] else { return report("I7", "\(old.key) has vanished") }
            if old.status.isFinal && new != old { return report("I3", "the final row of \(old.key) has changed") }
            if new.interruptions < old.interruptions { report("I20", "interruptions of \(old.key) went back") }
            if new.attempt < old.attempt && !(old.status == .running && new.attempt == old.attempt - 1) {
                report("I20", "attempts of \(old.key) went from \(old.attempt) to \(new.attempt)")
            }
            if old.status == .sleeping, old.verb == .call, new.status == .running, let due = old.dueAt, clock() < due {
                report("I20", "\(old.key) was tried again before its time")
            }
            checkDue(old, new, now)
        }
        for old in before.timers where old.kind == .timeout || old.kind == .deadline {
            if now.byKey[old.key] != nil, before.byKey[old.key] == nil, clock() < old.dueAt {
                report("I15", "\(old.key) came early")
            }
        }
        let (from, to) = (before.detail.summary.status, now.detail.summary.status)
        if from.isTerminal && from != to { report("I11", "an ended instance went from \(from.rawValue) to \(to.rawValue)") }
        if to == .pending { report("I11", "a running instance is pending again") }
        if before.detail.summary.ending != nil, now.detail.summary.ending == nil {
            report("I11", "an ending instance ends no more")
        }
    }

    private func checkDue(_ old: StepRow, _ new: StepRow, _ now: Observation) {
        if old.verb == .sleep, new.completedSequence != nil, old.completedSequence == nil, let due = old.dueAt, clock() < due {
            report("I15", "\(old.key) woke early")
        }
        guard old.verb == .call, old.status == .running, new.status == .sleeping, let due = new.dueAt,
            let policy = now.requests[new.key]?.policy, new.lastFailure?.retryAfter == nil
        else { return }
        let least = Int64(Double(min(policy.delay.microseconds, policy.maxDelay.microseconds)) * (policy.hasJitter ? 0.5 : 1))
        if let failed = ((try? store.attempts(of: now.detail.summary.id)) ?? []).last(where: { $0.key == new.key })?.endedAt,
            due.since(failed).microseconds < least
        {
            report("I20", "\(new.key) is tried again after \(due.since(failed)), before its back-off is over")
        }
    }

    /// I7.
    private func checkSequence(_ now: Observation, lastSequence: Int) {
        let numbers = now.rows.compactMap(\.completedSequence).sorted()
        if numbers != Array(1..<(lastSequence + 1)) {
            report("I7", "the journal's sequence is \(numbers), the last \(lastSequence)")
        }
    }

    /// I18.
    private func checkCancelled(_ now: Observation) {
        guard let cancel = now.byKey[.cancelSignal]?.completedSequence else { return }
        for row in now.rows where row.verb != .signal && row.scheduledSequence >= cancel {
            let isCleanup = row.key.text.contains(".undo") || row.key.text.contains(".finally")
            if !isCleanup { report("I18", "\(row.key) began after the cancel") }
        }
    }

    // MARK: - Waits and events: I12, I13, I14

    private func candidates(_ wait: WaitRow, _ now: Observation) -> [StoredEvent] {
        events.filter { event in
            guard event.sequence > now.createdAfter, !now.taken.contains(event.sequence), accepts(event, wait.key) else {
                return false
            }
            let sets =
                [MatchSet(event: event.name, paths: [])]
                + graphs.flatMap(\.matchSets).filter { $0.event == event.name }
                .map { MatchSet(event: $0.event, paths: $0.paths) }
            return sets.contains { set in
                guard let key = set.key(ofPayload: event.data) else { return false }
                return wait.matches.contains { $0.event == event.name && $0.key == key }
            }
        }
    }

    private func checkWaits(_ before: Observation, _ now: inout Observation) {
        for wait in before.waits where !now.waits.contains(where: { $0.key == wait.key }) {
            guard let row = now.byKey[wait.key] else { continue }
            let waiting = candidates(wait, now)
            guard row.status == .completed else {
                if let missed = waiting.first {
                    report(
                        "I14",
                        "\(wait.key) was closed (\(row.status.rawValue)) although event \(missed.sequence.number) was there")
                }
                continue
            }
            let (id, source) = (row.output?["id"]?.stringValue, row.output?["source"]?.stringValue)
            guard let event = events.first(where: { $0.id == id && $0.source == source }) else {
                report("I4", "\(wait.key) took an event that was never accepted")
                continue
            }
            if !now.taken.insert(event.sequence).inserted { report("I13", "event \(event.sequence.number) was consumed twice") }
            if let first = waiting.first, first.sequence != event.sequence {
                report("I13", "\(wait.key) took event \(event.sequence.number) before event \(first.sequence.number)")
            }
        }
    }

    // MARK: - Replay: I8, and I10 with it

    private func checkReplay(_ now: inout Observation, sequence: Int) {
        let summary = now.detail.summary
        guard violation == nil, let interpreter = replayed(now) else { return }
        let commands = interpreter.outstanding()
        for case .runAction(let request) in commands { now.requests[request.leaf.key] = request }
        let described = commands.map(describe)
        now.outstanding[sequence] = described
        if let live = inspect(summary.id), live.sequence == sequence {
            let lived = live.outstanding.map(describe)
            if lived != described { report("I8", "live: \(lived); replayed: \(described)") }
        }
        let due = Set(
            commands.compactMap { command -> String? in
                switch command {
                case .startTimer(let key, _): key.text
                case .startSleep(let request): request.leaf.key.text
                default: nil
                }
            }
                + now.rows.filter { $0.verb == .call && $0.status == .sleeping && !interpreter.stoppedActions.contains($0.key) }
                .map(\.key.text))
        let timers = Set(now.timers.map(\.key.text))
        if summary.status.isTerminal != (interpreter.completion != nil) {
            report("I8", "\(summary.id) has ended on one side only")
        }
        let expected = summary.status.isTerminal ? [] : due
        if timers != expected { report("I10", "timers \(timers.sorted()), expected \(expected.sorted())") }
        let open = Set(commands.compactMap { if case .openWait(let request) = $0 { request.leaf.key } else { nil } })
        if Set(now.waits.map(\.key)) != (summary.status.isTerminal ? [] : open) { report("I10", "waits that nobody waits for") }
    }

    private func describe(_ command: Command) -> String {
        if case .runAction(let request) = command {
            return "call \(request.action) \(request.leaf) \(request.input) \(request.idempotencyKey)"
        }
        return "\(command)"
    }

    private func header(_ now: Observation, _ graph: StepGraph) -> InstanceHeader? {
        let summary = now.detail.summary
        guard case .success(let input) = graph.main.input.admit(now.detail.input) else { return nil }
        var typed = config.mapValue ?? ValueMap()
        for setting in graph.config {
            if let value = typed[setting.name], case .success(let admitted) = setting.contract.admit(value) {
                typed[setting.name] = admitted
            }
        }
        return InstanceHeader(
            id: summary.id, workflow: summary.workflow, input: input, config: .map(typed), trigger: now.detail.trigger,
            startedAt: summary.startedAt ?? summary.createdAt)
    }

    private func replayed(_ now: Observation) -> Interpreter? {
        guard let graph = graphsByDigest[now.detail.summary.digest], let header = header(now, graph) else {
            report("I8", "the instance's definition or input is gone")
            return nil
        }
        do {
            return try Replay.rebuild(graph: graph, header: header, rows: now.rows)
        } catch {
            report("I8", "\(error)")
            return nil
        }
    }

    /// I8 for every prefix: the commands that were open after each entry.
    private func checkPrefixes(_ now: Observation) {
        guard let graph = graphsByDigest[now.detail.summary.digest], let header = header(now, graph) else { return }
        let interpreter = Interpreter(graph: graph, header: header)
        _ = interpreter.start()
        do {
            let finals = now.rows.filter { $0.completedSequence != nil }
                .sorted { ($0.completedSequence ?? 0) < ($1.completedSequence ?? 0) }
            for row in [nil] + finals.map(Optional.some) {
                if let row { _ = try interpreter.apply(Replay.entry(of: row)) }
                guard let lived = now.outstanding[interpreter.sequence] else { continue }
                let replayed = interpreter.outstanding().map(describe)
                if lived != replayed {
                    return report("I8", "after entry \(interpreter.sequence) lived: \(lived); replayed: \(replayed)")
                }
            }
        } catch {
            report("I8", "a prefix does not replay: \(error)")
        }
    }

    // MARK: - Results, rest, undoing

    /// I4.
    private func checkResults(_ before: Observation?, _ now: Observation) {
        for row in now.rows where row.verb == .call && row.status == .completed && before?.byKey[row.key]?.status != .completed
        {
            let executed = executionsOf(now.detail.summary.id, row.key)
            let isReal = executed.contains { execution in
                guard case .success(let value)? = execution.outcome else { return false }
                return JSON.text(redacted(JSON.normalised(value))) == JSON.text(row.output ?? .null)
            }
            if !isReal { report("I4", "\(row.key) has a result that no execution produced") }
        }
    }

    private func redacted(_ value: Value) -> Value {
        switch value {
        case .string(var text):
            for (name, secret) in secrets.values { text = text.replacing(secret, with: "[secret \(name)]") }
            return .string(text)
        case .list(let items): return .list(items.map(redacted))
        case .map(let map): return .map(ValueMap(map.map { ($0.key, redacted($0.value)) }))
        default: return value
        }
    }

    /// I9.
    private func checkRest(_ now: Observation) {
        let summary = now.detail.summary
        guard !summary.status.isTerminal, summary.hold == nil else { return }
        let hasAction = now.rows.contains { $0.verb == .call && ($0.status == .running || $0.status == .scheduled) }
        switch summary.status {
        case .running:
            let isStopping = now.rows.contains { $0.verb == .call && $0.status == .sleeping }
            if !hasAction && !isStopping { report("I9", "\(summary.id) is running and nothing of it runs") }
        case .suspended:
            if hasAction { report("I9", "\(summary.id) is suspended with an action to run") }
            if now.timers.isEmpty && now.waits.isEmpty { report("I9", "\(summary.id) is at rest for ever") }
        case .pending, .completed, .failed, .cancelled, .timedOut: break
        }
    }

    /// I19: of two neighbours undone one after the other, the later completed is undone first. Elsewhere two bodies may undo
    /// their own at once; across branches the order is checked against the reference interpreter.
    private func checkUndoOrder(_ now: Observation) {
        var last: (step: String, completed: Int)?
        for row in now.rows where row.verb != .signal {
            guard let range = row.key.text.firstRange(of: ".undo") else {
                if !row.key.text.contains(".finally") { last = nil }
                continue
            }
            let step = String(row.key.text[..<range.lowerBound])
            if step == last?.step { continue }
            guard let completed = completion(of: step, now) else {
                return report("I19", "\(row.key) undoes what never completed")
            }
            if let last, areNeighbours(step, last.step), completed > last.completed {
                report("I19", "\(step) was undone after \(last.step), which completed before it")
            }
            last = (step, completed)
        }
    }

    /// Steps of one list, or items and rounds of one step.
    private func areNeighbours(_ one: String, _ other: String) -> Bool {
        func parent(_ key: String) -> String { key.lastIndex(of: "/").map { String(key[..<$0]) } ?? "" }
        return parent(one) == parent(other)
    }

    private func completion(of step: String, _ now: Observation) -> Int? {
        now.rows.filter { row in
            let key = row.key.text
            guard key == step || key.hasPrefix(step + "/") else { return false }
            return row.verb != .signal && row.status == .completed && !key.dropFirst(step.count).contains(".undo")
        }.compactMap(\.completedSequence).max()
    }

    // MARK: - At the end

    func shutDown(places: Int) {}

    /// Nothing happens any more by itself.
    func checkAtRest(places: Int) {
        if places != 0 { report("liveness", "\(places) places are taken and nothing runs") }
        for (key, id) in startAnswers.sorted(by: { $0.key < $1.key }) where observed[id] == nil {
            report("I1", "the accepted start \(key) is gone")
        }
        for id in refusedStarts where observed[id] != nil { report("I24", "a refused start has made \(id)") }
        let keys = Set(order.compactMap { observed[$0]?.detail.input["n"]?.intValue })
        let numbered = order.filter { observed[$0]?.detail.input["n"] != nil }
        if keys.count != numbered.count { report("I2", "\(numbered.count) instances for \(keys.count) keys") }
        for id in order {
            guard let now = observed[id] else { continue }
            checkEnd(now)
            checkPrefixes(now)
            checkSecrets(now)
        }
    }

    private func checkEnd(_ now: Observation) {
        let summary = now.detail.summary
        if summary.status.isTerminal {
            if now.rows.contains(where: { !$0.status.isFinal }) { report("I9", "\(summary.id) has ended with an open step") }
            checkUndone(now)
            return
        }
        if now.waits.isEmpty {
            report("liveness", "\(summary.id) is \(summary.status.rawValue), waits for nobody and does not end")
        }
        for wait in now.waits {
            if let event = candidates(wait, now).first { report("I12", "\(wait.key) never got event \(event.sequence.number)") }
        }
        if acceptedCancels.contains(summary.id) { report("G14", "the cancel of \(summary.id) was accepted and lost") }
    }

    /// I19: in generated definitions, a top-level call `c…` registers an undo when it completes.
    private func checkUndone(_ now: Observation) {
        let status = now.detail.summary.status
        guard status != .completed else { return }
        if status == .cancelled, now.byKey[.cancelSignal]?.output?["compensate"]?.boolValue == false { return }
        for row in now.rows where row.verb == .call && row.status == .completed {
            guard row.key.text.hasPrefix("c_"), !row.key.text.contains("/"), !row.key.text.contains(".") else { continue }
            if !now.rows.contains(where: { $0.key.text.hasPrefix(row.key.text + ".undo/") }) {
                report("I19", "\(row.key) was never undone")
            }
        }
    }

    /// I27.
    private func checkSecrets(_ now: Observation) {
        let id = now.detail.summary.id
        var text = now.rows.map { "\($0)" }.joined() + "\(now.detail)"
        text += "\((try? store.attempts(of: id)) ?? [])\((try? store.logs(of: id, after: 0, limit: 1_000)) ?? [])"
        for (name, value) in secrets.values where text.contains(value) {
            report("I27", "the secret '\(name)' is stored with \(id)")
        }
    }
}
