import Values
package import WorkflowGraph
import WorkflowJournal

/// Compares a run with restarts with the run without: what each instance came to, and what each of its steps did, must be the same.
///
/// Two things are no difference: branches beside each other may interleave in another way (`BranchOrder`), and what a timeout or a
/// cancel stops may have come further in one run than in the other (`StoppedSteps`).
package struct CrashComparison {
    private let expected: CaseRecord
    private let actual: CaseRecord
    private let graphs: [String: StepGraph]
    private let comparesTime: Bool

    /// - Parameters:
    ///   - graphs: by workflow; they say which branches are beside each other.
    ///   - comparesTime: whether the time that has passed is part of what the case expects.
    package init(expected: CaseRecord, actual: CaseRecord, graphs: [String: StepGraph], comparesTime: Bool) {
        self.expected = expected
        self.actual = actual
        self.graphs = graphs
        self.comparesTime = comparesTime
    }

    /// - Parameter place: of the restart, in words.
    package func differences(_ place: String) -> [Difference] {
        var missing: [String] = []
        for id in expected.order where actual.instances[id] == nil && !Self.isExcused(id, of: expected, absentFrom: actual) {
            missing.append("- \(expected.instances[id]?.workflow ?? "")")
        }
        for id in actual.order where expected.instances[id] == nil && !Self.isExcused(id, of: actual, absentFrom: expected) {
            missing.append("+ \(actual.instances[id]?.workflow ?? "")")
        }
        var differences = missing.isEmpty ? [] : [Difference("instances, with a restart \(place)", missing)]
        for id in actual.order {
            guard let before = expected.instances[id], let after = actual.instances[id] else { continue }
            let (expected, actual) = lines(before, after)
            if expected != actual {
                differences.append(
                    Difference(
                        "run with a restart \(place)", LineDifference.lines(expected: expected, actual: actual)))
            }
        }
        return differences
    }

    /// Whether an instance, or one that led to it, is the child of a step that was stopped.
    private static func isExcused(_ id: InstanceID, of record: CaseRecord, absentFrom other: CaseRecord) -> Bool {
        for parent in record.instances.values {
            guard let child = parent.children.first(where: { $0.id == id }) else { continue }
            guard let theirs = other.instances[parent.id] else {
                return isExcused(parent.id, of: record, absentFrom: other)
            }
            return StoppedSteps(parent.history).excuse(child.step, absentFrom: StoppedSteps(theirs.history))
        }
        return false
    }

    // MARK: - One instance

    /// Everything that must not depend on a crash.
    private func lines(_ before: CaseRecord.Instance, _ after: CaseRecord.Instance) -> ([String], [String]) {
        var (expected, actual) = (end(of: before), end(of: after))
        let stopped = (StoppedSteps(before.history), StoppedSteps(after.history))
        var order = BranchOrder(graphs[before.workflow])
        for kind in [\CaseRecord.Instance.callEntries, \.mailEntries, \.eventEntries, \.logEntries] {
            let (own, other) = (before[keyPath: kind], after[keyPath: kind])
            expected += order.lines(Self.held(own, against: other) { stopped.0.excuse($0, absentFrom: stopped.1) })
            actual += order.lines(Self.held(other, against: own) { stopped.1.excuse($0, absentFrom: stopped.0) })
        }
        return (expected, actual)
    }

    private func end(of instance: CaseRecord.Instance) -> [String] {
        var lines = ["status \(instance.status.rawValue)", "output \(JSON.text(instance.output))"]
        if instance.status == .cancelled {
            // Whether it had begun by then is said in words, and decided by moments.
            lines.append("error \(instance.failure?.code ?? "")")
        } else if let failure = instance.failure {
            let data = failure.data.isNull ? "" : " \(JSON.text(JSON.normalised(failure.data)))"
            lines.append("error \(failure.code): \(failure.message)\(data)")
        }
        if instance.isCleanupIncomplete { lines.append("cleanup incomplete") }
        if comparesTime, instance.id == expected.root, let end = instance.endedAt { lines.append("ended at \(end)") }
        return lines
    }

    /// Without what the other run is excused from. A step that did something else there is not excused.
    private static func held(
        _ own: [BranchOrder.Entry], against other: [BranchOrder.Entry], isExcused: (String) -> Bool
    ) -> [BranchOrder.Entry] {
        let ownLines = Set(own.map(\.line))
        let otherLines = Set(other.map(\.line))
        let changed = Set(other.filter { !ownLines.contains($0.line) }.map(\.step))
        return own.filter { otherLines.contains($0.line) || changed.contains($0.step) || !isExcused($0.step) }
    }
}

extension CaseRecord.Instance {
    fileprivate var callEntries: [BranchOrder.Entry] {
        calls.map { .init(step: $0.step, line: "call \($0.step), key \($0.key)") }
    }

    fileprivate var mailEntries: [BranchOrder.Entry] {
        mails.map { .init(step: $0.step, line: "mail of \($0.step) \(JSON.text(JSON.normalised($0.input)))") }
    }

    fileprivate var eventEntries: [BranchOrder.Entry] {
        emitted.map { .init(step: $0.step, line: "emitted \($0.event) \(JSON.text(JSON.normalised($0.data)))") }
    }

    fileprivate var logEntries: [BranchOrder.Entry] {
        logs.map { row in
            let data = row.data.isNull ? "" : " \(JSON.text(JSON.normalised(row.data)))"
            return .init(step: row.key?.text ?? "", line: "log \(row.level) \(row.message)\(data)")
        }
    }
}
