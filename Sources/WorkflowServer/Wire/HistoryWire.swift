import Values
import WorkflowJournal

extension Wire {
    /// Everything that is told of a run.
    struct RunRecord: Sendable {
        var run: RunSummary
        /// When its journal begins: that of a retried run goes on in the journal of the run before.
        var beginning: Timestamp?
        var steps: [StepRow]
        var attempts: [AttemptRow]
        /// What the engine and operators noted of the instance between the end of the run before and that of this one.
        var notes: [LogRow]
    }

    /// The history of a run as people read it: what was asked for and what came of it, in that order, attempts between.
    static func history(_ record: RunRecord, withPayloads: Bool) -> [Value] {
        let run = record.run
        var lines = record.beginning.map { [Line(time: $0, order: 0, sequence: 0, type: "started")] } ?? []
        for row in record.steps {
            lines += row.verb == .signal ? [signal(row, run)] : scheduledAndEnded(row, withPayload: withPayloads)
        }
        for row in record.attempts {
            lines.append(
                Line(
                    time: row.endedAt, order: 2, type: "attemptFailed", step: row.key.text,
                    members: ["attempt": Value(row.attempt), "failure": failure(row.failure)]))
        }
        for note in record.notes {
            lines.append(Line(time: note.time, order: 4, type: "noted", members: ["message": .string(note.message)]))
        }
        if let end = run.endedAt {
            let failure = run.failure.map { self.failure($0) } ?? .null
            lines.append(
                Line(
                    time: end, order: 9, type: run.endedStatus?.rawValue ?? "continuedAsNew", members: ["failure": failure]))
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

    private static func signal(_ row: StepRow, _ run: RunSummary) -> Line {
        var line = Line(
            time: row.completedAt ?? row.scheduledAt, order: 1, sequence: row.completedSequence, type: "timedOut",
            step: row.key.stepOfTimeout?.text)
        switch row.key {
        case .cancelSignal:
            line.type = "cancelRequested"
            line.members["reason"] = row.output?["reason"] ?? .null
        case .deadlineSignal: line.type = "deadlineReached"
        case .admittedSignal: line.type = "admitted"
        case _ where row.key.isRetriedSignal:
            line.type = "retried"
            let retry = RetryRecord(value: row.output ?? .null)
            line.members["run"] = Value(retry.run)
            // Signals of earlier retries are kept with the journal; their reasons are with their runs.
            if retry.run == run.run { line.members["reason"] = Value(run.reason) }
        default: break
        }
        return line
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
