import Values
import WorkflowGraph
import WorkflowJournal

/// Stopping bodies and ending leaves: language.md §3.
extension Interpreter {
    /// Nothing new starts inside the frame; waits, sleeps and delays end at once, actions are really stopped and their
    /// outcome awaited. Compensations and `finally` blocks under way are left alone: the stop takes effect after them.
    func stop(_ frame: Frame, _ cause: StopCause) {
        guard frame.stopCause == nil else { return }
        frame.stopCause = cause
        switch frame.state {
        case .body(let child), .sequence(_, let child), .clause(_, let child, _): stop(child, cause)
        case .undoing, .cleaning: break
        case .delay(let command, _), .leaf(let command): stopLeaf(frame, command, cause)
        case .new, .ended: break
        }
    }

    private func stopLeaf(_ frame: Frame, _ command: Command, _ cause: StopCause) {
        switch command {
        case .runAction(let request): emit(.stopAction(request.leaf.key))
        case .startSleep(let request): endUnfinished(frame, request.leaf.key, cause)
        case .openWait(let request): endUnfinished(frame, request.leaf.key, cause)
        case .startChild(let request): emit(.stopChild(request.leaf.key))
        case .sendEvent, .stopAction, .letActionFinish, .stopChild, .endLeaf, .startTimer, .stopTimer, .beginEnding,
            .noteFailedCleanup, .finish:
            preconditionFailure("no leaf waits for this command")
        }
    }

    private func endUnfinished(_ frame: Frame, _ key: MemoKey, _ cause: StopCause) {
        leaves[key] = nil
        emit(.endLeaf(key))
        end(frame, .stopped(stoppedFailure(cause, step: key)))
    }

    /// A leaf has its outcome.
    func leafEnded(_ frame: Frame, _ command: Command, _ outcome: StepOutcome) {
        switch outcome {
        case .completed(let raw):
            if frame.context.isRepeatable { completions[place(of: frame.key), default: 0] += 1 }
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

    /// The raw result with the kinds of its type.
    private func result(_ raw: Value, _ frame: Frame) throws(Failure) -> Value {
        guard let index = frame.isNode else { return raw }
        switch graph[index].kind {
        case .action(let call): return call.resultShape.typed(raw)
        case .wait(let step):
            let event = typedEvent(raw) ?? raw
            frame.event = event
            let data = event["data"] ?? .null
            return step.namesEvent ? ["name": event["name"] ?? .null, "data": data] : data
        case .invoke(let step):
            guard let returns = step.returns, !step.isDetached else { return raw }
            do {
                return try admit(raw, returns, frame, what: "output of workflow '\(step.workflow)' in")
            } catch {
                // The child has had its effect; nobody but a `catch` can still do something about it.
                var failure = error
                failure.data = ["result": raw, "errors": failure.data["errors"] ?? .null]
                throw failure
            }
        case .emit: return raw
        case .condition, .finally, .catching, .timeout, .foreach, .repeat, .retry, .shaped, .composite, .sleep, .bindings,
            .group, .parallel, .choice, .fail, .raise, .return, .continueAsNew:
            return .null
        }
    }

    /// An event as expressions see it; nil when its payload does not fit the declared type.
    func typedEvent(_ raw: Value) -> Value? {
        guard case .map(var event) = raw, let name = event["name"]?.stringValue else { return nil }
        if let text = event["time"]?.stringValue, let time = Timestamp(rfc3339: text) { event["time"] = .timestamp(time) }
        if let contract = graph.events[name] {
            guard case .success(let data) = contract.admit(event["data"] ?? .null) else { return nil }
            event["data"] = data
        }
        return .map(event)
    }
}
