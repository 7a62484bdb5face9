import Values
import WorkflowJournal

/// What is past its age leaves the store, in small commits between all others (guarantees.md G22).
extension EngineCore {
    func removeExpired() {
        guard let order = configuration.retention, !isRemoving, !isDraining, now >= nextRemoval else { return }
        isRemoving = true
        submit(.remove(order), .removal)
    }

    func removalWritten(_ outcome: WriteOutcome) {
        isRemoving = false
        if case .removed(let removed) = outcome, removed.hasMore { return removeExpired() }
        nextRemoval = now.adding(configuration.removalInterval) ?? now
        if case .refused(let refusal) = outcome {
            effects.append(.report("what is past its age could not be removed: \(refusal.message)"))
        }
    }
}
