import Values
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// Runs that begin: of instances written `pending`, after `continue_as_new`, after an operator's retry.
extension EngineCore {
    func beginRun(_ instance: LiveInstance, _ builder: inout TransitionBuilder) throws(JournalMismatch) {
        guard builder.state.runStartedAt == nil, let beginning = instance.beginning else { return }
        instance.beginning = nil
        builder.state.status = .running
        builder.state.startedAt = instance.interpreter.header.startedAt
        switch beginning {
        case .first:
            builder.state.runStartedAt = instance.interpreter.header.startedAt
            carryOut(instance.interpreter.start(), of: instance, into: &builder)
        case .retried(let record):
            builder.state.runStartedAt = builder.time
            builder.state.ending = nil
            try applySignal(.retried(record), instance, &builder)
        }
    }

    /// Cancelled before it began: there is nothing to unwind.
    func endUnbegun(_ instance: LiveInstance, _ request: CancelRequest, _ builder: inout TransitionBuilder) {
        let reason = request.reason.map { ": \($0)" } ?? ""
        builder.state.status = .cancelled
        builder.state.ending = nil
        builder.state.hold = nil
        builder.state.holdReason = nil
        builder.state.endedAt = builder.time
        builder.state.failure = Failure(code: "cancelled", message: "the instance was cancelled before it began" + reason)
        for key in instance.timers.keys.sorted() { builder.clear(timer: key) }
        instance.timers = [:]
    }

    // MARK: - continue_as_new

    /// The transition ends the run and names the next one, which begins with a transition of its own.
    func followRun(_ instance: LiveInstance, _ input: Value, _ builder: inout TransitionBuilder) {
        let next: Transition.NextRun
        do {
            next = try nextRun(of: instance, input)
        } catch {
            let failure = error.failure(ofStarting: instance.interpreter.graph.workflow)
            instance.continuation = nil
            builder.state.status = .failed
            builder.state.endedAt = builder.time
            builder.state.failure = failure
            return
        }
        builder.state.run += 1
        builder.state.continuations += 1
        builder.state.lastSequence = 0
        builder.state.startedAt = builder.time
        builder.state.runStartedAt = nil
        builder.follow(with: next)
    }

    /// On the definition and configuration current now, if there are any that take the input, else on its own.
    private func nextRun(of instance: LiveInstance, _ input: Value) throws(StartObstacle) -> Transition.NextRun {
        let graph = instance.interpreter.graph
        let own = CurrentDefinition(
            graph: graph, config: instance.facts.config, configDigest: instance.facts.configDigest)
        if let current = definitions.current(graph.workflow), let next = try? nextRun(of: instance, input, on: current) {
            return next
        }
        return try nextRun(of: instance, input, on: own)
    }

    private func nextRun(
        of instance: LiveInstance, _ input: Value, on definition: CurrentDefinition
    ) throws(StartObstacle) -> Transition.NextRun {
        let header = instance.interpreter.header
        let new = try prepare(definition, id: header.id, input: input, trigger: header.trigger).new
        return Transition.NextRun(
            kind: .continuedAsNew, digest: new.digest, input: new.input, config: new.config, labels: new.labels)
    }
}
