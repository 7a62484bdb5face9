import Values
import WorkflowGraph
import WorkflowJournal

/// The journal of a run that is over, replayed once with a look at what a retry has to know of it.
struct EndedRun {
    struct Entry {
        let entry: JournalEntry
        let row: StepRow
        /// The memo key as long as it is: of the step, or of what a timeout belongs to.
        let key: String
        /// It came to a leaf that had been stopped.
        let cameStopped: Bool
    }

    struct Undone {
        /// The step, with its item, round and attempt.
        let step: String
        /// The entry that completed it.
        let completed: Int
        /// The entry that made its undo begin.
        let began: Int
    }

    struct Finally {
        let step: String
        let began: Int
        /// What left the step.
        let failure: Failure?
    }

    let rows: [StepRow]
    /// Of each undone step, its first entry, if it has one.
    private(set) var firstEntries: [String: Int] = [:]
    private(set) var entries: [Entry] = []
    private(set) var undone: [Undone] = []
    /// Those of steps; the workflow's own runs anew whenever the workflow ends.
    private(set) var finallies: [Finally] = []
    private(set) var completion: Completion?
    private var ending: Int?
    /// How often each place has completed.
    private(set) var counts: [String: Int] = [:]

    init(graph: StepGraph, header: InstanceHeader, rows: [StepRow], hasBegun: Bool) throws(JournalMismatch) {
        self.rows = rows
        let interpreter = Interpreter(graph: graph, header: header)
        interpreter.countsEveryPlace = true
        var undone: [Undone] = []
        var finallies: [Finally] = []
        interpreter.undoBegan = { [unowned interpreter] registration in
            undone.append(
                Undone(step: registration.key, completed: registration.sequence, began: interpreter.sequence))
        }
        interpreter.finallyBegan = { [unowned interpreter] frame, ending in
            guard !interpreter.isWhole(frame) else { return }
            var failure: Failure?
            if case .failure(let raised) = ending { failure = raised }
            finallies.append(Finally(step: frame.key, began: interpreter.sequence, failure: failure))
        }
        var entries: [Entry] = []
        try Replay.replay(rows, into: interpreter, hasBegun: hasBegun) { entry, row in
            let frame = interpreter.frame(of: entry)
            entries.append(
                Entry(entry: entry, row: row, key: frame?.key ?? row.key.text, cameStopped: frame?.stopCause != nil))
        }
        self.entries = entries
        let steps = Set(undone.map(\.step))
        if !steps.isEmpty {
            for entry in entries where entry.row.verb != .signal {
                for step in stepsAround(entry.key) where steps.contains(step) && firstEntries[step] == nil {
                    firstEntries[step] = entry.entry.sequence
                }
            }
        }
        self.undone = undone
        self.finallies = finallies
        ending = interpreter.endingSequence
        completion = interpreter.completion
        counts = interpreter.completions
    }

    /// The entry that the run's failure came of: a failed outcome, a step's timeout, a cancel, the deadline. Nil when nothing
    /// in the journal failed: a completed run, or a failure of the definition's own making.
    var culprit: Int? {
        switch completion {
        case .failed(let failure): entry(behind: failure)
        case .cancelled: sequence(of: .cancelSignal)
        case .timedOut: sequence(of: .deadlineSignal)
        case .completed, .continuedAsNew, nil: nil
        }
    }

    /// The entry whose application raised what failed the run, for a failure that is no outcome; nil: nothing failed it.
    var unwinding: Int? {
        guard case .failed(let failure) = completion else { return ending }
        return ([ending].compactMap { $0 } + finallies.filter { $0.failure == failure }.map(\.began)).min()
    }

    /// A failure that a clause made of the one it caught leads back to that.
    private func entry(behind failure: Failure) -> Int? {
        if let step = failure.step {
            let found = entries.last { candidate in
                guard candidate.row.verb != .signal else { return isTimeout(candidate, of: step, failure) }
                return candidate.row.key == step && candidate.row.status == .failed
            }
            if let found { return found.entry.sequence }
        }
        return failure.cause.first.flatMap(entry(behind:))
    }

    private func isTimeout(_ candidate: Entry, of step: MemoKey, _ failure: Failure) -> Bool {
        guard failure.code == "timeout", let timed = candidate.row.key.stepOfTimeout else { return false }
        return timed == step || timed == MemoKey("\(step)~\(failure.attempt)")
    }

    private func sequence(of key: MemoKey) -> Int? { entries.first { $0.row.key == key }?.entry.sequence }
}

extension Interpreter {
    /// The frame that an entry is for.
    func frame(of entry: JournalEntry) -> Frame? {
        switch entry.content {
        case .outcome(let key, _): leaves[key]
        case .signal(.timedOut(let step)): timers[step.timeout]
        case .signal: nil
        }
    }
}

/// The steps that a memo key is of or inside, in any of their items, rounds, attempts and phases: `a`, `a/b`, `a/b[3]`, `a/b[3]/c`.
func stepsAround(_ key: String) -> [String] {
    var steps: [String] = []
    for index in key.utf8.indices where index > key.utf8.startIndex {
        switch key.utf8[index] {
        case UInt8(ascii: "/"), UInt8(ascii: "["), UInt8(ascii: "#"), UInt8(ascii: "~"), UInt8(ascii: "."), UInt8(ascii: "!"):
            steps.append(String(key[..<index]))
        default: break
        }
    }
    steps.append(key)
    return steps
}

func isInside(_ key: String, _ step: String) -> Bool {
    key.utf8.starts(with: step.utf8) && stepsAround(key).contains { $0.hasSameCodePoints(as: step) }
}
