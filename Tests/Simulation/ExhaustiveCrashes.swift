package import JournalMemory
package import Values
import WorkflowEngine
package import WorkflowGraph
package import WorkflowJournal

/// One scenario, run once for every store operation there is: the server dies before, in or after it, and everything must come
/// out as if it had not.
package struct ExhaustiveCrashes {
    package struct Scenario: Sendable {
        package var name: String
        package var graph: StepGraph
        package var config: Value
        package var input: Value
        package var events: [(at: Int64, event: NewEvent)] = []
        package var cancelAt: Int64?
        /// Failures by place and attempt: everything else goes well.
        package var failures: [String: [Int: Failure]] = [:]

        package init(name: String, graph: StepGraph, config: Value, input: Value) {
            self.name = name
            self.graph = graph
            self.config = config
            self.input = input
        }
    }

    /// What must not depend on crashes.
    package struct Result: Sendable, Equatable, CustomStringConvertible {
        package var status: String
        package var output: String
        package var failure: String
        /// Step and idempotency key of everything that was done outside.
        package var effects: [String]

        package var description: String { "\(status) \(output) \(failure)\n" + effects.joined(separator: "\n") }
    }

    package struct Report: Sendable {
        package var scenario: String
        package var operations = 0
        package var runs = 0
        package var problem: String?
    }

    package static func check(_ scenario: Scenario, faults: [StoreFault] = [.crashBefore, .crashAt, .crashAfter]) -> Report {
        var report = Report(scenario: scenario.name)
        let (expected, world) = run(scenario, crashAt: 0, .crashBefore)
        report.operations = world.journal.operations
        if let violation = world.checker.violation { report.problem = "without faults: \(violation)" }
        for fault in faults {
            var operation = 1
            while report.problem == nil {
                let (result, world) = run(scenario, crashAt: operation, fault)
                report.runs += 1
                if let violation = world.checker.violation {
                    report.problem = "\(fault) at operation \(operation): \(violation)"
                } else if result != expected {
                    report.problem = "\(fault) at operation \(operation): \(result)\ninstead of \(expected)"
                }
                if world.journal.faults.isEmpty { break }
                operation += 1
            }
        }
        return report
    }

    private static func run(
        _ scenario: Scenario, crashAt operation: Int, _ fault: StoreFault
    ) -> (Result, SimulatedWorld) {
        var plan = SimulatedWorld.Plan(seed: 1)
        plan.calmAt = .max
        plan.faults = { number, _, _ in number == operation ? fault : nil }
        plan.restartDelay = 1_000_000...1_000_000
        // Lives last days here, and nothing depends on polling.
        plan.pollInterval = 21_600_000_000
        let checker = InvariantChecker(
            graphs: [scenario.graph], config: scenario.config, secrets: SimulatedSecrets(["payments_key": "canary-77aa31"]))
        let failures = scenario.failures
        let actions = SimulatedActions(seed: 1, temper: .calm) { invocation in
            failures[invocation.step.text]?[invocation.attempt].map { Behaviour(microseconds: 10_000, .failure($0)) }
        }
        let world = SimulatedWorld(
            plan: plan, definitions: SimulatedDefinitions([scenario.graph], config: scenario.config), actions: actions,
            checker: checker)
        var workload = Workload()
        workload.starts = [.init(at: 0, workflow: scenario.graph.workflow, input: scenario.input, key: "once")]
        workload.events = scenario.events.map { .init(at: $0.at, event: $0.event, afterStart: "once") }
        if let at = scenario.cancelAt { workload.operations = [.init(at: at, key: "once", act: .cancel(CancelRequest()))] }
        world.schedule(workload)
        world.run()
        return (result(world), world)
    }

    private static func result(_ world: SimulatedWorld) -> Result {
        guard let id = world.checker.startedInstance("once"), let detail = (try? world.journal.inner.instance(id)) ?? nil else {
            return Result(status: "no instance", output: "", failure: "", effects: [])
        }
        // Ids differ from run to run; keys derive from them, so they are compared as what they are: one per place.
        var effects: [String: Set<String>] = [:]
        for execution in world.checker.executions { effects[execution.step.text, default: []].insert(execution.key.text) }
        let lines = effects.map { "\($0.key): \($0.value.count) key" }.sorted()
        return Result(
            status: detail.summary.status.rawValue, output: detail.output.map { JSON.text($0) } ?? "",
            failure: detail.failure.map { "\($0.code) \($0.step?.text ?? "")" } ?? "", effects: lines)
    }
}
