import Values
import WorkflowInterpreter
import WorkflowJournal

// `WaitExplanation` in plain sentences, the same for the command line, the API and the UI.

extension WaitExplanation {
    /// What holds for the instance as a whole, the most important first.
    package var sentences: [String] {
        let words = ExplanationWording(now: time, obstacle: obstacle)
        var sentences = words.standing(self)
        if summary.status.isTerminal { return sentences }
        if let unwinding { sentences += words.unwinding(unwinding) }
        if let cancel {
            let reason = cancel.reason.map { ": \($0)" } ?? ""
            sentences.append("A cancel has been asked for\(reason); it takes effect with the next thing that happens to it.")
        }
        if let deadline, unwinding == nil {
            sentences.append("The workflow's timeout is over \(words.at(deadline)); it is then undone, and ends as timed out.")
        }
        return sentences
    }

    /// What is not told of further open steps: "… and 12 more open steps".
    package var moreSentence: String? {
        let count = openCount - steps.count
        return count > 0 ? "… and \(count) more open \(count == 1 ? "step" : "steps")." : nil
    }
}

extension StepExplanation {
    /// - Parameter explanation: of the instance that it is a step of.
    package func sentences(in explanation: WaitExplanation) -> [String] {
        ExplanationWording(now: explanation.time, obstacle: explanation.obstacle).step(self)
    }
}

extension StepExplanation.NearEvent {
    package func sentence(in explanation: WaitExplanation) -> String {
        ExplanationWording(now: explanation.time, obstacle: explanation.obstacle).near(self)
    }
}

struct ExplanationWording {
    let now: Timestamp
    let obstacle: String?

    // MARK: - The instance

    func standing(_ explanation: WaitExplanation) -> [String] {
        switch explanation.standing {
        case .ended(let end): return ended(end, explanation.summary)
        case .held(let hold, let reason, let since): return held(hold, reason, since)
        case .queued(let position, let holders): return queued(position, holders)
        case .unbegun(let start?): return ["It begins \(at(start))."] + idle
        case .unbegun(nil):
            return obstacle == nil ? ["It has not begun; the server begins it next."] : ["It has not begun."] + idle
        case .moving: return obstacle == nil ? ["It is being moved on right now."] : ["It can move on."] + idle
        case .waiting: return idle
        }
    }

    private var idle: [String] { obstacle.map { [$0] } ?? [] }

    private func queued(_ position: GatePosition, _ holders: [InstanceID]) -> [String] {
        let ahead = position.ahead ?? 0
        let before = ahead == 0 ? "it is next" : ahead == 1 ? "one other is before it" : "\(ahead) others are before it"
        let key = position.gate.drop { $0 != "/" }.dropFirst()
        let whose = key.isEmpty ? "of its workflow" : "of the key '\(key)'"
        let places = position.limit == 1 ? "the one place \(whose) is taken" : "all \(position.limit) places \(whose) are taken"
        var sentences = ["It has not begun: it waits for a place under 'concurrency'; \(places), and \(before)."]
        if !holders.isEmpty {
            let more = position.active - holders.count
            let rest = more > 0 ? " and \(more) more" : ""
            sentences.append(
                "\(holders.count + max(0, more) == 1 ? "The place is held by" : "The places are held by") "
                    + holders.map(\.text).joined(separator: ", ") + rest + ".")
        }
        return sentences + idle
    }

    private func held(_ hold: Hold, _ reason: String?, _ since: Timestamp?) -> [String] {
        let when = since.map { " since \(ago($0))" } ?? ""
        let why = reason.map { ": \($0)" } ?? ""
        let first =
            switch hold {
            case .paused: "It is paused\(when)\(why)."
            case .mismatch: "It is held\(when), because its journal does not fit its definition\(why)."
            case .quarantined: "It is held\(when) as quarantined, so that it does no harm to others\(why)."
            case .unsupported: "It is held\(when), because this server cannot run its definition\(why)."
            }
        let then =
            hold == .paused
            ? "Nothing new begins until it is released; what runs is let finish, and timers wait."
            : "Nothing of it was undone, and nothing moves until it is released."
        return [first.withSingleStop, then] + idle
    }

