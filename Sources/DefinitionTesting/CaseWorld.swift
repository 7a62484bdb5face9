import JournalMemory
import Synchronization
import Values
import WorkflowEngine
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// The world of one run of one case: the real engine core over a journal in memory, a clock that jumps to whatever happens
/// next, and mocks for everything outside.
final class CaseWorld {
    /// When the process dies.
    enum Crashes {
        case never
        /// After this stored transition, counted from 1.
        case after(Int)
        /// Once after every transition, as long as it is a new one; what it announced is carried out and its answer lost.
        case afterEach
        /// At this operation of the journal, counted from 1: before it has its effect, or after that and before its answer.
        case at(operation: Int, takesEffect: Bool)
    }

    /// A case that has written so much will not end by itself.
    static let transitionLimit = 20_000

    private struct Appointment {
        var time: Timestamp
        var order: Int
        var what: Happening
    }

    private enum Happening {
        case event(TestEvent, number: Int)
        case cancel
        case answer(EngineCore.AttemptTag, ActionResult)
    }

    let testCase: TestCase
    let root: InstanceID
    private let clock: CaseClock
    private let journal: MemoryJournal
    private let definitions: CaseDefinitions
    private let crashes: Crashes
    private let tracer: StepTracer?
    /// Definitions run as they are: mocks of whole actions answer for what those call.
    private let isRecording: Bool
    private var core: EngineCore
    private var inputs: [EngineCore.Input] = []
    private var agenda: [Appointment] = []
    private var counter = 0
    private(set) var record: CaseRecord
    private(set) var transitions = 0
    /// Of the journal.
    private(set) var operations = 0
    private var isDying = false
    private var unanswered: [EngineCore.Ticket: EngineCore.Input] = [:]
    /// Steps that were begun and are begun at most once: a crash makes a difference to them on purpose.
    private var begunOnce: Set<MemoKey> = []
    private var seenTransitions: Set<Int> = []
    private var mustCrash = false
    private var interruptions = InterruptionCount()
    private var answered: [CaseRecord.Attempt: Int] = [:]
    private var given: [Int: Int] = [:]
    /// Whether the timers that are due have had their turn before the next answer.
    private var hasTicked = false
    /// Answers that are there at once.
    private var answers: [(tag: EngineCore.AttemptTag, result: ActionResult, order: Int)] = []
    /// When each attempt was first announced: calls that take equally long answer in this order, after a restart too.
    private var announced: [CaseRecord.Attempt: Int] = [:]
    /// The number of the run that each instance is in.
    private var runs: [InstanceID: Int] = [:]
    private var answersDue: [CaseRecord.Attempt: Timestamp] = [:]

    init(
        _ testCase: TestCase, workflow: String, _ definitions: CaseDefinitions, crashes: Crashes = .never,
        tracer: StepTracer? = nil, isRecording: Bool = false
    ) {
        self.tracer = tracer
        self.isRecording = isRecording
        self.testCase = testCase
        self.crashes = crashes
        let clock = CaseClock(testCase.start)
        self.clock = clock
        journal = MemoryJournal { clock.now }
        self.definitions = definitions
        root = InstanceID(at: testCase.start, random: (1, 1))
        record = CaseRecord(root: root)
        record.behaviours[root] = testCase.behaviour
        core = Self.core(definitions, testCase, tracer, record.standIns, clock.now)
        ask(.start(ticket(), StartRequest(workflow: workflow, input: testCase.input, trigger: ["type": "test"]), root))
    }

    private static func core(
        _ definitions: CaseDefinitions, _ testCase: TestCase, _ tracer: StepTracer?, _ standIns: StandIns, _ now: Timestamp
    ) -> EngineCore {
        var configuration = EngineCore.Configuration()
        // Everything that is due in a lifetime is held in memory, so that nothing but what is due ever moves the clock.
        configuration.timerHorizon = TimeSpan(microseconds: 200 * 366 * 86_400 * 1_000_000)
        configuration.pollInterval = TimeSpan(microseconds: 1_000 * 366 * 86_400 * 1_000_000)
        configuration.tracer = tracer
        // What a mock says of an `invoke` is what the step raises.
        configuration.raisesEndOfChild = { standIns[$0] != nil }
        return EngineCore(
            definitions: definitions, actions: definitions.handlers, secrets: CaseSecrets(values: testCase.secrets),
            configuration: configuration, now: now)
    }

    // MARK: - Running

    /// Runs the case to its end, or to where nothing more can happen.
    func run() {
        do {
            let started = inputs
            try open()
            _ = try journal.write(definitions.writes)
            inputs += started
            for (number, event) in testCase.events.enumerated() { plan(.event(event, number: number), after: event.after) }
            if let after = testCase.cancelAfter { plan(.cancel, after: after) }
            repeat { try settle() } while !hasEnded && record.problem == nil && advance()
            try record.finish(from: journal, at: clock.now)
        } catch {
            record.problem = .broken("the journal in memory failed: \(error.message)")
        }
    }

