import Values
import WorkflowEngine
import WorkflowGraph
import WorkflowJournal

/// Bugs built in on purpose: each must be caught by the checker (guarantees.md §2, "Testing the tester").
package enum DeliberateBug: String, Sendable, CaseIterable {
    case timeoutIgnoresEarlierEvent
    case resultAndNextStepInTwoCommits
    case attemptsCountedInMemory
    case interruptionsForgotten
    case retryWithoutItsDelay
    case memoIgnoredAfterRestart
    case eventConsumedTwice
    case waitRegisteredWithoutLookingBack
    case cancelLostOnRestart
    case atMostOnceRepeated
    case undoLeftOut
    case actionBeforeItsCommit
    case startAnsweredBeforeItsCommit
    case timersAheadOfTheClock
    case idempotencyKeyIgnored
    case resultChangedOnTheWay

    /// What is wrong, in words.
    package var summary: String {
        switch self {
        case .timeoutIgnoresEarlierEvent: "a wait that times out is closed without looking for an earlier event"
        case .resultAndNextStepInTwoCommits: "a step's result and what follows from it are two commits"
        case .attemptsCountedInMemory: "the number of the attempt is not stored"
        case .interruptionsForgotten: "the number of interruptions is not stored"
        case .retryWithoutItsDelay: "a failed attempt is repeated at once"
        case .memoIgnoredAfterRestart: "after a restart a recorded step runs again"
        case .eventConsumedTwice: "what a wait took is not recorded as consumed"
        case .waitRegisteredWithoutLookingBack: "a new wait does not look at events that were there before"
        case .cancelLostOnRestart: "a request to cancel does not survive a restart"
        case .atMostOnceRepeated: "an interrupted at_most_once step is repeated"
        case .undoLeftOut: "compensations are not registered"
        case .actionBeforeItsCommit: "an action begins when its announcement is submitted, not when it is committed"
        case .startAnsweredBeforeItsCommit: "a start is answered when it is submitted, not when it is committed"
        case .timersAheadOfTheClock: "timers fire half a minute early"
        case .idempotencyKeyIgnored: "the key of a start is not stored"
        case .resultChangedOnTheWay: "another result than the action's is recorded"
        }
    }
}

/// Breaks the store, the driver or the definitions around an unchanged engine.
final class Sabotage {
    let bug: DeliberateBug
    private let seed: UInt64

    init(_ bug: DeliberateBug, seed: UInt64) {
        self.bug = bug
        self.seed = seed
    }

    // MARK: - The store

    /// The writes that are made of one.
    func parts(of write: JournalWrite, after outcome: WriteOutcome?) -> [JournalWrite] {
        guard case .transition(var transition) = write else { return [write] }
        switch bug {
        case .timeoutIgnoresEarlierEvent:
            for closed in transition.waitsClosed {
                transition.waitsExamined.removeAll { $0.wait == closed.key }
                transition.waitsExamined.append(.init(wait: closed.key, through: EventSequence(.max)))
            }
        case .resultAndNextStepInTwoCommits: return split(transition)
        case .attemptsCountedInMemory: alterRows(&transition) { $0.attempt = min($0.attempt, 1) }
        case .interruptionsForgotten: alterRows(&transition) { $0.interruptions = 0 }
        case .eventConsumedTwice:
            for taken in transition.eventsTaken {
                transition.waitsClosed.append(.init(key: taken.wait))
                transition.waitsExamined.removeAll { $0.wait == taken.wait }
                transition.waitsExamined.append(.init(wait: taken.wait, through: EventSequence(.max)))
            }
            transition.eventsTaken = []
        case .idempotencyKeyIgnored:
            if case .start(var new) = transition.subject {
                new.request = nil
                transition.subject = .start(new)
            }
        case .resultChangedOnTheWay:
            alterRows(&transition) {
                if $0.verb == .call, $0.status == .completed, $0.output?.stringValue != nil { $0.output = "forged" }
            }
        case .retryWithoutItsDelay, .memoIgnoredAfterRestart, .waitRegisteredWithoutLookingBack, .cancelLostOnRestart,
            .atMostOnceRepeated, .undoLeftOut, .actionBeforeItsCommit, .startAnsweredBeforeItsCommit, .timersAheadOfTheClock:
            break
        }
        return [.transition(transition)]
    }

    private func alterRows(_ transition: inout Transition, _ alter: (inout StepRow) -> Void) {
        transition.steps = transition.steps.map { change in
            switch change {
            case .insert(var row):
                alter(&row)
                return .insert(row)
            case .update(var row):
                alter(&row)
                return .update(row)
            }
        }
    }

