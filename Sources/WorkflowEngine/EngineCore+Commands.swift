import DequeModule
import Values
import WorkflowInterpreter
import WorkflowJournal

/// Turns commands into rows. Effects wait for the commit.
extension EngineCore {
    func carryOut(_ commands: [Command], of instance: LiveInstance, into builder: inout TransitionBuilder) {
        for command in commands {
            switch command {
            case .runAction(let request):
                let row = request.leaf.row(.call, action: request.action, status: .scheduled)
                builder.insert(row)
                instance.openActions[row.key] = OpenAction(row: row, request: request)
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
            case .startChild(let request):
                let row = request.leaf.row(.invoke, action: request.workflow, status: .scheduled)
                builder.insert(row)
                instance.openChildren[row.key] = OpenChild(row: row, request: request)
                instance.queue.append(.execute(row.key))
            case .sendEvent(let request):
                let row = request.leaf.row(.emit, action: request.event, status: .scheduled)
                builder.insert(row)
                instance.openEmits[row.key] = OpenEmit(row: row, request: request)
                instance.queue.append(.execute(row.key))
            case .stopAction(let key): stopAction(key, isLetFinish: false, instance, &builder)
            case .letActionFinish(let key): stopAction(key, isLetFinish: true, instance, &builder)
            case .stopChild(let key): stopChild(key, instance, &builder)
            case .endLeaf(let key): endLeaf(key, instance, &builder)
            case .startTimer(let key, let due):
                setTimer(
                    TimerRow(key: key, kind: key == .deadlineSignal ? .deadline : .timeout, dueAt: due), instance, &builder)
            case .stopTimer(let key): clearTimer(key, instance, &builder)
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

    func setTimer(_ timer: TimerRow, _ instance: LiveInstance, _ builder: inout TransitionBuilder) {
        instance.timers[timer.key] = timer
        builder.set(timer)
        // A timer that fires before its commit finds the instance busy and waits for it.
        if let claim = instance.claim { arm(timer, of: claim.instance) }
    }

    func clearTimer(_ key: MemoKey, _ instance: LiveInstance, _ builder: inout TransitionBuilder) {
        if instance.timers.removeValue(forKey: key) != nil { builder.clear(timer: key) }
    }

    private func endLeaf(_ key: MemoKey, _ instance: LiveInstance, _ builder: inout TransitionBuilder) {
        guard var row = instance.openLeaves[key] ?? instance.openEmits[key]?.row else { return }
        instance.close(key)
        row.status = .cancelled
        row.completedAt = builder.time
        row.dueAt = nil
        builder.update(row)
        clearTimer(key, instance, &builder)
        if instance.waits.removeValue(forKey: key) != nil { builder.close(wait: key) }
    }

    private func finish(_ completion: Completion, _ instance: LiveInstance, _ builder: inout TransitionBuilder) {
        if let status = completion.status {
            builder.state.status = status
            builder.state.endedAt = builder.time
            // What was let finish while it was paused has ended it.
            builder.state.hold = nil
            builder.state.holdReason = nil
        }
        switch completion {
        case .completed(let output): builder.state.output = JSON.normalised(output)
        case .failed(let failure), .cancelled(let failure), .timedOut(let failure): builder.state.failure = failure
        case .continuedAsNew(let input): instance.continuation = input
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
