package import Values
import WorkflowGraph
package import WorkflowInterpreter
package import WorkflowJournal

/// What operators do to an instance by hand beside holding and releasing it: move it to another definition, run it again.
extension EngineCore {
    // MARK: - Retry

    /// - Parameter stored: the instance as it ended, read without a claim.
    func retry(_ stored: StoredInstance, _ request: RetryRequest, _ ticket: Ticket) {
        guard !isDraining else {
            refuse(ticket, EngineError(.unavailable, "the server is shutting down; try again"))
            return
        }
        do {
            let plan = try Self.plan(stored, request, definitions, now: now)
            let transition = try revival(stored, plan, request)
            submit(.transition(transition), .retry(ticket, plan.kept))
        } catch {
            refuse(ticket, error)
        }
    }

    /// What a retry keeps and what it does again; changes nothing.
    static func plan(
        _ stored: StoredInstance, _ request: RetryRequest, _ definitions: any DefinitionProvider, now: Timestamp
    ) throws(EngineError) -> (kept: RetryPlan, definition: CurrentDefinition) {
        guard stored.state.status.isTerminal else {
            throw EngineError(
                .notEnded, "instance \(stored.claim.id) has not ended: it is \(stored.state.status.rawValue)",
                hint: "An instance is run again once it has ended; 'cancel' ends it.")
        }
        let graph: StepGraph
        do {
            graph = try definitions.graph(stored.digest)
        } catch {
            throw EngineError(
                .mismatch, "the definition that instance \(stored.claim.id) ran cannot be loaded: \(error.reason)")
        }
        let own = CurrentDefinition(graph: graph, config: stored.config, configDigest: ContentDigest(of: stored.config))
        guard let header = header(of: stored, graph, config: stored.config, now: now) else {
            throw EngineError(.mismatch, "the stored input of instance \(stored.claim.id) does not fit its definition any more")
        }
        var target = own
        var upgrade: (graph: StepGraph, header: InstanceHeader)?
        if request.upgrades {
            guard let current = definitions.current(stored.workflow) else {
                throw EngineError(.workflowNotFound, "there is no workflow '\(stored.workflow)' to upgrade to")
            }
            guard let header = Self.header(of: stored, current.graph, config: current.config, now: now) else {
                throw EngineError(
                    .mismatch, "the current definition of '\(stored.workflow)' does not take the instance's input")
            }
            target = current
            upgrade = (graph: current.graph, header: header)
        }
        let made = RetryPlan.make(
            graph: graph, header: header, rows: stored.steps, hasBegun: stored.state.runStartedAt != nil, from: request.from,
            upgrade: upgrade)
        switch made {
        case .success(let plan): return (kept: plan, definition: target)
        case .failure(let refusal):
            throw EngineError(refusal.reason == .mismatch ? .mismatch : .notRetryable, refusal.description)
        }
    }

    /// What a retry would do now, or why it would be refused; changes nothing.
    package static func preview(
        of stored: StoredInstance, _ request: RetryRequest, _ definitions: any DefinitionProvider,
        _ queries: any JournalQueries, now: Timestamp
    ) throws(EngineError) -> RetryPlan {
        let plan = try plan(stored, request, definitions, now: now)
        guard case .success(let input) = plan.definition.graph.main.input.admit(stored.input),
            case .success(let gate?) = TriggerEvaluation.gate(of: plan.definition.graph, input: input), gate.overflow == .reject
        else { return plan.kept }
        do {
            let taken = try queries.places(at: gate.key, limit: gate.places).count
            guard taken >= gate.places else { return plan.kept }
        } catch {
            throw EngineError(.unavailable, error.message)
        }
        throw Self.error(of: .gateFull(gate))
    }

