import DequeModule
import Values
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// Attempts at actions: announced when they hold a place, begun when that is durable, recorded when they end.
extension EngineCore {
    // MARK: - Before

    /// Announces the next attempt if there is a place for it now, otherwise lines it up.
    func requestPlace(_ instance: LiveInstance, _ key: MemoKey, _ builder: inout TransitionBuilder) {
        guard let open = instance.openActions[key], !open.isStopped else { return }
        if !isDraining, builder.state.hold == nil, isInline(open.request.action) || slots.take(open.request.action) {
            announce(key, instance, &builder)
            return
        }
        var row = open.row
        row.status = .scheduled
        row.dueAt = nil
        instance.openActions[key]?.row = row
        builder.update(row)
        instance.unqueued.append(key)
    }

    func isInline(_ action: String) -> Bool {
        guard case .inline? = handlers[action]?.body else { return false }
        return true
    }

    /// After the commit: those that found no place stand in line.
    func queueWaiting(_ instance: LiveInstance) {
        // A place that is free at once begins the next transition, which may line up others.
        let keys = instance.unqueued
        instance.unqueued = []
        for key in keys {
            if let open = instance.openActions[key], open.row.status == .scheduled {
                queueForPlace(instance, key, action: open.request.action)
            }
        }
    }

    func queueForPlace(_ instance: LiveInstance, _ key: MemoKey, action: String) {
        guard !isDraining, !instance.isHeld, let claim = instance.claim, instance.openActions[key]?.isQueued == false else {
            return
        }
        instance.openActions[key]?.isQueued = true
        if isInline(action) {
            instance.queue.append(.place(key))
            return
        }
        slots.wait(SlotPool.Waiter(instance: claim.instance, step: key, action: action))
        fillPlaces()
    }

    func fillPlaces() {
        guard !isDraining else { return }
        while let waiter = slots.nextInLine() {
            // An instance that was loaded anew stands in line twice: whoever is not queued any more has got its place.
            guard let instance = live[waiter.instance], !instance.isHeld, let open = instance.openActions[waiter.step],
                open.isQueued, open.row.status == .scheduled, slots.take(waiter.action)
            else { continue }
            instance.openActions[waiter.step]?.isQueued = false
            instance.queue.append(.place(waiter.step))
            activate(instance)
        }
    }

    /// The next attempt, in the place it holds. A scheduled row carries the number of the attempt before: one that was taken
    /// back or interrupted has been subtracted, so its number comes again.
    func announce(_ key: MemoKey, _ instance: LiveInstance, _ builder: inout TransitionBuilder) {
        guard var open = instance.openActions[key] else { return }
        open.isQueued = false
        if open.isStopped {
            if !isInline(open.request.action) { slots.giveBack(open.request.action) }
            instance.openActions[key] = open
            return
        }
        open.isRepetition = open.row.startedAt != nil
        open.row.attempt += 1
        open.row.status = .running
        open.row.dueAt = nil
        open.row.startedAt = builder.time
        open.isAnnounced = true
        instance.openActions[key] = open
        builder.update(open.row)
        instance.announced.append(key)
    }

    // MARK: - Performing

    func performAnnounced(_ instance: LiveInstance, _ claim: Claim) {
        let announced = instance.announced
        instance.announced = []
        for key in announced {
            guard let open = instance.openActions[key], open.isAnnounced else { continue }
            instance.openActions[key]?.isAnnounced = false
            if isDraining {
                instance.queue.append(.takeBack(key))
            } else {
                perform(open, instance, claim)
            }
        }
    }

