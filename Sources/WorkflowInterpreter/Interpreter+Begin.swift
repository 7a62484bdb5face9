import CEL
import Values
import WorkflowGraph
import WorkflowJournal

/// Beginning a frame: what each modifier and verb does first.
extension Interpreter {
    func begin(_ frame: Frame) {
        begunFrames += 1
        if begunFrames > InterpreterLimits.framesPerEntry {
            let message = "more than \(InterpreterLimits.framesPerEntry) steps would run without any of them suspending"
            return end(frame, .failure(failure("limit.steps", message, frame)))
        }
        switch frame.work {
        case .block(let index):
            let block = graph[index]
            frame.resultScope = Scope(parent: frame.scope, values: Array(repeating: .null, count: block.steps.count))
            advanceSequence(frame, block, to: 0)
        case .node(let index):
            tracer?(header.id, index)
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
            let due = try instant(of: limit, in: frame.scope, frame)
            startTimer(frame, key: memoKey(frame.key).timeout, dueAt: due)
            beginBody(frame, body)
        case .foreach(let loop): try beginForeach(frame, loop)
        case .repeat(let loop): try beginRepeat(frame, loop)
        case .retry(let policy, let body): beginAttempt(frame, policy, body)
        case .shaped(let shaping): beginBody(frame, shaping.body)
        case .action(let call): try beginAction(frame, call)
        case .composite(let call): try beginComposite(frame, call)
        case .wait(let step): try beginWait(frame, step)
        case .sleep(let limit): try beginSleep(frame, limit)
        case .bindings(let bindings):
            var map = ValueMap()
            for binding in bindings { map[binding.name] = try normalised(try evaluate(binding.value, frame), frame) }
            end(frame, .success(.map(map)))
        case .invoke(let step): try beginInvoke(frame, step)
        case .emit(let step): try beginEmit(frame, step)
        case .group(let block): beginChild(frame, .block(block), key: frame.key, scope: frame.scope) { .body($0) }
        case .parallel(let block): beginParallel(frame, graph[block])
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
        frame.resultScope = Scope(parent: frame.scope, values: Array(repeating: .null, count: cases.count))
        for (position, candidate) in cases.enumerated() {
            if let test = candidate.test, try evaluate(test, frame) != .bool(true) { continue }
            let key = childKey(frame.key, graph[candidate.step].id)
            beginChild(frame, .node(candidate.step), key: key, scope: frame.resultScope ?? frame.scope) {
                .sequence(position: position, child: $0)
            }
            return
        }
        end(frame, .success(.null))
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

    /// The scope of `with`, `match` and `data`.
    func callScope(_ frame: Frame, key: IdempotencyKey) -> Scope {
        Scope(parent: frame.scope, values: [["key": .string(key.text)]])
    }

    // MARK: - Timers

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
