// WorkflowInterpreter: turns journal entries into state, and outcomes into commands.
//
// Invariant: synchronous, deterministic, bounded. No I/O, no clocks (time is what entries carry), no randomness, no
// concurrency, no Foundation, no logging; it cannot tell replay from live work.
//
// Start at `Interpreter.apply`; `Frame` is its state, `Command` its output, `Replay` rebuilds it from rows.

import CEL
package import Values
package import WorkflowGraph
package import WorkflowJournal

/// What is known of an instance before its first entry.
package struct InstanceHeader: Sendable, Equatable {
    package var id: InstanceID
    package var workflow: String
    /// Times it has continued as new.
    package var continuations: Int
    /// Admitted under the definition's input contract.
    package var input: Value
    /// The configuration snapshot.
    package var config: Value
    package var trigger: Value
    package var run: Int
    /// When the instance left `pending` or last continued as new: the time before the first entry. That a run is a retry, and
    /// when it began, is an entry of its own (`Signal.retried`).
    package var startedAt: Timestamp

    package init(
        id: InstanceID, workflow: String, continuations: Int = 0, input: Value, config: Value, trigger: Value, run: Int = 1,
        startedAt: Timestamp
    ) {
        self.id = id
        self.workflow = workflow
        self.continuations = continuations
        self.input = input
        self.config = config
        self.trigger = trigger
        self.run = run
        self.startedAt = startedAt
    }

    /// As `instance` in expressions.
    var value: Value {
        [
            "id": .string(id.text), "workflow": .string(workflow), "continuations": .int(Int64(continuations)),
            "startedAt": .timestamp(startedAt), "trigger": trigger,
        ]
    }
}

