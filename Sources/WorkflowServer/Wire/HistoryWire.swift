import Values
import WorkflowJournal

extension Wire {
    /// The history of a run as people read it: what was asked for and what came of it, in that order, attempts between.
    static func history(_ detail: InstanceDetail, steps: [StepRow], attempts: [AttemptRow], withPayloads: Bool) -> [Value] {
        var lines: [Line] = [Line(time: detail.summary.createdAt, order: 0, sequence: 0, type: "started")]
        for row in steps {
            lines += row.verb == .signal ? [signal(row)] : scheduledAndEnded(row, withPayload: withPayloads)
        }
        for row in attempts {
            lines.append(
                Line(
                    time: row.endedAt, order: 2, type: "attemptFailed", step: row.key.text,
                    members: ["attempt": Value(row.attempt), "failure": failure(row.failure)]))
        }
        if let end = detail.summary.endedAt {
            let failure = detail.failure.map { self.failure($0) } ?? .null
            lines.append(
                Line(time: end, order: 9, type: detail.summary.status.rawValue, members: ["failure": failure]))
        }
        let ordered = lines.enumerated().sorted { lhs, rhs in
            lhs.element.rank == rhs.element.rank ? lhs.offset < rhs.offset : lhs.element.rank < rhs.element.rank
        }
        return ordered.map(\.element.value)
    }

    private struct Line {
        var time: Timestamp
        /// Among lines of one instant: outcomes before what they lead to.
        var order: Int
        var sequence: Int?
        var type: String
        var step: String?
        var members: ValueMap = [:]

        var rank: (Int64, Int, Int) { (time.microseconds, order == 9 ? Int.max : sequence ?? 0, order) }

        var value: Value {
            var map = members
            map["time"] = Value(time)
            map["type"] = .string(type)
            map["sequence"] = sequence.map { Value($0) } ?? .null
            map["step"] = Value(step)
            return .map(map)
        }
    }

    private static func signal(_ row: StepRow) -> Line {
        let type =
            switch row.key {
            case .cancelSignal: "cancelRequested"
            case .deadlineSignal: "deadlineReached"
            case .admittedSignal: "admitted"
            default: "timedOut"
            }
        return Line(
            time: row.completedAt ?? row.scheduledAt, order: 1, sequence: row.completedSequence, type: type,
            step: row.key.stepOfTimeout?.text)
    }

    private static func scheduledAndEnded(_ row: StepRow, withPayload: Bool) -> [Line] {
        let what: ValueMap = ["verb": .string(row.verb.rawValue), "action": Value(row.action)]
        var lines = [
            Line(
                time: row.scheduledAt, order: 3, sequence: row.scheduledSequence, type: "scheduled", step: row.key.text,
                members: what)
        ]
        guard row.status.isFinal, let end = row.completedAt else { return lines }
        var members = what
        members["attempt"] = Value(row.attempt)
        members["interruptions"] = Value(row.interruptions)
        if let failure = row.failure { members["failure"] = self.failure(failure) }
        if withPayload, let output = row.output { members["output"] = output }
        lines.append(
            Line(
                time: end, order: 1, sequence: row.completedSequence, type: row.status.rawValue, step: row.key.text,
                members: members))
        return lines
    }
}
