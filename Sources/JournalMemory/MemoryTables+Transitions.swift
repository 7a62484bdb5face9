import Values
import WorkflowJournal

// Transitions of existing instances.
extension MemoryTables {
    mutating func advance(
        _ claim: Claim, _ transition: Transition, at time: Timestamp, marking marked: inout [InstanceKey]
    ) -> WriteOutcome {
        guard let index = index(of: claim), !instances[index].state.status.isTerminal else { return .stale }
        if isOvertakenByEvent(transition, at: index) { return .stale }
        // Since it was computed, the event has come of age and left.
        if transition.eventsTaken.contains(where: { $0.event <= eventsRemovedThrough }) { return .stale }
        let isWithoutRun = transition.instance.run != instances[index].state.run && transition.nextRun == nil
        if let refusal = isWithoutRun ? .noNextRun : refusal(of: transition, for: instances[index]) {
            quarantine(at: index, because: refusal.message)
            return .refused(refusal)
        }
        return apply(transition, at: index, time, marking: &marked)
    }

    mutating func revive(
        _ id: InstanceID, _ version: Int64, _ transition: Transition, at time: Timestamp, marking marked: inout [InstanceKey]
    ) -> WriteOutcome {
        guard let index = index(of: id), instances[index].version == version, instances[index].state.status.isTerminal else {
            return .stale
        }
        guard let next = transition.nextRun else { return .refused(.noNextRun) }
        if let refusal = refusal(of: transition, for: instances[index]) { return .refused(refusal) }
        if let gate = next.gate, gate.overflow == .reject, !hasPlace(at: gate) { return .refused(.gateFull(gate)) }
        return apply(transition, at: index, time, marking: &marked)
    }

    private mutating func apply(
        _ transition: Transition, at index: Int, _ time: Timestamp, marking marked: inout [InstanceKey]
    ) -> WriteOutcome {
        let key = InstanceKey(Int64(index) + 1)
        let previous = instances[index].state
        let isRevived = previous.status.isTerminal
        var woken = WokenInstances(by: key)
        var state = transition.instance.stored
        instances[index].version += 1
        instances[index].crashes = 0
        // Taken before the rows: they may cancel this instance, which ends its pause and moves the version again.
        let written = claim(at: index)
        if let digest = transition.rebinding { instances[index].new.digest = digest }
        if let next = transition.nextRun { begin(next, at: index, time: time) }
        if isRevived {
            // Marks stand for what is gone with the run.
            state.marksConsumed = instances[index].marks
            instances[index].cancel = nil
            instances[index].isCancelConsumed = false
            if let gate = transition.nextRun?.gate { comeToGate(gate, at: index, waking: &woken) }
            if !instances[index].isAdmitted { state.status = .pending }
        }
        instances[index].state = state
        settleCancel(of: transition, at: index)
        if state.hold == .paused || state.status.isTerminal { instances[index].pause = nil }
        if previous.status != state.status { count(at: index, from: previous.status, to: state.status) }
        // Before what the transition starts: that may need the place.
        if state.status.isTerminal { leaveGate(at: index, waking: &woken) }
        let rejected = writeRows(of: transition, at: index, previousRun: previous.run, time: time, waking: &woken)
        if state.status.isTerminal {
            end(at: index, waking: &woken)
        } else if isRevived && instances[index].isAdmitted {
            claimed.insert(key)
        }
        marked += woken.others
        return committed(written, at: index, woken, rejected)
    }

    mutating func committed(
        _ claim: Claim, at index: Int, _ woken: WokenInstances, _ rejected: [InstanceID]
    ) -> WriteOutcome {
        updateReady(at: index)
        return .committed(
            .init(claim: claim, isReady: instances[index].isReady, woken: woken.others, rejected: rejected))
    }

    /// What goes with the end of an instance, whatever ended it; it has left its gate.
    mutating func end(at index: Int, waking woken: inout WokenInstances) {
        clearTimersAndWaits(at: index)
        instances[index].pause = nil
        instances[index].childEnds = []
        claimed.remove(InstanceKey(Int64(index) + 1))
        tellParent(ofChildAt: index, waking: &woken)
    }

