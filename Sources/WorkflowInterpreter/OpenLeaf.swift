import CEL
package import Values
import WorkflowGraph
package import WorkflowJournal

// What people ask of a run at rest: its open steps with what stands around them. Running needs nothing of it.

/// A step that waits for an outcome.
package struct OpenLeaf: Sendable {
    /// What it asked for.
    package var command: Command
    package var key: MemoKey
    /// The earliest of the timeouts that run around it.
    package var timeout: RunningTimeout?
    /// The cleanup or clause that it is part of, innermost; nil: the ordinary course.
    package var phase: UnwindingPhase?
    /// Why it is asked to end; nil: it is not.
    package var stop: StopReason?
    /// It is the pause before another attempt or round of a body.
    package var pause: Pause?
    /// A sleep until an instant, not for a time.
    package var isUntilInstant = false

    package enum Pause: Sendable {
        case attempt(step: MemoKey, number: Int, of: Int, after: Failure)
        /// From 1.
        case round(step: MemoKey, number: Int, of: Int)
    }
}

package struct RunningTimeout: Sendable {
    package var step: MemoKey
    /// It limits this attempt of a body, not the step.
    package var attempt: Int?
    package var dueAt: Timestamp
    package var consequence: Consequence

    package enum Consequence: Sendable {
        /// A clause takes it, if its condition is true; nil: the workflow's own.
        case caught(by: MemoKey?, isConditional: Bool)
        /// A body is tried again.
        case retried(step: MemoKey, attempt: Int, of: Int)
        /// Nothing takes it: these are undone, newest first, and the instance fails.
        case fails(undoing: [MemoKey])
        /// It ends an undo or a `finally`; what else is to be cleaned up goes on.
        case recorded
    }
}

/// Where a step stands that is not in the ordinary course.
package enum UnwindingPhase: Sendable {
    /// Undoing a completed step.
    case undoing(MemoKey)
    /// The `finally` of a step; nil: of the workflow.
    case cleaning(MemoKey?)
    /// The clause of a step that caught a failure; nil: of the workflow.
    case catching(MemoKey?, caught: Failure)
}

package enum StopReason: Sendable, Equatable {
    case timeout, cancelled
    /// A step beside it failed with this code; it may finish.
    case failure(code: String)
}

/// A run on its way to its end.
package struct RunUnwinding: Sendable {
    package var ending: InstanceStatus
    /// The failure that ends it, once the body has ended.
    package var failure: Failure?
    /// Still to be undone, newest first.
    package var undoing: [MemoKey]
}

extension Interpreter {
    /// The first open steps in the order of the definition.
    package func openLeaves(limit: Int) -> [OpenLeaf] {
        var found: [OpenLeaf] = []
        if let root { collectOpen(root, limit, into: &found) }
        return found
    }

    private func collectOpen(_ frame: Frame, _ limit: Int, into found: inout [OpenLeaf]) {
        guard found.count < limit else { return }
        switch frame.state {
        case .leaf(let command), .pause(let command, _): if let step = openStep(frame, command) { found.append(step) }
        case .new, .body, .sequence, .fanOut, .round, .clause, .undoing, .cleaning, .ended:
            frame.forEachChild { collectOpen($0, limit, into: &found) }
        }
    }

    private func openStep(_ frame: Frame, _ command: Command) -> OpenLeaf? {
        guard let key = command.leafKey else { return nil }
        var step = OpenLeaf(command: command, key: key)
        step.timeout = earliestTimeout(around: frame)
        step.phase = phase(of: frame)
        step.stop = frame.stopCause.map(StopReason.init)
        if case .pause(_, let then) = frame.state { step.pause = pause(frame, then) }
        if let node = frame.isNode, case .sleep(.until) = graph[node].kind { step.isUntilInstant = true }
        return step
    }

    private func pause(_ frame: Frame, _ then: Frame.AfterPause) -> OpenLeaf.Pause? {
        guard let node = frame.isNode else { return nil }
        switch (then, graph[node].kind) {
        case (.attempt(let failure), .retry(let policy, _)):
            return .attempt(step: memoKey(frame.key), number: frame.attempt + 1, of: policy.attempts, after: failure)
        case (.round(let number, _), .repeat(let loop)):
            return .round(step: memoKey(frame.key), number: number + 1, of: loop.maximum)
        default: return nil
        }
    }

    // MARK: - Unwinding

    private func phase(of leaf: Frame) -> UnwindingPhase? {
        var (child, frame) = (leaf, leaf.parent)
        while let parent = frame {
            switch parent.state {
            case .undoing: return .undoing(undoneStep(child))
            case .cleaning: return .cleaning(named(parent))
            case .clause(_, _, let caught): return .catching(named(parent), caught: caught)
            case .new, .body, .sequence, .fanOut, .round, .pause, .leaf, .ended: (child, frame) = (parent, parent.parent)
            }
        }
        return nil
    }

