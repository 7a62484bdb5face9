import Synchronization

/// Why a running action is told to end.
enum StopReason: Sendable {
    /// Its own `timeout` input ran out.
    case timedOut
    /// The engine cancelled its task: a step's timeout, a cancelled instance, a shutdown.
    case cancelled
}

/// Tells a running action once that it should end, and keeps the delayed measures that follow.
///
/// The action's work runs in a task of its own, so that being cancelled is a message it can answer gracefully and not an
/// immediate end: see `run(limit:_:)`.
final class StopSwitch: Sendable {
    private struct State {
        var reason: StopReason?
        var handler: (@Sendable (StopReason) -> Void)?
        var delayed: [Task<Void, Never>] = []
        var isFinished = false
    }

    private let state = Mutex(State())

    /// Runs `work`; the switch trips after `limit`, or when the calling task is cancelled. Always waits for `work` to return.
    static func run<Result: Sendable>(
        limit: Duration, _ work: @escaping @Sendable (StopSwitch) async -> Result
    ) async -> Result {
        let stop = StopSwitch()
        let running = Task { await work(stop) }
        stop.after(limit) { stop.trip(.timedOut) }
        let result = await withTaskCancellationHandler {
            await running.value
        } onCancel: {
            stop.trip(.cancelled)
        }
        stop.finish()
        return result
    }

    /// The first reason given.
    var reason: StopReason? { state.withLock(\.reason) }

    /// Sets what happens when the switch trips: at once if it has already.
    func onTrip(_ handler: @escaping @Sendable (StopReason) -> Void) {
        let reason = state.withLock { state in
            state.handler = handler
            return state.reason
        }
        if let reason { handler(reason) }
    }

    func trip(_ reason: StopReason) {
        let handler = state.withLock { state -> (@Sendable (StopReason) -> Void)? in
            guard state.reason == nil, !state.isFinished else { return nil }
            state.reason = reason
            return state.handler
        }
        handler?(reason)
    }

    /// Does something later, unless the work has ended by then.
    func after(_ delay: Duration, _ measure: @escaping @Sendable () -> Void) {
        let task = Task {
            do { try await Task.sleep(for: delay) } catch { return }
            measure()
        }
        let isLate = state.withLock { state in
            if !state.isFinished { state.delayed.append(task) }
            return state.isFinished
        }
        if isLate { task.cancel() }
    }

    private func finish() {
        let delayed = state.withLock { state in
            state.isFinished = true
            state.handler = nil
            return state.delayed
        }
        for task in delayed { task.cancel() }
    }
}
