import CEL
import Values
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// A new instance, checked as far as can be before it is written.
struct PreparedInstance {
    var new: NewInstance
    var header: InstanceHeader
}

/// Why there can be no new instance.
enum StartObstacle: Error {
    case input(ContractViolation)
    /// A label or the key of `concurrency` could not be evaluated.
    case evaluation(Failure)

    func failure(ofStarting workflow: String) -> Failure {
        switch self {
        case .input(let violation):
            Failure(
                code: "schema", message: "the input does not fit workflow '\(workflow)': \(violation.summary)",
                data: ["errors": violation.value])
        case .evaluation(let failure): failure
        }
    }

    func error(ofStarting workflow: String) -> EngineError {
        switch self {
        case .input(let violation):
            EngineError(
                .invalidInput, "the input does not fit workflow '\(workflow)': \(violation.summary)",
                violations: violation.value)
        case .evaluation(let failure): EngineError(.invalidStart, failure.message)
        }
    }
}

/// What every way to start an instance has in common: the caller, a trigger, a parent, the run before.
extension EngineCore {
    func prepare(
        _ definition: CurrentDefinition, id: InstanceID, input: Value, trigger: Value
    ) throws(StartObstacle) -> PreparedInstance {
        let graph = definition.graph
        let admitted: Value
        switch graph.main.input.admit(input) {
        case .success(let value): admitted = value
        case .failure(let violation): throw .input(violation)
        }
        let header = InstanceHeader(
            id: id, workflow: graph.workflow, input: admitted, config: graph.typed(config: definition.config),
            trigger: trigger,
            startedAt: now)
        let labels = try labels(of: graph, header)
        var new = NewInstance(
            id: id, workflow: graph.workflow, digest: graph.digest, input: JSON.normalised(admitted),
            config: definition.configDigest, labels: labels, trigger: trigger, createdAt: now)
        new.gate = try gate(of: graph, input: admitted)
        return PreparedInstance(new: new, header: header)
    }

    func labels(of graph: StepGraph, _ header: InstanceHeader) throws(StartObstacle) -> [String: String] {
        switch Interpreter(graph: graph, header: header).labels() {
        case .success(let labels): return labels
        case .failure(let failure): throw .evaluation(failure)
        }
    }

    /// The place that an instance with this input needs.
    func gate(of graph: StepGraph, input: Value) throws(StartObstacle) -> GateRequest? {
        guard let concurrency = graph.concurrency else { return nil }
        let overflow: GateRequest.Overflow =
            switch concurrency.overflow {
            case .queue: .queue
            case .reject: .reject
            case .replace: .replace
            }
        var key = ""
        if let expression = concurrency.key {
            do {
                let value = try expression.evaluate(FlatScope(values: [input]))
                key = ValueExpression.templateText(of: value) ?? JSON.text(JSON.normalised(value))
            } catch {
                throw .evaluation(
                    Failure(code: "expression", message: "the key of 'concurrency' could not be evaluated: \(error.message)"))
            }
        }
        return GateRequest(workflow: graph.workflow, key: key, limit: concurrency.limit, overflow: overflow)
    }
}
