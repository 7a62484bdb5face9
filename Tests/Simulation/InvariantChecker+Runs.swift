import WorkflowInterpreter
import WorkflowJournal

/// What becomes of an instance's runs: one follows another, or the definition is changed under it.
extension InvariantChecker {
    /// What is known of the instance after a transition; the rows of a run that it ended are compared first.
    func advanced(
        _ before: Observation, to stored: StoredInstance, _ transition: Transition, _ acceptedBefore: EventSequence
    ) -> Observation {
        var old = before
        let isSameRun = stored.state.run == before.run
        if isSameRun {
            old.stored = stored
        } else {
            old.stored.steps = (try? store.steps(of: before.id, run: before.run)) ?? []
            old.stored.timers = []
            old.stored.waits = []
        }
        old.byKey = Dictionary(old.stored.steps.map { ($0.key, $0) }) { first, _ in first }
        checkPast(before, old)
        checkWaits(before, &old, through: acceptedBefore)
        if isSameRun {
            if before.stored.digest != stored.digest { upgraded(&old) }
            checkStatus(before, old)
            return old
        }
        checkResults(before, old)
        return followed(old, by: stored, transition)
    }

    /// Commands are others now, and a further attempt that its old definition had arranged is made whatever the new one allows.
    private func upgraded(_ now: inout Observation) {
        now.outstanding = [:]
        for row in now.rows where row.status == .sleeping { now.arranged[row.key] = row.attempt + 1 }
    }

    private func followed(_ old: Observation, by stored: StoredInstance, _ transition: Transition) -> Observation {
        var new = Observation(stored, createdAfter: old.createdAfter)
        guard stored.state.run == old.run + 1, let next = transition.nextRun else {
            report("I11", "run \(stored.state.run) of \(old.id) follows run \(old.run)")
            return new
        }
        new.pastRuns = old.pastRuns
        new.pastRuns[old.run] = old.rows
        new.revivals = old.revivals
        new.cancelled = old.cancelled
        new.pauses = old.pauses
        new.isReleased = old.isReleased
        new.arrival = old.arrival
        switch next.kind {
        case .continuedAsNew:
            note("continued as new")
            if !new.rows.isEmpty { report("I7", "a run that continued as new begins with rows") }
            new.takenBefore = old.taken
        case .retried:
            checkKept(old, new, next)
            new.revivals += 1
            new.isRetried = true
            arrivals += 1
            new.arrival = arrivals
            new.takenBefore = old.takenBefore
            if new.rows.isEmpty { note("retried from the beginning") } else { note("retried with kept steps") }
        }
        new.taken = new.takenBefore.union(new.rows.compactMap(takenEvent))
        return new
    }

    /// I3 over runs: what a retry keeps is what there was.
    private func checkKept(_ old: Observation, _ new: Observation, _ next: Transition.NextRun) {
        for row in new.rows {
            guard let earlier = old.byKey[row.key], earlier.status == row.status, earlier.output == row.output,
                earlier.failure == row.failure, row.status.isFinal
            else { return report("I3", "a retry keeps \(row.key) as it never was") }
        }
        let failed = old.rows.filter { $0.failure != nil && $0.key == old.stored.state.failure?.step }
        for row in failed where new.byKey[row.key]?.status == .failed && old.status == .failed {
            report("I3", "a retry keeps the failure of \(row.key)")
        }
    }

    /// I7: rows of runs that are over stay as they were.
    func checkPastRuns(_ now: Observation) {
        for (run, rows) in now.pastRuns.sorted(by: { $0.key < $1.key }) {
            let stored = (try? store.steps(of: now.id, run: run)) ?? []
            // Those before the previous one may have left.
            if stored.isEmpty && !rows.isEmpty && run < now.run - 1 {
                note("old run removed")
                if retention == nil { report("I22", "run \(run) of \(now.id) has been removed") }
                continue
            }
            if stored != rows { report("I7", "run \(run) of \(now.id) has changed") }
        }
    }
}
