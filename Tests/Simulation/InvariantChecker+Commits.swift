import Values
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// What is stored after a commit, against what was stored before it.
extension InvariantChecker {
    func committed(_ batch: [JournalWrite], _ outcomes: [WriteOutcome]) {
        commits += 1
        var arrived = newEvents()
        for (write, outcome) in zip(batch, outcomes) where violation == nil {
            switch (write, outcome) {
            case (.accept(let sent), .accepted(let accepted)):
                if !accepted.isDuplicate { accept(sent.event, &arrived) }
                for id in accepted.started { begin(id, "triggered") }
                if !accepted.rejected.isEmpty { note("trigger rejected at a gate") }
            case (.enqueue(let new), .enqueued): begin(new.id, "enqueued")
            case (.transition(let transition), .committed(let committed)):
                check(transition, committed, &arrived)
            case (.request(let request), .requested(.recorded)): recorded(request)
            case (.schedule(let advance), .scheduled(let scheduled)): check(advance, scheduled)
            case (.remove(let order), .removed(let removed)): check(order, removed)
            case (.transition, .refused(let refusal)) where refusal.reason == .quarantined:
                report("I23", "an instance was quarantined: \(refusal.message)")
            default: break
            }
        }
        if let stray = arrived.first { report("I12", "event \(stray.id) was sent by nobody") }
        checkGates()
    }

    // MARK: - Events

    private func newEvents() -> [StoredEvent] {
        let known = events.last?.sequence ?? .none
        var arrived: [StoredEvent] = []
        var limit = 16
        while true {
            let newest = (try? store.events(named: nil, limit: limit)) ?? []
            arrived = newest.filter { $0.sequence > known }
            if arrived.count < newest.count || newest.count < limit { return arrived.reversed() }
            limit *= 2
        }
    }

    /// The next stored event is the one that was sent; one known before is not stored again.
    private func accept(_ sent: NewEvent, _ arrived: inout [StoredEvent]) {
        if events.contains(where: { $0.id == sent.id && $0.source == sent.source && $0.sequence > eventsGone }) { return }
        guard let event = arrived.first, event.id == sent.id, event.source == sent.source, event.name == sent.name,
            JSON.text(event.data) == JSON.text(sent.data)
        else { return report("I12", "event \(sent.source)/\(sent.id) is not stored as it was sent") }
        events.append(arrived.removeFirst())
    }

    // MARK: - Instances

    /// An instance that begins later.
    func begin(_ id: InstanceID, _ how: String) {
        guard everSeen(id) == nil, let stored = (try? store.storedInstance(id)) ?? nil else { return }
        note(how)
        appear(Observation(stored, createdAfter: events.last?.sequence ?? .none))
    }

    private func appear(_ new: Observation) {
        var new = new
        arrivals += 1
        new.arrival = arrivals
        order.append(new.id)
        observed[new.id] = new
    }

    private func recorded(_ request: InstanceRequest) {
        guard var seen = observed[request.instance] else { return report("I1", "\(request.instance) is unknown") }
        switch request.kind {
        case .cancel, .forceCancel:
            seen.cancelled = seen.revivals
            seen.pauses = false
            seen.isReleased = true
        case .pause:
            note("pause asked for")
            seen.pauses = true
        case .resume:
            seen.pauses = false
            seen.isReleased = true
        }
        observed[request.instance] = seen
        refresh(request.instance)
    }

    /// What others did to its row.
    private func refresh(_ id: InstanceID) {
        guard let stored = (try? store.storedInstance(id)) ?? nil else { return report("I1", "\(id) is gone") }
        observed[id]?.stored = stored
    }

    private func check(_ transition: Transition, _ committed: WriteOutcome.Committed, _ arrived: inout [StoredEvent]) {
        let id = committed.claim.id
        guard let stored = (try? store.storedInstance(id)) ?? nil else { return report("I1", "\(id) is gone") }
        latest = latest.suffix(5) + [(transition, id)]
        if transition.time > clock() { report("I15", "a transition of \(id) is from the future") }
        if let hold = stored.state.hold, hold != .paused {
            report("G20", "\(id) is held (\(hold.rawValue)): \(stored.state.holdReason ?? "")")
        }
        let acceptedBefore = events.last?.sequence ?? .none
        if observed[id] == nil { appear(Observation(stored, createdAfter: acceptedBefore)) }
        for child in transition.children { begin(child.id, "child started") }
        for sent in transition.eventsSent {
            accept(sent.event, &arrived)
            note("event emitted")
            for start in sent.starts { begin(start.id, "triggered") }
        }
        if !committed.rejected.isEmpty { note("child or trigger rejected at a gate") }
        for request in transition.requests { recordedByParent(request) }
        guard let before = observed[id] else { return }
        var now = advanced(before, to: stored, transition, acceptedBefore)
        checkHold(before, &now, transition.instance.hold)
        checkSequence(now)
        checkCancelled(now)
        for row in now.rows { checkCounters(row, now, executions: executionsOf(id, row.key, run: now.run).count) }
        checkReplay(&now)
        checkResults(before.run == now.run ? before : nil, now)
        checkRest(now)
        checkUndoOrder(now)
        observed[id] = now
        if now.status.isTerminal && !before.status.isTerminal { noteEnd(now) }
    }

    private func recordedByParent(_ request: InstanceRequest) {
        guard case .cancel = request.kind, let child = observed[request.instance], !child.status.isTerminal else { return }
        observed[request.instance]?.cancelled = child.revivals
        observed[request.instance]?.pauses = false
        observed[request.instance]?.isReleased = true
    }