    private func revival(
        _ stored: StoredInstance, _ plan: (kept: RetryPlan, definition: CurrentDefinition), _ request: RetryRequest
    ) throws(EngineError) -> Transition {
        let new: NewInstance
        do {
            new = try prepare(plan.definition, id: stored.claim.id, input: stored.input, trigger: stored.trigger).new
        } catch {
            throw error.error(ofStarting: stored.workflow)
        }
        let state = Transition.InstanceState(
            status: .pending, run: stored.state.run + 1, continuations: stored.state.continuations,
            lastSequence: plan.kept.keptSequence, startedAt: stored.state.startedAt, marksConsumed: stored.marks)
        var transition = Transition(
            subject: .revive(stored.claim.id, version: stored.claim.version), time: now, instance: state)
        transition.nextRun = Transition.NextRun(
            kind: .retried, reason: request.reason, digest: new.digest, input: new.input, config: new.config,
            labels: new.labels,
            kept: plan.kept.kept, keptSequence: plan.kept.keptSequence, occurrences: plan.kept.occurrences, gate: new.gate)
        transition.logs = [
            LogRow(time: now, level: "info", key: nil, message: Self.line("run again", request), data: request.value)
        ]
        return transition
    }

    private static func line(_ act: String, _ request: RetryRequest) -> String {
        act + (request.from.map { " from step '\($0)'" } ?? "") + (request.upgrades ? " on the current definition" : "")
            + (request.reason.map { ": \($0)" } ?? "")
    }

    func retried(_ ticket: Ticket, _ plan: RetryPlan, _ outcome: WriteOutcome) {
        switch outcome {
        case .committed(let committed):
            effects.append(.answer(ticket, .retried(plan)))
            // The next load begins it, if its gate has let it in.
            effects.append(.release(committed.claim))
            fetch(committed.claim.instance)
            for key in committed.woken { wake(key) }
        case .stale:
            refuse(ticket, EngineError(.notEnded, "somebody else has run the instance again, or its retention is over"))
        case .refused(let refusal): refuse(ticket, Self.error(of: refusal))
        case .unknown:
            refuse(ticket, EngineError(.unknown, "whether the instance was run again is not known; look at it"))
            wakeAll()
        case .existing, .accepted, .requested, .enqueued, .scheduled, .removed, .stored:
            preconditionFailure("a retry is committed or not")
        }
    }

    // MARK: - Upgrade

    /// A live instance goes on with the current definition, if its journal replays there without a difference.
    func upgrade(_ key: InstanceKey, reason: String?, _ ticket: Ticket) {
        guard !isDraining else {
            refuse(ticket, EngineError(.unavailable, "the server is shutting down; try again"))
            return
        }
        upgrades[key, default: []].append(Upgrade(ticket: ticket, reason: reason))
        guard let instance = live[key] else {
            fetch(key)
            return
        }
        // Its rows are in the store; one that is being written comes out of memory after the commit.
        if !instance.isWriting { leaveMemory(instance, andComeBack: true) }
    }

    /// - Returns: whether the loaded instance is on its way to another definition, and must not be taken up as it is.
    func isUpgraded(_ stored: StoredInstance) -> Bool {
        guard let asked = upgrades.removeValue(forKey: stored.claim.instance), let first = asked.first else { return false }
        do throws(EngineError) {
            if stored.state.status.isTerminal { throw EngineError(.alreadyEnded, "the instance has ended") }
            let transition = try rebinding(stored, reason: first.reason)
            for other in asked.dropFirst() {
                refuse(other.ticket, EngineError(.unavailable, "it is being upgraded; try again"))
            }
            guard let transition else {
                effects.append(.answer(first.ticket, .upgraded(stored.digest)))
                return false
            }
            submit(.transition(transition), .upgrade(first.ticket, stored.claim, transition.rebinding ?? stored.digest))
            return true
        } catch {
            for one in asked { refuse(one.ticket, error) }
            return false
        }
    }

