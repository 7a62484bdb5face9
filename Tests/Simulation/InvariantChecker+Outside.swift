import Values
import WorkflowEngine
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// What happened outside, against what was stored by then.
extension InvariantChecker {
    func executionBegan(_ action: String, _ invocation: ActionInvocation, incarnation: Int) -> Int {
        let id = invocation.instance
        let seen = observed[id]
        let place = "\(invocation.step) of \(id), attempt \(invocation.attempt)"
        if let row = seen?.byKey[invocation.step] {
            if row.status.isFinal { report("I5", "\(place) began after the final result") }
            if row.status != .running || row.attempt != invocation.attempt {
                report("I5", "\(place) began while the store says \(row.status.rawValue), attempt \(row.attempt)")
            }
            checkCounters(row, seen, executions: executionsOf(id, invocation.step, run: seen?.run).count + 1)
        } else {
            report("I5", "\(place) was never announced")
        }
        let run = seen?.run ?? 0
        checkKey(invocation, run: run)
        executionsOf[id, default: []].append(executions.count)
        executions.append(
            Execution(
                instance: id, run: run, step: invocation.step, key: invocation.key, attempt: invocation.attempt, action: action,
                incarnation: incarnation, startedAt: clock()))
        return executions.count - 1
    }

    func executionEnded(_ index: Int, _ outcome: Result<Value, Failure>) {
        if executions.indices.contains(index) { executions[index].outcome = outcome }
    }

    /// - Parameter run: nil: of any run.
    func executionsOf(_ id: InstanceID, _ step: MemoKey, run: Int?) -> [Execution] {
        (executionsOf[id] ?? []).map { executions[$0] }.filter { $0.step == step && (run == nil || $0.run == run) }
    }

    /// G4: one key for all tries at one effect. A retried run goes on under the key of the step that failed, unless the effect
    /// is wanted anew because it was undone.
    private func checkKey(_ invocation: ActionInvocation, run: Int) {
        let same = executionsOf(invocation.instance, invocation.step, run: run)
        if let other = same.first(where: { $0.key != invocation.key }) {
            report(
                "G4", "\(invocation.step) of \(invocation.instance) is tried under the keys \(other.key) and \(invocation.key)")
        }
        guard run > 1, same.isEmpty, let seen = observed[invocation.instance], seen.isRetried,
            let earlier = seen.pastRuns[run - 1],
            !earlier.contains(where: { place(of: $0.key) == place(of: invocation.step) && $0.status == .completed }),
            let before = executionsOf(invocation.instance, invocation.step, run: run - 1).last
        else { return }
        if before.key != invocation.key {
            report("G4", "\(invocation.step) had not completed, and is tried again under another key")
        }
    }

    /// Of all tries at one effect: the key without the numbers of attempts at bodies.
    private func place(of key: MemoKey) -> String { key.text.replacing(/~[0-9]+/, with: "") }

    /// I6.
    func checkCounters(_ row: StepRow, _ seen: Observation?, executions count: Int) {
        if count > row.attempt + row.interruptions {
            report("I6", "\(row.key) ran \(count) times in \(row.attempt) attempts with \(row.interruptions) interruptions")
        }
        guard let request = seen?.requests[row.key] else { return }
        if row.attempt > max(request.policy.attempts, seen?.arranged[row.key] ?? 0) {
            report("I6", "\(row.key) is at attempt \(row.attempt) of \(request.policy.attempts)")
        }
        if request.isAtMostOnce && count > 1 { report("I6", "\(row.key) may run once and ran \(count) times") }
        // The sixth interruption is the one that fails the step.
        let most = AttemptMachine.maximumInterruptions + (row.status == .failed ? 1 : 0)
        if row.interruptions > most { report("I6", "\(row.key) was interrupted \(row.interruptions) times") }
    }

    /// I4.
    func checkResults(_ before: Observation?, _ now: Observation) {
        for row in now.rows where row.status == .completed && before?.byKey[row.key]?.status != .completed {
            switch row.verb {
            case .call: checkCall(row, now)
            case .invoke: checkInvoke(row, now)
            case .emit:
                let id = row.output?["id"]?.stringValue
                if !events.contains(where: { $0.id == id && $0.source == EventIdentifier.ownSource }) {
                    report("I12", "\(row.key) has sent an event that is not stored")
                }
            case .wait, .sleep, .signal: break
            }
        }
    }

    private func checkCall(_ row: StepRow, _ now: Observation) {
        let isReal = executionsOf(now.id, row.key, run: nil).contains { execution in
            guard case .success(let value)? = execution.outcome else { return false }
            return JSON.text(redacted(JSON.normalised(value))) == JSON.text(row.output ?? .null)
        }
        if !isReal { report("I4", "\(row.key) has a result that no execution produced") }
    }

    private func checkInvoke(_ row: StepRow, _ now: Observation) {
        let children = children(of: now.id).filter { $0.link.step == row.key }
        let isReal = children.contains { child in
            if child.link.isDetached { return row.output?["instanceId"]?.stringValue == child.id.text }
            guard child.status == .completed, let end = everSeen(child.id) else { return false }
            return JSON.text(end.stored.state.output ?? .null) == JSON.text(row.output ?? .null)
        }
        if !isReal { report("I4", "\(row.key) has a result that no child produced") }
    }

    private func redacted(_ value: Value) -> Value {
        switch value {
        case .string(var text):
            for (name, secret) in secrets.values { text = text.replacing(secret, with: "[secret \(name)]") }
            return .string(text)
        case .list(let items): return .list(items.map(redacted))
        case .map(let map): return .map(ValueMap(map.map { ($0.key, redacted($0.value)) }))
        default: return value
        }
    }

    /// I27.
    func checkSecrets(_ now: Observation) {
        var text = now.rows.map { "\($0)" }.joined() + "\(now.stored.state)\(now.stored.input)\(now.stored.trigger)"
        text +=
            "\((try? store.attempts(of: now.id, run: nil)) ?? [])\((try? store.logs(of: now.id, after: 0, limit: 1_000)) ?? [])"
        for (name, value) in secrets.values where text.contains(value) {
            report("I27", "the secret '\(name)' is stored with \(now.id)")
        }
    }
}
