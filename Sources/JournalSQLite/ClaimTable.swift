import Synchronization
import WorkflowJournal

/// What this node has claimed: one process has the file, so memory is enough.
final class ClaimTable: Sendable {
    private let held = Mutex<Set<InstanceKey>>([])

    func insert(_ keys: [InstanceKey]) {
        guard !keys.isEmpty else { return }
        held.withLock { $0.formUnion(keys) }
    }

    func remove(_ keys: [InstanceKey]) {
        guard !keys.isEmpty else { return }
        held.withLock { held in for key in keys { held.remove(key) } }
    }

    func removeAll() {
        held.withLock { $0 = [] }
    }

    /// Reads and claims under the lock: what the reading shows as unclaimed stays so until it is claimed here.
    func claim(
        _ read: (_ isHeld: (InstanceKey) -> Bool) throws(JournalError) -> [Claim]
    ) throws(JournalError) -> [Claim] {
        try held.withLock { (held) throws(JournalError) -> [Claim] in
            let claims = try read { held.contains($0) }
            for claim in claims { held.insert(claim.instance) }
            return claims
        }
    }
}
