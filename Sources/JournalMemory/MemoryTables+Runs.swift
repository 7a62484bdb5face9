import Values
import WorkflowJournal

// A run follows another one: `continue_as_new`, or an operator's retry of an ended instance.
extension MemoryTables {
    /// Turns the record to the next run; its state is written by the caller.
    mutating func begin(_ next: Transition.NextRun, at index: Int, time: Timestamp) {
        closeRun(next.kind, at: index, time)
        clearTimersAndWaits(at: index)
        let previous = instances[index].state.run
        instances[index].previousRuns[previous] = instances[index].steps
        if previous > 1 { oldRuns.append(OldRun(instance: InstanceKey(Int64(index) + 1), run: previous - 1)) }
        instances[index].steps = StepTable()
        for row in next.kept { instances[index].steps.insert(row.stored) }
        instances[index].childEnds = []
        instances[index].origin = RunOrigin(
            kind: .init(next.kind), reason: next.reason, keptSequence: next.keptSequence, occurrences: next.occurrences)
        instances[index].new.digest = next.digest
        instances[index].new.input = next.input.stored
        instances[index].new.config = next.config
        instances[index].new.labels = next.labels
        if next.kind == .retried { free(eventsBesides: next.kept, run: previous, at: index) }
    }

    private mutating func closeRun(_ kind: Transition.NextRun.Kind, at index: Int, _ time: Timestamp) {
        var run = instances[index].currentRun
        if kind == .continuedAsNew { run.endedAt = time }
        instances[index].earlierRuns.append(run)
    }

    /// Events that waits of the run before took are free again, unless the wait is kept.
    private mutating func free(eventsBesides kept: [StepRow], run: Int, at index: Int) {
        let waits = Set(kept.lazy.filter { $0.verb == .wait }.map(\.key))
        for (event, taken) in instances[index].taken where taken.run == run {
            instances[index].taken[event] =
                waits.contains(taken.wait) ? Consumption(run: run + 1, wait: taken.wait, time: taken.time) : nil
        }
    }
}

extension InstanceRecord {
    var currentRun: RunSummary {
        RunSummary(
            run: state.run, kind: origin.kind, reason: origin.reason, digest: new.digest, input: new.input,
            beganAt: state.runStartedAt, keptSequence: origin.keptSequence,
            endedStatus: state.status.isTerminal ? state.status : nil, endedAt: state.endedAt, output: state.output,
            failure: state.failure)
    }
}
