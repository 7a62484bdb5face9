import Dispatch
import Synchronization
import WorkflowJournal

/// The one writer of a store: what queues up while a batch is being flushed makes the next batch; nobody waits for company.
final class JournalWriter: Sendable {
    private let store: any JournalStore
    private let queue = DispatchQueue(label: "wfrun.journal.write")
    private let state = Mutex(State())

    private struct State {
        var pending: [(tag: EngineCore.WriteTag, write: JournalWrite)] = []
        var isScheduled = false
        var isFull = false
        var failure: String?
        var waitingForFailure: [CheckedContinuation<String, Never>] = []
        var outcomes: (@Sendable ([(tag: EngineCore.WriteTag, outcome: WriteOutcome)]) -> Void)?
        var woken: (@Sendable ([InstanceKey]) -> Void)?
    }

    /// More than this in one transaction would only make everybody wait longer.
    private static let batchLimit = 1_000

    init(store: any JournalStore) { self.store = store }

    func begin(
        outcomes: @escaping @Sendable ([(tag: EngineCore.WriteTag, outcome: WriteOutcome)]) -> Void,
        woken: @escaping @Sendable ([InstanceKey]) -> Void
    ) {
        state.withLock {
            $0.outcomes = outcomes
            $0.woken = woken
        }
        // A server that died while it marked many waits left the rest of them to this one.
        queue.async { [self] in continueDelivery() }
    }

    var isFull: Bool { state.withLock { $0.isFull } }
    var failure: String? { state.withLock { $0.failure } }

    func waitForFailure() async -> String {
        await withCheckedContinuation { continuation in
            let failure = state.withLock { state -> String? in
                if state.failure == nil { state.waitingForFailure.append(continuation) }
                return state.failure
            }
            if let failure { continuation.resume(returning: failure) }
        }
    }

    func fail(_ error: JournalError) {
        let waiting = state.withLock { state -> [CheckedContinuation<String, Never>] in
            guard state.failure == nil else { return [] }
            state.failure = error.message
            defer { state.waitingForFailure = [] }
            return state.waitingForFailure
        }
        for continuation in waiting { continuation.resume(returning: error.message) }
    }

    func submit(_ writes: [(EngineCore.WriteTag, JournalWrite)]) {
        let mustSchedule = state.withLock { state -> Bool in
            state.pending.append(contentsOf: writes.map { (tag: $0.0, write: $0.1) })
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if mustSchedule { queue.async { [self] in drain() } }
    }

    /// Writes what is pending; returns when the last batch is durable.
    func stop() async {
        await withCheckedContinuation { continuation in queue.async { continuation.resume() } }
    }

    private func drain() {
        while failure == nil {
            let batch = state.withLock { state -> [(tag: EngineCore.WriteTag, write: JournalWrite)] in
                let batch = Array(state.pending.prefix(Self.batchLimit))
                state.pending.removeFirst(batch.count)
                if batch.isEmpty { state.isScheduled = false }
                return batch
            }
            guard !batch.isEmpty, write(batch) else { return }
        }
    }

    /// False when the batch has to wait or the store is gone.
    private func write(_ batch: [(tag: EngineCore.WriteTag, write: JournalWrite)]) -> Bool {
        do {
            let outcomes = try store.write(batch.map(\.write))
            state.withLock { $0.isFull = false }
            report(batch, outcomes)
            if outcomes.contains(where: \.mayHaveMoreCandidates) { continueDelivery() }
            maintain()
            return true
        } catch {
            switch error.code {
            case .busy, .full:
                // It stays queued: results of finished actions are not lost, and work goes on when there is space again.
                state.withLock { state in
                    state.isFull = error.code == .full
                    state.pending.insert(contentsOf: batch, at: 0)
                }
                queue.asyncAfter(deadline: .now() + .milliseconds(error.code == .busy ? 20 : 250)) { [self] in drain() }
            case .unknown: report(batch, Array(repeating: .unknown, count: batch.count))
            case .failed, .inUse, .incompatible, .inaccessible: fail(error)
            }
            return error.code == .unknown
        }
    }

    /// Upkeep that cannot be done now is done after a later batch.
    private func maintain() {
        do {
            try store.maintain()
        } catch {
            if error.code == .failed { fail(error) }
        }
    }

    private func report(_ batch: [(tag: EngineCore.WriteTag, write: JournalWrite)], _ outcomes: [WriteOutcome]) {
        let receive = state.withLock { $0.outcomes }
        receive?(zip(batch, outcomes).map { (tag: $0.tag, outcome: $1) })
    }

    private func continueDelivery() {
        do {
            while failure == nil {
                let woken = try store.continueDelivery()
                if woken.isEmpty { return }
                state.withLock { $0.woken }?(woken)
            }
        } catch {
            switch error.code {
            case .busy, .full, .unknown:
                queue.asyncAfter(deadline: .now() + .milliseconds(250)) { [self] in continueDelivery() }
            case .failed, .inUse, .incompatible, .inaccessible: fail(error)
            }
        }
    }
}

extension WriteOutcome {
    fileprivate var mayHaveMoreCandidates: Bool {
        switch self {
        case .accepted(let event): event.woken.count >= JournalLimits.candidatesPerCommit
        // It may have sent events.
        case .committed(let committed): committed.woken.count >= JournalLimits.candidatesPerCommit
        case .requested, .enqueued, .scheduled, .removed, .stored, .existing, .stale, .refused, .unknown: false
        }
    }
}
