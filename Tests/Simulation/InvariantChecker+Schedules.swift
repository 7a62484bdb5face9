import Values
import WorkflowEngine
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// Cron triggers: I15, I16, I17, and what `catchup` and `overlap` say.
extension InvariantChecker {
    /// What was seen of a schedule after its latest commit.
    struct SeenSchedule {
        var position: Timestamp
        var isActive: Bool
        var decided: Set<Timestamp> = []
        var latest: InstanceID?
    }

    func check(_ advance: ScheduleAdvance, _ scheduled: WriteOutcome.Scheduled) {
        let before = seenSchedules[advance.name]
        if before?.position != advance.expected || advance.position < before?.position ?? advance.position {
            report("I17", "\(advance.name) went from \(before?.position.description ?? "nowhere") to \(advance.position)")
        }
        var now = before ?? SeenSchedule(position: advance.position, isActive: false)
        if !now.isActive || !advance.isActive {
            if !scheduled.firings.isEmpty { report("I17", "\(advance.name) fires and no definition has it") }
            note(advance.isActive ? (before == nil ? "schedule begun" : "schedule begun again") : "schedule ended")
        } else if let calendar = calendar(of: advance.name) {
            let instants = calendar.instants(after: now.position, through: advance.position)
            if scheduled.firings.map(\.instant) != instants {
                report("I17", "\(advance.name): decided \(scheduled.firings.map(\.instant)), the calendar says \(instants)")
            }
        }
        checkVerdicts(scheduled.firings, of: advance.name)
        for row in scheduled.firings { check(row, of: advance.name, &now) }
        now.position = advance.position
        now.isActive = advance.isActive
        seenSchedules[advance.name] = now
    }

    private func check(_ row: FiringRow, of name: ScheduleName, _ now: inout SeenSchedule) {
        if !now.decided.insert(row.instant).inserted { report("I16", "\(name) decided twice on \(row.instant)") }
        if clock() < row.instant { report("I15", "\(name) came early for \(row.instant)") }
        if (row.instance == nil) == (row.skip == nil) { report("I17", "\(name) says nothing or too much of \(row.instant)") }
        checkOverlap(row, of: name, now.latest)
        if let skip = row.skip { note("instant skipped: \(skip.rawValue)") }
        guard let id = row.instance else { return }
        begin(id, "fired by a schedule")
        if observed[id] == nil { report("I17", "\(name) fired at \(row.instant) and \(id) is not there") }
        now.latest = id
    }

    /// Judged only where other writes of the same commit cannot have changed it.
    private func checkOverlap(_ row: FiringRow, of name: ScheduleName, _ latest: InstanceID?) {
        guard let overlap = only(crons(of: name).map(\.overlap)), let latest else { return }
        let wasActive = observed[latest].map { !$0.status.isTerminal } ?? false
        let isActive = ((try? store.instance(latest)) ?? nil).map { !$0.summary.status.isTerminal } ?? false
        guard wasActive == isActive else { return }
        if row.skip == .overlap && (overlap != .skip || !isActive) {
            report("I17", "\(name) skipped \(row.instant) for an instance that is over")
        }
        guard isActive, let id = row.instance else { return }
        note("fired while the one before is active")
        if overlap == .skip { report("I17", "\(name) started \(id) at \(row.instant) while \(latest) is active") }
        guard overlap == .replace, let stored = (try? store.storedInstance(latest)) ?? nil else { return }
        if stored.cancel == nil && observed[latest]?.cancelled == nil && stored.state.hold != .quarantined {
            report("I17", "\(name) started \(id), which does not replace \(latest)")
        }
        let revivals = observed[latest]?.revivals
        observed[latest]?.cancelled = revivals
        observed[latest]?.isReleased = true
        observed[latest]?.pauses = false
    }

    /// What the server could not be there for is made up for as `catchup` says; what it could is neither missed nor expired.
    private func checkVerdicts(_ rows: [FiringRow], of name: ScheduleName) {
        guard let began = servedSince, let policy = only(crons(of: name).map(\.catchUp)), let calendar = calendar(of: name),
            let windowStart = clock().adding(TimeSpan(microseconds: -catchUpWindow.microseconds))
        else { return }
        for row in rows {
            let isLeftOut = row.skip == .missed || row.skip == .expired
            if row.skip == .expired, row.instant > windowStart { report("I17", "\(name) gave up \(row.instant) in its window") }
            let late = clock().since(row.instant).microseconds
            if row.instant > began, began.since(row.instant).microseconds < -1_000_000, late < 59_000_000 {
                if isLeftOut { report("I17", "\(name) missed \(row.instant), when the server was there") }
                continue
            }
            guard row.instant <= began else { continue }
            let isLast = calendar.instants(after: row.instant, through: began).isEmpty
            switch policy {
            case .none: if !isLeftOut { report("I17", "\(name) made up for \(row.instant) with 'catchup: none'") }
            case .last where !isLast: if !isLeftOut { report("I17", "\(name) made up for \(row.instant), not the last one") }
            case .last, .all:
                // The last one stays missed when more were missed since, by a server that was there and did not move.
                let isAlone = calendar.instants(after: row.instant, through: clock()).isEmpty
                if isLeftOut, isLast, isAlone, row.instant > windowStart {
                    report("I17", "\(name) did not make up for \(row.instant)")
                }
                if !isLeftOut { note("instant made up for") }
            }
        }
    }

    /// The server has been there, undisturbed, for minutes.
    func checkSchedulesAreCurrent() {
        guard let now = clock().adding(TimeSpan(microseconds: -5_000_000)) else { return }
        for (name, seen) in seenSchedules.sorted(by: { $0.key < $1.key }) where seen.isActive {
            guard let left = calendar(of: name)?.instants(after: seen.position, through: now).first else { continue }
            report("I17", "\(name) has not decided on \(left)")
        }
    }

    private func crons(of name: ScheduleName) -> [StepGraph.Trigger.Cron] {
        definitions.filter { $0.workflow == name.workflow }.flatMap(\.triggers).compactMap { trigger in
            guard trigger.identity == name.trigger, case .cron(let cron) = trigger.source else { return nil }
            return cron
        }
    }

    private func calendar(of name: ScheduleName) -> BruteForceCalendar? {
        crons(of: name).first.flatMap(BruteForceCalendar.init)
    }

    /// The one value that all have.
    private func only<Element: Hashable>(_ values: [Element]) -> Element? {
        let distinct = Set(values)
        return distinct.count == 1 ? distinct.first : nil
    }
}