    private var hasEnded: Bool { record.ended.contains(root) }

    /// The journals of the case's instances, itself first.
    func journals() throws(JournalError) -> [StoredInstance] {
        var found: [StoredInstance] = []
        for id in record.order {
            if let stored = try journal.storedInstance(id) { found.append(stored) }
        }
        return found
    }

    private func open() throws(JournalError) {
        inputs = [.opened(try journal.open(node: "test"))]
    }

    /// Lets the engine do everything it can do at this instant.
    private func settle() throws(JournalError) {
        while record.problem == nil {
            while record.problem == nil {
                if inputs.isEmpty { goOn() }
                guard !inputs.isEmpty else { break }
                let input = inputs.removeFirst()
                core.handle(input, at: clock.now)
                do {
                    try perform(core.takeEffects())
                } catch {
                    guard isDying else { throw error }
                    isDying = false
                    try crash()
                }
                if mustCrash { try crash() }
            }
            if hasEnded { return }
            // Whoever was marked by another's write is found here, as the engine's polling would.
            guard let claims = try claimAll() else { continue }
            if claims.isEmpty { return }
            inputs.append(.claimed(claims, isLast: true))
        }
    }

    /// Timers that are due go before answers, as they do after a restart; then comes the answer to the call that began first.
    private func goOn() {
        guard !answers.isEmpty else { return }
        if !hasTicked, core.nextWakeup <= clock.now {
            hasTicked = true
            inputs.append(.tick)
            return
        }
        hasTicked = false
        guard let first = answers.indices.min(by: { answers[$0].order < answers[$1].order }) else { return }
        let answer = answers.remove(at: first)
        inputs.append(.attemptEnded(answer.tag, answer.result))
    }

    /// Nil when the process died of it.
    private func claimAll() throws(JournalError) -> [Claim]? {
        do {
            return try operate { () throws(JournalError) in try journal.claim(limit: 500) }
        } catch {
            guard isDying else { throw error }
            isDying = false
            try crash()
            return nil
        }
    }

    /// One operation of the journal, of which the process may die.
    private func operate<Answer>(_ work: () throws(JournalError) -> Answer) throws(JournalError) -> Answer {
        operations += 1
        guard case .at(operations, let takesEffect) = crashes, begunOnce.isEmpty else { return try work() }
        if takesEffect {
            let answer = try work()
            // What it has just announced may be begun once only.
            guard begunOnce.isEmpty else { return answer }
        }
        isDying = true
        throw JournalError(.failed, "the process died")
    }

    /// To the next instant at which something happens; false when there is none.
    private func advance() -> Bool {
        guard let first = agenda.first?.time ?? .some(core.nextWakeup) else { return false }
        let next = min(first, core.nextWakeup)
        // Beyond the horizon lies only the next poll.
        guard next < testCase.start.adding(TimeSpan(microseconds: 190 * 366 * 86_400 * 1_000_000)) ?? next else { return false }
        clock.advance(to: next)
        // What comes from outside was there before a timer that is due at the same instant.
        while let due = agenda.first, due.time <= next {
            agenda.removeFirst()
            switch due.what {
            case .event(let event, let number):
                let new = NewEvent(id: "test-\(number)", name: event.name, source: event.source, data: event.data)
                ask(.write(ticket(), .accept(SentEvent(event: new))))
            case .cancel:
                let request = InstanceRequest(instance: root, kind: .cancel(CancelRequest(reason: "cancelled by the test")))
                ask(.write(ticket(), .request(request)))
            case .answer(let tag, let result): inputs.append(.attemptEnded(tag, result))
            }
        }
        inputs.append(.tick)
        return true
    }

    private func ask(_ input: EngineCore.Input) {
        inputs.append(input)
        switch input {
        case .start(let ticket, _, _), .write(let ticket, _): unanswered[ticket] = input
        default: break
        }
    }

    private func ticket() -> EngineCore.Ticket {
        counter += 1
        return EngineCore.Ticket(number: UInt64(counter))
    }

    private func plan(_ what: Happening, after span: TimeSpan, order: Int? = nil) {
        counter += 1
        let appointment = Appointment(time: clock.now.adding(span) ?? clock.now, order: order ?? counter, what: what)
        let position = agenda.firstIndex { ($0.time, $0.order) > (appointment.time, appointment.order) } ?? agenda.count
        agenda.insert(appointment, at: position)
    }

    // MARK: - Effects

