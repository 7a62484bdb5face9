import WorkflowJournal
import WorkflowReplay

extension RecordedRun {
    /// The run as it was after an earlier entry: what was scheduled later is not there, what completed later is open. A wait or
    /// sleep that was stopped does not say with which entry; it is taken for open until the last entry of its time.
    func prefix(_ sequence: Int) -> RecordedRun {
        var run = self
        let stopped = instance.steps.filter { $0.status.isFinal && $0.completedSequence == nil }
        let ends = Dictionary(
            stopped.map { row in (row.key, lastEntry(atOrBefore: row)) }, uniquingKeysWith: { first, _ in first })
        run.instance.steps = instance.steps.filter { $0.scheduledSequence <= sequence }.map { row in
            guard row.completedSequence ?? ends[row.key] ?? 0 > sequence else { return row }
            var row = row
            row.status = row.verb == .wait ? .waiting : row.verb == .sleep ? .sleeping : .scheduled
            row.completedSequence = nil
            row.completedAt = nil
            row.output = nil
            row.failure = nil
            return row
        }
        run.instance.state.lastSequence = sequence
        return run
    }

    private func lastEntry(atOrBefore row: StepRow) -> Int {
        let entries = instance.steps.filter { entry in
            guard let sequence = entry.completedSequence, let time = entry.completedAt, let end = row.completedAt else {
                return false
            }
            return sequence > row.scheduledSequence && time == end
        }
        return entries.compactMap(\.completedSequence).min() ?? row.scheduledSequence
    }
}
