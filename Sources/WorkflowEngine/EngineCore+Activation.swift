import DequeModule
import Values
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// One pass over an instance: everything that waits for it is applied, one transition is made of it.
extension EngineCore {
    func activate(_ instance: LiveInstance) {
        guard !instance.isWriting, !instance.isReadingInbox, let claim = instance.claim else { return }
        if instance.needsInbox {
            instance.needsInbox = false
            instance.isReadingInbox = true
            effects.append(.readInbox(claim))
            return
        }
        instance.lastUsed = serial()
        guard !instance.queue.isEmpty || instance.continuation != nil || instance.marks > instance.state.marksConsumed else {
            rest(instance)
            return
        }
        instance.drained = []
        var builder = TransitionBuilder(subject: .advance(claim), time: now, state: instance.state)
        if instance.marks > instance.state.marksConsumed {
            builder.state.marksConsumed = instance.marks
            builder.isNeeded = true
        }
        do {
            // What an occurrence leaves in the queue, the end of an action that never began say, goes into the same transition.
            // A wait that was opened is committed first: the commit looks for events that came before it, and those go
            // before whatever else is due.
            while instance.drained.count < JournalLimits.entriesPerActivation, !builder.opensWaits,
                let occurrence = instance.queue.popFirst()
            {
                if builder.state.hold != nil, !occurrence.appliesWhileHeld {
                    instance.heldBack.append(occurrence)
                    continue
                }
                instance.drained.append(occurrence)
                try apply(occurrence, to: instance, &builder)
            }
        } catch {
            // The interpreter and its journal disagree: nothing of this pass may be written.
            giveBackPlaces(instance)
            drop(instance)
            holdMismatch(claim, instance, error)
            return
        }
        write(builder, of: instance)
    }

    private func holdMismatch(_ claim: Claim, _ instance: LiveInstance, _ mismatch: JournalMismatch) {
        var state = instance.state
        state.hold = .mismatch
        state.holdReason = mismatch.description
        effects.append(
            .write(WriteTag(number: serial()), .transition(Transition(subject: .advance(claim), time: now, instance: state))))
        effects.append(.release(claim))
    }

    func write(_ builder: TransitionBuilder, of instance: LiveInstance) {
        var builder = builder
        if let input = instance.continuation {
            builder.state.status = .running
            if !builder.insertsSteps, instance.claim != nil { followRun(instance, input, &builder) }
        } else if instance.hasBegun || builder.state.runStartedAt != nil, instance.interpreter.completion == nil {
            builder.state.status = instance.restingStatus
        }
        if builder.state != instance.state { builder.isNeeded = true }
        guard let transition = builder.finished() else {
            instance.drained = []
            rest(instance)
            return
        }
        instance.isWriting = true
        instance.state = transition.instance
        let tag = WriteTag(number: serial())
        pendingWrites[tag] = .transition(instance)
        effects.append(.write(tag, .transition(transition)))
    }

    /// Nothing waits for the instance now.
    private func rest(_ instance: LiveInstance) {
        guard let claim = instance.claim, live[claim.instance] === instance else { return }
        giveBackHeldPlaces(instance)
        let isWaitingOutside = instance.isHeld ? !attempts.hasAny(of: claim.instance) : !instance.hasBegun
        // A held instance is taken up anew when it is released, one at a gate when it is admitted.
        if isWaitingOutside { leaveMemory(instance, andComeBack: instance.mustComeBack) } else { evictIdle() }
    }

    // MARK: - After the commit

    func transitionWritten(_ instance: LiveInstance, _ outcome: WriteOutcome) {
        instance.isWriting = false
        let ticket = starts.removeValue(forKey: ObjectIdentifier(instance))
        switch outcome {
        case .committed(let committed): transitionCommitted(instance, committed, ticket)
        case .existing(let id):
            giveBackPlaces(instance)
            if let ticket { effects.append(.answer(ticket, .started(StartedInstance(id: id, isNew: false)))) }
        case .stale, .unknown:
            giveBackPlaces(instance)
            if let ticket {
                refuse(ticket, EngineError(.unknown, "whether the instance was started is not known; repeat with the same key"))
            }
            reload(instance)
            // Whom it marked, if it was committed, is not known.
            if outcome == .unknown { wakeAll() }
        case .refused(let refusal):
            giveBackPlaces(instance)
            if let ticket { refuse(ticket, Self.error(of: refusal)) }
            drop(instance)
        case .accepted, .requested, .enqueued, .stored: preconditionFailure("a transition is committed or not")
        }
    }

