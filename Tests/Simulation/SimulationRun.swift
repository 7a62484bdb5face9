import JournalMemory
import TestSupport
import Values
import WorkflowEngine
import WorkflowGraph
import WorkflowJournal

/// One seed: definitions, faults and clients drawn from it, a world made of them, and what came of it.
package struct SimulationRun {
    package struct Report: Sendable, CustomStringConvertible {
        package var seed: UInt64
        package var violation: Violation?
        package var steps: Int
        package var commits: Int
        package var operations: Int
        package var faults: Int
        package var kills: Int
        package var executions: Int
        package var instances: Int
        package var ended: Int

        package var description: String {
            let verdict = violation.map(\.description) ?? "ok"
            return "seed \(seed): \(verdict) (\(steps) steps, \(commits) commits, \(operations) operations, \(faults) faults, "
                + "\(kills) kills, \(executions) executions, \(instances) instances)"
        }
    }

    static let hour: Int64 = 3_600_000_000

    /// A run with random faults that end after a while (safety first, then liveness).
    package static func random(seed: UInt64, bug: DeliberateBug? = nil) throws -> Report {
        var random = SeededGenerator.derived(seed, "run")
        let graphs = try RandomProject(seed: seed, features: .drawn(&random)).graphs
        let checker = InvariantChecker(
            graphs: graphs, config: ["url": "https://things.test"], secrets: SimulatedSecrets(["token": "canary-4f9a1c7e"]),
            accepts: acceptsGenerated)
        let definitions = SimulatedDefinitions()
        for graph in graphs { definitions.define(Sabotage.altered(graph, by: bug), config: checker.config) }
        var plan = SimulatedWorld.Plan(seed: seed)
        plan.sabotage = bug
        plan.calmAt = random.chance(150) ? 0 : random.within(2_000_000...4 * hour)
        plan.faults = faults(&random)
        if plan.calmAt > 0 { plan.disturbances = disturbances(until: plan.calmAt, &random) }
        if random.chance(400) { plan.actionLimit = 1 + random.below(3) }
        if random.chance(400) { plan.idleLimit = 1 + random.below(3) }
        let actions = SimulatedActions(seed: seed, temper: random.chance(200) ? .calm : SimulatedActions.Temper())
        let world = SimulatedWorld(plan: plan, definitions: definitions, actions: actions, checker: checker)
        world.schedule(workload(graphs, until: max(plan.calmAt, 600_000_000), &random))
        world.run()
        return report(seed, world)
    }

    /// Events that arrive within milliseconds of their waits' timeouts, without faults: the race of guarantees.md G9.
    package static func race(seed: UInt64, bug: DeliberateBug? = nil) throws -> Report {
        let graph = try compileWorkflow(
            """
            workflow: race
            input: { id: string }
            events:
              parcel.seen: { id: string, good: boolean }
            steps:
              - id: seen
                wait: { event: parcel.seen, match: { id: "${{ input.id }}" } }
                timeout: 10s
                catch: { errors: timeout }
            """)
        var random = SeededGenerator.derived(seed, "race")
        let checker = InvariantChecker(graphs: [graph], config: [:], secrets: SimulatedSecrets([:]), accepts: acceptsGenerated)
        let definitions = SimulatedDefinitions()
        definitions.define(Sabotage.altered(graph, by: bug), config: checker.config)
        var plan = SimulatedWorld.Plan(seed: seed)
        plan.sabotage = bug
        plan.calmAt = 0
        let world = SimulatedWorld(
            plan: plan, definitions: definitions, actions: SimulatedActions(seed: seed, temper: .calm), checker: checker)
        var workload = Workload()
        for number in 0..<20 {
            let id = "i\(number)"
            let start = Int64(number) * 1_000_000
            workload.starts.append(.init(at: start, workflow: "race", input: ["id": .string(id)], key: "start-\(number)"))
            let event = NewEvent(id: "r\(number)", name: "parcel.seen", source: "t", data: ["id": .string(id), "good": true])
            workload.events.append(.init(at: start + 10_000_000 + random.within(-20_000...60_000), event: event))
        }
        world.schedule(workload)
        world.run()
        return report(seed, world)
    }

    static func report(_ seed: UInt64, _ world: SimulatedWorld) -> Report {
        let ended = (try? world.journal.inner.instances(matching: InstanceFilter(), after: nil, limit: .max)) ?? []
        return Report(
            seed: seed, violation: world.checker.violation, steps: world.steps, commits: world.checker.commits,
            operations: world.journal.operations, faults: world.journal.faults.values.reduce(0, +), kills: world.kills,
            executions: world.checker.executions.count, instances: ended.count,
            ended: ended.filter(\.status.isTerminal).count)
    }

    /// Payloads have the right type; waits named `q…` want good ones.
    static func acceptsGenerated(_ event: StoredEvent, _ wait: MemoKey) -> Bool {
        guard event.data["id"]?.stringValue != nil, let isGood = event.data["good"]?.boolValue else { return false }
        let name = wait.text.split(separator: "/").last ?? ""
        return isGood || !name.hasPrefix("q_")
    }

    private static func faults(
        _ random: inout SeededGenerator
    ) -> (Int, OperationKind, inout SeededGenerator) -> StoreFault? {
        // Each run has its own mixture, so that some are dense in one fault and free of others.
        var rates: [(StoreFault, Int)] = []
        for fault in StoreFault.allCases where random.chance(450) {
            let isDeadly = [.crashBefore, .crashAt, .crashAfter, .failed].contains(fault)
            rates.append((fault, 1 + random.below(isDeadly ? 25 : 120)))
        }
        return { [rates] _, kind, random in
            for (fault, rate) in rates where random.chance(rate) {
                if kind == .open && !([.crashBefore, .crashAt, .failed, .busy] as [StoreFault]).contains(fault) { continue }
                return fault
            }
            return nil
        }
    }

    private static func disturbances(
        until end: Int64, _ random: inout SeededGenerator
    ) -> [(at: Int64, what: SimulatedWorld.Disturbance)] {
        (0..<random.below(6)).map { _ in
            let at = random.within(0...end)
            switch random.below(4) {
            case 0: return (at, .shutdown)
            case 1: return (at, .clockJump(random.within(-300_000_000...7_200_000_000)))
            default: return (at, .kill)
            }
        }
    }

    private static func workload(
        _ graphs: [StepGraph], until end: Int64, _ random: inout SeededGenerator
    ) -> Workload {
        var workload = Workload()
        for number in 0..<(1 + random.below(6)) {
            let at = random.within(0...end / 2)
            let id = "i\(number / 2)"
            workload.starts.append(
                .init(
                    at: at, workflow: random.pick(graphs).workflow, input: ["n": .int(Int64(number)), "id": .string(id)],
                    key: "start-\(number)", repetitions: random.chance(300) ? 1 + random.below(2) : 0))
            if random.chance(250) {
                workload.cancels.append(
                    .init(
                        at: random.chance(500) ? at + random.within(0...5_000_000) : random.within(at...end + 1),
                        key: "start-\(number)",
                        request: CancelRequest(reason: "enough", compensates: random.chance(700))))
            }
        }
        for number in 0..<random.below(14) {
            let isNear = random.chance(600)
            let near = random.pick(workload.starts).at + random.within(0...90_000_000)
            workload.events.append(
                .init(at: isNear ? near : random.within(0...end), event: event(number, &random), repetitions: random.below(2)))
        }
        return workload
    }

    private static func event(_ number: Int, _ random: inout SeededGenerator) -> NewEvent {
        var data: Value = ["id": .string("i\(random.below(3))"), "good": .bool(random.chance(700))]
        if random.chance(60) { data = ["id": "i0"] }
        if random.chance(40) { data = ["id": "i0", "good": "yes"] }
        return NewEvent(id: "e\(number)", name: random.chance(700) ? "ping" : "pong", source: "test", data: data)
    }
}
