import Values
import WorkflowEngine
import WorkflowGraph
import WorkflowJournal

/// Breaks the store, the driver or the definitions around an unchanged engine.
final class Sabotage {
    let bug: DeliberateBug
    private let store: any JournalQueries
    private var answersAsRecorded = false

    init(_ bug: DeliberateBug, store: any JournalQueries) {
        self.bug = bug
        self.store = store
    }

    // MARK: - Writing

    /// The writes that are made of one.
    func parts(of write: JournalWrite, after outcome: WriteOutcome?) -> [JournalWrite] {
        switch write {
        case .transition(var transition):
            if bug == .resultAndNextStepInTwoCommits { return split(transition) }
            alterRows(&transition)
            alterOthers(&transition)
            alterRun(&transition)
            return [.transition(transition)]
        case .accept(var sent):
            if bug == .triggersIgnored { sent.starts = [] }
            if bug == .gateLetsInOneMore { sent.starts = sent.starts.map(widened) }
            if bug == .repeatedEventStoredAgain, isKnown(sent.event) { sent.event.id += " again" }
            return [.accept(sent)]
        case .enqueue(var new):
            if bug == .gateLetsInOneMore { new = widened(new) }
            if bug == .idempotencyKeyIgnored { new.request = nil }
            return [.enqueue(new)]
        case .request(let request):
            guard bug == .resumeLost, case .resume = request.kind else { return [write] }
            answersAsRecorded = true
            return [.configure(.map([:]))]
        case .schedule(let advance): return [.schedule(altered(advance))]
        case .remove(let order): return [.remove(altered(order))]
        case .define, .configure: return [write]
        }
    }

    private func altered(_ advance: ScheduleAdvance) -> ScheduleAdvance {
        var advance = advance
        switch bug {
        case .skippedInstantsUnrecorded:
            advance.firings.removeAll { if case .skip = $0.decision { true } else { false } }
        case .overlapIgnored:
            advance.firings = advance.firings.map { firing in
                guard case .start(let new, _) = firing.decision else { return firing }
                return .init(instant: firing.instant, decision: .start(new, .allow))
            }
        case .schedulePositionForgotten: advance.position = advance.expected ?? advance.position
        default: break
        }
        return advance
    }

    private func altered(_ order: RemovalOrder) -> RemovalOrder {
        var order = order
        switch bug {
        case .removedBeforeTheirTime: order.instances = order.instances.mapValues { _ in .zero }
        case .eventsRemovedBeforeTheirTime: order.events = TimeSpan(microseconds: 60_000_000)
        default: break
        }
        return order
    }

    func altered(_ record: DefinitionRecord) -> DefinitionRecord {
        var record = record
        if bug == .retentionOfDefinitionsIgnored { record.retention = [:] }
        return record
    }

    var forgetsWork: Bool { bug == .crashesNotCounted }

    private func isKnown(_ event: NewEvent) -> Bool {
        ((try? store.events(named: event.name, limit: .max)) ?? []).contains { $0.id == event.id && $0.source == event.source }
    }

    private func widened(_ new: NewInstance) -> NewInstance {
        var new = new
        new.gate?.limit += 1
        return new
    }

    private func alterRows(_ transition: inout Transition) {
        transition.steps = transition.steps.map { change in
            switch change {
            case .insert(let row): .insert(altered(row))
            case .update(let row): .update(altered(row))
            }
        }
    }

    private func altered(_ row: StepRow) -> StepRow {
        var row = row
        switch bug {
        case .attemptsCountedInMemory: row.attempt = min(row.attempt, 1)
        case .interruptionsForgotten: row.interruptions = 0
        case .resultChangedOnTheWay:
            if row.verb == .call, row.status == .completed, row.output?.stringValue != nil { row.output = "forged" }
        default: break
        }
        return row
    }

    private func alterOthers(_ transition: inout Transition) {
        switch bug {
        case .timeoutIgnoresEarlierEvent:
            for closed in transition.waitsClosed { examineAll(closed.key, &transition) }
        case .eventConsumedTwice:
            for taken in transition.eventsTaken {
                transition.waitsClosed.append(.init(key: taken.wait))
                examineAll(taken.wait, &transition)
            }
            transition.eventsTaken = []
        case .idempotencyKeyIgnored:
            if case .start(var new) = transition.subject {
                new.request = nil
                transition.subject = .start(new)
            }
        case .gateLetsInOneMore: transition.children = transition.children.map(widened)
        case .childrenNotCancelled: transition.requests = []
        case .emittedEventLost: transition.eventsSent = []
        case .secretStored:
            transition.attempts = transition.attempts.map { attempt in
                var attempt = attempt
                attempt.failure.message = attempt.failure.message.replacing("[secret token]", with: Scenario.secret)
                return attempt
            }
        case .deadlineForgotten: transition.timersSet.removeAll { $0.kind == .deadline }
        case .marksConsumedUnseen: transition.instance.marksConsumed += 1_000
        default: break
        }
    }

