import Values
package import WorkflowGraph
package import WorkflowJournal

/// Rebuilds an interpreter from an instance's rows: a loop over `Interpreter.apply`, and a comparison of what it asks for
/// with what was recorded.
package enum Replay {
    /// A retried run that has not begun has only what it keeps of the run before. To begin it, rebuild it with `hasBegun`
    /// false, and apply a `Signal.retried` with the stored occurrences as its next entry, like any other signal: its commands
    /// are all that is open.
    /// - Parameters:
    ///   - rows: all rows of one run, signals included, in any order.
    ///   - hasBegun: false while the run waits for its `Signal.retried`.
    /// - Throws: `JournalMismatch` when definition and rows do not agree.
    package static func rebuild(
        graph: StepGraph, header: InstanceHeader, rows: [StepRow], hasBegun: Bool = true
    ) throws(JournalMismatch) -> Interpreter {
        let interpreter = Interpreter(graph: graph, header: header)
        try rebuild(interpreter, from: rows, hasBegun: hasBegun) { _, _ in }
        return interpreter
    }

    /// - Parameters:
    ///   - interpreter: that has not started.
    ///   - agreed: is given each entry with its row when it, and all it led to, was as recorded.
    static func rebuild(
        _ interpreter: Interpreter, from rows: [StepRow], hasBegun: Bool, agreed: (JournalEntry, StepRow) -> Void
    ) throws(JournalMismatch) {
        let comparison = try replay(rows, into: interpreter, hasBegun: hasBegun, visit: { _, _ in }, agreed: agreed)
        if hasBegun { try comparison.checkOpen(interpreter.outstanding()) }
    }

    /// - Parameters:
    ///   - visit: is given each entry with its row just before it is applied.
    ///   - agreed: is given them when what the entry led to was as recorded.
    @discardableResult static func replay(
        _ rows: [StepRow], into interpreter: Interpreter, hasBegun: Bool, visit: (JournalEntry, StepRow) -> Void,
        agreed: (JournalEntry, StepRow) -> Void = { _, _ in }
    ) throws(JournalMismatch) -> Comparison {
        var comparison = Comparison(rows: rows, hasBegun: hasBegun)
        try comparison.check(interpreter.start())
        for row in entries(of: rows) {
            let entry = try entry(of: row)
            visit(entry, row)
            try comparison.check(interpreter.apply(entry))
            agreed(entry, row)
        }
        try comparison.checkVisited()
        return comparison
    }

    /// The rows that are entries, in their order.
    static func entries(of rows: [StepRow]) -> [StepRow] {
        rows.filter { $0.completedSequence != nil }.sorted { ($0.completedSequence ?? 0) < ($1.completedSequence ?? 0) }
    }

    /// The entry that a row with a `completedSequence` is.
    package static func entry(of row: StepRow) throws(JournalMismatch) -> JournalEntry {
        let content: JournalEntry.Content
        if row.verb == .signal {
            content = .signal(try signal(of: row))
        } else {
            switch row.status {
            case .completed: content = .outcome(row.key, .completed(row.output ?? .null))
            case .failed: content = .outcome(row.key, .failed(row.failure ?? Failure(code: "unknown", message: "")))
            case .cancelled: content = .outcome(row.key, .cancelled)
            case .scheduled, .running, .sleeping, .waiting:
                throw JournalMismatch(
                    .journalDamaged, key: row.key, recorded: "status \(row.status.rawValue) with an outcome",
                    asked: "a final status",
                    explanation: "the row contradicts itself")
            }
        }
        return JournalEntry(sequence: row.completedSequence ?? 0, time: row.completedAt ?? row.scheduledAt, content: content)
    }

    private static func signal(of row: StepRow) throws(JournalMismatch) -> Signal {
        switch row.key {
        case .cancelSignal: return .cancelled(CancelRequest(value: row.output ?? .null))
        case .deadlineSignal: return .deadline
        case .admittedSignal: return .admitted
        case let key where key.isRetriedSignal: return .retried(RetryRecord(value: row.output ?? .null))
        default:
            guard let step = row.key.stepOfTimeout else {
                throw JournalMismatch(
                    .journalDamaged, key: row.key, recorded: "an unknown signal", asked: "a known one",
                    explanation: "this version of wfrun does not know the signal")
            }
            return .timedOut(step)
        }
    }
}

/// What was recorded against what is asked for, row by row.
struct Comparison {
    private let recorded: [MemoKey: StepRow]
    private let rows: [StepRow]
    /// Up to here the run is made of what it kept of earlier ones: what it asks for may not have been kept, and is asked for
    /// again by a later `retried`.
    private let retriedSequence: Int
    private var visited: Set<MemoKey> = []

