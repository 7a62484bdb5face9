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

/// One run of one instance. Not Sendable: whoever works on an instance owns its interpreter.
package final class Interpreter {
    package let graph: StepGraph
    package let header: InstanceHeader

    var root: Frame?
    /// Open leaves and pauses by key, for delivering outcomes.
    var leaves: [MemoKey: Frame] = [:]
    /// Frames whose timer runs, by the timer's key.
    var timers: [MemoKey: Frame] = [:]
    /// When the running timers are due.
    var timerDueTimes: [MemoKey: Timestamp] = [:]
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
    /// Watched by `ReplayedRun`, which must know why a replay goes another way.
    var resultRefused: ((UnfitValue) -> Void)?
    private var isDeadlinePending = true
    /// When the workflow's timeout is over.
    private var deadline: Timestamp?
    var pendingDeadline: Timestamp? { isDeadlinePending && completion == nil ? deadline : nil }
    package private(set) var completion: Completion?
    /// Steps that a retry begins anew as a whole.
    var begunAnew: [String] = []

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

    /// Hears of each node that begins, and has no say; nil outside of tests of definitions.
    let tracer: StepTracer?

    package init(graph: StepGraph, header: InstanceHeader, tracer: StepTracer? = nil) {
        self.graph = graph
        self.header = header
        self.tracer = tracer
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
                // All that is kept is all there is to do: the definition was corrected, or only a cancel was in the way.
                advance(entry)
                retriedSequence = sequence
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
        if case .cleaning(_, let bodyEnding) = root.state {
            // A run that is about to continue as new does not: the instance can still be cancelled.
            if status == .cancelled, case .continued = bodyEnding { beginEnding(status) }
            return
        }
        beginEnding(status)
        inOrder { stop(root, cause) }
    }
}

/// Told of the nodes of an instance as they begin.
package typealias StepTracer = @Sendable (InstanceID, NodeIndex) -> Void
