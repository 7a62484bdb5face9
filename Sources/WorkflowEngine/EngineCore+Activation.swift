import DequeModule
import Values
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// One pass over an instance: everything that waits for it is applied, one transition is made of it.
extension EngineCore {
    func activate(_ instance: LiveInstance) {
        guard !instance.isWriting, !instance.isReadingInbox, let claim = instance.claim else { return }
        workOn(claim.instance)
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
            // before whatever else is due. So is what was found out about events that a wait declines: where there are more of
            // them than were read, a timeout in the same transition would be refused for their sake, again and again.
            while instance.drained.count < JournalLimits.entriesPerActivation, !builder.opensWaits,
                !builder.examinesWaits || instance.queue.first?.isAboutEvents == true,
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

    // MARK: - Applying

    private func apply(
        _ occurrence: LiveInstance.Occurrence, to instance: LiveInstance, _ builder: inout TransitionBuilder
    ) throws(JournalMismatch) {
        // What was due before the instance ended in this very pass is void. A retried run may have nothing left to do, and has
        // to begin to end.
        if builder.state.status.isTerminal { return }
        if builder.state.runStartedAt != nil, instance.interpreter.completion != nil { return }
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
    var isAboutEvents: Bool {
        switch self {
        case .event, .examined: true
        default: false
        }
    }

    /// What has happened outside is recorded while the instance is held; nothing of its own accord moves.
    var appliesWhileHeld: Bool {
        switch self {
        case .result, .interrupted, .notStarted, .takeBack, .pause: true
        case .cancel, .begin, .timer, .event, .examined, .childEnded, .place, .execute, .detached: false
        }
    }
}
