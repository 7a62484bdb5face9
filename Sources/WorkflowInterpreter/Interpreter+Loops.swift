import CEL
import Values
import WorkflowGraph
import WorkflowJournal

/// `parallel`, `foreach` and `repeat`.
extension Interpreter {
    // MARK: - At once

    func beginParallel(_ frame: Frame, _ block: Block) {
        frame.resultScope = Scope(parent: frame.scope, values: Array(repeating: .null, count: block.steps.count))
        frame.state = .fanOut(FanOut(branches: block.steps.count))
        advanceFanOut(frame)
    }

    func beginForeach(_ frame: Frame, _ loop: Node.Foreach) throws(Failure) {
        let value = try normalised(try evaluate(loop.items, frame), frame)
        guard case .list(let items) = value else {
            throw failure("expression", "'foreach' goes over a list, found \(value.kindName)", frame)
        }
        guard items.count <= InterpreterLimits.fanOut else {
            let message = "'foreach' has \(items.count) items; at most \(InterpreterLimits.fanOut) are allowed"
            throw failure("limit.fan_out", message, frame)
        }
        let keys = try loop.key.map { (key) throws(Failure) in try itemKeys(items, key, frame) }
        frame.state = .fanOut(FanOut(items: items, keys: keys, limit: max(1, loop.concurrency)))
        advanceFanOut(frame)
    }

    /// What names the items in memo keys, all of it before any item begins.
    private func itemKeys(_ items: [Value], _ key: ValueExpression, _ frame: Frame) throws(Failure) -> [String] {
        var keys: [String] = []
        keys.reserveCapacity(items.count)
        var seen: Set<String> = []
        for (index, item) in items.enumerated() {
            let value = try evaluate(key, in: loopScope(frame, item, index), frame)
            guard let text = itemKeyText(value) else {
                throw failure("expression", "an item's key is a string or an integer, found \(value.kindName)", frame)
            }
            guard seen.insert(text).inserted else {
                throw failure("limit.duplicate_key", "two items of '\(frame.key)' have the key '\(text)'", frame)
            }
            keys.append(text)
        }
        return keys
    }

    private func loopScope(_ frame: Frame, _ item: Value, _ index: Int) -> Scope {
        Scope(parent: frame.scope, values: [item, .int(Int64(index))])
    }

    /// Begins the next child, or ends what has nothing left to do. One child per call: what it does at once it does before the
    /// next one begins, so that a failure keeps the rest from beginning.
    func advanceFanOut(_ frame: Frame) {
        guard case .fanOut(let fan) = frame.state else { return }
        let isOpen = fan.next < fan.count && fan.failure == nil && frame.stopCause == nil
        if isOpen && fan.activeCount < fan.limit {
            let child = nextChild(of: frame, fan)
            fan.begin(child)
            scheduleAdvance(frame)
            schedule(child)
        } else if !isOpen && fan.activeCount == 0 {
            endFanOut(frame, fan)
        }
    }

    private func nextChild(of frame: Frame, _ fan: FanOut) -> Frame {
        let position = fan.next
        if let block = branches(of: frame) {
            let branch = block.steps[position]
            return Frame(
                .node(branch), key: childKey(frame.key, graph[branch].id), scope: frame.resultScope ?? frame.scope,
                context: frame.context, parent: frame)
        }
        guard let index = frame.isNode, case .foreach(let loop) = graph[index].kind else {
            preconditionFailure("only 'parallel' and 'foreach' fan out")
        }
        let key = fan.keys?[position] ?? String(position)
        return Frame(
            .node(loop.body), key: "\(frame.key)[\(key)]", scope: loopScope(frame, fan.items[position], position),
            context: frame.context, parent: frame)
    }

    private func branches(of frame: Frame) -> Block? {
        guard let index = frame.isNode, case .parallel(let block) = graph[index].kind else { return nil }
        return graph[block]
    }

    func fanOutAdvanced(_ frame: Frame, _ child: Frame, _ ending: Ending) {
        guard case .fanOut(let fan) = frame.state else { return }
        fan.ended(child)
        switch ending {
        // `return` and `continue_as_new` do not stand in a loop: language.md §2.
        case .success(let output), .returned(let output), .continued(let output):
            fan.completed(child, output)
            frame.resultScope?.set(child.position, to: output)
        case .failure(let failure): failFanOut(frame, fan, failure)
        case .stopped(let failure):
            fan.noteStopped(failure)
            if frame.stopCause == nil && fan.failure == nil { failFanOut(frame, fan, failure) }
        }
        advanceFanOut(frame)
    }

    /// The first failure stops the others; a later one changes nothing.
    private func failFanOut(_ frame: Frame, _ fan: FanOut, _ failure: Failure) {
        guard fan.failure == nil else { return }
        fan.failure = failure
        guard frame.stopCause == nil else { return }
        inOrder { frame.forEachChild { stop($0, .failure(failure.code)) } }
    }

    private func endFanOut(_ frame: Frame, _ fan: FanOut) {
        if let failure = fan.failure {
            end(frame, .failure(failure))
        } else if fan.completedCount == fan.count {
            end(frame, .success(fanOutOutput(frame, fan)))
        } else {
            end(frame, .stopped(fan.stopped ?? stoppedFailure(frame.stopCause ?? .cancelled)))
        }
    }

    private func fanOutOutput(_ frame: Frame, _ fan: FanOut) -> Value {
        guard let block = branches(of: frame), let scope = frame.resultScope else { return .list(fan.outputs) }
        return .map(ValueMap(zip(block.steps, scope.values).map { (graph[$0].id, $1) }))
    }

    // MARK: - Round after round

    func beginRepeat(_ frame: Frame, _ loop: Node.Repeat) throws(Failure) {
        let initial = try loop.initial.map { (initial) throws(Failure) in try normalised(try evaluate(initial, frame), frame) }
        beginRound(frame, loop, 0, previous: initial ?? .null)
    }

    func beginRound(_ frame: Frame, _ loop: Node.Repeat, _ number: Int, previous: Value) {
        let scope = Scope(parent: frame.scope, values: [loop.previousShape.typed(previous)])
        beginChild(frame, .node(loop.body), key: "\(frame.key)#\(number)", scope: scope) { .round(number: number, child: $0) }
    }

    func roundEnded(_ frame: Frame, _ loop: Node.Repeat, _ child: Frame, _ ending: Ending) throws(Failure) {
        guard case .success(let result) = ending, case .round(let number, _) = frame.state else {
            end(frame, ending)
            return
        }
        let scope = Scope(parent: child.scope, values: [result])
        let isLast = number + 1 >= loop.maximum
        if let until = loop.until {
            if try evaluate(until, in: scope, frame) == .bool(true) { return end(frame, .success(result)) }
            if isLast && frame.stopCause == nil {
                throw failure("limit.repeat", "'until' was not true after \(loop.maximum) rounds", frame)
            }
        } else if isLast {
            // Without `until` it is a number of rounds.
            return end(frame, .success(result))
        }
        if let cause = frame.stopCause { return end(frame, .stopped(stoppedFailure(cause))) }
        try pauseBeforeRound(frame, loop, number + 1, previous: result, scope)
    }

    private func pauseBeforeRound(
        _ frame: Frame, _ loop: Node.Repeat, _ number: Int, previous: Value, _ scope: Scope
    ) throws(Failure) {
        if let every = loop.every {
            let due = try instant(of: .after(every), in: scope, frame)
            if due > now {
                try pause(
                    frame, key: "\(frame.key)#\(number)!every", until: due, then: .round(number: number, previous: previous))
                return
            }
        }
        beginRound(frame, loop, number, previous: previous)
    }
}