    private func split(_ transition: Transition) -> [JournalWrite] {
        let isEnded = { (change: Transition.StepChange) in
            if case .update(let row) = change { row.status.isFinal } else { false }
        }
        guard case .advance = transition.subject, transition.steps.contains(where: isEnded),
            !transition.steps.allSatisfy(isEnded)
        else { return [.transition(transition)] }
        var first = transition
        first.steps = transition.steps.filter(isEnded)
        first.timersSet = []
        first.waitsOpened = []
        var second = transition
        second.steps = transition.steps.filter { !isEnded($0) }
        second.waitsClosed = []
        second.eventsTaken = []
        return [.transition(first), .transition(second)]
    }

    /// The next part of a write, under the claim that the part before has left.
    func continued(_ part: JournalWrite, after outcome: WriteOutcome) -> JournalWrite {
        guard case .transition(var transition) = part, case .committed(let committed) = outcome else { return part }
        transition.subject = .advance(committed.claim)
        return .transition(transition)
    }

    func altered(_ outcome: WriteOutcome) -> WriteOutcome {
        guard bug == .waitRegisteredWithoutLookingBack, case .committed(var committed) = outcome else { return outcome }
        committed.isReady = false
        return .committed(committed)
    }

    func altered(_ stored: StoredInstance, epochs: Int) -> StoredInstance {
        var stored = stored
        if bug == .cancelLostOnRestart, epochs > 1 { stored.cancel = nil }
        return stored
    }

    func altered(_ inbox: InstanceInbox, epochs: Int) -> InstanceInbox {
        var inbox = inbox
        if bug == .cancelLostOnRestart, epochs > 1 { inbox.cancel = nil }
        return inbox
    }

    // MARK: - The driver

    func time(_ now: Timestamp) -> Timestamp {
        bug == .timersAheadOfTheClock ? now.adding(TimeSpan(microseconds: 30_000_000)) ?? now : now
    }

    /// A write was handed to the writer.
    func submitted(_ write: JournalWrite, _ world: SimulatedWorld) {
        guard case .transition(let transition) = write else { return }
        switch (bug, transition.subject) {
        case (.startAnsweredBeforeItsCommit, .start(let new)):
            world.answerEarly(new.id)
        case (.actionBeforeItsCommit, .advance(let claim)):
            for case .update(let row) in transition.steps where row.status == .running && row.verb == .call {
                world.beginEarly(row, of: claim.id)
            }
        default: break
        }
    }

    func serverStarted(_ world: SimulatedWorld) {
        guard bug == .memoIgnoredAfterRestart, world.incarnation > 1 else { return }
        world.repeatRecorded()
    }

    // MARK: - The definitions

    /// What the engine is given instead of a definition.
    static func altered(_ graph: StepGraph, by bug: DeliberateBug?) -> StepGraph {
        guard let bug, [.retryWithoutItsDelay, .atMostOnceRepeated, .undoLeftOut].contains(bug) else { return graph }
        let nodes = graph.nodes.map { node in
            var node = node
            switch (bug, node.kind) {
            case (.retryWithoutItsDelay, .action(var call)):
                call.policy.delay = TimeSpan(microseconds: 0)
                call.policy.maxDelay = TimeSpan(microseconds: 0)
                node.kind = .action(call)
            case (.atMostOnceRepeated, .action(var call)):
                call.isAtMostOnce = false
                node.kind = .action(call)
            case (.undoLeftOut, .shaped(var shaping)):
                shaping.compensate = nil
                node.kind = .shaped(shaping)
            default: break
            }
            return node
        }
        return StepGraph(
            workflow: graph.workflow, description: graph.description, digest: graph.digest, semantics: graph.semantics,
            nodes: nodes,
            blocks: graph.blocks, files: graph.files, events: graph.events, config: graph.config, labels: graph.labels,
            timeout: graph.timeout, matchSets: graph.matchSets)
    }
}

extension SimulatedWorld {
    /// The client believes the server too early.
    func answerEarly(_ id: InstanceID) {
        checker.startAnsweredEarly(id)
    }

    func beginEarly(_ row: StepRow, of id: InstanceID) {
        _ = checker.executionBegan(
            row.action ?? "",
            ActionInvocation(
                instance: id, workflow: "", step: row.key, key: IdempotencyKey("early"), attempt: row.attempt, input: .null,
                time: journal.now()), incarnation: incarnation)
    }

    func repeatRecorded() {
        for execution in checker.executions where execution.outcome != nil {
            after(random.within(0...1_000_000)) { world in
                _ = world.checker.executionBegan(
                    execution.action,
                    ActionInvocation(
                        instance: execution.instance, workflow: "", step: execution.step, key: execution.key,
                        attempt: execution.attempt, input: .null, time: world.journal.now()), incarnation: world.incarnation)
            }
            return
        }
    }
}