    /// Nil when nothing changes: it runs the current definition already, and is not held for what that made of its journal.
    private func rebinding(_ stored: StoredInstance, reason: String?) throws(EngineError) -> Transition? {
        guard let current = definitions.current(stored.workflow) else {
            throw EngineError(.workflowNotFound, "there is no workflow '\(stored.workflow)' to upgrade to")
        }
        let graph = current.graph
        let isCurrent = graph.digest == stored.digest
        switch EditEffect.of(stored, from: try? definitions.graph(stored.digest), to: graph, comparesUndo: false, now: now) {
        case .continues: break
        case .diverges(let divergence):
            let command = isCurrent ? "'wfrun replay \(stored.claim.id)'" : "'wfrun plan' with the definition's file"
            throw EngineError(.mismatch, divergence.mismatch.description, hint: "\(command) explains it.")
        case .unfit(let values):
            var hint: String?
            switch values[0].subject {
            case .setting, .missingSetting: hint = "'retry --upgrade' of the ended instance takes the configuration of now."
            case .input, .result, .event: break
            }
            throw EngineError(.mismatch, values[0].description, hint: hint)
        }
        var state = stored.state
        if state.hold == .mismatch || state.hold == .unsupported {
            state.hold = nil
            state.holdReason = nil
        } else if isCurrent {
            return nil
        }
        guard let header = Self.header(of: stored, graph, config: stored.config, now: now) else {
            throw EngineError(.mismatch, "the current definition of '\(stored.workflow)' does not take the instance's input")
        }
        let interpreter: Interpreter
        do {
            interpreter = try Replay.rebuild(
                graph: graph, header: header, rows: stored.steps, hasBegun: stored.state.runStartedAt != nil)
        } catch {
            throw EngineError(.mismatch, error.description)
        }
        var transition = Transition(subject: .advance(stored.claim), time: now, instance: state)
        if !isCurrent { transition.rebinding = graph.digest }
        if stored.state.runStartedAt != nil { moveTimers(of: stored, to: interpreter, &transition) }
        let act =
            isCurrent
            ? "released: its journal replays on definition \(graph.digest)"
            : "moved from definition \(stored.digest) to \(graph.digest)"
        let words = act + (reason.map { ": \($0)" } ?? "")
        transition.logs = [LogRow(time: now, level: "info", key: nil, message: words)]
        return transition
    }

    /// Lengths of timeouts are no part of the comparison: they are as the new definition has them.
    private func moveTimers(of stored: StoredInstance, to interpreter: Interpreter, _ transition: inout Transition) {
        var stale = Dictionary(stored.timers.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        for case .startTimer(let key, let due) in interpreter.outstanding() {
            let timer = TimerRow(key: key, kind: key == .deadlineSignal ? .deadline : .timeout, dueAt: due)
            if stale.removeValue(forKey: key) != timer {
                transition.timersCleared.append(key)
                transition.timersSet.append(timer)
            }
        }
        for key in stale.keys.sorted() where [.timeout, .deadline].contains(stale[key]?.kind) {
            transition.timersCleared.append(key)
        }
    }

    func upgraded(_ ticket: Ticket, _ claim: Claim, _ digest: ContentDigest, _ outcome: WriteOutcome) {
        switch outcome {
        case .committed(let committed):
            effects.append(.answer(ticket, .upgraded(digest)))
            effects.append(.release(committed.claim))
        case .refused(let refusal):
            refuse(ticket, Self.error(of: refusal))
            effects.append(.release(claim))
        case .stale, .unknown:
            refuse(ticket, EngineError(.unknown, "whether the instance was upgraded is not known; look at it and try again"))
            effects.append(.release(claim))
        case .existing, .accepted, .requested, .enqueued, .scheduled, .removed, .stored:
            preconditionFailure("an upgrade is committed or not")
        }
        fetch(claim.instance)
    }
}

/// An operator's wish to move an instance to the current definition.
struct Upgrade {
    var ticket: EngineCore.Ticket
    var reason: String?
}
