import CEL
import Values
import WorkflowGraph
import WorkflowJournal

/// Beginning a frame: what each modifier and verb does first.
extension Interpreter {
    func begin(_ frame: Frame) {
        switch frame.work {
        case .block(let index):
            let block = graph[index]
            frame.resultScope = Scope(parent: frame.scope, values: Array(repeating: .null, count: block.steps.count))
            advanceSequence(frame, block, to: 0)
        case .node(let index):
            do {
                try begin(frame, graph[index])
            } catch {
                end(frame, .failure(error))
            }
        }
    }

    private func begin(_ frame: Frame, _ node: Node) throws(Failure) {
        switch node.kind {
        case .condition(let test, let body):
            if try evaluate(test, frame) == .bool(true) {
                beginBody(frame, body)
            } else {
                end(frame, .success(.null))
            }
        case .finally(let body, _), .catching(let body, _): beginBody(frame, body)
        case .timeout(let limit, let body):
            let due = try instant(of: limit, frame)
            startTimer(frame, key: memoKey(frame.key).timeout, dueAt: due)
            beginBody(frame, body)
        case .retry(let policy, let body): beginAttempt(frame, policy, body)
        case .shaped(let shaping): beginBody(frame, shaping.body)
        case .action(let call): try beginAction(frame, call)
        case .composite(let call): try beginComposite(frame, call)
        case .wait(let step): try beginWait(frame, step)
        case .sleep(let limit):
            let due = try instant(of: limit, frame)
            let leaf = try leafRecord(frame.key, input: ["until": .timestamp(due)], frame)
            beginLeaf(frame, leaf.key, .startSleep(SleepRequest(leaf: leaf, until: due)))
        case .bindings(let bindings):
            var map = ValueMap()
            for binding in bindings { map[binding.name] = try normalised(try evaluate(binding.value, frame), frame) }
            end(frame, .success(.map(map)))
        case .invoke(let step): try beginInvoke(frame, step)
        case .emit(let step): try beginEmit(frame, step)
        case .foreach, .repeat, .parallel: preconditionFailure("not interpreted yet")
        case .group(let block): beginChild(frame, .block(block), key: frame.key, scope: frame.scope) { .body($0) }
        case .choice(let cases): try beginChoice(frame, cases)
        case .fail(let step): throw try raised(by: step, frame)
        case .raise(let expression): throw Failure(value: JSON.normalised(try evaluate(expression, frame)))
        case .return(let expression): end(frame, .returned(try normalised(try evaluate(expression, frame), frame)))
        case .continueAsNew(let expression):
            end(frame, .continued(try normalised(try evaluate(expression, frame), frame)))
        }
    }

    // MARK: - Children

    func beginBody(_ frame: Frame, _ body: NodeIndex) {
        beginChild(frame, .node(body), key: frame.key, scope: frame.scope) { .body($0) }
    }

    func beginChild(
        _ frame: Frame, _ work: Frame.Work, key: String, scope: Scope, context: Context? = nil,
        state: (Frame) -> Frame.State
    ) {
        let child = Frame(work, key: key, scope: scope, context: context ?? frame.context, parent: frame)
        frame.state = state(child)
        schedule(child)
    }

    /// Begins the step at a position, or ends the block.
    func advanceSequence(_ frame: Frame, _ block: Block, to position: Int) {
        guard position < block.steps.count, let scope = frame.resultScope else {
            end(frame, .success(.null))
            return
        }
        if let cause = frame.stopCause {
            end(frame, .stopped(stoppedFailure(cause)))
            return
        }
        let step = block.steps[position]
        beginChild(frame, .node(step), key: childKey(frame.key, graph[step].id), scope: scope) {
            .sequence(position: position, child: $0)
        }
    }

    private func beginChoice(_ frame: Frame, _ cases: [Node.Case]) throws(Failure) {
        for (position, candidate) in cases.enumerated() {
            if let test = candidate.test, try evaluate(test, frame) != .bool(true) { continue }
            let scope = Scope(parent: frame.scope, values: Array(repeating: .null, count: cases.count))
            frame.resultScope = scope
            let key = childKey(frame.key, graph[candidate.step].id)
            beginChild(frame, .node(candidate.step), key: key, scope: scope) { .sequence(position: position, child: $0) }
            return
        }
        frame.resultScope = Scope(parent: frame.scope, values: Array(repeating: .null, count: cases.count))
        end(frame, .success(.null))
    }

