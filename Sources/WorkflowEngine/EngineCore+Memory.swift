import DequeModule
import Values
import WorkflowJournal

/// Instances come into memory when something is left for them, and leave it when nothing is under way.
extension EngineCore {
    /// Somebody left something for the instance.
    func wake(_ key: InstanceKey) {
        guard let instance = live[key] else {
            fetch(key)
            return
        }
        instance.needsInbox = true
        // What it waits for to begin is not in the inbox.
        if !instance.hasBegun { instance.mustComeBack = true }
        activate(instance)
    }

    func fetch(_ key: InstanceKey) {
        guard !isDraining else { return }
        if arriving.insert(key).inserted {
            effects.append(.claimOne(key))
        } else {
            // It is on its way; what is new may have been written after it was read.
            refetch.insert(key)
        }
    }

    /// It has ended, or is somebody else's: what still runs for it runs for nobody.
    func unavailable(_ key: InstanceKey) {
        arriving.remove(key)
        refetch.remove(key)
        keptResults[key] = nil
        for upgrade in upgrades.removeValue(forKey: key) ?? [] {
            refuse(
                upgrade.ticket,
                EngineError(
                    .alreadyEnded, "the instance has ended, or there is none, or it is quarantined and has to be resumed"))
        }
        for tag in attempts.tags(of: key) { abort(tag) }
    }

    func arrived(_ claim: Claim) {
        if let instance = live[claim.instance] {
            arriving.remove(claim.instance)
            instance.needsInbox = true
            activate(instance)
            return
        }
        arriving.insert(claim.instance)
        effects.append(.load(claim))
    }

    func loaded(_ claim: Claim, _ stored: StoredInstance?) {
        let key = claim.instance
        arriving.remove(key)
        guard live[key] == nil else { return }
        let isNewerThere = refetch.remove(key) != nil
        if let stored, isUpgraded(stored) { return }
        guard let stored, mayComeIn(stored, isNewerThere) else {
            // Given back, it is found again; at once if somebody has left something since it was read.
            effects.append(.release(claim))
            if isNewerThere { fetch(key) }
            return
        }
        workOn(key)
        guard let instance = rebuild(stored) else { return }
        live[key] = instance
        instance.needsInbox = isNewerThere || stored.marks > stored.state.marksConsumed
        takeUp(instance, stored)
        queueWaiting(instance)
        activate(instance)
    }

    func mayComeIn(_ stored: StoredInstance, _ isNewerThere: Bool) -> Bool {
        if stored.state.status.isTerminal { return false }
        if stored.state.hold != nil {
            // Of a paused one, what comes back from outside is recorded.
            return stored.state.hold == .paused && keptResults[stored.claim.instance] != nil
        }
        // It may have been let in at its gate since.
        return stored.isAdmitted || !isNewerThere
    }

    // MARK: - Leaving memory

    /// Drops the live object and builds it anew from the store; results of finished actions are kept.
    func reload(_ instance: LiveInstance) {
        guard let claim = instance.claim else { return }
        keepResults(of: instance, claim.instance)
        drop(instance)
        fetch(claim.instance)
    }

    /// Its places go to others once it is out of reach: the next in line may be a step of its own, and what it holds in memory
    /// may never have been committed.
    func drop(_ instance: LiveInstance) {
        forget(instance)
        giveBackPlaces(instance)
    }

    private func forget(_ instance: LiveInstance) {
        guard let claim = instance.claim else { return }
        live[claim.instance] = nil
        effects.append(.release(claim))
    }

    func leaveMemory(_ instance: LiveInstance, andComeBack comesBack: Bool = false) {
        guard let claim = instance.claim else { return }
        keepResults(of: instance, claim.instance)
        drop(instance)
        if comesBack { fetch(claim.instance) }
    }

    func keepResults(of instance: LiveInstance, _ key: InstanceKey) {
        let results = (instance.drained + instance.queue).filter { if case .result = $0 { true } else { false } }
        if !results.isEmpty { keptResults[key, default: []] += results }
    }

    /// Suspended instances leave memory, those unused the longest first.
    func evictIdle() {
        guard live.count > evictionThreshold else { return }
        let idle = live.values.filter(\.isIdle).sorted { $0.lastUsed < $1.lastUsed }
        // An idle one holds no place.
        for instance in idle.prefix(max(0, live.count - configuration.maximumIdleInstances * 9 / 10)) { forget(instance) }
        // Where most are busy there is little to find: looking again has to wait until there are clearly more.
        evictionThreshold = max(configuration.maximumIdleInstances, live.count + live.count / 10)
    }
}