    private func perform(_ open: OpenAction, _ instance: LiveInstance, _ claim: Claim) {
        let key = open.row.key
        let tag = AttemptTag(instance: claim.instance, step: key, attempt: open.row.attempt, serial: serial())
        var values: [String: String] = [:]
        var missing: [String] = []
        if open.request.usesSecrets {
            for name in instance.interpreter.declaredSecrets {
                if let value = secrets.secret(name) { values[name] = value } else { missing.append(name) }
            }
        }
        attempts.begin(
            tag,
            RunningAttempt(
                action: open.request.action, startedAt: now, holdsPlace: !isInline(open.request.action),
                redactor: Redactor(values)))
        guard handlers[open.request.action] != nil else {
            failAtOnce(
                tag, Failure(code: "action.unknown", message: "this server has no action '\(open.request.action)'"), instance)
            return
        }
        let input: Value
        switch revealedInput(open, instance, values, missing) {
        case .success(let revealed): input = revealed
        case .failure(let failure):
            failAtOnce(tag, failure, instance)
            return
        }
        if let limit = open.request.policy.timeout { timers.insert(.attempt(tag), dueAt: now.adding(limit) ?? now) }
        effects.append(
            .perform(
                tag, action: open.request.action,
                ActionInvocation(
                    instance: instance.id, workflow: instance.interpreter.header.workflow, step: key,
                    key: open.request.idempotencyKey, attempt: open.row.attempt, input: input,
                    trustedHosts: TrustedHosts.of(input, at: open.request.writtenHosts), time: now)))
    }

    /// An attempt whose action cannot even begin. Others of the same commit are still to be begun: what follows from it comes
    /// with the next activation.
    private func failAtOnce(_ tag: AttemptTag, _ failure: Failure, _ instance: LiveInstance) {
        guard let attempt = attempts.end(tag) else { return }
        if attempt.holdsPlace { slots.giveBack(attempt.action) }
        instance.queue.append(
            .result(tag.step, attempt: tag.attempt, ActionResult(.failure(failure)), startedAt: attempt.startedAt))
    }

    private func revealedInput(
        _ open: OpenAction, _ instance: LiveInstance, _ values: [String: String], _ missing: [String]
    ) -> Result<Value, Failure> {
        guard open.request.usesSecrets else { return .success(open.request.input) }
        if let name = missing.first {
            return .failure(Failure(code: "secret.missing", message: "the secret '\(name)' is not set on this server"))
        }
        return instance.interpreter.input(of: open.row.key, secrets: values)
    }

    // MARK: - After

    func attemptEnded(_ tag: AttemptTag, _ result: ActionResult) { attemptsEnded([(tag: tag, result: result)]) }

    func attemptsEnded(_ ends: [(tag: AttemptTag, result: ActionResult)]) {
        var instances: [LiveInstance] = []
        for end in ends {
            if let instance = take(end.result, of: end.tag), instances.last !== instance { instances.append(instance) }
        }
        for instance in instances { activate(instance) }
        fillPlaces()
    }

    /// Queues what an attempt has brought back for its instance. Returns that when it is in memory.
    private func take(_ result: ActionResult, of tag: AttemptTag) -> LiveInstance? {
        guard let attempt = attempts.end(tag) else { return nil }
        if attempt.holdsPlace { slots.giveBack(attempt.action) }
        var result = attempt.redactor.redact(result)
        if attempt.hasTimedOut, case .failure(let failure) = result.outcome {
            result.outcome = .failure(
                Failure(
                    code: "timeout", message: "the attempt took longer than its timeout", isRetryable: true,
                    isUncertain: failure.isUncertain || failure.code == "stopped"))
        }
        // Stopped by the shutdown and by nobody else: its row stays `running`, so the next server finds it interrupted.
        if attempt.isStoppedByShutdown, case .failure = result.outcome { return nil }
        let occurrence = LiveInstance.Occurrence.result(
            tag.step, attempt: tag.attempt, checked(result), startedAt: attempt.startedAt)
        guard let instance = live[tag.instance] else {
            keptResults[tag.instance, default: []].append(occurrence)
            fetch(tag.instance)
            return nil
        }
        instance.queue.append(occurrence)
        return instance
    }

