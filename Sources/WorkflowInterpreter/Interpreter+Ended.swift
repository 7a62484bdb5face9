import Values
import WorkflowGraph
import WorkflowJournal

/// A child ended: what its parent does next.
extension Interpreter {
    func childEnded(_ child: Frame, _ ending: Ending) {
        guard let frame = child.parent else {
            rootEnded(ending)
            return
        }
        takeRegistrations(from: child, to: frame)
        do {
            switch frame.work {
            case .block(let index): sequenceAdvanced(frame, graph[index], ending)
            case .node(let index): try nodeAdvanced(frame, graph[index], child, ending)
            }
        } catch {
            leave(frame, .failure(error))
        }
    }

    /// An error leaves the step. Where nobody further out could undo what is registered, that is done first.
    private func leave(_ frame: Frame, _ ending: Ending) {
        guard case .failure(let failure) = ending, isUndoneHere(frame) else { return end(frame, ending) }
        if self.ending == nil {
            self.ending = .failed
            emit(.beginEnding(.failed))
        }
        undo(frame, error: failure, then: .end(ending))
    }

    private func isUndoneHere(_ frame: Frame) -> Bool {
        guard isWhole(frame), let index = frame.isNode, case .catching = graph[index].kind else { return false }
        return true
    }

    private func takeRegistrations(from child: Frame, to frame: Frame) {
        if frame.registrations.isEmpty {
            swap(&frame.registrations, &child.registrations)
        } else {
            frame.registrations.append(contentsOf: child.registrations)
            child.registrations = []
        }
    }

    private func rootEnded(_ ending: Ending) {
        switch (self.ending, ending) {
        case (.cancelled?, .stopped(let failure)), (.cancelled?, .failure(let failure)):
            finish(.cancelled(ended(as: "cancelled", failure)))
        case (.timedOut?, .stopped(let failure)), (.timedOut?, .failure(let failure)):
            finish(.timedOut(ended(as: "timeout", failure)))
        case (_, .failure(let failure)), (_, .stopped(let failure)): finish(.failed(failure))
        case (_, .success(let output)), (_, .returned(let output)): finish(.completed(output: output))
        case (_, .continued(let input)): finish(.continuedAsNew(input: JSON.normalised(input)))
        }
        root = nil
    }

    private func ended(as code: String, _ failure: Failure) -> Failure {
        let message = code == "cancelled" ? "the instance was cancelled" : "the workflow's timeout came due"
        return Failure(code: code, message: message, isUncertain: failure.isUncertain)
    }

    private func sequenceAdvanced(_ frame: Frame, _ block: Block, _ ending: Ending) {
        guard case .sequence(let position, _) = frame.state else { return }
        switch ending {
        case .success(let value):
            frame.resultScope?.set(position, to: value)
            advanceSequence(frame, block, to: position + 1)
        case .failure, .stopped, .returned, .continued: end(frame, ending)
        }
    }

    private func nodeAdvanced(_ frame: Frame, _ node: Node, _ child: Frame, _ ending: Ending) throws(Failure) {
        switch node.kind {
        case .condition: end(frame, ending)
        case .finally(_, let cleanup): finallyAdvanced(frame, cleanup, ending)
        case .catching(_, let clauses): try catchingAdvanced(frame, clauses, child, ending)
        case .timeout: timeoutAdvanced(frame, ending)
        case .retry(let policy, let body): retryAdvanced(frame, policy, body, ending)
        case .shaped(let shaping): try shapedAdvanced(frame, node, shaping, child, ending)
        case .composite: end(frame, ending)
        case .group:
            frame.resultScope = child.resultScope
            end(frame, ending)
        case .choice:
            if case .success(let value) = ending, case .sequence(let position, _) = frame.state {
                frame.resultScope?.set(position, to: value)
            }
            end(frame, ending)
        case .foreach, .repeat, .parallel: preconditionFailure("not interpreted yet")
        case .action, .wait, .sleep, .bindings, .invoke, .emit, .fail, .raise, .return, .continueAsNew:
            preconditionFailure("a leaf has no children")
        }
    }

    // MARK: - finally

    private func finallyAdvanced(_ frame: Frame, _ cleanup: BlockIndex, _ ending: Ending) {
        if case .cleaning(_, let bodyEnding) = frame.state {
            noteCleanup(frame, ending)
            end(frame, bodyEnding)
            return
        }
        let error: Value
        switch ending {
        case .success, .returned, .continued: error = .null
        case .failure(let failure): error = failure.value
        case .stopped(let failure): error = (isWhole(frame) ? wholeFailure(failure) : failure).value
        }
        var context = frame.context
        context.isCleanup = true
        let scope = Scope(parent: frame.scope, values: [error])
        beginChild(frame, .block(cleanup), key: phaseKey(frame, "finally"), scope: scope, context: context) {
            .cleaning(child: $0, ending: ending)
        }
    }

