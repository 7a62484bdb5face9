import CEL
package import Values
import WorkflowGraph
package import WorkflowJournal

extension Interpreter {
    // MARK: - What the engine asks

    /// Whether an open wait takes this event.
    package func examine(_ event: StoredEvent, for wait: MemoKey) -> EventVerdict {
        guard let frame = leaves[wait], let index = frame.isNode, case .wait(let step) = graph[index].kind else {
            return .declined(reason: nil)
        }
        guard let typed = graph.typed(event: event.value) else {
            return .declined(reason: "the payload of event \(event.id) does not fit the type of '\(event.name)'")
        }
        guard let condition = step.where else { return .accepted }
        do {
            let value = try condition.evaluate(Scope(parent: frame.scope, values: [typed]))
            return value == .bool(true) ? .accepted : .declined(reason: nil)
        } catch {
            return .declined(reason: "'where' of '\(wait)' could not be evaluated for event \(event.id): \(error.message)")
        }
    }

    /// The input of an open action with its secrets in it, for one attempt.
    package func input(of key: MemoKey, secrets: [String: String]) -> Result<Value, Failure> {
        guard let frame = leaves[key], let index = frame.isNode, case .action(let call) = graph[index].kind,
            case .leaf(.runAction(let request)) = frame.state
        else { return .failure(Failure(code: "stopped", message: "the step is not open any more")) }
        let scope = callScope(frame, key: request.idempotencyKey)
        do {
            let value = try call.input.evaluate(RevealingScope(scope: scope, secrets: secrets))
            return call.contract.admit(value).mapError { schemaFailure($0, frame, of: "input") }
        } catch {
            return .failure(expressionFailure(error, frame))
        }
    }

    /// Names of the secrets that the definition and its actions declare.
    package var declaredSecrets: [String] {
        var names: [String] = []
        for file in graph.files { for name in file.secrets where !names.contains(name) { names.append(name) } }
        return names
    }

    /// The commands still open, in the order of the steps: what a restart has to take up again.
    package func outstanding() -> [Command] {
        var found: [Command] = []
        if let root { collectOutstanding(root, into: &found) }
        if let due = pendingDeadline {
            found.append(.startTimer(.deadlineSignal, dueAt: due))
        }
        return found
    }

    private func collectOutstanding(_ frame: Frame, into found: inout [Command]) {
        if let timer = frame.timer, let due = timerDueTimes[timer] { found.append(.startTimer(timer, dueAt: due)) }
        switch frame.state {
        case .pause(let command, _), .leaf(let command): found.append(command)
        case .new, .body, .sequence, .fanOut, .round, .clause, .undoing, .cleaning, .ended:
            frame.forEachChild { collectOutstanding($0, into: &found) }
        }
    }
}

package enum EventVerdict: Sendable, Equatable {
    case accepted
    /// With a reason when that deserves a line in the instance's log.
    case declined(reason: String?)
}
