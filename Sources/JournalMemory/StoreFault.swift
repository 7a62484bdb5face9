/// What a simulated store does wrong at one operation.
package enum StoreFault: Sendable, Hashable, CaseIterable {
    /// The process dies before the operation has any effect.
    case crashBefore
    /// The process dies after the operation took effect and before its answer arrives.
    case crashAt
    /// The operation succeeds and the process dies after its answer.
    case crashAfter
    /// Nothing happens; the same call may succeed later.
    case busy, full
    /// An I/O error: nothing happens and the store must be opened again.
    case failed
    /// The commit happened, or did not, and the caller cannot know.
    case unknownCommitted, unknownLost
}

/// What a caller asks of the store; people's queries are no operations and never fail on their own.
package enum OperationKind: String, Sendable, Hashable, CaseIterable {
    case open, write, claim, release, load, inbox, timers, continueDelivery, definition, config, maintain
}