    init(rows: [StepRow], hasBegun: Bool) {
        self.rows = rows
        let retries = rows.filter { $0.verb == .signal && $0.key.isRetriedSignal }.compactMap(\.completedSequence)
        retriedSequence = hasBegun ? retries.max() ?? -1 : .max
        recorded = Dictionary(rows.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    }

    mutating func check(_ commands: [Command]) throws(JournalMismatch) {
        for command in commands {
            switch command {
            case .runAction(let request): try check(request.leaf, .call, action: request.action)
            case .startSleep(let request): try check(request.leaf, .sleep, action: nil)
            case .openWait(let request): try check(request.leaf, .wait, action: nil)
            case .startChild(let request): try check(request.leaf, .invoke, action: request.workflow)
            case .sendEvent(let request): try check(request.leaf, .emit, action: request.event)
            case .stopAction, .letActionFinish, .stopChild, .endLeaf, .startTimer, .stopTimer, .beginEnding, .noteFailedCleanup,
                .finish:
                break
            }
        }
    }

    private mutating func check(_ leaf: LeafRecord, _ verb: StepVerb, action: String?) throws(JournalMismatch) {
        let asked = describe(verb, action)
        let isAskedAgain = leaf.scheduledSequence < retriedSequence
        if isAskedAgain && (recorded[leaf.key].map { $0.scheduledSequence > leaf.scheduledSequence } ?? true) { return }
        guard let row = recorded[leaf.key] else { throw unrecorded(leaf.key, asked) }
        visited.insert(leaf.key)
        guard row.verb == verb, row.action == action else {
            throw JournalMismatch(
                .actionChanged, key: leaf.key, recorded: describe(row.verb, row.action), asked: asked,
                explanation: "the step does something else now")
        }
        guard row.inputDigest == leaf.inputDigest else {
            throw JournalMismatch(
                .inputChanged, key: leaf.key, recorded: "\(asked) with input \(row.inputDigest?.hex.prefix(12) ?? "none")",
                asked: "\(asked) with input \(leaf.inputDigest.hex.prefix(12))",
                explanation: "the step's input is another one now")
        }
        guard row.scheduledSequence == leaf.scheduledSequence, row.occurrence == leaf.occurrence else {
            throw JournalMismatch(
                .orderChanged, key: leaf.key,
                recorded: "scheduled by entry \(row.scheduledSequence), occurrence \(row.occurrence)",
                asked: "scheduled by entry \(leaf.scheduledSequence), occurrence \(leaf.occurrence)",
                explanation: "the step comes at another place of the journal now")
        }
    }

    /// A step that is not in the journal; under another key, if there is one that nobody has asked for.
    private func unrecorded(_ key: MemoKey, _ asked: String) -> JournalMismatch {
        let moved = rows.first { row in
            row.verb != .signal && !visited.contains(row.key) && !row.key.isReserved && row.key.isSameStep(as: key)
        }
        guard let moved, !key.isReserved else {
            return JournalMismatch(
                .stepIsNew, key: key, recorded: "nothing", asked: asked, explanation: "the step is not in the journal")
        }
        let explanation =
            key.loopDepth > moved.key.loopDepth
            ? "the step stands in a loop now"
            : key.loopDepth < moved.key.loopDepth ? "the step stands in no loop now" : "the step stands at another place now"
        return JournalMismatch(
            .stepMoved, key: moved.key, movedTo: key, recorded: "\(describe(moved.verb, moved.action)) at '\(moved.key)'",
            asked: "\(asked) at '\(key)'", explanation: explanation)
    }

    func checkVisited() throws(JournalMismatch) {
        for row in rows where row.verb != .signal && !visited.contains(row.key) {
            throw JournalMismatch(
                .stepVanished, key: row.key, recorded: describe(row.verb, row.action), asked: "nothing",
                explanation: "the definition never comes to this step")
        }
    }

    func checkOpen(_ open: [Command]) throws(JournalMismatch) {
        let openKeys = Set(open.compactMap(\.leafKey))
        for row in rows where row.verb != .signal {
            guard row.status.isFinal != openKeys.contains(row.key) else {
                throw JournalMismatch(
                    .orderChanged, key: row.key, recorded: "status \(row.status.rawValue)",
                    asked: row.status.isFinal ? "a step that is still open" : "a step that is over",
                    explanation: "the step is not where the definition is")
            }
        }
    }

    private func describe(_ verb: StepVerb, _ action: String?) -> String {
        action.map { "\(verb.rawValue) \($0)" } ?? verb.rawValue
    }
}

extension Command {
    package var leafKey: MemoKey? { leaf?.key }

    /// The leaf that the command opens.
    package var leaf: LeafRecord? {
        switch self {
        case .runAction(let request): request.leaf
        case .startSleep(let request): request.leaf
        case .openWait(let request): request.leaf
        case .startChild(let request): request.leaf
        case .sendEvent(let request): request.leaf
        case .stopAction, .letActionFinish, .stopChild, .endLeaf, .startTimer, .stopTimer, .beginEnding, .noteFailedCleanup,
            .finish:
            nil
        }
    }
}
