package import Values
package import WorkflowGraph
package import WorkflowInterpreter
package import WorkflowJournal

/// An interpreter with the rows that the engine would keep of it, attempts apart.
package struct RunRecorder {
    package let graph: StepGraph
    package let header: InstanceHeader
    package private(set) var interpreter: Interpreter
    package private(set) var sequence = 0
    package var now: Timestamp
    private var recorded: [MemoKey: StepRow] = [:]
    /// What was open after each entry, the start first.
    private var lived: [[Command]] = []

    /// A run that has not begun.
    package init(graph: StepGraph, header: InstanceHeader) {
        self.graph = graph
        self.header = header
        interpreter = Interpreter(graph: graph, header: header)
        now = header.startedAt
    }

    /// A retried run with what it keeps of the run before, not begun.
    package init(
        graph: StepGraph, header: InstanceHeader, kept: [StepRow], keptSequence: Int, now: Timestamp
    ) throws(JournalMismatch) {
        self.graph = graph
        self.header = header
        interpreter = try Replay.rebuild(graph: graph, header: header, rows: kept, hasBegun: false)
        sequence = keptSequence
        self.now = now
        for row in kept { recorded[row.key] = row }
    }

    /// In order of scheduling.
    package var rows: [StepRow] {
        recorded.values.sorted { ($0.scheduledSequence, $0.key) < ($1.scheduledSequence, $1.key) }
    }

    package subscript(_ key: MemoKey) -> StepRow? { recorded[key] }

    package mutating func begin() -> [Command] {
        let commands = interpreter.start()
        record(commands)
        return commands
    }

    package mutating func apply(_ content: JournalEntry.Content) throws(JournalMismatch) -> [Command] {
        sequence += 1
        recordEntry(content)
        let commands = try interpreter.apply(JournalEntry(sequence: sequence, time: now, content: content))
        record(commands)
        return commands
    }

    private mutating func record(_ commands: [Command]) {
        for command in commands {
            switch command {
            case .runAction(let request): insert(request.leaf, .call, request.action, .running)
            case .startSleep(let request): insert(request.leaf, .sleep, nil, .sleeping)
            case .openWait(let request): insert(request.leaf, .wait, nil, .waiting)
            case .startChild(let request): insert(request.leaf, .invoke, request.workflow, .running)
            case .sendEvent(let request): insert(request.leaf, .emit, request.event, .scheduled)
            case .endLeaf(let key):
                recorded[key]?.status = .cancelled
                recorded[key]?.completedAt = now
            case .stopAction, .letActionFinish, .stopChild, .startTimer, .stopTimer, .beginEnding, .noteFailedCleanup, .finish:
                break
            }
        }
        if lived.count <= sequence { lived += Array(repeating: [], count: sequence + 1 - lived.count) }
        lived[sequence] = interpreter.outstanding()
    }

    private mutating func insert(_ leaf: LeafRecord, _ verb: StepVerb, _ action: String?, _ status: StepStatus) {
        recorded[leaf.key] = StepRow(
            key: leaf.key, verb: verb, action: action, status: status, inputDigest: leaf.inputDigest,
            scheduledSequence: leaf.scheduledSequence, occurrence: leaf.occurrence, scheduledAt: leaf.scheduledAt)
    }

    private mutating func recordEntry(_ content: JournalEntry.Content) {
        switch content {
        case .outcome(let key, let outcome):
            recorded[key]?.completedSequence = sequence
            recorded[key]?.completedAt = now
            switch outcome {
            case .completed(let value):
                recorded[key]?.status = .completed
                recorded[key]?.output = value
            case .failed(let failure):
                recorded[key]?.status = .failed
                recorded[key]?.failure = Failure(value: JSON.normalised(failure.value))
            case .cancelled: recorded[key]?.status = .cancelled
            }
        case .signal(let signal):
            recorded[signal.key] = StepRow(
                key: signal.key, verb: .signal, status: .completed, scheduledSequence: sequence, completedSequence: sequence,
                output: signal.value, scheduledAt: now, completedAt: now)
        }
    }

    // MARK: - State rebuilt equals state lived

    /// Replays the rows into a second interpreter, which must have the same open.
    package func checkReplay() throws {
        let replayed = try Replay.rebuild(graph: graph, header: header, rows: rows)
        try compare(replayed, with: interpreter.outstanding())
        guard replayed.completion == interpreter.completion, replayed.stoppedActions == interpreter.stoppedActions,
            replayed.finishingActions == interpreter.finishingActions, replayed.stoppedChildren == interpreter.stoppedChildren
        else { throw ReplayDiffers(sequence: sequence, lived: "\(interpreter)", replayed: "\(replayed)") }
    }

    /// Replays every prefix of the rows, as they are at the end: each must have open what was open then.
    package func checkPrefixes() throws {
        let replayed = Interpreter(graph: graph, header: header)
        _ = replayed.start()
        let entries = rows.filter { $0.completedSequence != nil }.sorted {
            ($0.completedSequence ?? 0) < ($1.completedSequence ?? 0)
        }
        for row in [nil] + entries.map(Optional.some) {
            if let row { _ = try replayed.apply(Replay.entry(of: row)) }
            guard replayed.sequence < lived.count else { continue }
            // What a retried run was given is not lived by it.
            if lived[replayed.sequence].isEmpty && replayed.sequence < (interpreter.retriedSequence ?? 0) { continue }
            try compare(replayed, with: lived[replayed.sequence])
        }
    }

    private func compare(_ replayed: Interpreter, with lived: [Command]) throws {
        let open = replayed.outstanding()
        if open != lived { throw ReplayDiffers(sequence: replayed.sequence, lived: "\(lived)", replayed: "\(open)") }
    }
}

/// Replay has not given the state that was lived.
package struct ReplayDiffers: Error, CustomStringConvertible {
    package var sequence: Int
    package var lived: String
    package var replayed: String

    package var description: String { "after entry \(sequence) lived: \(lived); replayed: \(replayed)" }
}
