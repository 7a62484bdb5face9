import Values
import WorkflowJournal

/// What the steps of an instance owe to a timeout or a cancel: how far those it stopped had come is decided by moments, and so may
/// be another in a run with a restart. A call that was announced and not begun when the server died is not begun any more once it
/// is stopped (guarantees.md G4), and one that answers within the grace time completes.
struct StoppedSteps {
    /// Keys of steps that had not ended before they were stopped.
    private var caught: Set<String> = []
    private var completed: Set<String> = []
    private var begun: Set<String> = []

    init(_ history: [Int: [MemoKey: StepRow]]) {
        for rows in history.values {
            let signals = rows.values.compactMap(Signal.init)
            for row in rows.values where row.verb != .signal {
                let key = row.key.text
                begun.insert(key)
                if row.status == .completed { completed.insert(key) }
                let isCaught = signals.contains { signal in
                    signal.reaches(key) && (row.completedAt.map { $0 >= signal.time } ?? true)
                }
                if isCaught { caught.insert(key) }
            }
        }
    }

    /// Whether the step, which did something here and did not do it in the other run, need not have done so there.
    func excuse(_ key: String, absentFrom other: StoppedSteps) -> Bool {
        guard let handler = Handler(key) else { return caught.contains(key) }
        let inside = caught.filter { $0 == handler.step || $0.isInside(handler.step) }
        return switch handler.phase {
        // Only what completed is undone.
        case .undo: inside.contains { !other.completed.contains($0) }
        // What has begun is followed by its `finally`.
        case .finally: !inside.isEmpty && !other.begun.contains { $0 == handler.step || $0.isInside(handler.step) }
        }
    }

    /// A timeout or a cancel that has taken effect.
    private struct Signal {
        /// The step that it stops; nil: all of them.
        var step: String?
        var time: Timestamp

        init?(_ row: StepRow) {
            guard row.verb == .signal, let time = row.completedAt else { return nil }
            self.time = time
            step = row.key.stepOfTimeout?.text
            guard step != nil || row.key == .cancelSignal || row.key == .deadlineSignal else { return nil }
        }

        func reaches(_ key: String) -> Bool { step.map { key == $0 || key.isInside($0) } ?? true }
    }

    /// The innermost undo or `finally` that a key is part of.
    private struct Handler {
        enum Phase: String { case undo, finally }
        var step: String
        var phase: Phase

        init?(_ key: String) {
            guard let path = StepPath(key),
                let segment = path.segments.last(where: { $0.phase.flatMap(Phase.init) != nil }),
                let phase = segment.phase.flatMap(Phase.init)
            else { return nil }
            let end = segment.bytes.upperBound - phase.rawValue.utf8.count - 1
            step = String(decoding: key.utf8.prefix(end), as: UTF8.self)
            self.phase = phase
        }
    }
}

extension String {
    /// Whether the key is of something in the body of that step.
    fileprivate func isInside(_ step: String) -> Bool {
        guard !step.isEmpty else { return true }
        guard utf8.starts(with: step.utf8), let next = utf8.dropFirst(step.utf8.count).first else { return false }
        return [UInt8(ascii: "/"), UInt8(ascii: "["), UInt8(ascii: "#"), UInt8(ascii: "~")].contains(next)
    }
}
