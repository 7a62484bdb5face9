package import Values

// What stores say when they refuse: one wording for all of them.

extension WriteOutcome.Refusal {
    package static func keyReused(_ request: IdempotentRequest) -> Self {
        Self(reason: .keyReused, message: "Idempotency-Key '\(request.key)' was used for another request.")
    }

    package static func callerKeyTaken(_ key: String, workflow: String, by id: InstanceID) -> Self {
        Self(reason: .callerKeyTaken, message: "The key '\(key)' of workflow '\(workflow)' is taken by instance \(id).")
    }

    package static func finalStep(_ key: MemoKey) -> Self {
        Self(reason: .quarantined, message: "Step '\(key)' has no open row to change: a final result never changes.")
    }

    package static func stepExists(_ key: MemoKey) -> Self {
        Self(reason: .quarantined, message: "Step '\(key)' was recorded before in this run.")
    }

    package static func waitExists(_ key: MemoKey) -> Self {
        Self(reason: .quarantined, message: "Wait '\(key)' is open already.")
    }

    package static func cannotTake(_ event: EventSequence, wait: MemoKey) -> Self {
        Self(
            reason: .quarantined,
            message:
                "Event \(event.number) cannot be taken by wait '\(wait)': it is unknown or consumed, or the wait is not open.")
    }

    package static func notStored(definition: ContentDigest) -> Self {
        Self(reason: .quarantined, message: "Definition \(definition) is not stored.")
    }

    package static func notStored(config: ContentDigest) -> Self {
        Self(reason: .quarantined, message: "Configuration \(config) is not stored.")
    }

    package static func gateFull(_ gate: GateRequest) -> Self {
        Self(reason: .gateFull, message: "Concurrency '\(gate.key)' has no place: \(gate.places) of \(gate.places) are taken.")
    }

    package static let startAtGate = Self(
        reason: .quarantined, message: "An instance with a place under 'concurrency' is enqueued, never started at once.")

    package static let disorderedFirings = Self(
        reason: .quarantined,
        message:
            "The instants of a schedule are decided once, in their order, up to its position, which never goes back, "
            + "and at most \(JournalLimits.firingsPerCommit) in one commit.")

    package static let noNextRun = Self(
        reason: .quarantined, message: "An ended instance is revived with the run that follows, and there is none.")
}