    private func undoneStep(_ undo: Frame) -> MemoKey {
        memoKey(undo.key.hasSuffix(".undo") ? String(undo.key.dropLast(".undo".count)) : undo.key)
    }

    private func named(_ frame: Frame) -> MemoKey? { frame.key.isEmpty ? nil : memoKey(frame.key) }

    /// Nil while it is not ending.
    package var unwinding: RunUnwinding? {
        guard let ending, let root else { return nil }
        var unwinding = RunUnwinding(ending: ending, failure: nil, undoing: [])
        var frame: Frame? = root
        while let next = frame {
            frame = nil
            switch next.state {
            case .cleaning(_, let bodyEnding): unwinding.failure = bodyEnding.failure
            case .undoing(_, .end(let bodyEnding)):
                unwinding.failure = bodyEnding.failure
                unwinding.undoing = registeredSteps(in: next)
            case .body(let child) where isFile(next) && next.context.file == FileIndex(0): frame = child
            case .new, .body, .sequence, .fanOut, .round, .clause, .undoing, .pause, .leaf, .ended: break
            }
        }
        return unwinding
    }

    // MARK: - Timeouts

    private func earliestTimeout(around leaf: Frame) -> RunningTimeout? {
        var earliest: (frame: Frame, key: MemoKey, due: Timestamp)?
        var frame: Frame? = leaf
        while let next = frame {
            if let key = next.timer, let due = timerDueTimes[key], !next.hasTimedOut, earliest.map({ due <= $0.due }) ?? true {
                earliest = (next, key, due)
            }
            frame = next.parent
        }
        return earliest.map { earliest in
            RunningTimeout(
                step: memoKey(earliest.frame.key), attempt: isRetry(earliest.frame) ? earliest.frame.attempt : nil,
                dueAt: earliest.due, consequence: consequence(ofTimeoutAt: earliest.frame))
        }
    }

    /// Where the failure `timeout` goes that is raised at this frame.
    private func consequence(ofTimeoutAt raising: Frame) -> RunningTimeout.Consequence {
        // The timeout of an attempt is retryable, that of a step is not.
        let isRetryable = isRetry(raising)
        var frame: Frame? = isRetryable ? raising : raising.parent
        while let next = frame {
            if let end = end(ofTimeoutAt: next, isRetryable: isRetryable) { return end }
            frame = next.parent
        }
        return .fails(undoing: root.map { registeredSteps(in: $0) } ?? [])
    }

    private func isRetry(_ frame: Frame) -> Bool {
        if let node = frame.isNode, case .retry = graph[node].kind { true } else { false }
    }

    private func end(ofTimeoutAt frame: Frame, isRetryable: Bool) -> RunningTimeout.Consequence? {
        guard let node = frame.isNode else { return nil }
        switch (frame.state, graph[node].kind) {
        case (.undoing, _), (.cleaning, _): return .recorded
        case (.body, .catching(_, let clauses)) where frame.stopCause == nil:
            let clause = clauses.first { clause in
                clause.errors.isEmpty || clause.errors.contains { $0.matches("timeout") }
            }
            return clause.map { .caught(by: named(frame), isConditional: $0.test != nil) }
        case (.body, .retry(let policy, _)):
            guard frame.attempt < policy.attempts, policy.retries(code: "timeout", isRetryable: isRetryable) else { return nil }
            return .retried(step: memoKey(frame.key), attempt: frame.attempt + 1, of: policy.attempts)
        default: return nil
        }
    }

    /// What would be undone if everything inside failed now, newest first.
    private func registeredSteps(in frame: Frame) -> [MemoKey] {
        var registrations: [Registration] = []
        collectRegistrations(frame, into: &registrations)
        return registrations.sorted { $0.number > $1.number }.map { memoKey($0.key) }
    }

    private func collectRegistrations(_ frame: Frame, into found: inout [Registration]) {
        found += frame.registrations
        frame.forEachChild { collectRegistrations($0, into: &found) }
    }
}

extension StopReason {
    fileprivate init(_ cause: StopCause) {
        self =
            switch cause {
            case .timeout: .timeout
            case .cancelled: .cancelled
            case .failure(let code): .failure(code: code)
            }
    }
}

extension Ending {
    fileprivate var failure: Failure? {
        switch self {
        case .failure(let failure): failure
        case .stopped(let failure): failure.cause.first ?? failure
        case .success, .returned, .continued: nil
        }
    }
}
