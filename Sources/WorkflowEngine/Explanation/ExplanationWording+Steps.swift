import Values
import WorkflowInterpreter
import WorkflowJournal

/// Open steps in words.
extension ExplanationWording {
    func step(_ step: StepExplanation) -> [String] {
        var sentences = cause(step) + (step.phase.map { [phase($0)] } ?? [])
        if let stop = step.stop {
            sentences.append(self.stop(stop))
        } else if let timeout = step.timeout {
            sentences.append(self.timeout(timeout, of: step))
        } else if case .event = step.cause {
            sentences.append("No timeout ends this wait.")
        }
        // What follows is told below it, one line each.
        if case .event(let wait) = step.cause { sentences.append(came(wait)) }
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
            let does = step.verb == .invoke ? "invokes" : "runs"
            return again("Step \(name) \(does) \(action) again", step, number, total, after)
        case .bodyRetry(let body, let number, let total, let after):
            return again("Step \(self.name(body)) is tried again", step, number, total, after)
        case .round(let body, let number, let total):
            return ["Step \(self.name(body)) begins round \(number) of at most \(total) \(at(step.until))."]
        case .sleep:
            guard let until = step.until else { return ["Step \(name) sleeps."] }
            return [
                until > now
                    ? "Step \(name) sleeps until \(time(until))."
                    : "Step \(name) was to sleep until \(time(until)), and is overdue."
            ]
        case .event(let wait): return [waiting(wait, step)]
        case .child(let child): return [self.child(child, step)]
        case .transition:
            guard isHeld else { return ["Step \(name) is about to be carried out."] }
            return [
                step.verb == .call
                    ? "Step \(name) runs \(action) once the instance is resumed."
                    : "Step \(name) is carried out once the instance is resumed."
            ]
        case .unknown:
            let what = [step.verb.rawValue, step.action].compactMap(\.self).joined(separator: " ")
            let due = step.until.map { ", until \(time($0))" } ?? ""
            return ["Step \(name) (\(what)) is \(step.status.rawValue)\(due)."]
        }
    }

    private func running(_ attempt: StepExplanation.Attempt, _ step: StepExplanation, _ action: String) -> [String] {
        let name = name(step.step)
        let which = attempt.of > 1 ? ", in attempt \(attempt.number) of \(attempt.of)" : ""
        var sentences: [String]
        if obstacle == nil {
            let end = step.stop == nil ? step.until.map { "; it is given up at \(time($0))" } ?? "" : ""
            sentences = ["Step \(name) has been running \(action) since \(time(step.since))\(which)\(end)."]
        } else {
            let then =
                attempt.isAtMostOnce
                ? "it runs at most once, so it then fails with 'interrupted'" : "the same attempt is then made again"
            sentences = [
                "Step \(name) was running \(action)\(which)\(which.isEmpty ? "" : ",") when the server ended; \(then)."
            ]
        }
        if attempt.interruptions > 0 {
            let count = attempt.interruptions == 1 ? "once" : "\(attempt.interruptions) times"
            sentences.append("It has been interrupted \(count) by the end of a server.")
        }
        return sentences + failed(attempt.number - 1, attempt.lastFailure)
    }

    private func again(
        _ beginning: String, _ step: StepExplanation, _ number: Int, _ total: Int, _ after: Failure?
    ) -> [String] {
        ["\(beginning) \(at(step.until)), as attempt \(number) of \(total)."] + failed(number - 1, after)
    }

    private func at(_ due: Timestamp?) -> String {
        guard let due else { return "soon" }
        if due > now { return "at \(time(due))" }
        return "\(isHeld ? "once the instance is resumed" : "next") (it has been due since \(time(due)))"
    }

    private func failed(_ attempt: Int, _ failure: Failure?) -> [String] {
        guard attempt > 0, let failure else { return [] }
        return ["Attempt \(attempt) failed: \(self.failure(failure)).".withSingleStop]
    }

    private func child(_ child: StepExplanation.Child, _ step: StepExplanation) -> String {
        let summary = child.explanation.first?.summary
        let hold = summary?.hold.map { ", held: \($0.rawValue)" } ?? ""
        let state = summary.map { ", which is \($0.status.rawValue.replacing("_", with: " "))\(hold)" } ?? ""
        return "Step \(name(step.step)) waits for the end of workflow '\(step.action ?? "?")', instance \(child.id)\(state)."
    }

    private func phase(_ phase: UnwindingPhase) -> String {
        func whose(_ step: MemoKey?) -> String { step.map { "step \(name($0))" } ?? "the workflow" }
        switch phase {
        case .undoing(let undone): return "That is part of undoing \(name(undone))."
        case .cleaning(let owner): return "That is part of the 'finally' of \(whose(owner))."
        case .catching(let owner, let caught):
            return "That is what the 'catch' of \(whose(owner)) does after \(failure(caught)).".withSingleStop
        }
    }

    private func stop(_ reason: StopReason) -> String {
        switch reason {
        case .timeout: "It has been told to stop, because a timeout around it is over; an answer that still comes counts."
        case .cancelled: "It has been told to stop, because of the cancel; an answer that still comes counts."
        case .failure(let code): "A step beside it failed with '\(code)'; this one may finish, and then that failure goes on."
        }
    }

    // MARK: - Timeouts

    private func timeout(_ timeout: RunningTimeout, of step: StepExplanation) -> String {
        let whose =
            switch timeout.attempt {
            case let attempt?: "attempt \(attempt) of step \(name(timeout.step))"
            case nil: timeout.step == step.step ? "it" : "step \(name(timeout.step))"
            }
        let when =
            timeout.dueAt > now
            ? "At \(time(timeout.dueAt)) \(whose) times out" : "The timeout of \(whose) was due at \(time(timeout.dueAt))"
        return "\(when): \(consequence(timeout.consequence))."
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
}
