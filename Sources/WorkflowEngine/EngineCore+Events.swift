import CEL
import Values
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// Events that go out, and the instances that triggers start for them: evaluated before the write, written with it.
extension EngineCore {
    // MARK: - emit

    func send(
        _ open: OpenEmit, _ instance: LiveInstance, _ builder: inout TransitionBuilder
    ) throws(JournalMismatch) {
        let request = open.request
        let event = NewEvent(
            id: request.id, name: request.event, source: EventIdentifier.ownSource, data: JSON.normalised(request.data),
            depth: instance.facts.eventDepth + 1)
        guard event.depth <= JournalLimits.eventDepth else {
            let failure = Failure(
                code: "limit.event_chain",
                message: "events and triggers have led to each other more than \(JournalLimits.eventDepth) times here",
                step: open.row.key)
            try complete(open.row, with: .failed(failure), instance, &builder)
            return
        }
        let triggered = trigger(by: event)
        builder.send(SentEvent(event: event, starts: triggered.starts))
        for reason in triggered.failures {
            builder.log(LogRow(time: builder.time, level: "warning", key: open.row.key, message: reason))
        }
        try complete(open.row, with: .completed(["id": .string(request.id)]), instance, &builder)
    }

    // MARK: - Triggers

    /// The instances an event starts, and in words which triggers should have started one and could not.
    func trigger(by event: NewEvent) -> (starts: [NewInstance], failures: [String]) {
        var starts: [NewInstance] = []
        var failures: [String] = []
        for candidate in definitions.triggers(forEvent: event.name) {
            do {
                if let start = try start(by: candidate.trigger, of: candidate.definition, event) { starts.append(start) }
            } catch {
                failures.append(
                    "a trigger of workflow '\(candidate.definition.graph.workflow)' starts nothing for event \(event.id): "
                        + error.message)
            }
        }
        return (starts, failures)
    }

    private func start(
        by trigger: StepGraph.Trigger, of definition: CurrentDefinition, _ event: NewEvent
    ) throws(Failure) -> NewInstance? {
        guard case .event(_, let condition) = trigger.source else { return nil }
        let graph = definition.graph
        var raw = StoredEvent(
            sequence: .none, id: event.id, name: event.name, source: event.source,
            time: Timestamp(microseconds: now.microseconds), data: event.data
        ).value
        let cause = raw
        if let contract = graph.events[event.name] {
            guard case .success(let data) = contract.admit(event.data), case .map(var fields) = raw else {
                throw Failure(code: "schema", message: "the data does not fit the type of '\(event.name)' there")
            }
            fields["data"] = data
            raw = .map(fields)
        }
        if case .map(var fields) = raw {
            fields["time"] = .timestamp(Timestamp(microseconds: now.microseconds))
            raw = .map(fields)
        }
        let scope = FlatScope(values: [graph.typed(config: definition.config), raw])
        if let condition, try evaluate(condition, scope, of: "where") != .bool(true) { return nil }
        let input = try evaluate(trigger.input, scope, of: "input")
        do {
            let id = InstanceID(
                triggeredBy: event.source, event: event.id, workflow: graph.workflow, trigger: trigger.identity)
            var new = try prepare(definition, id: id, input: input, trigger: ["type": "event", "event": cause]).new
            new.eventDepth = event.depth
            return new
        } catch {
            throw error.failure(ofStarting: graph.workflow)
        }
    }

    func evaluate(
        _ expression: ValueExpression, _ scope: FlatScope, of field: String
    ) throws(Failure) -> Value {
        do {
            return try expression.evaluate(scope)
        } catch {
            throw Failure(code: "expression", message: "its '\(field)' could not be evaluated: \(error.message)")
        }
    }
}

/// A scope without a parent: the trigger scope and the gate scope of `ScopeLayout`.
struct FlatScope: SlotSource {
    var values: [Value]

    func value(ofSlot slot: Int) -> Value {
        let index = ScopeLayout.index(of: slot)
        return ScopeLayout.depth(of: slot) == 0 && index < values.count ? values[index] : .null
    }
}
