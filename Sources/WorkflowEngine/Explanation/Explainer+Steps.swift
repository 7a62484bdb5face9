import Values
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

extension Explainer {
    func explain(
        _ open: OpenLeaf, _ row: StepRow, _ stored: StoredInstance, _ interpreter: Interpreter, at now: Timestamp, depth: Int
    ) throws(JournalError) -> StepExplanation {
        let isHeld = stored.state.hold != nil
        var step = StepExplanation(
            step: row.key, verb: row.verb, action: row.action, status: row.status, since: row.scheduledAt, cause: .unknown,
            until: row.dueAt, timeout: open.timeout, phase: open.phase, stop: open.stop)
        switch open.command {
        case .runAction(let request): explain(request, row, &step, isHeld: isHeld)
        case .startSleep(let request):
            step.until = request.until
            switch open.pause {
            case .attempt(let body, let number, let total, let failure)?:
                step.cause = .bodyRetry(step: body, number: number, of: total, after: failure)
            case .round(let body, let number, let total)?: step.cause = .round(step: body, number: number, of: total)
            case nil: step.cause = .sleep
            }
        case .openWait:
            if let wait = interpreter.openWait(row.key) {
                step.cause = .event(try explain(wait, row.key, stored, interpreter))
                let remedy = remedy(for: wait, row.key, interpreter, isHeld: isHeld, at: now)
                step.remedies = remedy.map { [$0] } ?? []
            }
        case .startChild(let request): try explain(request, row, stored, &step, at: now, depth: depth)
        case .sendEvent: step.cause = .transition
        case .stopAction, .letActionFinish, .stopChild, .endLeaf, .startTimer, .stopTimer, .beginEnding, .noteFailedCleanup,
            .finish:
            break
        }
        return step
    }

    private func explain(_ request: ActionRequest, _ row: StepRow, _ step: inout StepExplanation, isHeld: Bool) {
        let attempts = request.policy.attempts
        switch row.status {
        case .running:
            step.since = row.startedAt ?? row.scheduledAt
            step.until = Self.attemptEnd(request, row)
            step.cause = .attempt(
                .init(
                    number: row.attempt, of: attempts, interruptions: row.interruptions, lastFailure: row.lastFailure,
                    isAtMostOnce: request.isAtMostOnce))
        case .sleeping: step.cause = .retry(number: row.attempt + 1, of: attempts, after: row.lastFailure)
        // A held instance gets no place, even where there is one.
        case .scheduled: step.cause = isHeld ? .transition : .place(places: places)
        case .waiting, .completed, .failed, .cancelled: step.cause = .transition
        }
    }

    /// When an attempt is given up: by its `retry.timeout`, or by the action itself when it was told a time.
    private static func attemptEnd(_ request: ActionRequest, _ row: StepRow) -> Timestamp? {
        guard let start = row.startedAt else { return nil }
        var spans: [TimeSpan] = []
        if let limit = request.policy.timeout { spans.append(limit) }
        if case .duration(let limit)? = request.input["timeout"] { spans.append(limit) }
        return spans.min().flatMap(start.adding)
    }

    private func explain(
        _ request: ChildRequest, _ row: StepRow, _ stored: StoredInstance, _ step: inout StepExplanation, at now: Timestamp,
        depth: Int
    ) throws(JournalError) {
        switch row.status {
        case .sleeping:
            step.cause = .retry(number: row.attempt + 1, of: request.policy.attempts, after: row.lastFailure)
        case .waiting, .running:
            let id = InstanceID(
                childOf: stored.claim.id, run: stored.state.run, step: row.key, attempt: max(row.attempt, 1))
            let isTooDeep = depth >= JournalLimits.childDepth
            let explanation = isTooDeep ? nil : try explain(id, at: now, depth: depth + 1)
            step.cause = .child(.init(id: id, explanation: explanation.map { [$0] } ?? []))
        case .scheduled, .completed, .failed, .cancelled: step.cause = .transition
        }
    }
}
