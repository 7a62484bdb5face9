import Schedules
import Values
import WorkflowGraph

/// What becomes of the instants of a cron trigger that have come, as far as times alone decide it (guarantees.md G11).
struct CatchUp {
    enum Verdict: Sendable, Hashable {
        case due
        /// No server ran then, or none that could act, and `catchup` does not make up for it.
        case missed
        /// Longer ago than the catch-up window.
        case expired
    }

    /// An instant that is later than this counts as missed, whatever server ran: a machine that slept catches up like one that
    /// was off.
    static let lateness = TimeSpan(microseconds: 60_000_000)
    /// `catchup: all` makes up for so many.
    static let most = 100

    private let missedThrough: Timestamp
    private let windowStart: Timestamp
    /// The missed instants that are made up for.
    private let madeUp: Set<Timestamp>

    /// - Parameters:
    ///   - position: Everything up to here is decided.
    ///   - servedSince: Since when this server watches.
    init(
        _ trigger: CronTrigger, after position: Timestamp, at now: Timestamp, servedSince: Timestamp, window: TimeSpan
    ) {
        missedThrough = max(servedSince, now.adding(TimeSpan(microseconds: -Self.lateness.microseconds)) ?? servedSince)
        windowStart = now.adding(TimeSpan(microseconds: -window.microseconds)) ?? now
        let limit =
            switch trigger.cron.catchUp {
            case .none: 0
            case .last: 1
            case .all: Self.most
            }
        madeUp = Set(
            trigger.schedule.firings(after: max(position, windowStart), through: min(missedThrough, now), limit: limit))
    }

    func verdict(on instant: Timestamp) -> Verdict {
        if instant > missedThrough || madeUp.contains(instant) { return .due }
        return instant <= windowStart ? .expired : .missed
    }
}
