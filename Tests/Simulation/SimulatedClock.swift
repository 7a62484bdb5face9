import Synchronization
package import Values

/// The clock of the simulated machine, moved by nobody but the world. It can be set, like every computer's.
package final class SimulatedClock: Sendable {
    private let state: Mutex<(elapsed: Int64, offset: Int64)>
    package static let start = Timestamp(microseconds: 1_767_603_600_000_000)

    package init() { state = Mutex((0, 0)) }

    /// What the machine says the time is.
    package var now: Timestamp {
        state.withLock { Timestamp(microseconds: Self.start.microseconds + $0.elapsed + $0.offset) }
    }

    /// Microseconds that have really passed.
    package var elapsed: Int64 { state.withLock { $0.elapsed } }

    package func advance(to elapsed: Int64) { state.withLock { $0.elapsed = max($0.elapsed, elapsed) } }

    /// Somebody sets the clock.
    package func jump(by microseconds: Int64) { state.withLock { $0.offset += microseconds } }
}