    /// The workflow's own `finally` sees `cancelled` or `timeout` itself, others see `stopped` with that cause.
    private func wholeFailure(_ failure: Failure) -> Failure { failure.cause.first ?? failure }

    private func noteCleanup(_ frame: Frame, _ ending: Ending) {
        if case .failure(let failure) = ending {
            emit(.noteFailedCleanup(step: failure.step ?? memoKey(frame.key), failure: failure))
        }
    }

    // MARK: - catch

    /// The `catching` node at the root of the workflow: where everything still registered is undone.
    private func isWhole(_ frame: Frame) -> Bool {
        guard frame.context.file == FileIndex(0), let index = frame.isNode else { return false }
        return graph[index].id.isEmpty
    }

    private func catchingAdvanced(
        _ frame: Frame, _ clauses: [Node.CatchClause], _ child: Frame, _ ending: Ending
    ) throws(Failure) {
        switch frame.state {
        case .body: try caughtBodyEnded(frame, clauses, ending)
        case .undoing(_, let then): undoAdvanced(frame, then, ending)
        case .clause(let index, _, let caught): try clauseEnded(frame, clauses[index], child, caught, ending)
        case .new, .sequence, .cleaning, .delay, .leaf, .ended: preconditionFailure("not a state of catch")
        }
    }

    private func caughtBodyEnded(_ frame: Frame, _ clauses: [Node.CatchClause], _ ending: Ending) throws(Failure) {
        switch ending {
        case .success, .returned, .continued:
            if isWhole(frame), let cause = frame.stopCause {
                // Cancelled or out of time: a body that still completed is undone all the same.
                undo(frame, error: stoppedFailure(cause), then: .end(.stopped(stoppedFailure(cause))))
            } else {
                end(frame, ending)
            }
        case .stopped(let failure):
            if isWhole(frame) { undo(frame, error: failure, then: .end(ending)) } else { end(frame, ending) }
        case .failure(let failure):
            if frame.stopCause == nil, let index = try clause(of: clauses, for: failure, frame) {
                undo(frame, error: failure, then: .clause(index, caught: failure))
            } else {
                leave(frame, ending)
            }
        }
    }

    private func clause(
        of clauses: [Node.CatchClause], for failure: Failure, _ frame: Frame
    ) throws(Failure) -> Int? {
        for (index, clause) in clauses.enumerated() {
            guard clause.errors.isEmpty || clause.errors.contains(where: { $0.matches(failure.code) }) else { continue }
            guard let test = clause.test else { return index }
            let scope = Scope(parent: frame.scope, values: [failure.value])
            do {
                if try evaluate(test, in: scope, frame) == .bool(true) { return index }
            } catch {
                throw caused(error, by: failure)
            }
        }
        return nil
    }

    private func clauseEnded(
        _ frame: Frame, _ clause: Node.CatchClause, _ child: Frame, _ caught: Failure, _ ending: Ending
    ) throws(Failure) {
        switch ending {
        case .success, .returned, .continued:
            if isWhole(frame), let cause = frame.stopCause {
                undo(frame, error: stoppedFailure(cause), then: .end(.stopped(stoppedFailure(cause))))
            } else {
                try clauseCompleted(frame, clause, child, caught, ending)
            }
        case .failure(let failure):
            // An error in a clause leaves the step; raising the caught one again is not an error in it.
            leave(frame, .failure(failure == caught ? failure : caused(failure, by: caught)))
        case .stopped(let failure):
            if isWhole(frame) { undo(frame, error: failure, then: .end(ending)) } else { end(frame, ending) }
        }
    }

    private func clauseCompleted(
        _ frame: Frame, _ clause: Node.CatchClause, _ child: Frame, _ caught: Failure, _ ending: Ending
    ) throws(Failure) {
        switch ending {
        case .success: try endClause(frame, clause, scope: child.resultScope, caught: caught)
        case .returned(let value):
            if let returns = fileContract(of: frame) {
                end(frame, .success(try admit(value, returns, frame, what: "output")))
            } else {
                end(frame, isFile(frame) ? .success(value) : ending)
            }
        case .failure, .stopped, .continued: end(frame, ending)
        }
    }

