import Schedules
import Values
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// Cron triggers: each is followed from the position that the store knows; what becomes of an instant is decided once and
/// stored with the instance that it starts (guarantees.md G11).
extension EngineCore {
    /// A cron trigger of a current definition, followed.
    struct FollowedSchedule {
        var trigger: CronTrigger
        /// Everything up to here is decided.
        var position: Timestamp
    }

    /// What is known of cron triggers.
    struct ScheduleTable {
        var followed: [ScheduleName: FollowedSchedule] = [:]
        /// Asked for once definitions are there; nothing is decided before.
        var mustBeRead = false
        var isBeingRead = false
        /// Writes under way, one for a schedule.
        var writing: Set<ScheduleName> = []
        /// When this server began.
        var servedSince: Timestamp?
    }

    /// Definitions have come, changed or gone.
    func followSchedules() {
        schedules.mustBeRead = true
        readSchedules()
    }

    /// Reads all positions anew, once no write is under way: what is read then is what there is.
    func readSchedules() {
        guard schedules.mustBeRead, !schedules.isBeingRead, schedules.writing.isEmpty, epoch != nil, !isDraining else { return }
        schedules.mustBeRead = false
        schedules.isBeingRead = true
        schedules.followed = [:]
        effects.append(.readSchedules)
    }

    func received(_ stored: [StoredSchedule]) {
        schedules.isBeingRead = false
        guard !schedules.mustBeRead else {
            readSchedules()
            return
        }
        let known = Dictionary(stored.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let present = Timestamp(microseconds: now.microseconds)
        let triggers = definitions.cronTriggers()
        for trigger in triggers {
            let row = known[trigger.name]
            let position = row?.position ?? present
            schedules.followed[trigger.name] = FollowedSchedule(trigger: trigger, position: position)
            if let row, row.isActive {
                goOn(trigger.name)
            } else {
                // Until now nothing had it, so nothing was missed.
                submit(ScheduleAdvance(name: trigger.name, expected: row?.position, position: max(position, present)))
            }
        }
        let current = Set(triggers.map(\.name))
        for row in stored where row.isActive && !current.contains(row.name) {
            submit(ScheduleAdvance(name: row.name, expected: row.position, position: row.position, isActive: false))
        }
    }

    /// Decides what has come, or waits for the next instant.
    func goOn(_ name: ScheduleName) {
        guard let followed = schedules.followed[name], !schedules.writing.contains(name), !isDraining else { return }
        let instants = followed.trigger.instants(
            after: followed.position, through: now, count: JournalLimits.firingsPerCommit)
        guard let last = instants.last else {
            if let next = followed.trigger.schedule.next(after: followed.position) {
                timers.insert(.schedule(name), dueAt: next)
            }
            return
        }
        let catchUp = CatchUp(
            followed.trigger, after: followed.position, at: now, servedSince: schedules.servedSince ?? now,
            window: configuration.catchUpWindow)
        submit(
            ScheduleAdvance(
                name: name, expected: followed.position, position: last,
                firings: instants.map { firing(at: $0, of: followed.trigger, catchUp.verdict(on: $0)) }))
    }

    private func submit(_ advance: ScheduleAdvance) {
        schedules.writing.insert(advance.name)
        submit(.schedule(advance), .schedule(advance))
    }

    func scheduleWritten(_ advance: ScheduleAdvance, _ outcome: WriteOutcome) {
        schedules.writing.remove(advance.name)
        switch outcome {
        case .scheduled(let scheduled):
            for key in scheduled.woken { wake(key) }
            for row in scheduled.firings { report(row, of: advance.name) }
            schedules.followed[advance.name]?.position = advance.position
            if !schedules.mustBeRead { goOn(advance.name) }
        case .stale, .unknown:
            // Whom it marked, if it was committed, is not known.
            if outcome == .unknown { wakeAll() }
            schedules.mustBeRead = true
        case .refused(let refusal):
            schedules.followed[advance.name] = nil
            effects.append(.report("the cron trigger '\(advance.name)' is not followed any more: \(refusal.message)"))
        case .committed, .accepted, .requested, .enqueued, .removed, .stored, .existing:
            preconditionFailure("a schedule goes on or not")
        }
        readSchedules()
    }

    /// What an operator would look for in vain among the instances.
    private func report(_ row: FiringRow, of name: ScheduleName) {
        guard let skip = row.skip, skip == .input || skip == .concurrency else { return }
        let reason = row.detail ?? "'concurrency' has no place"
        effects.append(.report("the cron trigger '\(name)' started nothing at \(row.instant): \(reason)"))
    }

    // MARK: - What an instant starts

    private func firing(
        at instant: Timestamp, of trigger: CronTrigger, _ verdict: CatchUp.Verdict
    ) -> ScheduleAdvance.Firing {
        let decision: ScheduleAdvance.Decision
        switch verdict {
        case .missed: decision = .skip(.missed, detail: nil)
        case .expired: decision = .skip(.expired, detail: nil)
        case .due:
            do {
                decision = .start(try instance(at: instant, of: trigger), ScheduleAdvance.Overlap(trigger.cron.overlap))
            } catch {
                decision = .skip(.input, detail: error.message)
            }
        }
        return ScheduleAdvance.Firing(instant: instant, decision: decision)
    }

    private func instance(at instant: Timestamp, of trigger: CronTrigger) throws(Failure) -> NewInstance {
        let definition = trigger.definition
        let scope = FlatScope(values: [
            definition.graph.typed(config: definition.config), ["time": .timestamp(instant)],
        ])
        let input = try evaluate(trigger.input, scope, of: "input")
        let cause: Value = [
            "type": "cron", "cron": .string(trigger.cron.pattern), "timezone": .string(trigger.cron.timezone),
            "time": .string(instant.description),
        ]
        do {
            return try prepare(definition, id: InstanceID(firing: instant, of: trigger.name), input: input, trigger: cause).new
        } catch {
            throw error.failure(ofStarting: definition.graph.workflow)
        }
    }
}

extension ScheduleAdvance.Overlap {
    init(_ overlap: StepGraph.Trigger.Cron.Overlap) {
        switch overlap {
        case .allow: self = .allow
        case .skip: self = .skip
        case .replace: self = .replace
        }
    }
}