    private func ended(_ end: WaitExplanation.End, _ summary: InstanceSummary) -> [String] {
        let time = summary.endedAt.map { " \(ago($0))" } ?? ""
        var sentences: [String]
        switch summary.status {
        case .completed: sentences = ["It completed\(time); it waits for nothing."]
        case .cancelled: sentences = ["It was cancelled\(time)\(end.failure.map { ": \($0.message)" } ?? "")."]
        case .timedOut: sentences = ["It timed out\(time)\(end.failure.map { ": \($0.message)" } ?? "")."]
        case .failed: sentences = ["It failed\(time)\(end.failure.map { ", because \(because($0))" } ?? "")."]
        case .pending, .running, .suspended: sentences = []
        }
        if !end.uncertain.isEmpty {
            sentences.append(
                "\(steps(end.uncertain)) may have had \(end.uncertain.count == 1 ? "its" : "their") effect: nobody heard how it ended."
            )
        }
        if summary.isCleanupIncomplete {
            let which = end.failedCleanup.isEmpty ? "" : ": \(steps(end.failedCleanup)) failed"
            sentences.append("What it did is not undone completely\(which).")
        }
        return sentences.map(\.withSingleStop)
    }

    func unwinding(_ unwinding: WaitExplanation.Unwinding) -> [String] {
        let when = unwinding.since.map { " since \(ago($0))" } ?? ""
        let first =
            switch unwinding.ending {
            case .cancelled: "It is being cancelled\(when)\(unwinding.reason.map { ": \($0)" } ?? "")."
            case .timedOut: "The workflow's timeout is over\(when): it is being undone, and ends as timed out."
            case .failed, .pending, .running, .suspended, .completed:
                "It is failing\(unwinding.failure.map { ", because \(because($0))" } ?? "")."
            }
        var sentence = first.withSingleStop
        if !unwinding.undoing.isEmpty { sentence += " Still to be undone: \(list(unwinding.undoing))." }
        return [sentence]
    }

    // MARK: - A step

    func step(_ step: StepExplanation) -> [String] {
        var sentences = cause(step)
        switch step.phase {
        case .undoing(let undone)?: sentences.append("That is part of undoing \(name(undone)).")
        case .cleaning(let owner)?:
            sentences.append("That is part of the 'finally' of \(owner.map { "step " + name($0) } ?? "the workflow").")
        case .catching(let owner, let caught)?:
            sentences.append(
                "That is what 'catch' of \(owner.map { "step " + name($0) } ?? "the workflow") does after \(failure(caught))."
                    .withSingleStop)
        case nil: break
        }
        switch step.stop {
        case .timeout?:
            sentences.append(
                "It has been told to stop, because a timeout around it is over; an answer that still comes counts.")
        case .cancelled?:
            sentences.append("It has been told to stop, because of the cancel; an answer that still comes counts.")
        case .failure(let code)?:
            sentences.append("A step beside it failed with '\(code)'; it may finish, and then that goes on.")
        case nil: if let timeout = step.timeout { sentences.append(self.timeout(timeout, of: step)) }
        }
        return sentences
    }

    private func cause(_ step: StepExplanation) -> [String] {
        let name = name(step.step)
        let action = step.action ?? step.verb.rawValue
        switch step.cause {
        case .attempt(let attempt): return running(attempt, step, action)
        case .place(let places):
            return obstacle == nil
                ? ["Step \(name) waits for a free place to run \(action): the server runs at most \(places) actions at once."]
                : ["Step \(name) is next to run \(action)."]
        case .retry(let number, let total, let after):
            return ["Step \(name) runs \(action) again \(step.until.map(at) ?? "soon"), as attempt \(number) of \(total)."]
                + failed(number - 1, after)
        case .bodyRetry(let body, let number, let total, let after):
            return ["Step \(self.name(body)) is tried again \(step.until.map(at) ?? "soon"), as attempt \(number) of \(total)."]
                + failed(number - 1, after)
        case .round(let body, let number, let total):
            return ["Step \(self.name(body)) begins round \(number) of at most \(total) \(step.until.map(at) ?? "soon")."]
        case .sleep: return ["Step \(name) sleeps until \(step.until.map(until) ?? "it is woken")."]
        case .event(let wait): return waiting(wait, step)
        case .child(let child): return self.child(child, step)
        case .transition: return ["Step \(name) is about to be carried out."]
        case .unknown:
            let due = step.until.map { ", until \(until($0))" } ?? ""
            return [
                "Step \(name) (\([step.verb.rawValue, step.action].compactMap(\.self).joined(separator: " "))) is \(step.status.rawValue)\(due)."
            ]
        }
    }

    private func running(_ attempt: StepExplanation.Attempt, _ step: StepExplanation, _ action: String) -> [String] {
        let name = name(step.step)
        let which = attempt.of > 1 ? ", attempt \(attempt.number) of \(attempt.of)" : ""
        var sentences: [String]
        if obstacle == nil {
            let end = step.until.map { "; it is given up \(at($0))" } ?? ""
            sentences = ["Step \(name) runs \(action)\(which), since \(ago(step.since))\(end)."]
        } else {
            let then =
                attempt.isAtMostOnce
                ? "it runs at most once, so it then fails with 'interrupted'" : "the same attempt is then made again"
            sentences = ["Step \(name) was running \(action)\(which) when the server ended; \(then)."]
        }
        if attempt.interruptions > 0 {
            sentences.append(
                "It has been interrupted \(attempt.interruptions == 1 ? "once" : "\(attempt.interruptions) times") by the end of a server."
            )
        }
        return sentences + failed(attempt.number - 1, attempt.lastFailure)
    }