    /// At the start of a server: who was being worked on when the last one died (guarantees.md G20).
    mutating func countCrashes(at time: Timestamp) {
        let suspects = Set(work.values).sorted()
        work = [:]
        for index in suspects.compactMap(index(of:)) where !instances[index].state.status.isTerminal {
            instances[index].crashes += 1
            append(.crashed(instances[index].crashes, at: time), at: index)
            if instances[index].crashes >= JournalLimits.crashes && instances[index].state.hold == nil {
                quarantine(at: index, because: Hold.crashedTooOften)
            }
        }
    }

    private mutating func quarantine(at index: Int, because reason: String) {
        instances[index].version += 1
        instances[index].state.hold = .quarantined
        instances[index].state.holdReason = reason
        claimed.remove(InstanceKey(Int64(index) + 1))
        updateReady(at: index)
    }

    private mutating func settleCancel(of transition: Transition, at index: Int) {
        if transition.instance.consumesCancel { instances[index].isCancelConsumed = true }
        if transition.nextRun != nil && instances[index].isCancelConsumed {
            instances[index].cancel = nil
            instances[index].isCancelConsumed = false
        }
        instances[index].state.consumesCancel = instances[index].isCancelConsumed
    }

    /// A wait that the transition closes has a matching event that nobody looked at (guarantees.md G9).
    private func isOvertakenByEvent(_ transition: Transition, at index: Int) -> Bool {
        guard !transition.waitsClosed.isEmpty else { return false }
        let taking = Set(transition.eventsTaken.map(\.event))
        return transition.waitsClosed.contains { closed in
            guard var row = instances[index].waits.first(where: { $0.row.key == closed.key })?.row else { return false }
            for examined in transition.waitsExamined where examined.wait == closed.key {
                row.examined = max(row.examined, examined.through)
            }
            return !candidates(for: row, at: index, besides: taking, limit: 1).isEmpty
        }
    }

    /// Why the rows of a transition cannot be written; what a constraint is in a database.
    func refusal(of transition: Transition, for record: InstanceRecord) -> WriteOutcome.Refusal? {
        if let refusal = contentRefusal(of: transition) { return refusal }
        let isNewRun = transition.nextRun != nil
        var inserted = Set<MemoKey>()
        for row in transition.nextRun?.kept ?? [] where !inserted.insert(row.key).inserted { return .stepExists(row.key) }
        for change in transition.steps {
            switch change {
            case .insert(let row):
                let exists = !isNewRun && record.steps.places[row.key] != nil
                if exists || !inserted.insert(row.key).inserted { return .stepExists(row.key) }
            case .update(let row):
                guard let place = record.steps.places[row.key], !record.steps.rows[place].status.isFinal else {
                    return .finalStep(row.key)
                }
            }
        }
        return waitRefusal(of: transition, for: record, isNewRun: isNewRun)
    }

    private func waitRefusal(
        of transition: Transition, for record: InstanceRecord, isNewRun: Bool
    ) -> WriteOutcome.Refusal? {
        var opened = Set<MemoKey>()
        let ended = Set(transition.waitsClosed.map(\.key) + transition.eventsTaken.map(\.wait))
        for wait in transition.waitsOpened {
            let isOpen = !isNewRun && !ended.contains(wait.key) && record.waits.contains { $0.row.key == wait.key }
            if isOpen || !opened.insert(wait.key).inserted { return .waitExists(wait.key) }
        }
        var taking = Set<EventSequence>()
        var served = Set<MemoKey>()
        for taken in transition.eventsTaken {
            let isOpen = record.waits.contains { $0.row.key == taken.wait }
            guard isOpen, served.insert(taken.wait).inserted, event(taken.event) != nil, record.taken[taken.event] == nil,
                taking.insert(taken.event).inserted
            else { return .cannotTake(taken.event, wait: taken.wait) }
        }
        return nil
    }

    private func contentRefusal(of transition: Transition) -> WriteOutcome.Refusal? {
        for new in transition.children + transition.eventsSent.flatMap(\.starts) {
            if let refusal = contentRefusal(of: new) { return refusal }
        }
        if let next = transition.nextRun { return contentRefusal(definition: next.digest, config: next.config) }
        return transition.rebinding.flatMap { contentRefusal(definition: $0, config: nil) }
    }
}