    private func transitionCommitted(_ instance: LiveInstance, _ committed: WriteOutcome.Committed, _ ticket: Ticket?) {
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
    }

    static func error(of refusal: WriteOutcome.Refusal) -> EngineError {
        switch refusal.reason {
        case .keyReused: EngineError(.idempotencyKeyReused, refusal.message)
        case .callerKeyTaken: EngineError(.callerKeyTaken, refusal.message)
        case .gateFull: EngineError(.gateFull, refusal.message)
        case .quarantined, .limit: EngineError(.invalidStart, refusal.message)
        }
    }

    // MARK: - Leaving memory

    /// Drops the live object and builds it anew from the store; results of finished actions are kept.
    func reload(_ instance: LiveInstance) {
        guard let claim = instance.claim else { return }
        keepResults(of: instance, claim.instance)
        drop(instance)
        fetch(claim.instance)
    }

    func drop(_ instance: LiveInstance) {
        guard let claim = instance.claim else { return }
        live[claim.instance] = nil
        effects.append(.release(claim))
    }

    func leaveMemory(_ instance: LiveInstance, andComeBack comesBack: Bool = false) {
        guard let claim = instance.claim else { return }
        giveBackPlaces(instance)
        keepResults(of: instance, claim.instance)
        drop(instance)
        if comesBack { fetch(claim.instance) }
    }

    private func keepResults(of instance: LiveInstance, _ key: InstanceKey) {
        let results = (instance.drained + instance.queue).filter { if case .result = $0 { true } else { false } }
        if !results.isEmpty { keptResults[key, default: []] += results }
    }

    /// Suspended instances leave memory, those unused the longest first.
    private func evictIdle() {
        guard live.count > evictionThreshold else { return }
        let idle = live.values.filter(\.isIdle).sorted { $0.lastUsed < $1.lastUsed }
        for instance in idle.prefix(max(0, live.count - configuration.maximumIdleInstances * 9 / 10)) { drop(instance) }
        // Where most are busy there is little to find: looking again has to wait until there are clearly more.
        evictionThreshold = max(configuration.maximumIdleInstances, live.count + live.count / 10)
    }

    // MARK: - Applying

    private func apply(
        _ occurrence: LiveInstance.Occurrence, to instance: LiveInstance, _ builder: inout TransitionBuilder
    ) throws(JournalMismatch) {
        // What was due before the instance ended in this very pass is void. A run that ends with its beginning still begins.
        guard instance.beginning != nil || instance.interpreter.completion == nil, !builder.state.status.isTerminal else {
            return
        }
        switch occurrence {
        case .begin: try beginRun(instance, &builder)
        case .result(let key, let attempt, let result, let startedAt):
            try applyResult(result, to: key, attempt: attempt, startedAt: startedAt, instance, &builder)
        case .timer(let key): try applyTimer(key, instance, &builder)
        case .event(let wait, let event):
            guard var row = instance.openLeaves[wait], instance.waits[wait] != nil else { return }
            builder.take(event.sequence, wait: wait)
            instance.waits[wait] = nil
            row.output = event.value
            try complete(row, with: .completed(event.value), instance, &builder)
        case .examined(let wait, let sequence):
            guard instance.waits[wait] != nil else { return }
            instance.waits[wait]?.examined = sequence
            builder.examined(wait: wait, through: sequence)
            // After this commit: read before, it would show the same events again.
            instance.needsInbox = true
        case .childEnded(let end): try applyChildEnd(end, instance, &builder)
        case .cancel(let request): try applyCancel(request, instance, &builder)
        case .pause(let request): applyPause(request, instance, &builder)
        case .place(let key): announce(key, instance, &builder)
        case .execute(let key): try execute(key, instance, &builder)
        case .detached(let key): try applyDetached(key, instance, &builder)
        case .notStarted(let key): try applyNotStarted(key, instance, &builder)
        case .takeBack(let key): takeBack(key, instance, &builder)
        case .interrupted(let key): try applyInterruption(key, instance, &builder)
        }
        for (wait, reason) in instance.declined {
            builder.log(LogRow(time: builder.time, level: "warning", key: wait, message: reason))
        }
        instance.declined = []
    }

