import Values
import WorkflowEngine
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// I8, and I10 with it: what the journal says is what was live.
extension InvariantChecker {
    func checkReplay(_ now: inout Observation) {
        guard violation == nil, now.hasBegun else {
            if !now.stored.timers.isEmpty || !now.stored.waits.isEmpty { report("I10", "\(now.id) waits before it has begun") }
            return
        }
        guard let interpreter = replayed(now) else { return }
        let commands = interpreter.outstanding()
        for case .runAction(let request) in commands { now.requests[request.leaf.key] = request }
        now.aborted = Set(interpreter.stoppedActions)
        let described = commands.map(describe)
        let sequence = now.stored.state.lastSequence
        now.outstanding[sequence] = described
        if let live = inspect(now.id), live.sequence == sequence, live.run == now.run {
            let lived = live.outstanding.map(describe)
            if lived != described { report("I8", "live: \(lived); replayed: \(described)") }
        }
        checkCompletion(&now, interpreter)
        checkTimers(now, interpreter, commands)
        let open = Set(commands.compactMap { if case .openWait(let request) = $0 { request.leaf.key } else { nil } })
        if Set(now.stored.waits.map(\.key)) != (now.status.isTerminal ? [] : open) {
            report("I10", "waits that nobody waits for")
        }
        checkChildren(now, commands)
        checkStopped(interpreter.stoppedChildren, now)
    }

    private func checkCompletion(_ now: inout Observation, _ interpreter: Interpreter) {
        if case .continuedAsNew? = interpreter.completion {
            now.isContinuing = !now.status.isTerminal
        } else {
            now.isContinuing = false
        }
        if now.isContinuing { return }
        if now.status.isTerminal != (interpreter.completion != nil) {
            report("I8", "\(now.id) has ended on one side only")
        }
    }

    private func checkTimers(_ now: Observation, _ interpreter: Interpreter, _ commands: [Command]) {
        var due: Set<String> = []
        for command in commands {
            switch command {
            case .startTimer(let key, _): due.insert(key.text)
            case .startSleep(let request): due.insert(request.leaf.key.text)
            default: break
            }
        }
        for row in now.rows where row.status == .sleeping && (row.verb == .call || row.verb == .invoke) {
            if !interpreter.stoppedActions.contains(row.key) { due.insert(row.key.text) }
        }
        // The limit of an attempt at a child: there until it has passed.
        let limits = Set(now.rows.filter { $0.verb == .invoke && $0.status == .waiting }.map(\.key.text))
        let timers = Set(now.stored.timers.map(\.key.text))
        let expected = now.status.isTerminal ? [] : due
        if !timers.isSuperset(of: expected) || !timers.subtracting(expected).isSubset(of: now.status.isTerminal ? [] : limits) {
            report("I10", "timers \(timers.sorted()), expected \(expected.sorted())")
        }
    }

    /// G16: who waits for a child has one.
    private func checkChildren(_ now: Observation, _ commands: [Command]) {
        for case .startChild(let request) in commands where !request.isDetached {
            guard let row = now.byKey[request.leaf.key], row.status == .waiting else { continue }
            let isThere = children(of: now.id).contains { child in
                child.link.step == row.key && child.link.run == now.run && child.link.attempt == row.attempt
            }
            // One that its gate rejected is told of by its end.
            let mayBeRejected = definitions.contains {
                $0.workflow == request.workflow && $0.concurrency?.overflow == .reject
            }
            if !isThere && !mayBeRejected { report("G16", "\(row.key) waits for a child that does not exist") }
        }
    }

    /// G16: a child that is to stop has been told so.
    private func checkStopped(_ steps: some Sequence<MemoKey>, _ now: Observation) {
        let stopped = Set(steps)
        guard !stopped.isEmpty else { return }
        for child in children(of: now.id)
        where child.link.run == now.run && stopped.contains(child.link.step) && !child.status.isTerminal
            && !child.link.isDetached
        {
            guard let stored = (try? store.storedInstance(child.id)) ?? nil else { continue }
            if stored.cancel == nil && !stored.state.consumesCancel {
                report("G16", "\(child.link.step) is to stop and its child \(child.id) is not told")
            }
        }
    }

    private func describe(_ command: Command) -> String {
        if case .runAction(let request) = command {
            return "call \(request.action) \(request.leaf) \(request.input) \(request.idempotencyKey)"
        }
        return "\(command)"
    }

    private func header(_ now: Observation, _ graph: StepGraph) -> InstanceHeader? {
        guard case .success(let input) = graph.main.input.admit(now.stored.input) else { return nil }
        var typed = config.mapValue ?? ValueMap()
        for setting in graph.config {
            if let value = typed[setting.name], case .success(let admitted) = setting.contract.admit(value) {
                typed[setting.name] = admitted
            }
        }
        return InstanceHeader(
            id: now.id, workflow: now.stored.workflow, continuations: now.stored.state.continuations, input: input,
            config: .map(typed), trigger: now.stored.trigger, run: now.run,
            startedAt: now.stored.state.startedAt ?? now.stored.createdAt)
    }

    private func replayed(_ now: Observation) -> Interpreter? {
        guard let graph = graphsByDigest[now.stored.digest], let header = header(now, graph) else {
            report("I8", "the instance's definition or input is gone")
            return nil
        }
        do {
            return try Replay.rebuild(graph: graph, header: header, rows: now.rows)
        } catch {
            report("I8", "\(error)")
            return nil
        }
    }

    /// I8 for every prefix: the commands that were open after each entry.
    func checkPrefixes(_ now: Observation) {
        guard now.hasBegun, let graph = graphsByDigest[now.stored.digest], let header = header(now, graph) else { return }
        let interpreter = Interpreter(graph: graph, header: header)
        _ = interpreter.start()
        do {
            let finals = now.rows.filter { $0.completedSequence != nil }
                .sorted { ($0.completedSequence ?? 0) < ($1.completedSequence ?? 0) }
            for row in [nil] + finals.map(Optional.some) {
                if let row { _ = try interpreter.apply(Replay.entry(of: row)) }
                guard let lived = now.outstanding[interpreter.sequence] else { continue }
                let replayed = interpreter.outstanding().map(describe)
                if lived != replayed {
                    return report("I8", "after entry \(interpreter.sequence) lived: \(lived); replayed: \(replayed)")
                }
            }
        } catch {
            report("I8", "a prefix does not replay: \(error)")
        }
    }
}