    private func perform(_ effects: [EngineCore.Effect]) throws(JournalError) {
        for effect in effects {
            if record.problem != nil { return }
            switch effect {
            case .write(let tag, let write):
                guard try self.write(tag, write) else { return }
            case .claim(let limit):
                let claims = try operate { () throws(JournalError) in try journal.claim(limit: limit) }
                inputs.append(.claimed(claims, isLast: claims.count < limit))
            case .claimOne(let key):
                inputs.append(.claimedOne(key, try operate { () throws(JournalError) in try journal.claim(key) }))
            case .load(let claim):
                inputs.append(.loaded(claim, try operate { () throws(JournalError) in try journal.load(claim) }))
            case .readInbox(let claim):
                inputs.append(.inbox(claim, try operate { () throws(JournalError) in try journal.inbox(claim, limit: 64) }))
            case .readTimers(let instant):
                let due = try operate { () throws(JournalError) in try journal.timers(dueBy: instant, limit: .max) }
                inputs.append(.timers(due, through: instant))
            case .readSchedules: inputs.append(.schedules([]))
            case .release(let claim): try operate { () throws(JournalError) in try journal.release([claim]) }
            case .perform(let tag, let action, let invocation): call(tag, action, invocation)
            case .abort(let tag): abort(tag)
            case .answer(let ticket, let answer):
                unanswered[ticket] = nil
                if case .refused(let error) = answer { record.problem = .broken(error.message) }
            case .ended(let id): record.ended.insert(id)
            case .report: break
            }
        }
    }

    /// False when the process dies of it.
    private func write(_ tag: EngineCore.WriteTag, _ write: JournalWrite) throws(JournalError) -> Bool {
        let write = standingIn(write)
        let outcome = try operate { () throws(JournalError) in
            let outcome = try journal.write([write])[0]
            note(write, outcome)
            return outcome
        }
        inputs.append(.written([(tag: tag, outcome: outcome)]))
        guard case .transition(let transition) = write, case .committed = outcome else { return true }
        if transitions > Self.transitionLimit { record.problem = .endless(transitions) }
        switch crashes {
        case .never: return true
        case .after(let number):
            guard number == transitions, !definitions.announcesAtMostOnce(transition) else { return true }
            try crash()
            return false
        case .afterEach:
            let isNew = seenTransitions.insert(transition.identity).inserted
            mustCrash = isNew && !interruptions.isAnyStepAtItsLimit && !definitions.announcesAtMostOnce(transition)
            if mustCrash {
                // Everything else in line dies; this commit's own consequences are still carried out.
                inputs.removeAll()
                inputs.append(.written([(tag: tag, outcome: outcome)]))
            }
            return true
        case .at: return true
        }
    }

    /// The write with stand-ins in the place of the children that are mocked.
    private func standingIn(_ write: JournalWrite) -> JournalWrite {
        guard case .transition(var transition) = write, !transition.children.isEmpty, !isRecording else { return write }
        let behaviour = record.behaviours[transition.instanceID] ?? InstanceBehaviour()
        for (index, child) in transition.children.enumerated() {
            guard let link = child.parent, !link.isDetached, let path = StepPath(link.step.text),
                let mock = behaviour.mock(for: path), let standIn = definitions.standIns[child.workflow]
            else { continue }
            transition.children[index].digest = standIn.digest
            transition.children[index].gate = nil
            record.standIns.add(child.id, at: link.step.text)
            record.behaviours[child.id] = StandIn.behaviour(mock)
        }
        return .transition(transition)
    }

    /// What has been stored, whether or not anybody hears of it.
    private func note(_ write: JournalWrite, _ outcome: WriteOutcome) {
        switch (write, outcome) {
        case (.enqueue(let new), .enqueued): record.note(new)
        case (.transition(let transition), .committed):
            transitions += 1
            record.note(transition)
            interruptions.note(transition)
            runs[transition.instanceID] = transition.instance.run
            for change in transition.steps {
                let row = change.row
                if row.status == .running { noteAnnouncement(of: row, transition.instanceID) }
                if row.status == .running, definitions.isBegunOnce(row) {
                    begunOnce.insert(row.key)
                } else {
                    begunOnce.remove(row.key)
                }
            }
        case (_, .refused(let refusal)): record.problem = .broken(refusal.message)
        default: break
        }
    }

    private func noteAnnouncement(of row: StepRow, _ id: InstanceID) {
        counter += 1
        let attempt = CaseRecord.Attempt(instance: id, run: runs[id] ?? 0, step: row.key, number: row.attempt)
        if announced[attempt] == nil { announced[attempt] = counter }
    }

