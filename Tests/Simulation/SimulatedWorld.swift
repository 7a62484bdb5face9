// Simulation: the unchanged engine on a simulated clock, over a store that fails on request, with simulated actions and
// clients. Everything that happens follows from one seed.
//
// Invariant: no real store, no thread, no wall clock; nothing here is part of what ships.
//
// Start at `SimulatedWorld.run`; `InvariantChecker` says what must hold after every commit, `SimulationRun` makes a world of a
// seed, `Sabotage` breaks it on purpose.

import JournalMemory
import Values
import WorkflowEngine
import WorkflowJournal

/// A machine with a server on it, its clients, and the outside.
final class SimulatedWorld {
    struct Plan {
        var seed: UInt64
        /// Faults of store operations by their number; nothing more goes wrong from `calmAt` on.
        var faults: (Int, OperationKind, inout SeededGenerator) -> StoreFault? = { _, _, _ in nil }
        /// Kills, shutdowns and clock jumps, at instants since the start.
        var disturbances: [(at: Int64, what: Disturbance)] = []
        var calmAt: Int64 = 0
        var restartDelay: ClosedRange<Int64> = 10_000...60_000_000
        var actionLimit = 256
        var idleLimit = 10_000
        var pollInterval: Int64 = 1_000_000
        var catchUpWindow = EngineCore.Configuration().catchUpWindow
        var retention: RemovalOrder?
        /// Key of the start whose instance kills the server whenever it is worked on.
        var poison: String?
        var sabotage: DeliberateBug?

        init(seed: UInt64) { self.seed = seed }
    }

    let plan: Plan
    var random: SeededGenerator
    private var faultRandom: SeededGenerator
    let clock = SimulatedClock()
    let journal: SimulatedJournal
    let definitions: SimulatedDefinitions
    let actions: SimulatedActions
    let checker: InvariantChecker
    let sabotage: Sabotage?

    var core: EngineCore?
    /// How many servers there have been.
    private(set) var incarnation = 0
    var isShuttingDown = false
    var agenda = Agenda()
    private var inbox: [EngineCore.Input] = []
    private var isTurnScheduled = false
    private var tickAt: Int64?
    var reads: [EngineCore.Effect] = []
    var isReading = false
    var pending: [(tag: EngineCore.WriteTag, write: JournalWrite)] = []
    var isWriting = false
    /// Attempts that are being made now, by their tag.
    var underWay: [EngineCore.AttemptTag: UnderWay] = [:]
    var nextTicket: UInt64 = 0
    /// What clients wait for, in the order of asking.
    var waiting: [(ticket: EngineCore.Ticket, receive: (EngineCore.Answer) -> Void)] = []
    var steps = 0
    var kills = 0
    /// What an author does to the workflow of this number.
    var onEdit: (Int) -> Void = { _ in }
    var onRetire: (Int) -> Void = { _ in }
    var death = Death()

    struct UnderWay {
        var execution: Int
        var behaviour: Behaviour
    }

    init(
        plan: Plan, definitions: SimulatedDefinitions, actions: SimulatedActions, checker: InvariantChecker,
        store: SimulatedStore = .memory
    ) {
        self.plan = plan
        random = SeededGenerator(seed: plan.seed)
        faultRandom = SeededGenerator.derived(plan.seed, "faults")
        journal = SimulatedJournal(clock: clock, reopening: store.reopen(clock))
        self.definitions = definitions
        self.actions = actions
        self.checker = checker
        sabotage = plan.sabotage.map { [journal] in Sabotage($0, store: journal) }
        journal.sabotage = sabotage
    }

    // MARK: - Running