    private func examineAll(_ wait: MemoKey, _ transition: inout Transition) {
        transition.waitsExamined.removeAll { $0.wait == wait }
        transition.waitsExamined.append(.init(wait: wait, through: EventSequence(.max)))
    }

    private func alterRun(_ transition: inout Transition) {
        guard var next = transition.nextRun, case .revive(let id, _) = transition.subject else { return }
        switch bug {
        case .keptResultsBlanked:
            next.kept = next.kept.map { row in
                var row = row
                if row.verb == .call, row.output != nil { row.output = .null }
                return row
            }
        case .retryUnderNewKey:
            let kept = Set(next.kept.map(\.key))
            for row in (try? store.steps(of: id, run: nil)) ?? [] where row.status == .failed && !kept.contains(row.key) {
                next.occurrences[row.key.text, default: 0] += 1
            }
        case .gateLetsInOneMore: next.gate?.limit += 1
        default: break
        }
        transition.nextRun = next
    }

    private func split(_ transition: Transition) -> [JournalWrite] {
        let isEnded = { (change: Transition.StepChange) in
            if case .update(let row) = change { row.status.isFinal } else { false }
        }
        guard case .advance = transition.subject, transition.nextRun == nil, transition.steps.contains(where: isEnded),
            !transition.steps.allSatisfy(isEnded)
        else { return [.transition(transition)] }
        var first = transition
        first.steps = transition.steps.filter(isEnded)
        first.timersSet = []
        first.waitsOpened = []
        first.children = []
        first.eventsSent = []
        first.requests = []
        var second = transition
        second.steps = transition.steps.filter { !isEnded($0) }
        second.waitsClosed = []
        second.eventsTaken = []
        second.childEndsTaken = []
        return [.transition(first), .transition(second)]
    }

    /// The next part of a write, under the claim that the part before has left.
    func continued(_ part: JournalWrite, after outcome: WriteOutcome) -> JournalWrite {
        guard case .transition(var transition) = part, case .committed(let committed) = outcome else { return part }
        transition.subject = .advance(committed.claim)
        return .transition(transition)
    }

    func altered(_ outcome: WriteOutcome) -> WriteOutcome {
        if answersAsRecorded {
            answersAsRecorded = false
            return .requested(.recorded(InstanceKey(1)))
        }
        if bug == .waitRegisteredWithoutLookingBack, case .committed(var committed) = outcome {
            committed.isReady = false
            return .committed(committed)
        }
        return outcome
    }

    // MARK: - Reading

    func altered(_ stored: StoredInstance, epochs: Int) -> StoredInstance {
        guard epochs > 1 else { return stored }
        var stored = stored
        switch bug {
        case .cancelLostOnRestart: stored.cancel = nil
        case .sleepsOverAfterRestart:
            stored.timers = stored.timers.map { TimerRow(key: $0.key, kind: $0.kind, dueAt: Timestamp(microseconds: 0)) }
        case .attemptsResetOnRestart:
            stored.steps = stored.steps.map { row in
                var row = row
                if !row.status.isFinal { row.attempt = min(row.attempt, row.status == .running ? 1 : 0) }
                return row
            }
        default: break
        }
        return stored
    }

    func altered(_ schedules: [StoredSchedule], epochs: Int) -> [StoredSchedule] {
        guard bug == .schedulesBegunAnewOnRestart, epochs > 1 else { return schedules }
        return schedules.map { StoredSchedule(name: $0.name, position: $0.position, isActive: false, latest: $0.latest) }
    }

    func altered(_ inbox: InstanceInbox, epochs: Int) -> InstanceInbox {
        guard epochs > 1 else { return inbox }
        var inbox = inbox
        switch bug {
        case .cancelLostOnRestart: inbox.cancel = nil
        case .childEndForgottenOnRestart: inbox.childEnds = []
        default: break
        }
        return inbox
    }
}