    /// What may be stored of a result: JSON within the limits.
    private func checked(_ result: ActionResult) -> ActionResult {
        guard case .success(let value) = result.outcome else { return result }
        var result = result
        if let obstacle = JSON.obstacle(to: value) {
            result.outcome = .failure(Failure(code: "schema", message: "the action's result cannot be kept: \(obstacle)"))
            return result
        }
        let size = JSON.bytes(value).count
        result.outcome =
            size > JournalLimits.payloadBytes
            ? .failure(
                Failure(
                    code: "limit.output",
                    message: "the result is \(size) bytes; at most \(JournalLimits.payloadBytes) can be kept"))
            : .success(JSON.normalised(value))
        return result
    }

    func applyResult(
        _ result: ActionResult, to key: MemoKey, attempt: Int, startedAt: Timestamp, _ instance: LiveInstance,
        _ builder: inout TransitionBuilder
    ) throws(JournalMismatch) {
        guard let open = instance.openActions[key], open.row.status == .running, open.row.attempt == attempt else { return }
        for line in result.logs {
            builder.log(LogRow(time: builder.time, level: line.level, key: key, message: line.message, data: line.data))
        }
        for email in result.emails {
            builder.record(
                EmailRow(id: email.id, key: key, time: builder.time, to: email.to, subject: email.subject, file: email.file))
        }
        switch result.outcome {
        case .success(let value): try complete(open.row, with: .completed(value), instance, &builder)
        case .failure(var failure):
            failure.attempt = attempt
            failure.step = key
            failure.key = open.request.idempotencyKey
            failure.data = JSON.normalised(failure.data)
            failure.retryAfter = result.retryAfter ?? failure.retryAfter
            builder.record(
                AttemptRow(key: key, attempt: attempt, startedAt: startedAt, endedAt: builder.time, failure: failure))
            try decide(
                open.stop != nil
                    ? .final(.failed(failure))
                    : AttemptMachine.failed(
                        failure, attempt: attempt, policy: open.request.policy, now: builder.time,
                        jitterSeed: "\(instance.id)/\(key)"),
                after: failure, open, instance, &builder)
        }
    }

    func applyInterruption(
        _ key: MemoKey, _ instance: LiveInstance, _ builder: inout TransitionBuilder
    ) throws(JournalMismatch) {
        guard var open = instance.openActions[key], open.row.status == .running else { return }
        open.row.interruptions += 1
        instance.openActions[key] = open
        let decision = AttemptMachine.interrupted(
            attempt: open.row.attempt, interruptions: open.row.interruptions, isAtMostOnce: open.request.isAtMostOnce,
            isAborted: open.stop == .aborting)
        var failure = Failure(
            code: "interrupted", message: "interrupted by a crash", step: key, key: open.request.idempotencyKey,
            attempt: open.row.attempt, isUncertain: true)
        if case .final(.failed(let final)) = decision { failure = final }
        builder.record(
            AttemptRow(
                key: key, attempt: open.row.attempt, startedAt: open.row.startedAt ?? builder.time, endedAt: builder.time,
                failure: failure))
        try decide(decision, after: failure, open, instance, &builder)
    }

    private func decide(
        _ decision: AttemptMachine.Decision, after failure: Failure, _ open: OpenAction, _ instance: LiveInstance,
        _ builder: inout TransitionBuilder
    ) throws(JournalMismatch) {
        var row = open.row
        switch decision {
        case .final(let outcome): try complete(row, with: outcome, instance, &builder)
        case .retry(let due):
            row.status = .sleeping
            row.dueAt = due
            // Of the attempt that has ended.
            row.startedAt = nil
            row.lastFailure = failure
            instance.openActions[row.key]?.row = row
            builder.update(row)
            setTimer(TimerRow(key: row.key, kind: .retry, dueAt: due), instance, &builder)
        case .again:
            row.status = .scheduled
            row.attempt -= 1
            instance.openActions[row.key]?.row = row
            requestPlace(instance, row.key, &builder)
        }
    }
}
