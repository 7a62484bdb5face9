package import Values

// What leaves the journal again: guarantees.md G22.

/// Asks for what is past its age, as much of it as one small commit takes.
package struct RemovalOrder: Sendable, Equatable {
    /// How long ended instances are kept whose definition does not say; without an entry they are kept for ever.
    package var instances: [InstanceStatus: TimeSpan]
    /// How long events and the records of firings are kept; nil: for ever.
    package var events: TimeSpan?

    package init(instances: [InstanceStatus: TimeSpan] = [:], events: TimeSpan? = nil) {
        self.instances = instances
        self.events = events
    }
}

/// What a commit removed.
package struct Removed: Sendable, Equatable {
    /// Ended, past their age (which counts from `endedAt`), without live children; the ones that ended first come first within
    /// a definition and status. Their rows in other tables follow in this commit or in later ones.
    package var instances: [InstanceID]
    /// In the order of acceptance, with what is stored about them and who took them; only delivered ones.
    package var events: [EventSequence]
    /// There may be more to do at once.
    package var hasMore: Bool

    package init(instances: [InstanceID], events: [EventSequence], hasMore: Bool) {
        self.instances = instances
        self.events = events
        self.hasMore = hasMore
    }
}
