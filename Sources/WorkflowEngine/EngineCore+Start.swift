import Values
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// New instances that clients ask for.
extension EngineCore {
    /// The start of an instance and its first activation are one transition, unless it may have to wait at a gate.
    func start(_ request: StartRequest, id: InstanceID, ticket: Ticket) {
        guard !isDraining else {
            refuse(ticket, EngineError(.unavailable, "the server is shutting down; try again"))
            return
        }
        guard let definition = definitions.current(request.workflow) else {
            refuse(ticket, EngineError(.workflowNotFound, "there is no workflow '\(request.workflow)'"))
            return
        }
        let prepared: PreparedInstance
        do {
            prepared = try prepare(definition, id: id, input: request.input, trigger: request.trigger)
        } catch {
            refuse(ticket, error.error(ofStarting: request.workflow))
            return
        }
        var new = prepared.new
        new.callerKey = request.callerKey
        new.request = request.idempotency
        if new.gate != nil {
            submit(.enqueue(new), .start(ticket))
            return
        }
        let graph = definition.graph
        let interpreter = Interpreter(graph: graph, header: prepared.header, tracer: configuration.tracer)
        let instance = LiveInstance(
            claim: nil, facts: LiveInstance.Facts(id: id, config: definition.config, configDigest: definition.configDigest),
            interpreter: interpreter,
            state: Transition.InstanceState(status: .running, startedAt: now, runStartedAt: now), marks: 0)
        var builder = TransitionBuilder(subject: .start(new), time: now, state: instance.state)
        carryOut(interpreter.start(), of: instance, into: &builder)
        starts[ObjectIdentifier(instance)] = ticket
        write(builder, of: instance)
    }

    /// The answer to a start that was only written down.
    func started(_ ticket: Ticket, _ outcome: WriteOutcome) {
        switch outcome {
        case .enqueued(let enqueued):
            effects.append(.answer(ticket, .started(StartedInstance(id: enqueued.id, isNew: true))))
            for key in enqueued.woken { wake(key) }
        case .existing(let id): effects.append(.answer(ticket, .started(StartedInstance(id: id, isNew: false))))
        case .refused(let refusal): refuse(ticket, Self.error(of: refusal))
        case .stale, .unknown:
            refuse(ticket, EngineError(.unknown, "whether the instance was started is not known; repeat with the same key"))
            wakeAll()
        case .committed, .accepted, .requested, .scheduled, .removed, .stored: preconditionFailure("a start is enqueued or not")
        }
    }

    func refuse(_ ticket: Ticket, _ error: EngineError) { effects.append(.answer(ticket, .refused(error))) }
}