    /// Runs until nothing more happens by itself, an invariant is broken, or the step limit is reached.
    func run(stepLimit: Int = 200_000) {
        begin()
        defer { dismantle() }
        while checker.violation == nil, steps < stepLimit, let item = agenda.popFirst() {
            steps += 1
            clock.advance(to: item.time)
            item.act()
            if journal.isDown && core != nil { kill() }
            if journal.diesSoon && core != nil {
                journal.diesSoon = false
                after(random.within(0...20_000)) { $0.kill() }
            }
            if agenda.hasOnlyTicks, !skipToNextTimer() { break }
        }
        if checker.violation == nil, steps >= stepLimit { checker.report("liveness", "still busy after \(steps) steps") }
        checker.isSettled = clock.elapsed - Scenario.settling >= plan.calmAt && core != nil
        if checker.violation == nil { checker.checkAtRest(places: core?.placesInUse ?? 0) }
    }

    private func begin() {
        checker.attach(journal: journal, clock: { [journal] in journal.now() }) {
            [unowned self] id in
            core?.inspect(id)
        }
        journal.observe = { [checker] in checker.committed($0, $1) }
        journal.plan = { [unowned self] operation, kind in
            clock.elapsed < plan.calmAt || plan.calmAt == .max ? plan.faults(operation, kind, &faultRandom) : nil
        }
        let hints = Link(world: self)
        journal.onWakeup { hints.world?.hinted($0) }
        for disturbance in plan.disturbances {
            agenda.insert(at: disturbance.at) { [unowned self] in disturb(disturbance.what) }
        }
        startServer()
    }

    /// What still holds the world lets go of it.
    private func dismantle() {
        agenda = Agenda()
        waiting = []
        (onEdit, onRetire) = ({ _ in }, { _ in })
        journal.observe = { _, _ in }
        journal.plan = { _, _ in nil }
        journal.onWakeup { _ in }
        checker.detach()
    }

    /// When only the server's own polling is left, nothing is lost by looking again just before or after the next timer.
    /// False when there is no timer either: the world is at rest.
    private func skipToNextTimer() -> Bool {
        guard core != nil else { return true }
        let far = Timestamp(microseconds: .max / 2)
        guard let next = (try? journal.inner.timers(dueBy: far, limit: 1))?.first else {
            restingTurns += 1
            // A few more rounds of polling: whatever the store has to tell is told by then.
            return restingTurns < 8
        }
        restingTurns = 0
        let distance = next.timer.dueAt.since(clock.now).microseconds
        guard distance > 50_000_000 else { return true }
        clock.advance(to: clock.elapsed + distance - random.within(-2_000_000...40_000_000))
        return true
    }
    private var restingTurns = 0

    /// Does something later, unless the server that it belongs to is gone by then.
    func after(_ microseconds: Int64, _ act: @escaping (SimulatedWorld) -> Void) {
        let mine = incarnation
        agenda.insert(at: clock.elapsed + microseconds) { [unowned self] in if incarnation == mine { act(self) } }
    }

    /// Does something later, whatever happens to the server.
    func later(_ microseconds: Int64, _ act: @escaping (SimulatedWorld) -> Void) {
        agenda.insert(at: clock.elapsed + microseconds) { [unowned self] in act(self) }
    }

    // MARK: - The server

    private func startServer() {
        guard core == nil else { return }
        do {
            let epoch = try journal.open(node: "simulated")
            incarnation += 1
            isShuttingDown = false
            var configuration = EngineCore.Configuration()
            configuration.maximumActions = plan.actionLimit
            configuration.maximumIdleInstances = plan.idleLimit
            configuration.pollInterval = TimeSpan(microseconds: plan.pollInterval)
            configuration.catchUpWindow = plan.catchUpWindow
            configuration.retention = plan.retention
            let works = Link(world: self)
            configuration.noteWork = { works.world?.worksOn($0) }
            (death.isDue, death.hasCome) = (false, false)
            // Timers are read at polls: memory must reach beyond the next one.
            configuration.timerHorizon = max(configuration.timerHorizon, TimeSpan(microseconds: 3 * plan.pollInterval))
            let core = EngineCore(
                definitions: definitions, actions: SimulatedActions.handlers(), secrets: checker.secrets,
                configuration: configuration, now: journal.now())
            self.core = core
            // Every server stores its definitions before it takes work; the store knows them already after the first time.
            for graph in checker.definitions {
                let record = graph.record()
                _ = try journal.inner.write([.define(sabotage?.altered(record) ?? record)])
            }
            _ = try journal.inner.write([.configure(checker.config)])
            post(.opened(epoch))
            post(.definitionsChanged)
            checker.servedSince = journal.now()
            sabotage?.serverStarted(self)
        } catch {
            later(random.within(plan.restartDelay)) { $0.startServer() }
        }
    }

