package import Values

// What is stored of cron triggers: guarantees.md G11.

/// A cron trigger over all edits of its definition: those with equal names are one.
package struct ScheduleName: Sendable, Hashable, Comparable, CustomStringConvertible {
    package var workflow: String
    /// The trigger's identity within the workflow: its zone and pattern.
    package var trigger: String

    package init(workflow: String, trigger: String) {
        self.workflow = workflow
        self.trigger = trigger
    }

    package var description: String { "\(workflow) \(trigger)" }

    package static func < (lhs: ScheduleName, rhs: ScheduleName) -> Bool {
        lhs.workflow.hasSameCodePoints(as: rhs.workflow)
            ? lhs.trigger.precedesByCodePoint(rhs.trigger) : lhs.workflow.precedesByCodePoint(rhs.workflow)
    }
    package static func == (lhs: ScheduleName, rhs: ScheduleName) -> Bool {
        lhs.workflow.hasSameCodePoints(as: rhs.workflow) && lhs.trigger.hasSameCodePoints(as: rhs.trigger)
    }
    package func hash(into hasher: inout Hasher) {
        workflow.hashCodePoints(into: &hasher)
        trigger.hashCodePoints(into: &hasher)
    }
}

/// A row of `wf_schedule`.
package struct StoredSchedule: Sendable, Equatable {
    package var name: ScheduleName
    /// All instants up to here are decided. It never goes back.
    package var position: Timestamp
    /// A current definition has the trigger. Of one that none has, no instant is missed.
    package var isActive: Bool
    /// The instance that it started last.
    package var latest: InstanceID?

    package init(name: ScheduleName, position: Timestamp, isActive: Bool, latest: InstanceID? = nil) {
        self.name = name
        self.position = position
        self.isActive = isActive
        self.latest = latest
    }
}

/// A schedule goes on to a later position, with what becomes of the instants up to there. All of it or nothing is written.
package struct ScheduleAdvance: Sendable, Equatable {
    package enum Overlap: String, Sendable { case allow, skip, replace }

    package enum Decision: Sendable, Equatable {
        /// Starts the instance, `pending`; what else depends on whether the one started last has ended.
        case start(NewInstance, Overlap)
        case skip(FiringRow.Skip, detail: String?)
    }

    package struct Firing: Sendable, Equatable {
        package var instant: Timestamp
        package var decision: Decision

        package init(instant: Timestamp, decision: Decision) {
            self.instant = instant
            self.decision = decision
        }
    }

    package var name: ScheduleName
    /// The position that the writer knows; nil: the schedule is not stored. With another one the write is stale.
    package var expected: Timestamp?
    /// Not before `expected`.
    package var position: Timestamp
    package var isActive: Bool
    /// In the order of their instants, each after `expected` and not after `position`; at most `JournalLimits.firingsPerCommit`.
    package var firings: [Firing]

    package init(
        name: ScheduleName, expected: Timestamp?, position: Timestamp, isActive: Bool = true, firings: [Firing] = []
    ) {
        self.name = name
        self.expected = expected
        self.position = position
        self.isActive = isActive
        self.firings = firings
    }
}

/// A row of `wf_firing`: what became of one instant of a schedule. Unique per schedule and instant, never changed.
package struct FiringRow: Sendable, Equatable {
    /// Why an instant started nothing.
    package enum Skip: String, Sendable, Hashable {
        /// No server ran then, and `catchup` does not make up for it.
        case missed
        /// Nobody decided within the catch-up window.
        case expired
        /// `overlap: skip`, and the instance started last had not ended.
        case overlap
        /// `concurrency` with `overflow: reject` had no place.
        case concurrency
        /// The trigger's `input` could not be evaluated or does not fit; `detail` says more.
        case input
    }

    package var instant: Timestamp
    /// The instance it started; nil when it was skipped.
    package var instance: InstanceID?
    package var skip: Skip?
    package var detail: String?
    package var decidedAt: Timestamp

    package init(instant: Timestamp, instance: InstanceID?, skip: Skip?, detail: String? = nil, decidedAt: Timestamp) {
        self.instant = instant
        self.instance = instance
        self.skip = skip
        self.detail = detail
        self.decidedAt = decidedAt
    }
}