    private func applyTimer(
        _ key: MemoKey, _ instance: LiveInstance, _ builder: inout TransitionBuilder
    ) throws(JournalMismatch) {
        guard let timer = instance.timers[key], timer.dueAt <= builder.time else { return }
        instance.timers[key] = nil
        builder.clear(timer: key)
        switch timer.kind {
        case .sleep:
            guard let row = instance.openLeaves[key] else { return }
            try complete(row, with: .completed(.null), instance, &builder)
        case .retry: retryDue(key, instance, &builder)
        case .timeout:
            guard let step = key.stepOfTimeout else { return }
            try applySignal(.timedOut(step), instance, &builder)
        case .deadline: try applySignal(.deadline, instance, &builder)
        case .start: break
        }
    }

    private func retryDue(_ key: MemoKey, _ instance: LiveInstance, _ builder: inout TransitionBuilder) {
        if let child = instance.openChildren[key] {
            if child.row.status == .waiting {
                limitChild(child, instance, &builder)
            } else {
                scheduleChild(key, instance, &builder)
            }
        } else {
            requestPlace(instance, key, &builder)
        }
    }

    func applySignal(
        _ signal: Signal, _ instance: LiveInstance, _ builder: inout TransitionBuilder
    ) throws(JournalMismatch) {
        guard instance.signals.insert(signal.key).inserted else { return }
        let sequence = builder.nextSequence()
        builder.insert(
            StepRow(
                key: signal.key, verb: .signal, status: .completed, scheduledSequence: sequence, completedSequence: sequence,
                output: signal.value, scheduledAt: builder.time, completedAt: builder.time))
        let entry = JournalEntry(sequence: sequence, time: builder.time, content: .signal(signal))
        carryOut(try instance.interpreter.apply(entry), of: instance, into: &builder)
    }

    private func applyNotStarted(
        _ key: MemoKey, _ instance: LiveInstance, _ builder: inout TransitionBuilder
    ) throws(JournalMismatch) {
        if let child = instance.openChildren[key] {
            try complete(child.row, with: .cancelled, instance, &builder)
        } else if let open = instance.openActions[key] {
            // An earlier, interrupted beginning may have had its effect.
            let failure = Failure(
                code: "interrupted", message: "interrupted by a crash, then stopped", attempt: open.row.attempt,
                isUncertain: true)
            try complete(open.row, with: open.row.interruptions > 0 ? .failed(failure) : .cancelled, instance, &builder)
        }
    }

    /// Records a leaf's final outcome and goes on with what follows from it.
    func complete(
        _ row: StepRow, with outcome: StepOutcome, _ instance: LiveInstance, _ builder: inout TransitionBuilder
    ) throws(JournalMismatch) {
        var row = row
        row.completedSequence = builder.nextSequence()
        row.completedAt = builder.time
        row.dueAt = nil
        switch outcome {
        case .completed(let value):
            row.status = .completed
            row.output = value
        case .failed(let failure):
            row.status = .failed
            row.failure = failure
        case .cancelled: row.status = .cancelled
        }
        instance.close(row.key)
        builder.update(row)
        let entry = JournalEntry(
            sequence: builder.state.lastSequence, time: builder.time, content: .outcome(row.key, outcome))
        carryOut(try instance.interpreter.apply(entry), of: instance, into: &builder)
    }
}

extension LiveInstance {
    func close(_ key: MemoKey) {
        openLeaves[key] = nil
        openActions[key] = nil
        openChildren[key] = nil
        openEmits[key] = nil
    }
}

extension LiveInstance.Occurrence {
    /// What has happened outside is recorded while the instance is held; nothing of its own accord moves.
    var appliesWhileHeld: Bool {
        switch self {
        case .result, .interrupted, .notStarted, .takeBack, .pause: true
        case .cancel, .begin, .timer, .event, .examined, .childEnded, .place, .execute, .detached: false
        }
    }
}