    private func isFile(_ frame: Frame) -> Bool { frame.isNode.map { graph[$0].id.isEmpty } ?? false }

    /// What a file declares to return, seen from its `catching` node.
    private func fileContract(of frame: Frame) -> ValueContract? {
        guard isFile(frame), let index = frame.isNode, case .catching(let body, _) = graph[index].kind,
            case .shaped(let shaping) = graph[body].kind
        else { return nil }
        return shaping.returns
    }

    private func endClause(_ frame: Frame, _ clause: Node.CatchClause, scope: Scope?, caught: Failure) throws(Failure) {
        guard let output = clause.output else {
            end(frame, .success(.null))
            return
        }
        let scope = scope ?? Scope(parent: frame.scope, values: [caught.value])
        do {
            let value = try normalised(try evaluate(output, in: scope, frame), frame)
            end(
                frame,
                .success(
                    try fileContract(of: frame).map { (returns) throws(Failure) in
                        try admit(value, returns, frame, what: "output")
                    } ?? value))
        } catch {
            throw caused(error, by: caught)
        }
    }

    func caused(_ failure: Failure, by caught: Failure) -> Failure {
        var failure = failure
        if failure.cause.isEmpty { failure.cause = [caught] }
        return failure
    }

    // MARK: - Undoing

    /// Undoes everything registered in this frame, newest completion first, then goes on.
    func undo(_ frame: Frame, error: Failure, then: Frame.AfterUndo) {
        let isLeftOut = self.ending == .cancelled && !compensatesOnEnding
        guard let registration = frame.registrations.popLast(), !isLeftOut else {
            frame.registrations = []
            undone(frame, then)
            return
        }
        var context = registration.context
        context.isCleanup = true
        // What ends the whole instance is seen by its own name, not as a stop.
        let seen = isWhole(frame) && error.code == "stopped" ? wholeFailure(error) : error
        let scope = Scope(parent: registration.scope, values: [seen.value, registration.ownOutput])
        beginChild(frame, .block(registration.block), key: registration.key + ".undo", scope: scope, context: context) {
            .undoing(child: $0, then: then)
        }
    }

    private func undoAdvanced(_ frame: Frame, _ then: Frame.AfterUndo, _ ending: Ending) {
        noteCleanup(frame, ending)
        undo(frame, error: failure(behind: then), then: then)
    }

    private func failure(behind then: Frame.AfterUndo) -> Failure {
        switch then {
        case .clause(_, let caught): caught
        case .attemptAgain(let failure): failure
        case .end(.failure(let failure)), .end(.stopped(let failure)): failure
        case .end(.success), .end(.returned), .end(.continued): preconditionFailure("only what failed or was stopped is undone")
        }
    }

    private func undone(_ frame: Frame, _ then: Frame.AfterUndo) {
        // A cancel or timeout that came meanwhile takes effect now.
        if let cause = frame.stopCause, case .clause = then {
            end(frame, .stopped(stoppedFailure(cause)))
            return
        }
        switch then {
        case .end(let ending): end(frame, ending)
        case .attemptAgain(let failure): beginDelay(frame, after: failure)
        case .clause(let index, let caught): beginClause(frame, index, caught)
        }
    }

    private func beginClause(_ frame: Frame, _ index: Int, _ caught: Failure) {
        guard let node = frame.isNode, case .catching(_, let clauses) = graph[node].kind else { return }
        let scope = Scope(parent: frame.scope, values: [caught.value])
        guard let steps = clauses[index].steps else {
            do {
                try endClause(frame, clauses[index], scope: scope, caught: caught)
            } catch {
                leave(frame, .failure(error))
            }
            return
        }
        beginChild(frame, .block(steps), key: phaseKey(frame, "catch\(index)"), scope: scope) {
            .clause(index: index, child: $0, caught: caught)
        }
    }

    // MARK: - timeout

    func timeoutFired(_ frame: Frame) {
        guard case .body(let child) = frame.state else { return }
        frame.hasTimedOut = true
        stop(child, .timeout)
    }

    private func timeoutAdvanced(_ frame: Frame, _ ending: Ending) {
        stopTimer(frame)
        if frame.hasTimedOut, frame.stopCause == nil, case .stopped(let failure) = ending {
            end(frame, .failure(timeoutFailure(frame, stopped: failure, isRetryable: false)))
        } else {
            end(frame, ending)
        }
    }

