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
        guard !instance.queue.isEmpty || instance.marks > instance.state.marksConsumed else {
            evictIdle()
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
            while !instance.queue.isEmpty, instance.drained.count < JournalLimits.entriesPerActivation, !builder.opensWaits {
                let occurrence = instance.queue.removeFirst()
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
        if instance.interpreter.completion == nil { builder.state.status = instance.restingStatus }
        if builder.state != instance.state { builder.isNeeded = true }
        guard let transition = builder.finished() else {
            instance.drained = []
            evictIdle()
            return
        }
        instance.isWriting = true
        instance.state = transition.instance
        let tag = WriteTag(number: serial())
        pendingWrites[tag] = .transition(instance)
        effects.append(.write(tag, .transition(transition)))
    }

    // MARK: - After the commit

    func transitionWritten(_ instance: LiveInstance, _ outcome: WriteOutcome) {
        instance.isWriting = false
        let ticket = starts.removeValue(forKey: ObjectIdentifier(instance))
        switch outcome {
        case .committed(let committed):
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
            abortStopped(instance)
            performAnnounced(instance, committed.claim)
            if hasEnded {
                live[committed.claim.instance] = nil
                effects.append(.release(committed.claim))
                effects.append(.ended(instance.id))
            } else {
                queueWaiting(instance)
                activate(instance)
            }
        case .existing(let id):
            giveBackPlaces(instance)
            if let ticket { effects.append(.answer(ticket, .started(StartedInstance(id: id, isNew: false)))) }
        case .stale, .unknown:
            giveBackPlaces(instance)
            if let ticket {
                refuse(ticket, EngineError(.unknown, "whether the instance was started is not known; repeat with the same key"))
            }
            reload(instance)
        case .refused(let refusal):
            giveBackPlaces(instance)
            if let ticket { refuse(ticket, Self.error(of: refusal)) }
            drop(instance)
        case .accepted, .requested, .enqueued, .stored: preconditionFailure("a transition is committed or not")
        }
    }

    static func error(of refusal: WriteOutcome.Refusal) -> EngineError {
        switch refusal.reason {
        case .keyReused: EngineError(.idempotencyKeyReused, refusal.message)
        case .callerKeyTaken: EngineError(.callerKeyTaken, refusal.message)
        case .quarantined, .limit, .gateFull: EngineError(.invalidStart, refusal.message)
        }
    }

    /// Drops the live object and builds it anew from the store; results of finished actions are kept.
    private func reload(_ instance: LiveInstance) {
        guard let claim = instance.claim else { return }
        let results = (instance.drained + instance.queue).filter { if case .result = $0 { true } else { false } }
        drop(instance)
        if !results.isEmpty { keptResults[claim.instance, default: []] += results }
        fetch(claim.instance)
    }

    func drop(_ instance: LiveInstance) {
        guard let claim = instance.claim else { return }
        live[claim.instance] = nil
        effects.append(.release(claim))
    }

    /// Suspended instances leave memory, those unused the longest first.
    private func evictIdle() {
        guard live.count > configuration.maximumIdleInstances else { return }
        let idle = live.values.filter(\.isIdle).sorted { $0.lastUsed < $1.lastUsed }
        for instance in idle.prefix(max(0, live.count - configuration.maximumIdleInstances * 9 / 10)) { drop(instance) }
    }

    // MARK: - Inbox

    func received(_ claim: Claim, _ inbox: InstanceInbox?) {
        guard let instance = live[claim.instance] else { return }
        instance.isReadingInbox = false
        guard let inbox else {
            reload(instance)
            return
        }
        if let cancel = inbox.cancel { instance.queue.append(.cancel(cancel)) }
        let taken = offer(inbox.candidates, to: instance)
        // Where events were declined there may be more than were read: the marks stand until a reading finds none.
        let isComplete = !taken.contains { if case .examined = $0 { true } else { false } }
        if isComplete { instance.marks = max(instance.marks, inbox.marks) }
        // Events go before what else is waiting: a timeout must not beat an event accepted before it.
        instance.queue = taken + instance.queue
        activate(instance)
    }

    /// Gives each wait, in the order in which they began, the oldest event that it takes; one event satisfies one wait.
    private func offer(_ candidates: [InstanceInbox.Candidates], to instance: LiveInstance) -> [LiveInstance.Occurrence] {
        var taken: Set<EventSequence> = []
        var occurrences: [LiveInstance.Occurrence] = []
        for candidate in candidates {
            guard let wait = instance.waits[candidate.wait] else { continue }
            var examined = wait.examined
            for event in candidate.events where event.sequence > wait.examined && !taken.contains(event.sequence) {
                let verdict = instance.interpreter.examine(event, for: candidate.wait)
                if verdict == .accepted {
                    taken.insert(event.sequence)
                    occurrences.append(.event(wait: candidate.wait, event))
                    examined = wait.examined
                    break
                }
                examined = event.sequence
                if case .declined(let reason?) = verdict { instance.declined.append((candidate.wait, reason)) }
            }
            if examined > wait.examined { occurrences.append(.examined(wait: candidate.wait, through: examined)) }
        }
        return occurrences
    }

    // MARK: - Applying

    private func apply(
        _ occurrence: LiveInstance.Occurrence, to instance: LiveInstance, _ builder: inout TransitionBuilder
    ) throws(JournalMismatch) {
        // What was due before the instance ended in this very pass is void.
        guard instance.interpreter.completion == nil else { return }
        switch occurrence {
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
        case .cancel(let request):
            builder.state.consumesCancel = true
            try applySignal(.cancelled(request), instance, &builder)
        case .place(let key): announce(key, instance, &builder)
        case .notStarted(let key):
            guard let open = instance.openActions[key] else { return }
            // An earlier, interrupted beginning may have had its effect.
            let outcome: StepOutcome =
                open.row.interruptions > 0
                ? .failed(
                    Failure(
                        code: "interrupted", message: "interrupted by a crash, then stopped", attempt: open.row.attempt,
                        isUncertain: true))
                : .cancelled
            try complete(open.row, with: outcome, instance, &builder)
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
        case .retry: requestPlace(instance, key, &builder)
        case .timeout:
            guard let step = key.stepOfTimeout else { return }
            try applySignal(.timedOut(step), instance, &builder)
        case .deadline: try applySignal(.deadline, instance, &builder)
        case .start: break
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
        instance.openLeaves[row.key] = nil
        instance.openActions[row.key] = nil
        builder.update(row)
        let entry = JournalEntry(
            sequence: builder.state.lastSequence, time: builder.time, content: .outcome(row.key, outcome))
        carryOut(try instance.interpreter.apply(entry), of: instance, into: &builder)
    }

    // MARK: - Carrying out

    /// Turns commands into rows. Effects wait for the commit.
    func carryOut(_ commands: [Command], of instance: LiveInstance, into builder: inout TransitionBuilder) {
        for command in commands {
            switch command {
            case .runAction(let request):
                let row = request.leaf.row(.call, action: request.action, status: .scheduled)
                builder.insert(row)
                instance.openActions[row.key] = LiveInstance.OpenAction(row: row, request: request)
                requestPlace(instance, row.key, &builder)
            case .startSleep(let request):
                var row = request.leaf.row(.sleep, action: nil, status: .sleeping)
                row.dueAt = request.until
                builder.insert(row)
                instance.openLeaves[row.key] = row
                setTimer(TimerRow(key: row.key, kind: .sleep, dueAt: request.until), instance, &builder)
            case .openWait(let request):
                let row = request.leaf.row(.wait, action: nil, status: .waiting)
                builder.insert(row)
                instance.openLeaves[row.key] = row
                let wait = WaitRow(
                    key: row.key, matches: request.matches, scheduledSequence: request.leaf.scheduledSequence)
                instance.waits[row.key] = wait
                builder.open(wait)
            case .startChild, .sendEvent, .stopChild, .letActionFinish: preconditionFailure("not executed yet")
            case .stopAction(let key): stopAction(key, instance, &builder)
            case .endLeaf(let key): endLeaf(key, instance, &builder)
            case .startTimer(let key, let due):
                setTimer(
                    TimerRow(key: key, kind: key == .deadlineSignal ? .deadline : .timeout, dueAt: due), instance, &builder)
            case .stopTimer(let key):
                if instance.timers.removeValue(forKey: key) != nil { builder.clear(timer: key) }
            case .beginEnding(let status): builder.state.ending = status
            case .noteFailedCleanup(let step, let failure):
                builder.state.isCleanupIncomplete = true
                builder.log(
                    LogRow(
                        time: builder.time, level: "error", key: step,
                        message: "cleanup failed: \(failure.code): \(failure.message)",
                        data: failure.value))
            case .finish(let completion): finish(completion, instance, &builder)
            }
        }
    }

    private func setTimer(_ timer: TimerRow, _ instance: LiveInstance, _ builder: inout TransitionBuilder) {
        instance.timers[timer.key] = timer
        builder.set(timer)
        // A timer that fires before its commit finds the instance busy and waits for it.
        if let claim = instance.claim { arm(timer, of: claim.instance) }
    }

    private func endLeaf(_ key: MemoKey, _ instance: LiveInstance, _ builder: inout TransitionBuilder) {
        guard var row = instance.openLeaves.removeValue(forKey: key) else { return }
        row.status = .cancelled
        row.completedAt = builder.time
        row.dueAt = nil
        builder.update(row)
        if instance.timers.removeValue(forKey: key) != nil { builder.clear(timer: key) }
        if instance.waits.removeValue(forKey: key) != nil { builder.close(wait: key) }
    }

    private func finish(_ completion: Completion, _ instance: LiveInstance, _ builder: inout TransitionBuilder) {
        if let status = completion.status {
            builder.state.status = status
            builder.state.endedAt = builder.time
        }
        switch completion {
        case .continuedAsNew: preconditionFailure("not executed yet")
        case .completed(let output): builder.state.output = JSON.normalised(output)
        case .failed(let failure), .cancelled(let failure), .timedOut(let failure): builder.state.failure = failure
        }
        for key in instance.timers.keys.sorted() { builder.clear(timer: key) }
        instance.timers = [:]
    }
}

extension LeafRecord {
    func row(_ verb: StepVerb, action: String?, status: StepStatus) -> StepRow {
        StepRow(
            key: key, verb: verb, action: action, status: status, inputDigest: inputDigest,
            scheduledSequence: scheduledSequence,
            occurrence: occurrence, scheduledAt: scheduledAt)
    }
}
