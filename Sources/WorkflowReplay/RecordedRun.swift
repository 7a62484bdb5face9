// WorkflowReplay: recorded runs on definitions, their own or edited ones.
//
// Invariant: no store, no server, no effects. It is given rows and definitions, and says what they mean together.
//
// Start at `EditPlanner` (`wfrun plan`) and `RunReplay` (`wfrun replay`); `RecordedRun` is an exported history.

package import WorkflowJournal

/// The current run of an instance with all it takes to replay it: `wfrun history --export`, docs/histories.md.
package struct RecordedRun: Sendable {
    package var definition: DefinitionRecord
    /// Without a right to write it; timers and waits are left out.
    package var instance: StoredInstance

    package init(definition: DefinitionRecord, instance: StoredInstance) {
        self.definition = definition
        self.instance = instance
        self.instance.timers = []
        self.instance.waits = []
    }

    /// The run as it was after an earlier entry: what was scheduled later is not there, what completed later is open. A wait or
    /// sleep that was stopped does not say with which entry; it is taken for open until the last entry of its time.
    package func prefix(_ sequence: Int) -> RecordedRun {
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
