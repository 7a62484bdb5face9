import CEL
package import Values
package import WorkflowGraph
package import WorkflowJournal

/// What triggers and `concurrency` say of an instance that may start: pure, before there is one.
package enum TriggerEvaluation {
    /// The input of the instance that an event starts through a trigger, admitted under the workflow's input contract.
    /// - Parameters:
    ///   - event: as it was accepted.
    ///   - config: the configuration that the instance would have, with the kinds of its types.
    /// - Returns: nil when the event is not one the trigger is for, or its `where` is not true.
    package static func input(
        of trigger: StepGraph.Trigger, event: StoredEvent, graph: StepGraph, config: Value
    ) -> Result<Value?, Failure> {
        guard case .event(let names, let condition) = trigger.source,
            names.contains(where: { $0.hasSameCodePoints(as: event.name) })
        else { return .success(nil) }
        guard let typed = graph.typed(event: event.value) else {
            return .failure(
                Failure(code: "schema", message: "the payload of event '\(event.id)' does not fit the type of '\(event.name)'"))
        }
        let scope = Scope(parent: nil, values: [config, typed])
        do throws(Failure) {
            if let condition {
                guard try evaluate(condition, in: scope, "'where' of the trigger") == .bool(true) else { return .success(nil) }
            }
            return .success(try admit(trigger.input, in: scope, graph))
        } catch {
            return .failure(error)
        }
    }

    /// The input of the instance that a cron trigger starts for this instant.
    package static func input(
        of trigger: StepGraph.Trigger, scheduledAt time: Timestamp, graph: StepGraph, config: Value
    ) -> Result<Value, Failure> {
        let scope = Scope(parent: nil, values: [config, ["time": .timestamp(time)]])
        do throws(Failure) {
            return .success(try admit(trigger.input, in: scope, graph))
        } catch {
            return .failure(error)
        }
    }

    /// The place that an instance with this input needs; nil: the workflow has no `concurrency`.
    /// - Parameter input: admitted under the workflow's input contract.
    package static func gate(of graph: StepGraph, input: Value) -> Result<GateRequest?, Failure> {
        guard let concurrency = graph.concurrency else { return .success(nil) }
        do throws(Failure) {
            var key = ""
            if let expression = concurrency.key {
                let value = try evaluate(expression, in: Scope(parent: nil, values: [input]), "the key of 'concurrency'")
                guard let text = ValueExpression.templateText(of: value) else {
                    throw Failure(
                        code: "expression", message: "the key of 'concurrency' is \(value.kindName), which cannot be a text")
                }
                key = text
            }
            let overflow: GateRequest.Overflow =
                switch concurrency.overflow {
                case .queue: .queue
                case .reject: .reject
                case .replace: .replace
                }
            return .success(GateRequest(workflow: graph.workflow, key: key, limit: concurrency.limit, overflow: overflow))
        } catch {
            return .failure(error)
        }
    }

    private static func admit(
        _ input: ValueExpression, in scope: Scope, _ graph: StepGraph
    ) throws(Failure) -> Value {
        let value = try evaluate(input, in: scope, "the trigger's input")
        if let obstacle = JSON.obstacle(to: value) {
            throw Failure(code: "expression", message: "the trigger's input cannot be kept: \(obstacle)")
        }
        switch graph.main.input.admit(value) {
        case .success(let admitted): return admitted
        case .failure(let violation):
            throw Failure(
                code: "schema", message: "the trigger's input does not fit workflow '\(graph.workflow)': \(violation.summary)",
                data: ["errors": violation.value])
        }
    }

    private static func evaluate(
        _ expression: ValueExpression, in scope: Scope, _ what: String
    ) throws(Failure) -> Value {
        do {
            return try expression.evaluate(scope)
        } catch {
            let code = error.kind == .limit ? "limit.expression" : "expression"
            throw Failure(code: code, message: "\(what) could not be evaluated: \(error.message)")
        }
    }
}

extension StepGraph {
    /// An event as expressions see it; nil when its payload does not fit the declared type.
    func typed(event raw: Value) -> Value? {
        guard case .map(var event) = raw, let name = event["name"]?.stringValue else { return nil }
        if let text = event["time"]?.stringValue, let time = Timestamp(rfc3339: text) { event["time"] = .timestamp(time) }
        if let contract = events[name] {
            guard case .success(let data) = contract.admit(event["data"] ?? .null) else { return nil }
            event["data"] = data
        }
        return .map(event)
    }
}
