import Dispatch
import Synchronization
package import Values
package import WorkflowJournal

/// Runs an `EngineCore` over a real store and real actions.
///
/// Three serial queues: one for the core, one that writes, one that reads. Actions that wait for the outside are tasks.
/// Methods may be called from anywhere; those that change something answer when it is durable.
package final class Engine: Sendable {
    package typealias Configuration = EngineCore.Configuration

    let store: any JournalStore
    let definitions: any DefinitionProvider
    private let handlers: [String: ActionHandler]
    /// Takes lines for the server's own log.
    private let report: @Sendable (String) -> Void
    private let coreQueue = DispatchQueue(label: "wfrun.engine")
    private let readQueue = DispatchQueue(label: "wfrun.journal.read")
    private let writer: JournalWriter
    /// Touched on `coreQueue` only.
    private nonisolated(unsafe) let core: EngineCore
    private let inbox = Mutex(Inbox())
    private let clients = Mutex(Clients())
    private let tasks = Mutex<[EngineCore.AttemptTag: Task<Void, Never>]>([:])

    private struct Inbox {
        var inputs: [EngineCore.Input] = []
        var isScheduled = false
        var isStopped = false
        /// The instant of the wake-up that is set, so that an earlier one replaces it.
        var wakeup: Timestamp?
    }

    private struct Clients {
        var nextTicket: UInt64 = 0
        var waiting: [EngineCore.Ticket: CheckedContinuation<EngineCore.Answer, Never>] = [:]
        var ends: [InstanceID: [UInt64: CheckedContinuation<Void, Never>]] = [:]
        var quiet: [CheckedContinuation<Void, Never>] = []
        var random = SystemRandomNumberGenerator()
    }

    package init(
        store: any JournalStore, definitions: any DefinitionProvider, actions: [ActionHandler], secrets: any SecretSource,
        configuration: Configuration = Configuration(), report: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        var configuration = configuration
        configuration.noteWork = { store.noteWork(on: $0, by: .executor) }
        self.store = store
        self.definitions = definitions
        self.report = report
        handlers = Dictionary(actions.map { ($0.name, $0) }, uniquingKeysWith: { _, last in last })
        writer = JournalWriter(store: store)
        core = EngineCore(
            definitions: definitions, actions: actions, secrets: secrets, configuration: configuration, now: store.now())
    }

    package var queries: any JournalQueries { store }

    /// Opens the store's epoch: what clients write is written from here on. Nothing moves before `takeUp`.
    package func open(node: String = "local") throws(JournalError) -> Epoch {
        let epoch = try store.open(node: node)
        writer.begin(
            outcomes: { [weak self] in self?.post(.written($0)) },
            woken: { [weak self] in self?.post(.wakeup($0)) })
        store.onWakeup { [weak self] in self?.post(.wakeup($0)) }
        return epoch
    }

    /// Takes up everything that can move; returns at once. The provider has its definitions by then: what is resumed may start
    /// others at the first moment, and would find none.
    package func takeUp(_ epoch: Epoch) { post(.opened(epoch)) }

    /// The provider has its definitions, or others than before: cron triggers are followed from here on.
    package func followSchedules() { post(.definitionsChanged) }

    // MARK: - Clients

    package func start(_ request: StartRequest) async throws(EngineError) -> StartedInstance {
        try checkWritable()
        let answer = await ask { ticket, random in
            .start(ticket, request, InstanceID(at: self.store.now(), random: (random.next(), random.next())))
        }
        switch answer {
        case .started(let started): return started
        case .refused(let error): throw error
        case .written, .retried, .upgraded: preconditionFailure("a start is answered with an instance")
        }
    }

    package func accept(_ event: EventRequest) async throws(EngineError) -> WriteOutcome.AcceptedEvent {
        let outcome = try await write { random in
            let id = event.id ?? InstanceID(at: self.store.now(), random: (random.next(), random.next())).text
            return .accept(
                SentEvent(
                    event: NewEvent(id: id, name: event.name, source: event.source, data: JSON.normalised(event.data))))
        }
        guard case .accepted(let accepted) = outcome else { throw Self.unexpected(outcome) }
        return accepted
    }

    /// Stores a definition; instances may refer to it from then on.
    package func define(_ record: DefinitionRecord) async throws(EngineError) {
        let outcome = try await write { _ in .define(record) }
        guard case .stored = outcome else { throw Self.unexpected(outcome) }
    }

    /// Stores a configuration snapshot.
    package func configure(_ config: Value) async throws(EngineError) -> ContentDigest {
        let outcome = try await write { _ in .configure(config) }
        guard case .stored(let digest) = outcome else { throw Self.unexpected(outcome) }
        return digest
    }

    /// The instance once it has ended; nil when it is still going after that time.
    package func ended(_ id: InstanceID, within limit: TimeSpan) async throws(EngineError) -> InstanceDetail? {
        let number = clients.withLock { clients -> UInt64 in
            clients.nextTicket += 1
            return clients.nextTicket
        }
        // Register first, look second: an end between the two is not missed.
        async let signal: Void = withCheckedContinuation { continuation in
            clients.withLock { $0.ends[id, default: [:]][number] = continuation }
            if (try? store.instance(id))??.summary.status.isTerminal != false { endWait(id, number) }
            let nanoseconds = min(max(limit.microseconds, 0), 3_600_000_000) * 1_000
            DispatchQueue.global().asyncAfter(deadline: .now() + .nanoseconds(Int(nanoseconds))) { [weak self] in
                self?.endWait(id, number)
            }
        }
        await signal
        do {
            guard let detail = try store.instance(id) else {
                throw EngineError(.instanceNotFound, "there is no instance \(id)")
            }
            return detail.summary.status.isTerminal ? detail : nil
        } catch let error as EngineError {
            throw error
        } catch {
            throw EngineError(.unavailable, "\(error)")
        }
    }

    private func endWait(_ id: InstanceID, _ number: UInt64) {
        let continuation = clients.withLock { clients -> CheckedContinuation<Void, Never>? in
            let found = clients.ends[id]?.removeValue(forKey: number)
            if clients.ends[id]?.isEmpty == true { clients.ends[id] = nil }
            return found
        }
        continuation?.resume()
    }

    func ask(
        _ input: (EngineCore.Ticket, inout SystemRandomNumberGenerator) -> EngineCore.Input
    ) async -> EngineCore.Answer {
        await withCheckedContinuation { continuation in
            let made = clients.withLock { clients -> EngineCore.Input in
                clients.nextTicket += 1
                let ticket = EngineCore.Ticket(number: clients.nextTicket)
                clients.waiting[ticket] = continuation
                return input(ticket, &clients.random)
            }
            post(made)
        }
    }

    func write(
        _ make: (inout SystemRandomNumberGenerator) -> JournalWrite
    ) async throws(EngineError) -> WriteOutcome {
        try checkWritable()
        let answer = await ask { ticket, random in .write(ticket, make(&random)) }
        switch answer {
        case .written(let outcome): return outcome
        case .refused(let error): throw error
        case .started, .retried, .upgraded: preconditionFailure("a write is answered with its outcome")
        }
    }

    func checkWritable() throws(EngineError) {
        if let failure { throw EngineError(.unavailable, failure) }
        if inbox.withLock({ $0.isStopped }) { throw EngineError(.unavailable, "the server is shutting down; try again") }
        if writer.isFull {
            throw EngineError(.full, "there is no space left on the device of the database; free some and try again")
        }
    }

    static func unexpected(_ outcome: WriteOutcome) -> EngineError {
        switch outcome {
        case .refused(let refusal): EngineCore.error(of: refusal)
        case .unknown: EngineError(.unknown, "whether it was written is not known; repeat with the same key")
        default: EngineError(.unavailable, "the store gave an unexpected answer")
        }
    }

    // MARK: - Trouble

    /// Set once the store must not be used any more: the server has to stop.
    package var failure: String? { writer.failure }

    /// Returns the reason when the store has failed.
    package func waitForFailure() async -> String { await writer.waitForFailure() }

    // MARK: - Shutdown

    /// Begins nothing new, lets running actions finish for a time, stops those left and leaves. What is stored then is what a
    /// crash could have left too, or better.
    package func shutdown(drain: TimeSpan) async {
        post(.drain)
        let deadline = DispatchTime.now() + .microseconds(Int(clamping: drain.microseconds))
        while DispatchTime.now() < deadline, failure == nil, await !isQuiet() {
            try? await Task.sleep(for: .milliseconds(20))
        }
        let left = tasks.withLock { Array($0.values) }
        // By way of the core, which must know that these failures are the shutdown's and nobody else's.
        post(.stopActions)
        for task in left { await task.value }
        // What they brought back is still written.
        for _ in 0..<100 where failure == nil {
            if await isQuiet() { break } else { try? await Task.sleep(for: .milliseconds(10)) }
        }
        inbox.withLock { $0.isStopped = true }
        await writer.stop()
        coreQueue.sync {}
        readQueue.sync {}
        let waiting = clients.withLock { clients in
            defer { clients.waiting = [:] }
            return Array(clients.waiting.values)
        }
        for continuation in waiting {
            continuation.resume(returning: .refused(EngineError(.unknown, "the server has shut down")))
        }
        store.close()
    }

    private func isQuiet() async -> Bool {
        await withCheckedContinuation { continuation in
            coreQueue.async { [self] in continuation.resume(returning: core.isQuiet && inbox.withLock { $0.inputs.isEmpty }) }
        }
    }

    // MARK: - Driving the core

    private func post(_ input: EngineCore.Input) {
        let mustSchedule = inbox.withLock { inbox -> Bool in
            guard !inbox.isStopped else { return false }
            inbox.inputs.append(input)
            defer { inbox.isScheduled = true }
            return !inbox.isScheduled
        }
        if mustSchedule { coreQueue.async { [self] in turn() } }
    }

    /// Takes in what has queued up, round by round, until nothing is left.
    private func turn() {
        while true {
            let inputs = inbox.withLock { inbox -> [EngineCore.Input] in
                defer { inbox.inputs = [] }
                if inbox.inputs.isEmpty { inbox.isScheduled = false }
                return inbox.inputs
            }
            guard !inputs.isEmpty else { break }
            for input in inputs { core.handle(input, at: store.now()) }
            perform(core.takeEffects())
        }
        scheduleWakeup()
    }

    private func scheduleWakeup() {
        let next = core.nextWakeup
        let isEarlier = inbox.withLock { inbox -> Bool in
            if let set = inbox.wakeup, set <= next { return false }
            inbox.wakeup = next
            return true
        }
        guard isEarlier else { return }
        let microseconds = max(0, next.since(store.now()).microseconds)
        coreQueue.asyncAfter(deadline: .now() + .microseconds(Int(clamping: microseconds))) { [weak self] in
            guard let self else { return }
            inbox.withLock { if $0.wakeup == next { $0.wakeup = nil } }
            post(.tick)
        }
    }

    private func perform(_ effects: [EngineCore.Effect]) {
        var writes: [(EngineCore.WriteTag, JournalWrite)] = []
        var ends: [(tag: EngineCore.AttemptTag, result: ActionResult)] = []
        for effect in effects {
            switch effect {
            case .write(let tag, let write): writes.append((tag, write))
            case .claim, .claimOne, .load, .readInbox, .readTimers, .readSchedules, .release:
                readQueue.async { [self] in read(effect) }
            case .perform(let tag, let action, let invocation):
                if let result = perform(tag, action, invocation) { ends.append((tag: tag, result: result)) }
            case .abort(let tag): tasks.withLock { $0[tag] }?.cancel()
            case .answer(let ticket, let answer):
                clients.withLock { $0.waiting.removeValue(forKey: ticket) }?.resume(returning: answer)
            case .ended(let id):
                let waiting = clients.withLock { $0.ends.removeValue(forKey: id) }
                for continuation in waiting?.values ?? [:].values { continuation.resume() }
            case .report(let line): report(line)
            }
        }
        if !writes.isEmpty { writer.submit(writes) }
        if !ends.isEmpty { post(.attemptsEnded(ends)) }
    }

    /// The result of an action that does not wait.
    private func perform(
        _ tag: EngineCore.AttemptTag, _ action: String, _ invocation: ActionInvocation
    ) -> ActionResult? {
        guard let handler = handlers[action] else { return nil }
        switch handler.body {
        case .inline(let body): return body(invocation)
        case .asynchronous(let body):
            tasks.withLock { tasks in
                tasks[tag] = Task {
                    let result = await body(invocation)
                    _ = self.tasks.withLock { $0.removeValue(forKey: tag) }
                    self.post(.attemptEnded(tag, result))
                }
            }
            return nil
        }
    }

    private func read(_ effect: EngineCore.Effect) {
        do {
            switch effect {
            case .claim(let limit):
                let claims = try store.claim(limit: limit)
                post(.claimed(claims, isLast: claims.count < limit))
            case .claimOne(let key): post(.claimedOne(key, try store.claim(key)))
            case .load(let claim):
                let stored = try reading(claim) { () throws(JournalError) in try store.load(claim) }
                post(.loaded(claim, stored))
            case .readInbox(let claim):
                let inbox = try reading(claim) { () throws(JournalError) in try store.inbox(claim, limit: 64) }
                post(.inbox(claim, inbox))
            case .readTimers(let instant):
                let limit = 10_000
                let due = try store.timers(dueBy: instant, limit: limit)
                post(.timers(due, through: due.count < limit ? instant : due.last?.timer.dueAt ?? instant))
            case .readSchedules: post(.schedules(try store.schedules()))
            case .release(let claim): try store.release([claim])
            case .write, .perform, .abort, .answer, .ended, .report: break
            }
        } catch {
            readFailed(effect, error)
        }
    }

    /// What an instance holds could kill the process when it is read.
    private func reading<Answer>(
        _ claim: Claim, _ read: () throws(JournalError) -> Answer
    ) throws(JournalError) -> Answer {
        store.noteWork(on: claim.instance, by: .reader)
        defer { store.noteWork(on: nil, by: .reader) }
        return try read()
    }

    /// A read that cannot be made now is made again; one that cannot be made at all stops the server.
    private func readFailed(_ effect: EngineCore.Effect, _ error: JournalError) {
        switch error.code {
        case .busy, .full, .unknown:
            readQueue.asyncAfter(deadline: .now() + .milliseconds(100)) { [weak self] in self?.read(effect) }
        case .failed, .inUse, .incompatible, .inaccessible: writer.fail(error)
        }
    }
}