/// One run of one instance. Not Sendable: whoever works on an instance owns its interpreter.
package final class Interpreter {
    package let graph: StepGraph
    package let header: InstanceHeader

    var root: Frame?
    /// Open leaves and pauses by key, for delivering outcomes.
    var leaves: [MemoKey: Frame] = [:]
    /// Frames whose timer runs, by the timer's key.
    var timers: [MemoKey: Frame] = [:]
    /// How often a place has completed, for places that can complete more than once.
    var completions: [String: Int] = [:]
    /// Set by the signal or failure that ends the instance.
    private(set) var ending: InstanceStatus?
    /// With which entry that was.
    private(set) var endingSequence: Int?
    var compensatesOnEnding = true
    var registrationCount = 0
    /// Since the latest entry.
    var begunFrames = 0
    /// Watched by `RetryPlan`, which must know of every place how often it has completed, and what was unwound when.
    var countsEveryPlace = false
    var finallyBegan: ((Frame, Ending) -> Void)?
    var undoBegan: ((Registration) -> Void)?
    private var isDeadlinePending = true
    /// When the workflow's timeout is over.
    private var deadline: Timestamp?
    package private(set) var completion: Completion?

    /// The latest entry applied; 0 is the start.
    package private(set) var sequence = 0
    package private(set) var now: Timestamp
    /// The entry at which a retried run left what it kept; nil: it is no retry.
    package private(set) var retriedSequence: Int?

    private var commands: [Command] = []
    /// What is to be done before `apply` returns: depth first, without recursion.
    private var agenda: [Task] = []

    enum Task {
        case begin(Frame)
        case ended(Frame, Ending)
        case advance(Frame)
    }

    package init(graph: StepGraph, header: InstanceHeader) {
        self.graph = graph
        self.header = header
        now = header.startedAt
    }

    // MARK: - In and out

    /// Begins the run. Call once, first.
    package func start() -> [Command] {
        let body = graph.main
        let facts = Scope.FileFacts(body: body, call: nil, inputHasSecrets: false)
        let scope = fileScope(facts, input: header.input)
        let frame = Frame(.node(body.root), key: "", scope: scope, context: Context(file: FileIndex(0)), parent: nil)
        root = frame
        startDeadline()
        agenda.append(.begin(frame))
        return run()
    }

    /// Applies the next entry, be it minutes or months old.
    /// - Throws: `JournalMismatch` when the entry is nothing this definition is waiting for.
    package func apply(_ entry: JournalEntry) throws(JournalMismatch) -> [Command] {
        guard entry.sequence == sequence + 1 else {
            throw JournalMismatch(
                .journalDamaged, key: nil, recorded: "entry \(entry.sequence)", asked: "entry \(sequence + 1)",
                explanation: "the journal's sequence has a gap")
        }
        if let completion {
            if case .signal(.retried) = entry.content {
                // All that is kept is all there is to do, on a definition that was corrected.
                advance(entry)
                return [.finish(completion)]
            }
            throw JournalMismatch(
                .endsEarlier, key: nil, recorded: "entry \(entry.sequence)", asked: "nothing",
                explanation: "the definition has ended before the journal does")
        }
        switch entry.content {
        case .outcome(let key, let outcome): try deliver(outcome, to: key, entry)
        case .signal(let signal): try receive(signal, entry)
        }
        return run()
    }

    private func advance(_ entry: JournalEntry) {
        sequence = entry.sequence
        now = max(now, entry.time)
    }

    private func run() -> [Command] {
        begunFrames = 0
        while let task = agenda.popLast() {
            switch task {
            case .begin(let frame): begin(frame)
            case .ended(let child, let ending): childEnded(child, ending)
            case .advance(let frame): advanceFanOut(frame)
            }
        }
        defer { commands = [] }
        return commands
    }

    func startDeadline() {
        guard let timeout = graph.timeout, isDeadlinePending else { return }
        let due = now.adding(timeout) ?? Timestamp(microseconds: .max)
        deadline = due
        emit(.startTimer(.deadlineSignal, dueAt: due))
    }

    /// Runs first what was scheduled first by this.
    func inOrder(_ scheduling: () -> Void) {
        let first = agenda.count
        scheduling()
        agenda[first...].reverse()
    }

    func emit(_ command: Command) { commands.append(command) }
    func schedule(_ frame: Frame) { agenda.append(.begin(frame)) }
    func scheduleAdvance(_ frame: Frame) { agenda.append(.advance(frame)) }

    /// The frame is done; its parent hears of it next.
    func end(_ frame: Frame, _ ending: Ending) {
        frame.state = .ended
        agenda.append(.ended(frame, ending))
    }

    func finish(_ completion: Completion) {
        if graph.timeout != nil && isDeadlinePending { emit(.stopTimer(.deadlineSignal)) }
        self.completion = completion
        emit(.finish(completion))
    }

    // MARK: - Entries

    private func deliver(_ outcome: StepOutcome, to key: MemoKey, _ entry: JournalEntry) throws(JournalMismatch) {
        guard let frame = leaves.removeValue(forKey: key) else {
            throw JournalMismatch(
                .stepVanished, key: key, recorded: "an outcome of step '\(key)'", asked: "no such step",
                explanation: "the definition does not come to this step here")
        }
        advance(entry)
        frame.noteProgress()
        switch frame.state {
        case .pause(_, let then): pauseEnded(frame, then)
        case .leaf(let command): leafEnded(frame, command, outcome)
        case .new, .body, .sequence, .fanOut, .round, .clause, .undoing, .cleaning, .ended:
            preconditionFailure("only leaves and pauses are registered as leaves")
        }
    }

    private func receive(_ signal: Signal, _ entry: JournalEntry) throws(JournalMismatch) {
        switch signal {
        case .cancelled(let request):
            advance(entry)
            compensatesOnEnding = request.compensates
            endInstance(as: .cancelled, cause: .cancelled)
        case .deadline:
            advance(entry)
            isDeadlinePending = false
            endInstance(as: .timedOut, cause: .timeout)
        case .timedOut(let step):
            guard let frame = timers.removeValue(forKey: step.timeout) else {
                throw JournalMismatch(
                    .timeoutVanished, key: step, recorded: "a timeout of step '\(step)'", asked: "no such timeout",
                    explanation: "the definition sets no timeout there now")
            }
            advance(entry)
            frame.timer = nil
            frame.noteProgress()
            timeoutFired(frame)
        case .admitted:
            advance(entry)
        case .retried(let record):
            advance(entry)
            retriedSequence = sequence
            beginAnew(record)
        }
    }

    func beginEnding(_ status: InstanceStatus) {
        ending = status
        endingSequence = sequence
        emit(.beginEnding(status))
    }

    /// Cancel and deadline: no `catch` sees them, every `finally` does.
    private func endInstance(as status: InstanceStatus, cause: StopCause) {
        // The first ending decides; a body that has ended already has nothing left to stop.
        guard ending == nil, let root else { return }
        if case .cleaning = root.state { return }
        beginEnding(status)
        inOrder { stop(root, cause) }
    }

    // MARK: - What the engine asks

    /// Whether an open wait takes this event.
    package func examine(_ event: StoredEvent, for wait: MemoKey) -> EventVerdict {
        guard let frame = leaves[wait], let index = frame.isNode, case .wait(let step) = graph[index].kind else {
            return .declined(reason: nil)
        }
        guard let typed = graph.typed(event: event.value) else {
            return .declined(reason: "the payload of event \(event.id) does not fit the type of '\(event.name)'")
        }
        guard let condition = step.where else { return .accepted }
        do {
            let value = try condition.evaluate(Scope(parent: frame.scope, values: [typed]))
            return value == .bool(true) ? .accepted : .declined(reason: nil)
        } catch {
            return .declined(reason: "'where' of '\(wait)' could not be evaluated for event \(event.id): \(error.message)")
        }
    }

    /// The input of an open action with its secrets in it, for one attempt.
    package func input(of key: MemoKey, secrets: [String: String]) -> Result<Value, Failure> {
        guard let frame = leaves[key], let index = frame.isNode, case .action(let call) = graph[index].kind,
            case .leaf(.runAction(let request)) = frame.state
        else { return .failure(Failure(code: "stopped", message: "the step is not open any more")) }
        let scope = callScope(frame, key: request.idempotencyKey)
        do {
            let value = try call.input.evaluate(RevealingScope(scope: scope, secrets: secrets))
            return call.contract.admit(value).mapError { schemaFailure($0, frame, of: "input") }
        } catch {
            return .failure(expressionFailure(error, frame))
        }
    }

    /// Names of the secrets that the definition and its actions declare.
    package var declaredSecrets: [String] {
        var names: [String] = []
        for file in graph.files { for name in file.secrets where !names.contains(name) { names.append(name) } }
        return names
    }

    /// The commands still open, in the order of the steps: what a restart has to take up again.
    package func outstanding() -> [Command] {
        var found: [Command] = []
        if let root { collectOutstanding(root, into: &found) }
        if isDeadlinePending, completion == nil, let due = deadline {
            found.append(.startTimer(.deadlineSignal, dueAt: due))
        }
        return found
    }

    private func collectOutstanding(_ frame: Frame, into found: inout [Command]) {
        if let timer = frame.timer, let due = timerDueTimes[timer] { found.append(.startTimer(timer, dueAt: due)) }
        switch frame.state {
        case .pause(let command, _), .leaf(let command): found.append(command)
        case .new, .body, .sequence, .fanOut, .round, .clause, .undoing, .cleaning, .ended:
            frame.forEachChild { collectOutstanding($0, into: &found) }
        }
    }

    /// When the running timers are due.
    var timerDueTimes: [MemoKey: Timestamp] = [:]
}

package enum EventVerdict: Sendable, Equatable {
    case accepted
    /// With a reason when that deserves a line in the instance's log.
    case declined(reason: String?)
}
