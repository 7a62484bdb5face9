import JournalMemory
import Values
import WorkflowGraph
import WorkflowJournal

/// All that a seed draws: what there is to run, what people do with it, and what goes wrong. A value, so that a failing one can
/// be made smaller.
package struct Scenario: Sendable, CustomStringConvertible {
    package var seed: UInt64
    /// The workflows as an author would write them, and compiled.
    package var texts: [String]
    var graphs: [StepGraph]
    /// What the author makes of them later, workflow by workflow.
    var edited: [StepGraph] = []
    var workload = Workload()
    var temper = SimulatedActions.Temper()
    /// How often a store operation goes wrong, as one in so many.
    var rates: [(fault: StoreFault, oneIn: Int)] = []
    var disturbances: [(at: Int64, what: Disturbance)] = []
    /// Nothing more goes wrong from here on.
    var calmAt: Int64 = 0
    var actionLimit = 256
    var idleLimit = 10_000
    /// What is removed by age, beside what definitions say; nil: nothing.
    var retention: RemovalOrder?
    var catchUpWindow = TimeSpan(microseconds: 7 * 24 * hour)
    /// Key of a start whose instance kills every server that works on it.
    var poison: String?

    /// After so long without faults a server is there and has caught up.
    static let settling: Int64 = 300_000_000
    static let hour: Int64 = 3_600_000_000
    static let config: Value = ["url": "https://things.test"]
    static let secret = "canary-4f9a1c7e"

    /// Seeds that follow each other share a project: compiling one takes longer than running it.
    static let seedsPerProject: UInt64 = 16

    package static func drawn(_ seed: UInt64) throws -> Scenario {
        let project = try DrawnProject.shared(seed / seedsPerProject)
        var random = SeededGenerator.derived(seed, "run")
        var scenario = Scenario(seed: seed, texts: project.texts, graphs: project.graphs)
        scenario.calmAt = random.chance(150) ? 0 : random.within(2_000_000...4 * hour)
        // Each run has its own mixture, so that some are dense in one fault and free of others.
        for fault in StoreFault.allCases where random.chance(450) {
            let isDeadly = [.crashBefore, .crashAt, .crashAfter, .failed].contains(fault)
            scenario.rates.append((fault, 1 + random.below(isDeadly ? 25 : 120)))
        }
        if scenario.calmAt > 0 { scenario.drawDisturbances(&random) }
        if random.chance(400) { scenario.actionLimit = 1 + random.below(3) }
        if random.chance(400) { scenario.idleLimit = 1 + random.below(3) }
        if random.chance(200) { scenario.temper = .calm }
        let end = max(scenario.calmAt, 600_000_000)
        scenario.workload = .drawn(for: project.graphs, until: end, &random)
        if random.chance(300) { scenario.drawEdits(project, until: end, &random) }
        var late = SeededGenerator.derived(seed, "upkeep")
        scenario.drawUpkeep(until: end, &late)
        return scenario
    }

    private mutating func drawDisturbances(_ random: inout SeededGenerator) {
        for _ in 0..<random.below(6) {
            let at = random.within(0...calmAt)
            switch random.below(4) {
            case 0: disturbances.append((at, .shutdown))
            case 1: disturbances.append((at, .clockJump(random.within(-300_000_000...7_200_000_000))))
            default: disturbances.append((at, .kill))
            }
        }
    }

    /// The author changes a workflow, or removes it.
    private mutating func drawEdits(_ project: DrawnProject, until end: Int64, _ random: inout SeededGenerator) {
        edited = random.chance(600) ? project.touched : project.others
        let index = random.below(edited.count)
        disturbances.append((random.within(0...end / 2), .edit(index)))
        for start in workload.starts where random.chance(500) {
            workload.operations.append(.init(at: random.within(start.at...end), key: start.key, act: .upgrade))
        }
        if random.chance(200) { disturbances.append((random.within(end / 2...end), .retire(random.below(graphs.count)))) }
    }

    /// What the server does of its own accord, and the instance that kills it.
    private mutating func drawUpkeep(until end: Int64, _ random: inout SeededGenerator) {
        if (graphs + edited).contains(where: \.hasCronTrigger) {
            disturbances.append((end + Self.settling, .endSchedules))
            if !edited.isEmpty, random.chance(300) {
                // Taken away, and brought back by an edit.
                let (index, away) = (random.below(edited.count), random.within(0...end / 2))
                disturbances.append((away, .retire(index)))
                disturbances.append((away + random.within(1_000_000...2 * Self.hour), .edit(index)))
            }
            if random.chance(300) { catchUpWindow = TimeSpan(microseconds: random.within(1...3) * 1_200_000_000) }
        }
        if random.chance(350) {
            var order = RemovalOrder()
            for status in InstanceStatus.allCases where status.isTerminal && random.chance(600) {
                order.instances[status] = TimeSpan(microseconds: random.pick([0, 60_000_000, Self.hour]))
            }
            // Long enough that nobody sends an event again after it has left.
            if random.chance(700) { order.events = TimeSpan(microseconds: random.pick([1, 2, 24]) * Self.hour) }
            retention = order
        }
        if calmAt > 0, random.chance(150) { disturbances.append((random.within(0...calmAt), .killAtWork)) }
        if random.chance(100) {
            let key = random.pick(workload.starts).key
            poison = key
            workload.operations.removeAll { $0.key == key }
        }
    }

    package var description: String {
        var lines = ["seed \(seed), calm at \(calmAt) µs, \(actionLimit) actions at once, \(idleLimit) idle instances kept"]
        lines.append("store faults, one in: \(rates.map { "\($0.fault) \($0.oneIn)" }.joined(separator: ", "))")
        if let poison { lines.append("the instance of \(poison) kills the server") }
        if let retention { lines.append("removed by age: \(retention)") }
        lines += disturbances.map { "at \($0.at): \($0.what)" }
        lines += workload.starts.map { "at \($0.at): start \($0.workflow) \(JSON.text($0.input)) \($0.key)" }
        lines += workload.events.map { "at \($0.at): event \($0.event.name) \($0.event.id) \(JSON.text($0.event.data))" }
        lines += workload.operations.map { "at \($0.at): \($0.key) \($0.act)" }
        return (lines + texts).joined(separator: "\n")
    }

    var changesDefinitions: Bool {
        disturbances.contains { disturbance in
            switch disturbance.what {
            case .edit, .retire: true
            case .kill, .shutdown, .clockJump, .killAtWork, .endSchedules: false
            }
        }
    }

    func plan(bug: DeliberateBug?) -> SimulatedWorld.Plan {
        var plan = SimulatedWorld.Plan(seed: seed)
        plan.sabotage = bug
        plan.calmAt = calmAt
        plan.faults = { [rates] _, kind, random in
            for (fault, rate) in rates where random.chance(rate) {
                if kind == .open && !([.crashBefore, .crashAt, .failed, .busy] as [StoreFault]).contains(fault) { continue }
                return fault
            }
            return nil
        }
        plan.disturbances = disturbances
        plan.actionLimit = actionLimit
        plan.idleLimit = idleLimit
        plan.retention = retention
        plan.catchUpWindow = catchUpWindow
        plan.poison = poison
        return plan
    }
}

/// What happens to the machine, or to the folder of definitions.
enum Disturbance: Sendable {
    case kill, shutdown
    case clockJump(Int64)
    /// The workflow of this number is replaced by its edited form.
    case edit(Int)
    /// The workflow of this number is removed.
    case retire(Int)
    /// The process dies while it works on some instance.
    case killAtWork
    /// The cron triggers of all workflows are removed: with them nothing would ever rest.
    case endSchedules
}

extension StepGraph {
    var hasCronTrigger: Bool { triggers.contains { if case .cron = $0.source { true } else { false } } }
}