    /// kill -9: nothing of the process is left; what it asked others to do may or may not be done.
    func kill() {
        kills += 1
        stopServer()
        later(random.within(plan.restartDelay)) { $0.startServer() }
    }

    private func stopServer() {
        incarnation += 1
        core = nil
        journal.close()
        inbox = []
        isTurnScheduled = false
        tickAt = nil
        reads = []
        isReading = false
        pending = []
        isWriting = false
        underWay = [:]
        let cut = waiting
        waiting = []
        for client in cut { client.receive(.refused(EngineError(.unknown, "connection reset"))) }
    }

    func shutDown() {
        isShuttingDown = true
        post(.drain)
        awaitQuiet(until: clock.elapsed + 30_000_000, thenStopActions: true)
    }

    private func awaitQuiet(until deadline: Int64, thenStopActions: Bool) {
        after(20_000) { world in
            guard let core = world.core else { return }
            if core.isQuiet && world.inbox.isEmpty && world.pending.isEmpty && !world.isWriting {
                world.stopServer()
                world.later(world.random.within(world.plan.restartDelay)) { $0.startServer() }
            } else if world.clock.elapsed < deadline {
                world.awaitQuiet(until: deadline, thenStopActions: thenStopActions)
            } else if thenStopActions {
                world.post(.stopActions)
                world.awaitQuiet(until: deadline + 5_000_000, thenStopActions: false)
            } else {
                world.kill()
            }
        }
    }

    func post(_ input: EngineCore.Input) {
        inbox.append(input)
        guard !isTurnScheduled else { return }
        isTurnScheduled = true
        after(random.within(0...1_000)) { $0.turn() }
    }

    private func turn() {
        isTurnScheduled = false
        guard let core else { return }
        // Mostly everything there is, sometimes only a part: the real queue is cut anywhere.
        let count = random.chance(800) ? inbox.count : 1 + random.below(inbox.count)
        let inputs = Array(inbox.prefix(count))
        inbox.removeFirst(inputs.count)
        for input in inputs {
            core.handle(input, at: sabotage?.time(journal.now()) ?? journal.now())
            // What it was about to do is not done.
            if death.hasCome { return kill() }
        }
        perform(core.takeEffects())
        if !inbox.isEmpty && !isTurnScheduled {
            isTurnScheduled = true
            after(random.within(0...1_000)) { $0.turn() }
        }
        scheduleTick(core)
    }

    private func scheduleTick(_ core: EngineCore) {
        let at = clock.elapsed + max(0, core.nextWakeup.since(journal.now()).microseconds) + 1
        if let tickAt, tickAt <= at { return }
        tickAt = at
        let mine = incarnation
        agenda.insert(at: at, isTick: true) { [unowned self] in
            guard incarnation == mine else { return }
            if tickAt == at { tickAt = nil }
            inbox.append(.tick)
            turn()
        }
    }

    fileprivate func hinted(_ keys: [InstanceKey]) {
        // Hints may be lost, late or repeated.
        guard core != nil, !random.chance(300) else { return }
        after(random.within(0...5_000)) { $0.post(.wakeup(keys)) }
        if random.chance(100) { after(random.within(0...2_000_000)) { $0.post(.wakeup(keys)) } }
    }
}

/// Lets what may come from any thread in principle, the store's hints and the core's word of what it works on, back into the one
/// thread there is.
private final class Link: @unchecked Sendable {
    weak var world: SimulatedWorld?
    init(world: SimulatedWorld) { self.world = world }
}
