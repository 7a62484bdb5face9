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
        /// How often something rare came about, by what it was.
        package var rare: [String: Int]
        /// Of a run that broke a promise: all instances and events.
        package var account: String?

        package var description: String {
            let verdict = violation.map(\.description) ?? "ok"
            return "seed \(seed): \(verdict) (\(steps) steps, \(commits) commits, \(operations) operations, \(faults) faults, "
                + "\(kills) kills, \(executions) executions, \(instances) instances)"
        }
    }

    /// A run with random faults that end after a while (safety first, then liveness).
    package static func random(seed: UInt64, bug: DeliberateBug? = nil) throws -> Report {
        run(try Scenario.drawn(seed), bug: bug)
    }

    /// Many runs, on as many threads as there are cores, in the order of their seeds.
    package static func random(seeds: ClosedRange<UInt64>, bug: DeliberateBug? = nil) async throws -> [Report] {
        let blocks = seeds.lowerBound / Scenario.seedsPerProject...seeds.upperBound / Scenario.seedsPerProject
        return try await withThrowingTaskGroup(of: [Report].self) { group in
            for block in blocks {
                group.addTask {
                    let first = max(block * Scenario.seedsPerProject, seeds.lowerBound)
                    let last = min(block * Scenario.seedsPerProject + Scenario.seedsPerProject - 1, seeds.upperBound)
                    return try (first...last).map { try random(seed: $0, bug: bug) }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }.sorted { $0.seed < $1.seed }
        }
    }

    package static func run(_ scenario: Scenario, bug: DeliberateBug? = nil, stepLimit: Int = 200_000) -> Report {
        let world = world(of: scenario, bug: bug)
        world.run(stepLimit: stepLimit)
        return report(scenario.seed, world)
    }

    /// The run in a store, and everything that the store holds afterwards.
    package static func run(_ scenario: Scenario, in store: SimulatedStore) throws -> (report: Report, contents: StoreContents)
    {
        let world = world(of: scenario, store: store)
        world.run()
        return (report(scenario.seed, world), try StoreContents(of: world.journal))
    }

    private static func world(
        of scenario: Scenario, bug: DeliberateBug? = nil, store: SimulatedStore = .memory
    ) -> SimulatedWorld {
        let checker = InvariantChecker(
            graphs: scenario.graphs + scenario.edited, config: Scenario.config,
            secrets: SimulatedSecrets(["token": Scenario.secret]), accepts: acceptsGenerated)
        checker.startsByTriggers = scenario.changesDefinitions ? nil : scenario.graphs
        checker.retention = scenario.retention
        checker.catchUpWindow = scenario.catchUpWindow
        let definitions = SimulatedDefinitions()
        for graph in scenario.graphs { definitions.define(Sabotage.altered(graph, by: bug), config: Scenario.config) }
        let world = SimulatedWorld(
            plan: scenario.plan(bug: bug), definitions: definitions,
            actions: SimulatedActions(seed: scenario.seed, temper: scenario.temper), checker: checker, store: store)
        world.onEdit = { index in
            guard scenario.edited.indices.contains(index) else { return }
            definitions.define(Sabotage.altered(scenario.edited[index], by: bug), config: Scenario.config)
        }
        world.onRetire = { index in
            if scenario.graphs.indices.contains(index) { definitions.retire(scenario.graphs[index].workflow) }
        }
        world.schedule(scenario.workload)
        return world
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
            ended: ended.filter(\.status.isTerminal).count, rare: world.checker.rare,
            account: world.checker.violation == nil ? nil : world.checker.account)
    }

    /// Payloads have the right type; waits named `q…` want good ones.
    static func acceptsGenerated(_ event: StoredEvent, _ wait: MemoKey) -> Bool {
        guard event.data["id"]?.stringValue != nil, let isGood = event.data["good"]?.boolValue else { return false }
        let name = wait.text.split(separator: "/").last ?? ""
        return isGood || !name.hasPrefix("q_")
    }
}
