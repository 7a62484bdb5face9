import DequeModule
import Values
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// Steps that the transition itself carries out: children are started by it, events sent. Nothing of it can happen twice or
/// half, whenever the process dies.
extension EngineCore {
    func execute(
        _ key: MemoKey, _ instance: LiveInstance, _ builder: inout TransitionBuilder
    ) throws(JournalMismatch) {
        if let emit = instance.openEmits[key] {
            try send(emit, instance, &builder)
        } else if let child = instance.openChildren[key], child.row.status == .scheduled, !child.isStopped {
            try start(child, instance, &builder)
        }
    }

    // MARK: - Starting

    private func start(
        _ open: OpenChild, _ instance: LiveInstance, _ builder: inout TransitionBuilder
    ) throws(JournalMismatch) {
        var open = open
        let key = open.row.key
        open.row.attempt += 1
        open.row.startedAt = builder.time
        open.row.dueAt = nil
        let child: NewInstance
        do {
            child = try newChild(open, of: instance)
        } catch {
            instance.openChildren[key] = open
            try childFailed(error, open, instance, &builder)
            return
        }
        builder.start(child, for: key)
        open.row.status = .waiting
        instance.openChildren[key] = open
        guard open.request.isDetached else {
            builder.update(open.row)
            if let limit = open.request.policy.timeout, let due = builder.time.adding(limit) {
                setTimer(TimerRow(key: key, kind: .retry, dueAt: due), instance, &builder)
            }
            return
        }
        if child.gate?.overflow == .reject {
            // Only the commit tells whether there was a place.
            builder.update(open.row)
            instance.detaching.append(key)
        } else {
            try complete(open.row, with: .completed(["instanceId": .string(child.id.text)]), instance, &builder)
        }
    }

    /// The definition current now; what is wrong with it or the input is the step's failure.
    private func newChild(_ open: OpenChild, of instance: LiveInstance) throws(Failure) -> NewInstance {
        let request = open.request
        let depth = instance.facts.depth + 1
        guard depth <= JournalLimits.childDepth else {
            throw Failure(
                code: "limit.depth", message: "workflows invoke each other more than \(JournalLimits.childDepth) deep here")
        }
        guard let definition = definitions.current(request.workflow) else {
            throw Failure(code: "workflow.not_found", message: "there is no workflow '\(request.workflow)'")
        }
        let trigger: Value = [
            "type": "invoke", "instance": .string(instance.id.text), "workflow": .string(instance.interpreter.header.workflow),
            "step": .string(open.row.key.text),
        ]
        let prepared: PreparedInstance
        do {
            prepared = try prepare(definition, id: open.id(in: instance), input: request.input, trigger: trigger)
        } catch {
            throw error.failure(ofStarting: request.workflow)
        }
        var child = prepared.new
        child.parent = ParentLink(
            instance: instance.id, run: instance.state.run, step: open.row.key, attempt: open.row.attempt,
            isDetached: request.isDetached)
        child.depth = depth
        child.eventDepth = instance.facts.eventDepth
        return child
    }

    /// After the commit: what it did not reject has been started.
    func confirmDetached(_ instance: LiveInstance) {
        for key in instance.detaching { instance.queue.append(.detached(key)) }
        instance.detaching = []
    }

    func applyDetached(
        _ key: MemoKey, _ instance: LiveInstance, _ builder: inout TransitionBuilder
    ) throws(JournalMismatch) {
        guard let open = instance.openChildren[key], open.row.status == .waiting else { return }
        let id = open.id(in: instance)
        try complete(open.row, with: .completed(["instanceId": .string(id.text)]), instance, &builder)
    }

    /// The next attempt: started by this transition, or the one after it.
    func scheduleChild(_ key: MemoKey, _ instance: LiveInstance, _ builder: inout TransitionBuilder) {
        guard var open = instance.openChildren[key], !open.isStopped else { return }
        open.row.status = .scheduled
        open.row.dueAt = nil
        instance.openChildren[key] = open
        builder.update(open.row)
        instance.queue.append(.execute(key))
    }

    // MARK: - Ends

