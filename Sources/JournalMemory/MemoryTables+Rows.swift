import Values
import WorkflowJournal

extension MemoryTables {
    /// Writes everything of a transition but the instance's own state. Returns whom gates rejected.
    mutating func writeRows(
        of transition: Transition, at index: Int, previousRun: Int, time: Timestamp, waking woken: inout WokenInstances
    ) -> [InstanceID] {
        for change in transition.steps {
            switch change {
            case .insert(let row): instances[index].steps.insert(row.stored)
            case .update(let row): update(row.stored, at: index, previousRun: previousRun)
            }
        }
        for attempt in transition.attempts { instances[index].attempts[previousRun, default: []].append(attempt.stored) }
        for key in transition.timersCleared { clearTimer(key, at: index) }
        for timer in transition.timersSet { set(timer.stored, at: index) }
        for taken in transition.eventsTaken {
            instances[index].taken[taken.event] = Consumption(run: previousRun, wait: taken.wait, time: time)
        }
        for examined in transition.waitsExamined { examine(examined, at: index) }
        for closed in transition.waitsClosed { closeWait(closed.key, at: index) }
        for taken in transition.eventsTaken { closeWait(taken.wait, at: index) }
        settleChildEnds(taken: transition.childEndsTaken, at: index)
        for line in transition.logs { append(line, at: index) }
        for var email in transition.emails where !instances[index].emails.contains(where: { $0.id == email.id }) {
            email.time = email.time.stored
            instances[index].emails.append(email)
        }
        // Children before events: what the parent sends may be for them. Events before waits: a wait finds what was sent.
        var rejected = startChildren(of: transition, at: index, waking: &woken)
        for sent in transition.eventsSent { rejected += post(sent, at: time, waking: &woken).rejected }
        for wait in transition.waitsOpened { open(wait, at: index) }
        for request in transition.requests { deliver(request, waking: &woken) }
        return rejected
    }

    /// In a transition that begins a run, changed rows are those of the run before, new rows those of the new one.
    private mutating func update(_ row: StepRow, at index: Int, previousRun: Int) {
        if previousRun == instances[index].state.run {
            guard let place = instances[index].steps.places[row.key] else { return }
            instances[index].steps.rows[place] = row
        } else if let place = instances[index].previousRuns[previousRun]?.places[row.key] {
            instances[index].previousRuns[previousRun]?.rows[place] = row
        }
    }

    private mutating func set(_ timer: TimerRow, at index: Int) {
        clearTimer(timer.key, at: index)
        instances[index].timers.append(timer)
        timers.insert(TimerPlace(dueAt: timer.dueAt, instance: InstanceKey(Int64(index) + 1), key: timer.key))
    }

    private mutating func clearTimer(_ key: MemoKey, at index: Int) {
        guard let place = instances[index].timers.firstIndex(where: { $0.key == key }) else { return }
        let timer = instances[index].timers.remove(at: place)
        timers.remove(TimerPlace(dueAt: timer.dueAt, instance: InstanceKey(Int64(index) + 1), key: key))
    }

    /// Timers and waits belong to the current run of a live instance, nothing else (guarantees.md I10).
    mutating func clearTimersAndWaits(at index: Int) {
        for timer in instances[index].timers { clearTimer(timer.key, at: index) }
        for wait in instances[index].waits { closeWait(wait.row.key, at: index) }
    }
}