    func beginAttempt(_ frame: Frame, _ policy: RetryPolicy, _ body: NodeIndex) {
        let key = frame.attempt == 1 ? frame.key : "\(frame.key)~\(frame.attempt)"
        if let limit = policy.timeout {
            startTimer(frame, key: memoKey("\(frame.key)~\(frame.attempt)").timeout, dueAt: now.adding(limit) ?? now)
        }
        var context = frame.context
        context.isRepeatable = true
        beginChild(frame, .node(body), key: key, scope: frame.scope, context: context) { .body($0) }
    }

    private func beginComposite(_ frame: Frame, _ call: Node.CompositeCall) throws(Failure) {
        let body = graph[call.file]
        let scope = callScope(frame, key: idempotencyKey(of: frame))
        let input = try admit(try evaluate(call.input, in: scope, frame), body.input, frame)
        let facts = Scope.FileFacts(
            body: body, call: (call.input, scope), inputHasSecrets: scope.hasSecrets(in: call.input.slots))
        var context = frame.context
        context.file = call.file
        context.isAtMostOnce = context.isAtMostOnce || call.isAtMostOnce
        beginChild(frame, .node(body.root), key: frame.key, scope: fileScope(facts, input: input), context: context) {
            .body($0)
        }
    }

    func fileScope(_ facts: Scope.FileFacts, input: Value) -> Scope {
        let secrets = facts.body.secrets.map(Scope.placeholder(forSecret:))
        return Scope(file: facts, values: [input, header.config, header.value] + secrets)
    }

    // MARK: - Leaves

    private func beginAction(_ frame: Frame, _ call: Node.ActionCall) throws(Failure) {
        let key = idempotencyKey(of: frame)
        let scope = callScope(frame, key: key)
        let input = try admit(try evaluate(call.input, in: scope, frame), call.contract, frame)
        let leaf = try leafRecord(frame.key, input: input, frame)
        let request = ActionRequest(
            leaf: leaf, action: call.action, input: input, usesSecrets: scope.hasSecrets(in: call.input.slots),
            policy: call.policy, isAtMostOnce: call.isAtMostOnce || frame.context.isAtMostOnce, idempotencyKey: key)
        beginLeaf(frame, leaf.key, .runAction(request))
    }

    private func beginWait(_ frame: Frame, _ step: Node.WaitStep) throws(Failure) {
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

    private func beginInvoke(_ frame: Frame, _ step: Node.InvokeStep) throws(Failure) {
        let scope = callScope(frame, key: idempotencyKey(of: frame))
        let input = JSON.normalised(try normalised(try evaluate(step.input, in: scope, frame), frame))
        let leaf = try leafRecord(frame.key, input: input, frame)
        let request = ChildRequest(
            leaf: leaf, workflow: step.workflow, input: input, isDetached: step.isDetached, policy: step.policy)
        beginLeaf(frame, leaf.key, .startChild(request))
    }

    private func beginEmit(_ frame: Frame, _ step: Node.EmitStep) throws(Failure) {
        let scope = callScope(frame, key: idempotencyKey(of: frame))
        var data = try normalised(try evaluate(step.data, in: scope, frame), frame)
        if let contract = graph.events[step.event] { data = try admit(data, contract, frame, what: "data") }
        data = JSON.normalised(data)
        let leaf = try leafRecord(frame.key, input: data, frame)
        let id = EventIdentifier.emitted(by: header.id, run: header.run, step: leaf.key)
        beginLeaf(frame, leaf.key, .sendEvent(EmitRequest(leaf: leaf, event: step.event, data: data, id: id)))
    }

    func beginLeaf(_ frame: Frame, _ key: MemoKey, _ command: Command) {
        frame.state = .leaf(command)
        leaves[key] = frame
        emit(command)
    }

    func leafRecord(_ key: String, input: Value, _ frame: Frame) throws(Failure) -> LeafRecord {
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

    /// The scope of `with` and `match`.
    func callScope(_ frame: Frame, key: IdempotencyKey) -> Scope {
        Scope(parent: frame.scope, values: [["key": .string(key.text)]])
    }

    func startTimer(_ frame: Frame, key: MemoKey, dueAt: Timestamp) {
        frame.timer = key
        timers[key] = frame
        timerDueTimes[key] = dueAt
        emit(.startTimer(key, dueAt: dueAt))
    }

    func stopTimer(_ frame: Frame) {
        guard let key = frame.timer else { return }
        frame.timer = nil
        timers[key] = nil
        timerDueTimes[key] = nil
        emit(.stopTimer(key))
    }
}
