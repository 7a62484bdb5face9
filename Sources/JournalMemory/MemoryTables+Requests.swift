import Values
import WorkflowJournal

// What somebody without a claim asks of an instance.
extension MemoryTables {
    mutating func request(
        _ request: InstanceRequest, at time: Timestamp, marking marked: inout [InstanceKey]
    ) -> WriteOutcome {
        guard let index = index(of: request.instance) else { return .requested(.notFound) }
        if instances[index].state.status.isTerminal {
            return .requested(.alreadyEnded(instances[index].state.status))
        }
        var woken = WokenInstances()
        defer { marked += woken.others }
        switch request.kind {
        case .cancel(let cancel): return .requested(self.cancel(cancel, at: index, waking: &woken))
        case .forceCancel(let cancel): return .requested(forceCancel(cancel, at: index, time, waking: &woken))
        case .pause(let reason): return .requested(pause(reason, at: index, waking: &woken))
        case .resume(let reason): return .requested(resume(reason, at: index, time, waking: &woken))
        }
    }

    /// A request to cancel from within a transition: kept even while the other one is held.
    mutating func deliver(_ request: InstanceRequest, waking woken: inout WokenInstances) {
        guard case .cancel(let cancel) = request.kind, let index = index(of: request.instance) else { return }
        leave(cancel, at: index, waking: &woken)
    }

    /// Leaves the first request to cancel and a mark; one that became an entry stands. It ends a pause, also one that is being
    /// set: whoever cancels wants the instance to move.
    mutating func leave(_ cancel: CancelRequest, at index: Int, waking woken: inout WokenInstances) {
        if instances[index].isCancelConsumed || instances[index].state.status.isTerminal { return }
        if instances[index].cancel == nil { instances[index].cancel = cancel }
        if instances[index].state.hold == .paused || instances[index].pause != nil {
            instances[index].version += 1
            instances[index].pause = nil
        }
        if instances[index].state.hold == .paused {
            instances[index].state.hold = nil
            instances[index].state.holdReason = nil
        }
        mark(at: index)
        woken.insert(InstanceKey(Int64(index) + 1))
    }

    private mutating func cancel(
        _ cancel: CancelRequest, at index: Int, waking woken: inout WokenInstances
    ) -> WriteOutcome.RequestOutcome {
        if let hold = instances[index].state.hold, hold != .paused { return .held(hold) }
        leave(cancel, at: index, waking: &woken)
        return .recorded(InstanceKey(Int64(index) + 1))
    }

    private mutating func forceCancel(
        _ cancel: CancelRequest, at index: Int, _ time: Timestamp, waking woken: inout WokenInstances
    ) -> WriteOutcome.RequestOutcome {
        let state = instances[index].state
        guard let hold = state.hold else { return .notHeld(state.status) }
        instances[index].version += 1
        instances[index].state.status = .cancelled
        instances[index].state.ending = nil
        instances[index].state.hold = nil
        instances[index].state.holdReason = nil
        instances[index].state.isCleanupIncomplete = true
        instances[index].state.endedAt = time
        instances[index].state.consumesCancel = true
        instances[index].isCancelConsumed = true
        count(at: index, from: state.status, to: .cancelled)
        append(.cancelledByForce(from: hold, reason: cancel.reason, at: time), at: index)
        for key in instances[index].children {
            guard let child = self.index(of: key), !instances[child].state.status.isTerminal,
                let link = instances[child].new.parent, !link.isDetached, link.run == state.run
            else { continue }
            leave(cancel, at: child, waking: &woken)
        }
        let key = InstanceKey(Int64(index) + 1)
        leaveGate(at: index, waking: &woken)
        end(at: index, waking: &woken)
        updateReady(at: index)
        woken.insert(key)
        return .recorded(key)
    }

    private mutating func pause(
        _ reason: String?, at index: Int, waking woken: inout WokenInstances
    ) -> WriteOutcome.RequestOutcome {
        let key = InstanceKey(Int64(index) + 1)
        switch instances[index].state.hold {
        case .paused?: return .recorded(key)
        case let hold?: return .held(hold)
        case nil: break
        }
        if instances[index].pause == nil { instances[index].pause = PauseRequest(reason: reason) }
        mark(at: index)
        woken.insert(key)
        return .recorded(key)
    }

    private mutating func resume(
        _ reason: String?, at index: Int, _ time: Timestamp, waking woken: inout WokenInstances
    ) -> WriteOutcome.RequestOutcome {
        let state = instances[index].state
        if state.hold == nil && instances[index].pause == nil { return .notHeld(state.status) }
        // A transition under way that would set the hold must not undo this.
        instances[index].version += 1
        instances[index].state.hold = nil
        instances[index].state.holdReason = nil
        instances[index].pause = nil
        instances[index].crashes = 0
        append(.resumed(from: state.hold, reason: reason, at: time), at: index)
        mark(at: index)
        let key = InstanceKey(Int64(index) + 1)
        woken.insert(key)
        return .recorded(key)
    }
}
