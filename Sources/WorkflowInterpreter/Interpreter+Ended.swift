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
        case .foreach, .parallel: fanOutAdvanced(frame, child, ending)
        case .repeat(let loop): try roundEnded(frame, loop, child, ending)
        case .retry(let policy, _): retryAdvanced(frame, policy, ending)
        case .shaped(let shaping): try shapedAdvanced(frame, node, shaping, child, ending)
        case .composite:
            if case .success = ending { noteCompletion(of: frame) }
            end(frame, ending)
        case .group:
            frame.resultScope = child.resultScope
            end(frame, ending)
        case .choice:
            if case .success(let value) = ending, case .sequence(let position, _) = frame.state {
                frame.resultScope?.set(position, to: value)
            }
            end(frame, ending)
        case .action, .wait, .sleep, .bindings, .invoke, .emit, .fail, .raise, .return, .continueAsNew:
            preconditionFailure("a leaf has no children")
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
        case (.cancelled?, .continued): finish(.cancelled(ended(as: "cancelled", Failure(code: "cancelled", message: ""))))
        case (_, .continued(let input)): finish(.continuedAsNew(input: JSON.normalised(input)))
        }
        root = nil
    }

    private func ended(as code: String, _ failure: Failure) -> Failure {
        let message = code == "cancelled" ? "the instance was cancelled" : "the workflow's timeout came due"
        return Failure(code: code, message: message, isUncertain: failure.isUncertain)
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
            if let block = shaping.compensate { register(block, of: frame, ownOutput: value) }
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
        if let returns = shaping.returns { value = try admitResult(value, returns, frame) }
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
        return isWhole(frame)
            ? try admit(value, returns, frame, what: "output") : try admitResult(value, returns, frame, what: "output")
    }
}
