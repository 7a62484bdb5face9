import DequeModule
import Values
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// Instances that come back from the store: replayed, and their open rows joined to what the interpreter has open.
extension EngineCore {
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
            guard let header = Self.header(of: stored, graph, config: stored.config, now: now) else {
                hold(stored, .unsupported, "the stored input does not fit the definition's type any more")
                return nil
            }
            return try rebuild(stored, graph, header)
        } catch let error as DefinitionUnavailable {
            hold(stored, .unsupported, error.reason)
        } catch let mismatch as JournalMismatch {
            hold(stored, .mismatch, mismatch.description)
        } catch {
            hold(stored, .unsupported, "\(error)")
        }
        return nil
    }

    /// Nil when the definition does not take the input. A run that has not begun begins now.
    static func header(of stored: StoredInstance, _ graph: StepGraph, config: Value, now: Timestamp) -> InstanceHeader? {
        try? InstanceHeader.of(stored, on: graph, config: config, now: Timestamp(microseconds: now.microseconds)).get()
    }

    private func rebuild(
        _ stored: StoredInstance, _ graph: StepGraph, _ header: InstanceHeader
    ) throws(JournalMismatch) -> LiveInstance {
        let hasBegun = stored.state.runStartedAt != nil
        let interpreter: Interpreter
        var beginning: LiveInstance.Beginning?
        if hasBegun {
            interpreter = try Replay.rebuild(graph: graph, header: header, rows: stored.steps)
        } else if stored.isRetried {
            interpreter = try Replay.rebuild(graph: graph, header: header, rows: stored.steps, hasBegun: false)
            beginning = .retried(RetryRecord(run: stored.state.run, occurrences: stored.occurrences))
        } else {
            interpreter = Interpreter(graph: graph, header: header, tracer: configuration.tracer)
            beginning = .first
        }
        let instance = LiveInstance(
            claim: stored.claim,
            facts: LiveInstance.Facts(
                id: stored.claim.id, config: stored.config, configDigest: ContentDigest(of: stored.config), depth: stored.depth,
                eventDepth: stored.eventDepth),
            interpreter: interpreter, state: stored.state,
            marks: stored.marks)
        instance.beginning = beginning
        if !hasBegun, stored.isAdmitted { instance.queue.append(.begin) }
        if hasBegun, case .continuedAsNew(let input)? = interpreter.completion { instance.continuation = input }
        return instance
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
        if instance.hasBegun { takeUpSteps(instance, stored) }
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
        instance.queue.prepend(contentsOf: keptResults.removeValue(forKey: stored.claim.instance) ?? [])
        guard let cancel = stored.cancel else { return }
        if instance.hasBegun { instance.queue.append(.cancel(cancel)) } else { instance.queue.prepend(.cancel(cancel)) }
    }

    private func takeUpSteps(_ instance: LiveInstance, _ stored: StoredInstance) {
        let aborted = Set(instance.interpreter.stoppedActions)
        let finishing = Set(instance.interpreter.finishingActions)
        let stoppedChildren = Set(instance.interpreter.stoppedChildren)
        let rows = Dictionary(stored.steps.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        for command in instance.interpreter.outstanding() {
            guard let key = command.leafKey, let row = rows[key] else { continue }
            switch command {
            case .runAction(let request):
                let open = OpenAction(
                    row: row, request: request,
                    stop: aborted.contains(key) ? .aborting : finishing.contains(key) ? .finishing : nil)
                instance.openActions[key] = open
                takeUpAction(instance, open)
            case .startSleep, .openWait: instance.openLeaves[key] = row
            case .startChild(let request):
                instance.openChildren[key] = OpenChild(row: row, request: request, isStopped: stoppedChildren.contains(key))
                takeUpChild(instance, row, request)
            case .sendEvent(let request):
                instance.openEmits[key] = OpenEmit(row: row, request: request)
                instance.queue.append(.execute(key))
            case .stopAction, .letActionFinish, .stopChild, .endLeaf, .startTimer, .stopTimer, .beginEnding, .noteFailedCleanup,
                .finish:
                break
            }
        }
    }

    private func takeUpChild(_ instance: LiveInstance, _ row: StepRow, _ request: ChildRequest) {
        let isStopped = instance.openChildren[row.key]?.isStopped == true
        switch row.status {
        case .scheduled where isStopped, .sleeping where isStopped: instance.queue.append(.notStarted(row.key))
        case .scheduled: instance.queue.append(.execute(row.key))
        // A rejection is in the inbox, which is read before.
        case .waiting where request.isDetached: instance.queue.append(.detached(row.key))
        case .waiting, .sleeping, .running, .completed, .failed, .cancelled: break
        }
    }

    private func takeUpAction(_ instance: LiveInstance, _ open: OpenAction) {
        guard let claim = instance.claim else { return }
        let row = open.row
        switch row.status {
        case .scheduled where open.isStopped, .sleeping where open.isStopped: instance.queue.append(.notStarted(row.key))
        // Lined up once the instance is whole: with a place free at once it would begin to move.
        case .scheduled: instance.unqueued.append(row.key)
        case .running:
            // Still under way in this process when only its instance left memory; a kept result is the same.
            let isHere = attempts.tags(of: claim.instance, row.key).contains { $0.attempt == row.attempt }
            let isKept = keptResults[claim.instance]?.contains { kept in
                if case .result(row.key, row.attempt, _, _) = kept { true } else { false }
            }
            if !isHere && isKept != true { instance.queue.append(.interrupted(row.key)) }
            if isHere && open.stop == .aborting {
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

extension StoredInstance {
    /// The run that has not begun is an operator's retry: it began before, and waits to be let in again.
    var isRetried: Bool { state.status == .pending && state.startedAt != nil }
}
