import CEL
import Values
import WorkflowGraph
import WorkflowJournal

/// Steps that wait for an outcome: actions, waits, sleeps, children, events.
extension Interpreter {
    func beginAction(_ frame: Frame, _ call: Node.ActionCall) throws(Failure) {
        let key = idempotencyKey(of: frame)
        let scope = callScope(frame, key: key)
        let input = try admit(try evaluate(call.input, in: scope, frame), call.contract, frame)
        let leaf = try leafRecord(frame.key, input: input, frame)
        let request = ActionRequest(
            leaf: leaf, action: call.action, input: input, usesSecrets: scope.hasSecrets(in: call.input.slots),
            policy: call.policy, isAtMostOnce: call.isAtMostOnce || frame.context.isAtMostOnce, idempotencyKey: key,
            writtenHosts: call.writtenHosts)
        beginLeaf(frame, leaf.key, .runAction(request))
    }

    func beginWait(_ frame: Frame, _ step: Node.WaitStep) throws(Failure) {
        let scope = callScope(frame, key: idempotencyKey(of: frame))
        var values: [Value] = []
        for match in step.match { values.append(try normalised(try evaluate(match.value, in: scope, frame), frame)) }
        let matches = step.events.map { event in
            EventMatch(event: event, key: MatchSet(event: event, paths: step.match.map(\.path)).key(ofValues: values))
        }
        let input: Value = ["events": .list(step.events.map(Value.string)), "match": .list(values)]
        let leaf = try leafRecord(frame.key, input: input, frame)
        beginLeaf(frame, leaf.key, .openWait(WaitRequest(leaf: leaf, matches: matches)))
    }

    func beginSleep(_ frame: Frame, _ limit: TimeLimit) throws(Failure) {
        let due = try instant(of: limit, in: frame.scope, frame)
        let leaf = try leafRecord(frame.key, input: ["until": .timestamp(due)], frame)
        beginLeaf(frame, leaf.key, .startSleep(SleepRequest(leaf: leaf, until: due)))
    }

    func beginInvoke(_ frame: Frame, _ step: Node.InvokeStep) throws(Failure) {
        let scope = callScope(frame, key: idempotencyKey(of: frame))
        let input = JSON.normalised(try normalised(try evaluate(step.input, in: scope, frame), frame))
        let leaf = try leafRecord(frame.key, input: input, frame)
        let request = ChildRequest(
            leaf: leaf, workflow: step.workflow, input: input, isDetached: step.isDetached, policy: step.policy)
        beginLeaf(frame, leaf.key, .startChild(request))
    }

    func beginEmit(_ frame: Frame, _ step: Node.EmitStep) throws(Failure) {
        let scope = callScope(frame, key: idempotencyKey(of: frame))
        var data = try normalised(try evaluate(step.data, in: scope, frame), frame)
        if let contract = graph.events[step.event] { data = try admit(data, contract, frame, what: "data") }
        data = JSON.normalised(data)
        let leaf = try leafRecord(frame.key, input: data, frame)
        let id = EventIdentifier.emitted(by: header.id, run: header.run, step: leaf.key)
        beginLeaf(frame, leaf.key, .sendEvent(EmitRequest(leaf: leaf, event: step.event, data: data, id: id)))
    }

    private func beginLeaf(_ frame: Frame, _ key: MemoKey, _ command: Command) {
        frame.state = .leaf(command)
        leaves[key] = frame
        emit(command)
    }

    /// A sleep under a reserved key, before the next attempt or round of the frame.
    func pause(_ frame: Frame, key: String, until due: Timestamp, then: Frame.AfterPause) throws(Failure) {
        let leaf = try leafRecord(key, input: ["until": .timestamp(due)], frame)
        let command = Command.startSleep(SleepRequest(leaf: leaf, until: due))
        frame.state = .pause(command, then: then)
        leaves[leaf.key] = frame
        emit(command)
    }