    private func failed(_ attempt: Int, _ failure: Failure?) -> [String] {
        guard attempt > 0, let failure else { return [] }
        return ["Attempt \(attempt) failed: \(self.failure(failure)).".withSingleStop]
    }

    private func child(_ child: StepExplanation.Child, _ step: StepExplanation) -> [String] {
        let name = name(step.step)
        let workflow = "'\(step.action ?? "?")'"
        guard let inner = child.explanation.first else {
            return ["Step \(name) waits for the end of workflow \(workflow), instance \(child.id)."]
        }
        let hold = inner.summary.hold.map { ", held: \($0.rawValue)" } ?? ""
        let status = inner.summary.status.rawValue.replacing("_", with: " ")
        return ["Step \(name) waits for the end of workflow \(workflow), instance \(child.id), which is \(status)\(hold):"]
    }

    // MARK: - Timeouts

    private func timeout(_ timeout: RunningTimeout, of step: StepExplanation) -> String {
        let isOwn = timeout.step == step.step
        let whose = isOwn ? "it times out" : "step \(name(timeout.step)) times out"
        let isOver = timeout.dueAt <= now
        return
            "\(isOver ? "Its timeout is over since" : "At") \(isOver ? ago(timeout.dueAt) : until(timeout.dueAt)) \(isOver ? "and takes effect next" : whose): \(consequence(timeout.consequence))."
    }

    private func consequence(_ consequence: RunningTimeout.Consequence) -> String {
        switch consequence {
        case .caught(let owner, let isConditional):
            let whose = owner.map { "the 'catch' of step \(name($0))" } ?? "the workflow's 'catch'"
            return "\(whose) takes over\(isConditional ? " if its 'if' is true" : "")"
        case .retried(let step, let attempt, let total):
            return "step \(name(step)) is tried again, as attempt \(attempt) of \(total)"
        case .fails(let undoing):
            return undoing.isEmpty
                ? "nothing catches that and there is nothing to undo, so the instance fails"
                : "nothing catches that, so \(list(undoing)) \(undoing.count == 1 ? "is" : "are") undone and the instance fails"
        case .recorded: return "that is recorded, and the rest of the cleanup goes on"
        }
    }

    // MARK: - Words

    func name(_ step: MemoKey) -> String { "'\(step)'" }

    private func steps(_ keys: [MemoKey]) -> String { (keys.count == 1 ? "Step " : "Steps ") + list(keys) }

    func list(_ keys: [MemoKey]) -> String {
        let shown = keys.prefix(5).map(name)
        if keys.count > shown.count { return shown.joined(separator: ", ") + " and \(keys.count - shown.count) more" }
        guard let last = shown.last, shown.count > 1 else { return shown.first ?? "" }
        return shown.dropLast().joined(separator: ", ") + " and " + last
    }

    func failure(_ failure: Failure) -> String {
        failure.message.isEmpty ? failure.code : "\(failure.code): \(failure.message)"
    }

    private func because(_ failure: Failure) -> String {
        let attempt = failure.attempt > 1 ? " in attempt \(failure.attempt)" : ""
        let cause = failure.cause.first.map { " (after \(self.failure($0)))" } ?? ""
        let who = failure.step.map { "step \(name($0)) failed\(attempt)" } ?? "of"
        return failure.step == nil ? "of \(self.failure(failure))\(cause)" : "\(who): \(self.failure(failure))\(cause)"
    }

    /// `at 2026-11-30 09:00:00Z, in 6d 21h`, or that it is overdue.
    func at(_ time: Timestamp) -> String {
        time > now ? "at \(until(time))" : "now: it has been due since \(ago(time))"
    }

    func until(_ time: Timestamp) -> String {
        time > now ? "\(time.readable) (in \(time.since(now).readable))" : "\(time.readable) (\(now.since(time).readable) ago)"
    }

    func ago(_ time: Timestamp) -> String { "\(time.readable) (\(now.since(time).readable) ago)" }
}

extension String {
    /// A message from elsewhere may end a sentence of its own.
    fileprivate var withSingleStop: String {
        var text = self
        while text.hasSuffix("..") { text.removeLast() }
        return text
    }
}