    func applyChildEnd(
        _ end: InstanceInbox.ChildEnd, _ instance: LiveInstance, _ builder: inout TransitionBuilder
    ) throws(JournalMismatch) {
        guard let open = instance.openChildren[end.step], open.row.status == .waiting, open.row.attempt == end.attempt else {
            return
        }
        builder.take(endOf: end.child)
        clearTimer(end.step, instance, &builder)
        if open.isOverLimit, end.status != .completed {
            let cause = Self.failure("cancelled", end)
            let failure = Failure(
                code: "timeout", message: "the attempt took longer than its timeout", isRetryable: true, data: cause.data,
                isUncertain: cause.isUncertain, cause: cause)
            return try childFailed(failure, open, instance, &builder)
        }
        switch end.status {
        case .completed?: try complete(open.row, with: .completed(end.output ?? .null), instance, &builder)
        case .cancelled? where open.isStopped: try complete(open.row, with: .cancelled, instance, &builder)
        case .failed?:
            let own = configuration.raisesEndOfChild?(end.child) == true ? end.failure : nil
            try childFailed(own ?? Self.failure("failed", end), open, instance, &builder)
        case .timedOut?: try childFailed(Self.failure("timed_out", end), open, instance, &builder)
        case .cancelled?: try childFailed(Self.failure("cancelled", end), open, instance, &builder)
        case nil, .pending?, .running?, .suspended?:
            let failure = Failure(
                code: "workflow.rejected",
                message: "workflow '\(open.request.workflow)' has as many active instances as its concurrency allows")
            try childFailed(failure, open, instance, &builder)
        }
    }

    private static func failure(_ ending: String, _ end: InstanceInbox.ChildEnd) -> Failure {
        let words = ending == "timed_out" ? "timed out" : ending == "cancelled" ? "was cancelled" : "failed"
        let reason = end.failure.map { ": \($0.code): \($0.message)" } ?? ""
        return Failure(
            code: "workflow.\(ending)", message: "the child workflow \(words)" + reason,
            isRetryable: ending == "failed" && end.failure?.isRetryable == true,
            data: ["instanceId": .string(end.child.text)], isUncertain: end.failure?.isUncertain ?? false, cause: end.failure)
    }

    private func childFailed(
        _ failure: Failure, _ open: OpenChild, _ instance: LiveInstance, _ builder: inout TransitionBuilder
    ) throws(JournalMismatch) {
        var failure = failure
        var row = open.row
        failure.step = row.key
        failure.attempt = row.attempt
        builder.record(
            AttemptRow(
                key: row.key, attempt: row.attempt, startedAt: row.startedAt ?? builder.time, endedAt: builder.time,
                failure: failure))
        let decision: AttemptMachine.Decision =
            open.isStopped
            ? .final(.failed(failure))
            : AttemptMachine.failed(
                failure, attempt: row.attempt, policy: open.request.policy, now: builder.time,
                jitterSeed: "\(instance.id)/\(row.key)")
        switch decision {
        case .final(let outcome): try complete(row, with: outcome, instance, &builder)
        case .retry(let due):
            row.status = .sleeping
            row.dueAt = due
            row.lastFailure = failure
            instance.openChildren[row.key]?.row = row
            builder.update(row)
            setTimer(TimerRow(key: row.key, kind: .retry, dueAt: due), instance, &builder)
        case .again: scheduleChild(row.key, instance, &builder)
        }
    }

    // MARK: - Stopping

    /// `retry.timeout`: the attempt's child is cancelled, and the attempt fails when that has ended.
    func limitChild(_ open: OpenChild, _ instance: LiveInstance, _ builder: inout TransitionBuilder) {
        guard !open.isStopped, !open.isOverLimit else { return }
        var open = open
        open.row.lastFailure = Failure(
            code: "timeout", message: "the attempt took longer than its timeout", attempt: open.row.attempt)
        instance.openChildren[open.row.key] = open
        builder.update(open.row)
        cancelChild(open, because: "the attempt took longer than its timeout", instance, &builder)
    }

    private func cancelChild(
        _ open: OpenChild, because reason: String, _ instance: LiveInstance, _ builder: inout TransitionBuilder
    ) {
        let reason = "step '\(open.row.key)' of instance \(instance.id): \(reason)"
        builder.request(InstanceRequest(instance: open.id(in: instance), kind: .cancel(CancelRequest(reason: reason))))
    }

    /// The child hears of it with the commit; its end is still awaited. One that has not been started never is.
    func stopChild(_ key: MemoKey, _ instance: LiveInstance, _ builder: inout TransitionBuilder) {
        guard var open = instance.openChildren[key], !open.isStopped else { return }
        open.isStopped = true
        if builder.unstart(childOf: key) {
            open.row.attempt -= 1
            open.row.status = .scheduled
            instance.detaching.removeAll { $0 == key }
        }
        instance.openChildren[key] = open
        clearTimer(key, instance, &builder)
        guard open.row.status == .waiting else {
            instance.queue.append(.notStarted(key))
            return
        }
        // One that goes its own way is left to it.
        if !open.request.isDetached { cancelChild(open, because: "it was stopped", instance, &builder) }
    }
}
