import Values
import WorkflowJournal

/// Asks the store for what nobody told us of, and turns due timers into occurrences.
extension EngineCore {
    func poll() {
        nextPoll = now.adding(configuration.pollInterval) ?? now
        guard epoch != nil, !isDraining else { return }
        claimMore()
        removeExpired()
        let lead = TimeSpan(microseconds: configuration.timerHorizon.microseconds / 2)
        if !isReadingTimers, horizon <= now.adding(lead) ?? now {
            isReadingTimers = true
            let instant = now.adding(configuration.timerHorizon) ?? now
            armUncommitted(through: instant)
            effects.append(.readTimers(dueBy: instant))
        }
    }

    /// A timer whose commit is under way may be in neither the store's answer nor, being too far ahead, in memory.
    func armUncommitted(through instant: Timestamp) {
        armedThrough = max(armedThrough, instant)
        for tag in pendingWrites.keys.sorted(by: { $0.number < $1.number }) {
            guard case .transition(let instance)? = pendingWrites[tag], let claim = instance.claim else { continue }
            for timer in instance.timers.values.sorted(by: { $0.key < $1.key }) { arm(timer, of: claim.instance) }
        }
    }

    func claimMore() {
        guard !isClaiming, !isDraining else { return }
        isClaiming = true
        effects.append(.claim(limit: 500))
    }

    func received(_ due: [DueTimer], through: Timestamp) {
        isReadingTimers = false
        horizon = max(horizon, through)
        for timer in due { timers.insert(.step(timer.instance, timer.timer)) }
    }

    func fireTimers() {
        while let timer = timers.popDue(at: now) {
            switch timer.target {
            // Its row is still there for the next server.
            case .step where isDraining: continue
            case .step(let key, let row):
                if let instance = live[key] {
                    guard let current = instance.timers[row.key], current.dueAt <= now else { continue }
                    instance.queue.append(.timer(row.key))
                    activate(instance)
                } else {
                    fetch(key)
                }
            case .schedule(let name): goOn(name)
            case .attempt(let tag): attemptLimitReached(tag)
            case .grace(let tag): graceEnded(tag)
            }
        }
    }
}
