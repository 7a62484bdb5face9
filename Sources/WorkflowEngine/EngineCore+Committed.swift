import Values
import WorkflowJournal

/// What follows once the fate of a transition is known: effects begin, others are woken, or it is made again.
extension EngineCore {
    func transitionWritten(_ instance: LiveInstance, _ outcome: WriteOutcome) {
        instance.isWriting = false
        let ticket = starts.removeValue(forKey: ObjectIdentifier(instance))
        switch outcome {
        case .committed(let committed): transitionCommitted(instance, committed, ticket)
        case .existing(let id):
            drop(instance)
            if let ticket { effects.append(.answer(ticket, .started(StartedInstance(id: id, isNew: false)))) }
        case .stale, .unknown:
            if let ticket {
                refuse(ticket, EngineError(.unknown, "whether the instance was started is not known; repeat with the same key"))
            }
            if instance.claim == nil { drop(instance) } else { reload(instance) }
            // Whom it marked, if it was committed, is not known.
            if outcome == .unknown { wakeAll() }
        case .refused(let refusal):
            if let ticket { refuse(ticket, Self.error(of: refusal)) }
            drop(instance)
        case .accepted, .requested, .enqueued, .scheduled, .removed, .stored:
            preconditionFailure("a transition is committed or not")
        }
    }

    func transitionCommitted(_ instance: LiveInstance, _ committed: WriteOutcome.Committed, _ ticket: Ticket?) {
        instance.drained = []
        instance.claim = committed.claim
        if let ticket {
            live[committed.claim.instance] = instance
            for timer in instance.timers.values.sorted(by: { $0.key < $1.key }) { arm(timer, of: committed.claim.instance) }
            effects.append(.answer(ticket, .started(StartedInstance(id: instance.id, isNew: true))))
        }
        if committed.isReady { instance.needsInbox = true }
        // Read before attempts begin: one that fails at once makes the next transition already.
        let hasEnded = instance.state.status.isTerminal
        let hasContinued = instance.continuation != nil && !instance.hasBegun
        giveBackHeldPlaces(instance)
        abortStopped(instance)
        performAnnounced(instance, committed.claim)
        if hasEnded {
            live[committed.claim.instance] = nil
            effects.append(.release(committed.claim))
            effects.append(.ended(instance.id))
        } else if hasContinued || !instance.hasBegun && instance.needsInbox || upgrades[committed.claim.instance] != nil {
            leaveMemory(instance, andComeBack: true)
        } else {
            queueWaiting(instance)
            confirmDetached(instance)
            activate(instance)
        }
        for key in committed.woken where key != committed.claim.instance { wake(key) }
        fillPlaces()
    }

    static func error(of refusal: WriteOutcome.Refusal) -> EngineError {
        switch refusal.reason {
        case .keyReused: EngineError(.idempotencyKeyReused, refusal.message)
        case .callerKeyTaken: EngineError(.callerKeyTaken, refusal.message)
        case .gateFull: EngineError(.gateFull, refusal.message)
        case .quarantined, .limit: EngineError(.invalidStart, refusal.message)
        }
    }
}