    private func leafRecord(_ key: String, input: Value, _ frame: Frame) throws(Failure) -> LeafRecord {
        let memoKey = memoKey(key)
        if sequence >= InterpreterLimits.entriesPerRun && !frame.context.isCleanup {
            throw failure("limit.journal", "the run has more than \(InterpreterLimits.entriesPerRun) journal entries", frame)
        }
        if leaves[memoKey] != nil {
            throw failure("limit.duplicate_key", "two steps would have the memo key '\(memoKey)'", frame)
        }
        let bytes = JSON.bytes(input)
        if bytes.count > InterpreterLimits.payloadBytes {
            throw failure(
                "limit.payload", "the input is \(bytes.count) bytes; at most \(InterpreterLimits.payloadBytes) are allowed",
                frame)
        }
        return LeafRecord(
            key: memoKey, scheduledSequence: sequence, scheduledAt: now, inputDigest: ContentDigest(of: bytes),
            occurrence: completions[place(of: key)] ?? 0)
    }

    // MARK: - Outcomes

    func leafEnded(_ frame: Frame, _ command: Command, _ outcome: StepOutcome) {
        switch outcome {
        case .completed(let raw):
            noteCompletion(of: frame)
            do {
                end(frame, .success(try result(raw, frame)))
            } catch {
                end(frame, .failure(error))
            }
        case .failed(var failure):
            failure.step = failure.step ?? memoKey(frame.key)
            if case .runAction(let request) = command { failure.key = failure.key ?? request.idempotencyKey }
            if let cause = frame.stopCause {
                var stopped = stoppedFailure(cause, step: failure.step)
                stopped.key = failure.key
                stopped.attempt = failure.attempt
                stopped.isUncertain = failure.isUncertain
                end(frame, .stopped(stopped))
            } else {
                end(frame, .failure(failure))
            }
        case .cancelled:
            end(frame, .stopped(stoppedFailure(frame.stopCause ?? .cancelled, step: memoKey(frame.key))))
        }
    }

    /// The place has completed once more; counted where it matters.
    func noteCompletion(of frame: Frame) {
        if frame.context.isRepeatable || countsEveryPlace { completions[place(of: frame.key), default: 0] += 1 }
    }

    /// The raw result with the kinds of its type.
    private func result(_ raw: Value, _ frame: Frame) throws(Failure) -> Value {
        guard let index = frame.isNode else { return raw }
        switch graph[index].kind {
        case .action(let call): return call.resultShape.typed(raw)
        case .wait(let step):
            let event = recordedEvent(raw, frame)
            frame.event = event
            let data = event["data"] ?? .null
            return step.namesEvent ? ["name": event["name"] ?? .null, "data": data] : data
        case .invoke(let step): return try childOutput(raw, step, frame)
        case .emit: return raw
        case .condition, .finally, .catching, .timeout, .foreach, .repeat, .retry, .shaped, .composite, .sleep, .bindings,
            .group, .parallel, .choice, .fail, .raise, .return, .continueAsNew:
            return .null
        }
    }

    /// An event that a wait has taken, with the kinds of its type. What was taken stays taken: one that the type refuses now is
    /// as it was sent.
    private func recordedEvent(_ raw: Value, _ frame: Frame) -> Value {
        if let event = graph.typed(event: raw) { return event }
        if let resultRefused, let contract = raw["name"]?.stringValue.flatMap({ graph.events[$0] }) {
            let data = raw["data"] ?? .null
            if case .failure(let violation) = contract.admit(data) {
                resultRefused(UnfitValue(.event(memoKey(frame.key)), data, contract, violation))
            }
        }
        return raw
    }

    private func childOutput(_ raw: Value, _ step: Node.InvokeStep, _ frame: Frame) throws(Failure) -> Value {
        guard let returns = step.returns, !step.isDetached else { return raw }
        do {
            return try admitResult(raw, returns, frame, what: "output of workflow '\(step.workflow)' in")
        } catch {
            // The child has had its effect; nobody but a `catch` can still do something about it.
            var failure = error
            failure.data = ["result": raw, "errors": failure.data["errors"] ?? .null]
            throw failure
        }
    }
}
