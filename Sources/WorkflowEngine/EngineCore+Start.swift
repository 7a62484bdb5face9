import Values
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// New instances, and instances that come back from the store.
extension EngineCore {
    /// The start of an instance and its first activation are one transition.
    func start(_ request: StartRequest, id: InstanceID, ticket: Ticket) {
        guard !isDraining else {
            refuse(ticket, EngineError(.unavailable, "the server is shutting down; try again"))
            return
        }
        guard let definition = definitions.current(request.workflow) else {
            refuse(ticket, EngineError(.workflowNotFound, "there is no workflow '\(request.workflow)'"))
            return
        }
        let graph = definition.graph
        let input: Value
        switch graph.main.input.admit(request.input) {
        case .success(let admitted): input = admitted
        case .failure(let violation):
            refuse(
                ticket,
                EngineError(
                    .invalidInput, "the input does not fit workflow '\(request.workflow)': \(violation.summary)",
                    violations: violation.value))
            return
        }
        let header = InstanceHeader(
            id: id, workflow: graph.workflow, input: input, config: typedConfig(definition.config, graph),
            trigger: request.trigger, startedAt: now)
        let interpreter = Interpreter(graph: graph, header: header)
        let labels: [String: String]
        switch interpreter.labels() {
        case .success(let evaluated): labels = evaluated
        case .failure(let failure):
            refuse(ticket, EngineError(.invalidStart, failure.message))
            return
        }
        let instance = LiveInstance(
            claim: nil, id: id, interpreter: interpreter, trustedHosts: TrustedHosts.of(graph, config: definition.config),
            state: Transition.InstanceState(status: .running, startedAt: now), marks: 0)
        let new = NewInstance(
            id: id, workflow: graph.workflow, digest: graph.digest, input: JSON.normalised(input),
            config: definition.configDigest, labels: labels, trigger: request.trigger, callerKey: request.callerKey,
            request: request.idempotency, createdAt: now)
        var builder = TransitionBuilder(subject: .start(new), time: now, state: instance.state)
        carryOut(interpreter.start(), of: instance, into: &builder)
        starts[ObjectIdentifier(instance)] = ticket
        write(builder, of: instance)
    }

    func refuse(_ ticket: Ticket, _ error: EngineError) { effects.append(.answer(ticket, .refused(error))) }

    /// Replays an instance's rows; nil when it has to be held instead.
    func rebuild(_ stored: StoredInstance) -> LiveInstance? {
        guard stored.semantics == configuration.semantics else {
            hold(
                stored, .unsupported,
                "the definition has semantics \(stored.semantics); this version of wfrun runs \(configuration.semantics)")
            return nil
        }
        do {
            let graph = try definitions.graph(stored.digest)
            guard case .success(let input) = graph.main.input.admit(stored.input) else {
                hold(stored, .unsupported, "the stored input does not fit the definition's type any more")
                return nil
            }
            let header = InstanceHeader(
                id: stored.claim.id, workflow: stored.workflow, continuations: stored.state.continuations, input: input,
                config: typedConfig(stored.config, graph), trigger: stored.trigger,
                startedAt: stored.state.startedAt ?? stored.createdAt)
            let interpreter = try Replay.rebuild(graph: graph, header: header, rows: stored.steps)
            return LiveInstance(
                claim: stored.claim, id: stored.claim.id, interpreter: interpreter,
                trustedHosts: TrustedHosts.of(graph, config: stored.config), state: stored.state, marks: stored.marks)
        } catch let error as DefinitionUnavailable {
            hold(stored, .unsupported, error.reason)
        } catch let mismatch as JournalMismatch {
            hold(stored, .mismatch, mismatch.description)
        } catch {
            hold(stored, .unsupported, "\(error)")
        }
        return nil
    }

    /// The snapshot with the kinds of its settings' types.
    private func typedConfig(_ config: Value, _ graph: StepGraph) -> Value {
        guard case .map(var map) = config else { return config }
        for setting in graph.config {
            if let value = map[setting.name], case .success(let typed) = setting.contract.admit(value) {
                map[setting.name] = typed
            }
        }
        return .map(map)
    }

    /// The instance stays as it is until an operator releases it.
    private func hold(_ stored: StoredInstance, _ hold: Hold, _ reason: String) {
        var state = stored.state
        state.hold = hold
        state.holdReason = reason
        var transition = Transition(subject: .advance(stored.claim), time: now, instance: state)
        transition.logs = [LogRow(time: now, level: "error", key: nil, message: "held (\(hold.rawValue)): \(reason)")]
        let tag = WriteTag(number: serial())
        effects.append(.write(tag, .transition(transition)))
        effects.append(.release(stored.claim))
    }

    /// Joins the open rows to what the interpreter has open; what a crash interrupted, and what came due meanwhile, is queued.
    func takeUp(_ instance: LiveInstance, _ stored: StoredInstance) {
        let stopped = Set(instance.interpreter.stoppedActions)
        let rows = Dictionary(stored.steps.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        for command in instance.interpreter.outstanding() {
            switch command {
            case .runAction(let request):
                guard let row = rows[request.leaf.key] else { continue }
                instance.openActions[row.key] = LiveInstance.OpenAction(
                    row: row, request: request, isStopped: stopped.contains(row.key))
                takeUpAction(instance, row, request)
            case .startSleep(let request): instance.openLeaves[request.leaf.key] = rows[request.leaf.key]
            case .openWait(let request): instance.openLeaves[request.leaf.key] = rows[request.leaf.key]
            case .startChild, .sendEvent, .stopAction, .letActionFinish, .stopChild, .endLeaf, .startTimer, .stopTimer,
                .beginEnding, .noteFailedCleanup, .finish:
                break
            }
        }
        instance.signals = Set(stored.steps.filter { $0.verb == .signal }.map(\.key))
        for wait in stored.waits { instance.waits[wait.key] = wait }
        for timer in stored.timers {
            instance.timers[timer.key] = timer
            if timer.dueAt <= now {
                instance.queue.append(.timer(timer.key))
            } else {
                arm(timer, of: stored.claim.instance)
            }
        }
        instance.queue = (keptResults.removeValue(forKey: stored.claim.instance) ?? []) + instance.queue
        if let cancel = stored.cancel { instance.queue.append(.cancel(cancel)) }
    }

    private func takeUpAction(_ instance: LiveInstance, _ row: StepRow, _ request: ActionRequest) {
        guard let claim = instance.claim else { return }
        let isStopped = instance.openActions[row.key]?.isStopped == true
        switch row.status {
        case .scheduled where isStopped, .sleeping where isStopped: instance.queue.append(.notStarted(row.key))
        case .scheduled: queueForPlace(instance, row.key, action: request.action)
        case .running:
            // Still under way in this process when only its instance left memory; a kept result is the same.
            let isHere = attempts.keys.contains {
                $0.instance == claim.instance && $0.step == row.key && $0.attempt == row.attempt
            }
            let isKept = keptResults[claim.instance]?.contains { kept in
                if case .result(row.key, row.attempt, _, _) = kept { true } else { false }
            }
            if !isHere && isKept != true { instance.queue.append(.interrupted(row.key)) }
            if isHere && isStopped {
                instance.stopped.append(row.key)
                abortStopped(instance)
            }
        case .sleeping, .waiting, .completed, .failed, .cancelled: break
        }
    }

    func arm(_ timer: TimerRow, of key: InstanceKey) {
        if timer.dueAt <= armedThrough { timers.insert(.step(key, timer)) }
    }
}
