package import Values
package import WorkflowGraph
import WorkflowInterpreter
package import WorkflowJournal

/// Finds out why instances are where they are, from what is stored and nothing else.
///
/// Reads only. It replays the instance, so it costs what loading it costs.
package struct Explainer: Sendable {
    /// How much is looked at and told.
    package struct Limits: Sendable {
        package var steps = 10
        /// Events of each awaited name.
        package var events = 200
        package var nearEvents = 3
        package var eventNames = 1_000
        package var holders = 3

        package init() {}
    }

    let queries: any JournalQueries
    /// Loads a stored definition; nil when it cannot be.
    let graph: @Sendable (ContentDigest) -> StepGraph?
    /// What keeps everything from moving; nil when a server runs.
    let obstacle: String?
    let limits: Limits
    /// How many actions a server runs at once.
    let places: Int

    package init(
        queries: any JournalQueries, graph: @escaping @Sendable (ContentDigest) -> StepGraph?, obstacle: String? = nil,
        places: Int = EngineCore.Configuration().maximumActions, limits: Limits = Limits()
    ) {
        self.queries = queries
        self.graph = graph
        self.obstacle = obstacle
        self.places = places
        self.limits = limits
    }

    /// Nil when there is no such instance.
    package func explain(_ id: InstanceID, at now: Timestamp) throws(JournalError) -> WaitExplanation? {
        try explain(id, at: now, depth: 0)
    }

    func explain(_ id: InstanceID, at now: Timestamp, depth: Int) throws(JournalError) -> WaitExplanation? {
        guard let summary = try queries.instance(id)?.summary, let stored = try queries.storedInstance(id) else { return nil }
        var explanation = WaitExplanation(
            summary: summary, time: now, obstacle: obstacle, standing: try standing(stored, summary, at: now),
            deadline: stored.timers.first { $0.key == .deadlineSignal }?.dueAt)
        if stored.state.status.isTerminal {
            explanation.deadline = nil
            explanation.remedies = remedies(explanation)
            return explanation
        }
        explanation.cancel = stored.cancel
        let interpreter = interpreter(of: stored, now)
        explanation.unwinding = interpreter.flatMap { unwinding($0, stored) }
        explanation.openCount = stored.steps.count { !$0.status.isFinal && $0.verb != .signal }
        if let interpreter {
            let rows = Dictionary(stored.steps.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
            for open in interpreter.openLeaves(limit: limits.steps) {
                guard let row = rows[open.key] else { continue }
                explanation.steps.append(try explain(open, row, stored, interpreter, at: now, depth: depth))
            }
        } else if stored.state.runStartedAt != nil {
            explanation.steps = bareSteps(of: stored)
        }
        explanation.remedies = remedies(explanation)
        return explanation
    }

    // MARK: - The instance

    private func standing(
        _ stored: StoredInstance, _ summary: InstanceSummary, at now: Timestamp
    ) throws(JournalError) -> WaitExplanation.Standing {
        let id = stored.claim.id
        if stored.state.status.isTerminal { return .ended(try end(stored, at: now)) }
        if let hold = stored.state.hold {
            let notes = try queries.notes(of: id, limit: 50)
            let words = hold == .paused ? "paused" : "held (\(hold.rawValue))"
            return .held(hold, reason: stored.state.holdReason, since: notes.first { $0.message.hasPrefix(words) }?.time)
        }
        if stored.state.runStartedAt == nil {
            if let position = try queries.gatePosition(of: id), position.ahead != nil {
                let visitors = try queries.places(at: position.gate, limit: limits.holders)
                return .queued(position, holders: visitors.filter(\.isAdmitted).map(\.instance))
            }
            return .unbegun(startsAt: stored.timers.first { $0.kind == .start }?.dueAt)
        }
        let isMarked = stored.marks > stored.state.marksConsumed
        let isAtRest = stored.steps.contains { !$0.status.isFinal && $0.verb != .signal }
        return isMarked || !isAtRest ? .moving : .waiting
    }

    private func end(_ stored: StoredInstance, at now: Timestamp) throws(JournalError) -> WaitExplanation.End {
        let failed = stored.steps.filter { $0.status == .failed }
        let running = stored.steps.filter { $0.status == .running && $0.verb == .call }
        let signal = stored.steps.first { $0.key == .cancelSignal }
        // An end by force is no entry of the journal.
        let forced: (hold: Hold, reason: String?)? =
            if stored.state.status == .cancelled, signal == nil {
                try queries.notes(of: stored.claim.id, limit: 50).lazy.filter { $0.time == stored.state.endedAt }
                    .compactMap(\.forcedCancel).first
            } else { nil }
        return WaitExplanation.End(
            failure: stored.state.failure,
            reason: forced?.reason ?? signal?.output.flatMap { CancelRequest(value: $0).reason },
            forcedFrom: forced?.hold, obstacleToRetry: obstacleToRetry(stored, now),
            uncertain: failed.filter { $0.failure?.isUncertain == true }.map(\.key) + (forced == nil ? [] : running.map(\.key)),
            failedCleanup: stored.state.isCleanupIncomplete ? failed.filter { $0.key.isOfCleanup }.map(\.key) : [])
    }

    private func obstacleToRetry(_ stored: StoredInstance, _ now: Timestamp) -> WaitExplanation.RetryObstacle? {
        if stored.state.status == .completed { return nil }
        guard let graph = graph(stored.digest) else {
            return .init(reason: "the definition that it ran cannot be loaded", isOfDefinition: false)
        }
        guard let header = EngineCore.header(of: stored, graph, config: stored.config, now: now) else {
            return .init(reason: "its stored input does not fit its definition any more", isOfDefinition: false)
        }
        let plan = RetryPlan.make(
            graph: graph, header: header, rows: stored.steps, hasBegun: stored.state.runStartedAt != nil)
        guard case .failure(let refusal) = plan else { return nil }
        return .init(reason: refusal.description, isOfDefinition: refusal.reason == .failsAgain)
    }

    private func unwinding(_ interpreter: Interpreter, _ stored: StoredInstance) -> WaitExplanation.Unwinding? {
        guard let run = interpreter.unwinding else { return nil }
        let signal: MemoKey? =
            switch run.ending {
            case .cancelled: .cancelSignal
            case .timedOut: .deadlineSignal
            case .pending, .running, .suspended, .completed, .failed: nil
            }
        let row = stored.steps.first { $0.verb == .signal && $0.key == signal }
        return WaitExplanation.Unwinding(
            ending: run.ending, failure: run.ending == .failed ? run.failure : nil,
            reason: run.ending == .cancelled ? row?.output.flatMap { CancelRequest(value: $0).reason } : nil,
            since: row?.completedAt, undoing: run.undoing)
    }

    /// Nil when the run has not begun, the definition cannot be had, or the journal does not fit it.
    private func interpreter(of stored: StoredInstance, _ now: Timestamp) -> Interpreter? {
        guard stored.state.runStartedAt != nil, let graph = graph(stored.digest),
            let header = EngineCore.header(of: stored, graph, config: stored.config, now: now)
        else { return nil }
        return try? Replay.rebuild(graph: graph, header: header, rows: stored.steps)
    }

    /// What the rows alone say.
    private func bareSteps(of stored: StoredInstance) -> [StepExplanation] {
        let open = stored.steps.filter { !$0.status.isFinal && $0.verb != .signal }
        return open.prefix(limits.steps).map { row in
            StepExplanation(
                step: row.key, verb: row.verb, action: row.action, status: row.status, since: row.scheduledAt,
                cause: .unknown, until: row.dueAt)
        }
    }

    private func remedies(_ explanation: WaitExplanation) -> [Remedy] {
        let id = explanation.summary.id.text
        switch explanation.standing {
        case .ended(let end):
            if explanation.summary.status == .completed { return [] }
            if let obstacle = end.obstacleToRetry {
                guard obstacle.isOfDefinition else { return [] }
                return [
                    Remedy(
                        command: "wfrun retry \(id) --upgrade", effect: "begins another run, when the definition is corrected")
                ]
            }
            return [
                Remedy(
                    command: "wfrun retry \(id) --dry-run", effect: "shows what another run would keep and what it would do"),
                Remedy(command: "wfrun retry \(id)", effect: "begins that run"),
            ]
        case .held(.paused, _, _): return [Remedy(command: "wfrun resume \(id)", effect: "lets it go on")]
        case .held(.quarantined, _, _):
            return [
                Remedy(command: "wfrun resume \(id)", effect: "tries it again, when the cause is gone"),
                Remedy(command: "wfrun cancel \(id) --force", effect: "ends it as it is, undoing nothing"),
            ]
        case .held(.mismatch, _, _), .held(.unsupported, _, _):
            return [
                Remedy(
                    command: "wfrun upgrade \(id)", effect: "moves it to the current definition, if what is recorded fits that"),
                Remedy(command: "wfrun resume \(id)", effect: "tries it again, when the cause is gone"),
                Remedy(command: "wfrun cancel \(id) --force", effect: "ends it as it is, undoing nothing"),
            ]
        case .queued(_, let holders):
            return holders.prefix(1).map {
                Remedy(command: "wfrun why \($0)", effect: "says what the one that holds the place waits for")
            }
        case .unbegun, .moving, .waiting: return []
        }
    }
}

extension MemoKey {
    /// A step of an undo or a `finally`.
    fileprivate var isOfCleanup: Bool {
        text.split(separator: "/").contains { $0.hasSuffix(".undo") || $0.hasSuffix(".finally") }
    }
}