    private func timeoutFailure(_ frame: Frame, stopped: Failure, isRetryable: Bool) -> Failure {
        Failure(
            code: "timeout", message: "'\(frame.key)' took longer than its timeout", isRetryable: isRetryable,
            step: stopped.step ?? memoKey(frame.key), key: stopped.key, attempt: stopped.attempt,
            isUncertain: stopped.isUncertain)
    }

    // MARK: - retry of a body

    private func retryAdvanced(_ frame: Frame, _ policy: RetryPolicy, _ body: NodeIndex, _ ending: Ending) {
        if case .undoing(_, let then) = frame.state {
            undoAdvanced(frame, then, ending)
            return
        }
        stopTimer(frame)
        var ending = ending
        if frame.hasTimedOut, frame.stopCause == nil, case .stopped(let failure) = ending {
            ending = .failure(timeoutFailure(frame, stopped: failure, isRetryable: true))
        }
        frame.hasTimedOut = false
        guard case .failure(let failure) = ending, frame.stopCause == nil, frame.attempt < policy.attempts,
            policy.retries(code: failure.code, isRetryable: failure.isRetryable)
        else {
            end(frame, ending)
            return
        }
        undo(frame, error: failure, then: .attemptAgain(after: failure))
    }

    func beginDelay(_ frame: Frame, after failure: Failure) {
        if let cause = frame.stopCause {
            end(frame, .stopped(stoppedFailure(cause)))
            return
        }
        guard let node = frame.isNode, case .retry(let policy, _) = graph[node].kind else { return }
        let due = AttemptMachine.nextDue(
            policy, failedAttempt: frame.attempt, retryAfter: failure.retryAfter, now: now,
            jitterSeed: "\(header.id)/\(frame.key)")
        do {
            let leaf = try leafRecord("\(frame.key)~\(frame.attempt + 1)!delay", input: ["until": .timestamp(due)], frame)
            let command = Command.startSleep(SleepRequest(leaf: leaf, until: due))
            frame.state = .delay(command, failure: failure)
            leaves[leaf.key] = frame
            emit(command)
        } catch {
            end(frame, .failure(error))
        }
    }

    func delayEnded(_ frame: Frame, after failure: Failure) {
        guard let node = frame.isNode, case .retry(let policy, let body) = graph[node].kind else { return }
        frame.attempt += 1
        beginAttempt(frame, policy, body)
    }

    // MARK: - returns, output, compensate

    private func shapedAdvanced(
        _ frame: Frame, _ node: Node, _ shaping: Node.Shaping, _ child: Frame, _ ending: Ending
    ) throws(Failure) {
        let raw: Value
        switch ending {
        case .success(let value): raw = value
        case .returned(let value) where node.id.isEmpty: raw = value
        case .failure, .stopped, .returned, .continued:
            end(frame, ending)
            return
        }
        do {
            let value =
                node.id.isEmpty
                ? try fileOutput(raw, frame, shaping, child, ending)
                : try stepOutput(raw, frame, shaping, child)
            if let block = shaping.compensate, !frame.context.isCleanup {
                frame.registrations = [
                    Registration(key: frame.key, block: block, scope: frame.scope, ownOutput: value, context: frame.context)
                ]
            }
            end(frame, .success(value))
        } catch {
            // It has had its effect; nobody but a `catch` can still do something about it.
            var failure = error
            if failure.data.isNull { failure.data = ["result": JSON.normalised(raw)] }
            throw failure
        }
    }

    /// Of a step: `returns` asserts the raw result, `output` replaces it.
    private func stepOutput(
        _ raw: Value, _ frame: Frame, _ shaping: Node.Shaping, _ child: Frame
    ) throws(Failure) -> Value {
        var value = raw
        if let returns = shaping.returns { value = try admit(value, returns, frame, what: "result") }
        guard let output = shaping.output else { return value }
        let scope = Scope(parent: child.resultScope ?? frame.scope, values: [value, child.event])
        return try normalised(try evaluate(output, in: scope, frame), frame)
    }

    /// Of a file: what was returned, else its `output`, else null; `returns` asserts that.
    private func fileOutput(
        _ raw: Value, _ frame: Frame, _ shaping: Node.Shaping, _ child: Frame, _ ending: Ending
    ) throws(Failure) -> Value {
        var value = raw
        if case .success = ending {
            let scope = Scope(parent: child.resultScope ?? frame.scope, values: [.null, .null])
            value =
                try shaping.output.map { (output) throws(Failure) in
                    try normalised(try evaluate(output, in: scope, frame), frame)
                } ?? .null
        }
        guard let returns = shaping.returns else { return value }
        return try admit(value, returns, frame, what: "output")
    }
}