    /// Nothing but the journal and the world outside survives.
    private func crash() throws(JournalError) {
        if mustCrash {
            mustCrash = false
            for input in inputs {
                guard case .written = input else { continue }
                core.handle(input, at: clock.now)
                for case .perform(let tag, let action, let invocation) in core.takeEffects() { call(tag, action, invocation) }
            }
        }
        agenda.removeAll { if case .answer = $0.what { true } else { false } }
        answers.removeAll()
        core = Self.core(definitions, testCase, tracer, record.standIns, clock.now)
        try open()
        // Whoever had no answer asks again.
        inputs += unanswered.sorted { $0.key.number < $1.key.number }.map(\.value)
    }

    // MARK: - Actions

    private func call(_ tag: EngineCore.AttemptTag, _ action: String, _ invocation: ActionInvocation) {
        record.note(action, invocation)
        let attempt = CaseRecord.Attempt(
            instance: invocation.instance, run: runs[invocation.instance] ?? 0, step: invocation.step,
            number: invocation.attempt)
        let order = announced[attempt] ?? counter
        let behaviour = record.behaviours[invocation.instance] ?? InstanceBehaviour()
        if isRecording, let answer = RecordedAnswer.of(action, invocation, behaviour, given: given) {
            if let mock = answer.mock { given[mock, default: 0] += 1 }
            inputs.append(.attemptEnded(tag, answer.result))
            return
        }
        guard let path = StepPath(invocation.step.text), let mock = behaviour.mock(for: path) else {
            if let result = StubActions.result(of: action, invocation) {
                answers.append((tag, result, order))
            } else {
                record.problem = .unmocked(
                    step: invocation.step.text, action: action, workflow: invocation.workflow, instance: invocation.instance)
            }
            return
        }
        // An attempt that is repeated after a crash gets the answer that was lost.
        let index = answered[attempt] ?? given[mock.number] ?? 0
        if answered[attempt] == nil {
            answered[attempt] = index
            given[mock.number] = index + 1
        }
        guard !mock.isSequence || index < mock.answers.count else {
            let step = record.standIns[invocation.instance] ?? invocation.step.text
            record.problem = .exhausted(step: step, answers: mock.answers.count)
            return
        }
        let answer = mock.answers[mock.isSequence ? index : 0]
        let result = ActionResult(answer.outcome)
        if let delay = answer.delay {
            // An attempt that is repeated because its answer was lost answers when it would have.
            let due = answersDue[attempt] ?? clock.now.adding(delay) ?? clock.now
            answersDue[attempt] = due
            plan(.answer(tag, result), after: max(due, clock.now).since(clock.now), order: order)
        } else {
            answers.append((tag, result, order))
        }
    }

    private func abort(_ tag: EngineCore.AttemptTag) {
        if let position = answers.firstIndex(where: { $0.tag == tag }) {
            answers.remove(at: position)
        } else {
            let position = agenda.firstIndex { if case .answer(tag, _) = $0.what { true } else { false } }
            guard let position else { return }
            agenda.remove(at: position)
        }
        let failure = Failure(code: "stopped", message: "stopped before it answered", isUncertain: true)
        inputs.append(.attemptEnded(tag, ActionResult(.failure(failure))))
    }
}

/// The time of a case: moved by its world alone.
final class CaseClock: Sendable {
    private let time: Mutex<Timestamp>
    init(_ start: Timestamp) { time = Mutex(start) }
    var now: Timestamp { time.withLock { $0 } }
    func advance(to instant: Timestamp) { time.withLock { $0 = max($0, instant) } }
}

struct CaseSecrets: SecretSource {
    var values: [String: String]
    func secret(_ name: String) -> String? { values[name] }
}

extension Transition.StepChange {
    var row: StepRow {
        switch self {
        case .insert(let row), .update(let row): row
        }
    }
}

extension Transition {
    var instanceID: InstanceID {
        switch subject {
        case .start(let new): new.id
        case .advance(let claim): claim.id
        case .revive(let id, _): id
        }
    }

    /// The same for a transition that a restart makes once more.
    var identity: Int {
        var hasher = Hasher()
        hasher.combine(instanceID)
        hasher.combine(instance.run)
        hasher.combine(instance.lastSequence)
        hasher.combine(instance.status)
        for change in steps {
            hasher.combine(change.row.key)
            hasher.combine(change.row.status)
            hasher.combine(change.row.attempt)
        }
        return hasher.finalize()
    }
}

/// How often the running steps have been interrupted: one that reaches the limit fails, which no single crash would make it.
struct InterruptionCount {
    private struct Step: Hashable {
        var instance: InstanceID
        var key: MemoKey
    }

    private var counts: [Step: Int] = [:]

    var isAnyStepAtItsLimit: Bool { counts.values.contains { $0 >= AttemptMachine.maximumInterruptions } }

    mutating func note(_ transition: Transition) {
        for change in transition.steps {
            let row = change.row
            counts[Step(instance: transition.instanceID, key: row.key)] = row.status == .running ? row.interruptions : nil
        }
    }
}
