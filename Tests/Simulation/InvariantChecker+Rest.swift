import Values
import WorkflowGraph
import WorkflowJournal

/// Rest and end: nothing is forgotten, and what was done is undone.
extension InvariantChecker {
    /// I9.
    func checkRest(_ now: Observation) {
        guard !now.status.isTerminal, now.stored.state.hold == nil, now.hasBegun else { return }
        let hasAction = now.rows.contains { $0.verb == .call && ($0.status == .running || $0.status == .scheduled) }
        switch now.status {
        case .running:
            let isBusy = now.rows.contains { row in
                switch row.verb {
                // Told to stop while it waits for its next attempt.
                case .call: row.status == .sleeping
                case .emit: row.status == .scheduled
                // The start of a detached child is confirmed by the transition after it.
                case .invoke: row.status == .scheduled || row.status == .waiting && isDetached(row, now)
                case .wait, .sleep, .signal: false
                }
            }
            if !hasAction && !isBusy && !now.isMarked && !now.isContinuing {
                report("I9", "\(now.id) is running and nothing of it runs")
            }
        case .suspended:
            if hasAction { report("I9", "\(now.id) is suspended with an action to run") }
            if now.stored.timers.isEmpty, now.stored.waits.isEmpty, !now.isMarked, !waitsForChild(now) {
                report("I9", "\(now.id) is at rest for ever")
            }
        case .pending, .completed, .failed, .cancelled, .timedOut: break
        }
    }

    private func isDetached(_ row: StepRow, _ now: Observation) -> Bool {
        children(of: now.id).contains {
            $0.link.isDetached && $0.link.step == row.key && $0.link.run == now.run
        }
    }

    /// An attached child of this run is live.
    private func waitsForChild(_ now: Observation) -> Bool {
        children(of: now.id).contains { child in
            !child.link.isDetached && child.link.run == now.run && !child.status.isTerminal
                && now.byKey[child.link.step]?.status == .waiting
        }
    }

    /// I19: of two neighbours undone one after the other, the later completed is undone first. A step that catches the error of
    /// its own items undoes them on an occasion of its own. Elsewhere two bodies may undo their own at once; across branches the
    /// order is checked against the reference interpreter.
    func checkUndoOrder(_ now: Observation) {
        var last: (step: String, completed: Int, undone: Int?)?
        for row in now.rows where row.verb != .signal {
            guard let range = row.key.text.firstRange(of: ".undo") else {
                if !row.key.text.contains(".finally") { last = nil }
                continue
            }
            let step = String(row.key.text[..<range.lowerBound])
            if step == last?.step {
                last?.undone = row.completedSequence
                continue
            }
            guard let completed = completion(of: step, now) else {
                // A group of nothing but `let` leaves no row.
                let isRecorded = now.rows.contains { $0.key.text == step || $0.key.text.hasPrefix(step + "/") }
                if isRecorded { return report("I19", "\(row.key) undoes what never completed") }
                last = nil
                continue
            }
            if let last, last.undone == row.scheduledSequence, areNeighbours(step, last.step), completed > last.completed {
                report("I19", "\(step) was undone after \(last.step), which completed before it")
            }
            last = (step, completed, row.completedSequence)
        }
    }

    /// Steps of one list, or items and rounds of one step.
    private func areNeighbours(_ one: String, _ other: String) -> Bool {
        func parent(_ key: String) -> String { key.lastIndex(of: "/").map { String(key[..<$0]) } ?? "" }
        return parent(one) == parent(other)
    }

    private func completion(of step: String, _ now: Observation) -> Int? {
        now.rows.filter { row in
            let key = row.key.text
            // A group completes with the end of what is in it, however that ended.
            let isDone = key == step ? row.status == .completed : key.hasPrefix(step + "/")
            return isDone && !key.dropFirst(step.count).contains(".undo")
        }.compactMap(\.completedSequence).max()
    }

    // MARK: - At the end

    func checkEnd(_ now: Observation) {
        if now.status.isTerminal {
            if now.rows.contains(where: { !$0.status.isFinal }) { report("I9", "\(now.id) has ended with an open step") }
            checkUndone(now)
            checkOrphans(now)
            return
        }
        // Quarantined by the store as it was opened. One that nobody has to work on may also wait like any other.
        if now.id == poisoned, ((try? store.storedInstance(now.id)) ?? nil)?.state.hold == .quarantined {
            return note("poison quarantined")
        }
        if let hold = now.stored.state.hold { report("liveness", "\(now.id) is held (\(hold.rawValue)) and was released") }
        if now.pauses { report("G14", "the pause of \(now.id) was accepted and never took effect") }
        if !mayWait(now) {
            report("liveness", "\(now.id) is \(now.status.rawValue), waits for nobody and does not end")
        }
        for wait in now.stored.waits {
            if let event = candidates(wait, now).first { report("I12", "\(wait.key) never got event \(event.sequence.number)") }
        }
        if now.cancelled == now.revivals { report("G14", "the cancel of \(now.id) was accepted and lost") }
    }

    /// For an event that nobody sends, for a child that does, or for its turn after one that does.
    private func mayWait(_ now: Observation) -> Bool {
        if now.status == .pending {
            guard !now.stored.isAdmitted, let position = (try? store.gatePosition(of: now.id)) ?? nil else { return false }
            return order.contains { id in
                guard id != now.id, let other = observed[id], !other.status.isTerminal, other.stored.isAdmitted else {
                    return false
                }
                return ((try? store.gatePosition(of: id)) ?? nil)?.gate == position.gate
            }
        }
        return !now.stored.waits.isEmpty || waitsForChild(now)
    }

    /// G16: what its parent started ends with it.
    private func checkOrphans(_ now: Observation) {
        for child in children(of: now.id) {
            guard !child.link.isDetached, !child.status.isTerminal, child.link.run == now.run else { continue }
            report("G16", "\(now.id) has ended and its child \(child.id) has not")
        }
    }

    /// I19: in generated definitions, a top-level step `c…` registers an undo when it completes.
    private func checkUndone(_ now: Observation) {
        guard now.status != .completed, now.hasBegun else { return }
        // A run that is left by `return` or `continue_as_new` has dropped what was registered, though its `finally` still runs.
        let stop = now.byKey[.cancelSignal]?.completedSequence ?? now.byKey[.deadlineSignal]?.completedSequence ?? .max
        if now.rows.contains(where: { $0.key.text.hasPrefix(".finally/") && $0.scheduledSequence < stop }), stop != .max {
            return
        }
        if now.status == .cancelled, now.byKey[.cancelSignal]?.output?["compensate"]?.boolValue == false { return }
        for row in now.rows where (row.verb == .call || row.verb == .invoke) && row.status == .completed {
            guard row.key.text.hasPrefix("c_"), !row.key.text.contains("/"), !row.key.text.contains(".") else { continue }
            if !now.rows.contains(where: { $0.key.text.hasPrefix(row.key.text + ".undo/") }) {
                report("I19", "\(row.key) was never undone")
            }
        }
    }
}