    private func noteEnd(_ now: Observation) {
        note("ended \(now.status.rawValue)")
        if now.stored.state.isCleanupIncomplete { note("cleanup incomplete") }
        if now.rows.contains(where: { $0.failure?.code == "interrupted" }) { note("step interrupted for good") }
        if now.rows.contains(where: { $0.key.text.contains(".undo") }) { note("undone") }
        if now.rows.contains(where: { $0.interruptions > 1 }) { note("step interrupted twice or more") }
    }

    // MARK: - Rows

    /// G4: an interrupted attempt is repeated, also where a failure beside it stops its body.
    private func checkGivenUp(_ old: StepRow, _ new: StepRow, _ before: Observation, _ now: Observation) {
        guard !old.status.isFinal, new.failure?.code == "interrupted", new.interruptions <= AttemptMachine.maximumInterruptions,
            let request = before.requests[old.key], !request.isAtMostOnce, !before.aborted.contains(old.key)
        else { return }
        // Stopped in this very commit.
        let hasTimedOut = before.stored.timers.contains { ($0.kind == .timeout || $0.kind == .deadline) && $0.dueAt <= clock() }
        if !hasTimedOut && now.cancelled == nil && now.stored.cancel == nil {
            report("G4", "\(old.key) was interrupted \(new.interruptions) times and is not repeated")
        }
    }

    /// I3, I7, I15, I20: what was seen stays.
    func checkPast(_ before: Observation, _ now: Observation) {
        for old in before.rows {
            guard let new = now.byKey[old.key] else { return report("I7", "\(old.key) has vanished") }
            if old.status.isFinal && new != old { return report("I3", "the final row of \(old.key) has changed") }
            if new.interruptions < old.interruptions { report("I20", "interruptions of \(old.key) went back") }
            if new.attempt < old.attempt && !(old.status == .running && new.attempt == old.attempt - 1) {
                report("I20", "attempts of \(old.key) went from \(old.attempt) to \(new.attempt)")
            }
            if old.status == .sleeping, old.verb == .call, new.status == .running, let due = old.dueAt, clock() < due {
                report("I20", "\(old.key) was tried again before its time")
            }
            checkDue(old, new, now)
            checkGivenUp(old, new, before, now)
        }
        for old in before.stored.timers where old.kind == .timeout || old.kind == .deadline {
            if now.byKey[old.key] != nil, before.byKey[old.key] == nil, clock() < old.dueAt {
                report("I15", "\(old.key) came early")
            }
        }
    }

    /// I11.
    func checkStatus(_ before: Observation, _ now: Observation) {
        let (from, to) = (before.status, now.status)
        if from.isTerminal && from != to { report("I11", "an ended instance went from \(from.rawValue) to \(to.rawValue)") }
        if to == .pending && from != .pending { report("I11", "a running instance is pending again") }
        if before.stored.state.ending != nil, now.stored.state.ending == nil, now.hasBegun, before.hasBegun,
            !now.status.isTerminal
        {
            report("I11", "an ending instance ends no more")
        }
        if before.stored.isAdmitted && !now.stored.isAdmitted && !to.isTerminal {
            report("I21", "\(now.id) has lost its place")
        }
    }

    private func checkDue(_ old: StepRow, _ new: StepRow, _ now: Observation) {
        if old.verb == .sleep, new.completedSequence != nil, old.completedSequence == nil, let due = old.dueAt, clock() < due {
            report("I15", "\(old.key) woke early")
        }
        guard old.verb == .call, old.status == .running, new.status == .sleeping, let due = new.dueAt,
            let policy = now.requests[new.key]?.policy, new.lastFailure?.retryAfter == nil
        else { return }
        let least = Int64(Double(min(policy.delay.microseconds, policy.maxDelay.microseconds)) * (policy.hasJitter ? 0.5 : 1))
        if let failed = ((try? store.attempts(of: now.id, run: nil)) ?? []).last(where: { $0.key == new.key })?.endedAt,
            due.since(failed).microseconds < least
        {
            report("I20", "\(new.key) is tried again after \(due.since(failed)), before its back-off is over")
        }
    }

    /// I7.
    private func checkSequence(_ now: Observation) {
        let numbers = now.rows.compactMap(\.completedSequence).sorted()
        if numbers != Array(1..<(now.stored.state.lastSequence + 1)) {
            report("I7", "the journal's sequence is \(numbers), the last \(now.stored.state.lastSequence)")
        }
    }

    /// I18.
    private func checkCancelled(_ now: Observation) {
        guard let cancel = now.byKey[.cancelSignal]?.completedSequence else { return }
        for row in now.rows where row.verb != .signal && row.scheduledSequence >= cancel {
            let isCleanup = row.key.text.contains(".undo") || row.key.text.contains(".finally")
            if !isCleanup { report("I18", "\(row.key) began after the cancel") }
        }
    }

    /// A paused instance begins nothing, and goes on when somebody says so.
    /// - Parameter hold: as the transition has it; another write of the same commit may have released it since.
    private func checkHold(_ before: Observation, _ now: inout Observation, _ hold: Hold?) {
        if hold == .paused {
            now.pauses = false
            if before.stored.state.hold != .paused {
                note("paused")
                now.isReleased = false
            }
        }
        if now.status.isTerminal { now.pauses = false }
        guard before.stored.state.hold == .paused, !now.status.isTerminal else { return }
        if hold == nil, !before.isReleased { report("I11", "\(now.id) was paused and goes on by itself") }
        guard hold == .paused, !before.isReleased else { return }
        for row in now.rows where row.verb == .call && row.status == .running {
            if row.attempt > before.byKey[row.key]?.attempt ?? 0 { report("I5", "\(row.key) of a paused instance begins") }
        }
    }
}
