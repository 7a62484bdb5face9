import CEL
import Values
import WorkflowGraph
import WorkflowJournal

/// `catch` and `finally`: where errors go.
extension Interpreter {
    /// An error leaves the step. Where nobody further out could undo what is registered, that is done first.
    func leave(_ frame: Frame, _ ending: Ending) {
        guard case .failure(let failure) = ending, isUndoneHere(frame) else { return end(frame, ending) }
        if self.ending == nil { beginEnding(.failed) }
        undo(frame, error: failure, then: .end(ending))
    }

    private func isUndoneHere(_ frame: Frame) -> Bool {
        guard isWhole(frame), let index = frame.isNode, case .catching = graph[index].kind else { return false }
        return true
    }

    /// The nodes of the workflow itself; its `catching` node is where everything still registered is undone.
    func isWhole(_ frame: Frame) -> Bool { frame.context.file == FileIndex(0) && isFile(frame) }

    func isFile(_ frame: Frame) -> Bool { frame.isNode.map { graph[$0].id.isEmpty } ?? false }

    // MARK: - finally

    func finallyAdvanced(_ frame: Frame, _ cleanup: BlockIndex, _ ending: Ending) {
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
        finallyBegan?(frame, ending)
    }

    /// The workflow's own `finally` sees `cancelled` or `timeout` itself, others see `stopped` with that cause.
    func wholeFailure(_ failure: Failure) -> Failure { failure.cause.first ?? failure }

    func noteCleanup(_ frame: Frame, _ ending: Ending) {
        if case .failure(let failure) = ending {
            emit(.noteFailedCleanup(step: failure.step ?? memoKey(frame.key), failure: failure))
        }
    }

    // MARK: - catch

    func catchingAdvanced(
        _ frame: Frame, _ clauses: [Node.CatchClause], _ child: Frame, _ ending: Ending
    ) throws(Failure) {
        if case .undoing(_, let then) = frame.state { return undoAdvanced(frame, then, ending) }
        if isWhole(frame), let cause = frame.stopCause {
            // Cancelled or out of time: what has completed, be it all of it, is undone.
            var stopped = stoppedFailure(cause)
            if case .failure(let failure) = ending { stopped.isUncertain = failure.isUncertain }
            if case .stopped(let failure) = ending { stopped = failure }
            return undo(frame, error: stopped, then: .end(.stopped(stopped)))
        }
        if case .clause(let index, _, let caught) = frame.state {
            try clauseEnded(frame, clauses[index], child, caught, ending)
        } else {
            try caughtBodyEnded(frame, clauses, ending)
        }
    }

    private func caughtBodyEnded(
        _ frame: Frame, _ clauses: [Node.CatchClause], _ ending: Ending
    ) throws(Failure) {
        // A stopped step cannot catch.
        guard case .failure(let failure) = ending, frame.stopCause == nil,
            let index = try clause(of: clauses, for: failure, frame)
        else { return leave(frame, ending) }
        undo(frame, error: failure, then: .clause(index, caught: failure))
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

    func beginClause(_ frame: Frame, _ index: Int, _ caught: Failure) {
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

    private func clauseEnded(
        _ frame: Frame, _ clause: Node.CatchClause, _ child: Frame, _ caught: Failure, _ ending: Ending
    ) throws(Failure) {
        switch ending {
        case .success:
            try endClause(frame, clause, scope: child.resultScope, caught: caught)
        case .failure(let failure):
            // An error in a clause leaves the step; raising the caught one again is not an error in it.
            leave(frame, .failure(failure == caught ? failure : caused(failure, by: caught)))
        case .returned(let value):
            if let returns = fileContract(of: frame) {
                end(frame, .success(try admit(value, returns, frame, what: "output")))
            } else {
                end(frame, isFile(frame) ? .success(value) : ending)
            }
        case .stopped, .continued: end(frame, ending)
        }
    }

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

    private func caused(_ failure: Failure, by caught: Failure) -> Failure {
        var failure = failure
        if failure.cause.isEmpty { failure.cause = [caught] }
        return failure
    }
}
