import Values
import WorkflowEngine
import WorkflowGraph
import WorkflowJournal

/// The driver and the definitions, broken on purpose.
extension Sabotage {
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
        guard let bug, [.retryWithoutItsDelay, .atMostOnceRepeated, .undoLeftOut, .whereIgnored].contains(bug) else {
            return graph
        }
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
            case (.whereIgnored, .wait(var wait)):
                wait.where = nil
                node.kind = .wait(wait)
            default: break
            }
            return node
        }
        return StepGraph(
            workflow: graph.workflow, description: graph.description, digest: graph.digest, semantics: graph.semantics,
            nodes: nodes, blocks: graph.blocks, files: graph.files, events: graph.events, config: graph.config,
            labels: graph.labels, timeout: graph.timeout, matchSets: graph.matchSets, triggers: graph.triggers,
            concurrency: graph.concurrency, retention: graph.retention)
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
