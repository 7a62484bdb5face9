import WorkflowEngine
import WorkflowJournal

/// What happens to the machine and to the folder of definitions, and what kills the server from within.
extension SimulatedWorld {
    /// The death of the process while it works on an instance.
    struct Death {
        /// It comes with the next instance that is worked on.
        var isDue = false
        /// It has come, though the call that it came in goes on.
        var hasCome = false
        /// How often the poisonous instance has brought it.
        var poisonings = 0
    }

    func disturb(_ what: Disturbance) {
        switch what {
        case .kill: if core != nil { kill() }
        case .shutdown: if core != nil { shutDown() }
        case .clockJump(let microseconds): clock.jump(by: microseconds)
        case .edit(let index):
            onEdit(index)
            definitionsChanged()
        case .retire(let index):
            onRetire(index)
            definitionsChanged()
        case .killAtWork: death.isDue = core != nil
        case .endSchedules:
            if core != nil, clock.elapsed - Scenario.settling >= plan.calmAt { checker.checkSchedulesAreCurrent() }
            definitions.endSchedules()
            definitionsChanged()
        }
    }

    private func definitionsChanged() { if core != nil, !isShuttingDown { post(.definitionsChanged) } }

    /// What the core works on, as the store remembers it when the process dies under it.
    func worksOn(_ key: InstanceKey?) {
        guard !death.hasCome else { return }
        journal.noteWork(on: key, by: .executor)
        guard let key else { return }
        if let poison = plan.poison, let id = checker.startedInstance(poison), let seen = checker.observed[id],
            seen.stored.claim.instance == key
        {
            checker.poisoned = id
            death.poisonings += 1
            death.hasCome = true
            if death.poisonings > JournalLimits.crashes {
                checker.report("I23", "\(id) has killed the server \(death.poisonings) times")
            }
        } else if death.isDue {
            checker.note("died at work")
            death.hasCome = true
        }
    }
}
