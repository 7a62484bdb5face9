import Values
import WorkflowInterpreter
import WorkflowJournal

// `WaitExplanation` in plain sentences, the same for the command line, the API and the UI.

extension WaitExplanation {
    /// What holds for the instance as a whole, the most important first.
    package var sentences: [String] {
        let words = ExplanationWording(self)
        var sentences = words.standing(self)
        if summary.status.isTerminal { return sentences }
        if let unwinding { sentences += words.unwinding(unwinding) }
        if let cancel {
            let reason = cancel.reason.map { " (\($0))" } ?? ""
            sentences.append("A cancel has been asked for\(reason); it takes effect as soon as the instance moves.")
        }
        if let deadline, unwinding == nil { sentences.append(words.deadline(deadline)) }
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
        ExplanationWording(explanation).step(self)
    }
}

extension StepExplanation.NearEvent {
    package func sentence(in explanation: WaitExplanation) -> String {
        ExplanationWording(explanation).near(self)
    }
}

/// The words for what is known at one instant.
struct ExplanationWording {
    let now: Timestamp
    let obstacle: String?
    /// Nothing of the instance begins until it is resumed.
    let isHeld: Bool

    init(_ explanation: WaitExplanation) {
        now = explanation.time
        obstacle = explanation.obstacle
        isHeld = if case .held = explanation.standing { true } else { false }
    }

    // MARK: - The instance

    func standing(_ explanation: WaitExplanation) -> [String] {
        let idle = obstacle.map { [$0] } ?? []
        switch explanation.standing {
        case .ended(let end): return ended(end, explanation.summary)
        case .held(let hold, let reason, let since): return held(hold, reason, since) + idle
        case .queued(let position, let holders): return queued(position, holders) + idle
        case .unbegun(let start?): return ["It begins at \(time(start))."] + idle
        case .unbegun(nil):
            return obstacle == nil ? ["It has not begun; the server begins it next."] : ["It has not begun."] + idle
        case .moving:
            return obstacle == nil
                ? ["It is being moved on right now."] : ["Something has come for it that nobody has looked at yet."] + idle
        case .waiting: return idle
        }
    }

    private func queued(_ position: GatePosition, _ holders: [InstanceID]) -> [String] {
        let ahead = position.ahead ?? 0
        let before = ahead == 0 ? "it is next" : ahead == 1 ? "one other is before it" : "\(ahead) others are before it"
        let key = position.gate.drop { $0 != "/" }.dropFirst()
        let whose = key.isEmpty ? "of its workflow" : "of the key '\(key)'"
        let places = position.limit == 1 ? "the one place \(whose) is taken" : "all \(position.limit) places \(whose) are taken"
        var sentences = ["It has not begun: it waits for a place under 'concurrency'; \(places), and \(before)."]
        if !holders.isEmpty {
            let more = max(0, position.active - holders.count)
            let names = holders.map(\.text).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
            sentences.append("\(position.active == 1 ? "The place is" : "The places are") held by \(names).")
        }
        return sentences
    }

    private func held(_ hold: Hold, _ reason: String?, _ since: Timestamp?) -> [String] {
        let since = since.map { " since \(time($0))" } ?? ""
        let why = reason.map { ": \($0)" } ?? ""
        switch hold {
        case .paused:
            return [
                "It has been paused\(since)\(why).".withSingleStop,
                "Nothing new begins until it is released; what runs is let finish, and timers wait.",
            ]
        case .mismatch, .quarantined, .unsupported:
            let cause =
                switch hold {
                case .mismatch: ", because its journal does not fit its definition"
                case .unsupported: ", because this server cannot run its definition"
                case .paused, .quarantined: " in quarantine, so that it does no harm to others"
                }
            return [
                "It has been held\(since)\(cause)\(why).".withSingleStop,
                "Nothing of it has been undone, and nothing moves until it is released.",
            ]
        }
    }

    private func ended(_ end: WaitExplanation.End, _ summary: InstanceSummary) -> [String] {
        let when = summary.endedAt.map { " at \(time($0))" } ?? ""
        var sentences: [String]
        switch summary.status {
        case .completed: sentences = ["It completed\(when); it waits for nothing."]
        case .cancelled:
            let how = end.forcedFrom.map { " by force\(when), while it was held (\($0.rawValue))" } ?? when
            sentences = ["It was cancelled\(how)\(end.reason.map { ": \($0)" } ?? "")."]
        case .timedOut: sentences = ["It timed out\(when)\(end.failure.map { ": \($0.message)" } ?? "")."]
        case .failed: sentences = ["It failed\(when)\(end.failure.map { ", because \(because($0))" } ?? "")."]
        case .pending, .running, .suspended: sentences = []
        }
        if !end.uncertain.isEmpty {
            let (who, its) = end.uncertain.count == 1 ? ("Step", "its") : ("Steps", "their")
            sentences.append("\(who) \(list(end.uncertain)) may have had \(its) effect: nobody heard how it ended.")
        }
        if end.forcedFrom != nil {
            sentences.append("The cancel undid nothing of what it had done.")
        } else if summary.isCleanupIncomplete {
            let which = end.failedCleanup.isEmpty ? "" : ": \(list(end.failedCleanup)) failed"
            sentences.append("What it did is not undone completely\(which).")
        }
        if let obstacle = end.obstacleToRetry {
            sentences.append("It cannot be run again\(obstacle.isOfDefinition ? " as it is" : ""): \(obstacle.reason).")
        }
        return sentences.map(\.withSingleStop)
    }

    func unwinding(_ unwinding: WaitExplanation.Unwinding) -> [String] {
        let when = unwinding.since.map { " at \(time($0))" } ?? ""
        let first =
            switch unwinding.ending {
            case .cancelled: "It is being cancelled; the cancel took effect\(when)\(unwinding.reason.map { ": \($0)" } ?? "")."
            case .timedOut: "The workflow's timeout came due\(when): it unwinds, and ends as timed out."
            case .failed, .pending, .running, .suspended, .completed:
                "It is failing\(unwinding.failure.map { ", because \(because($0))" } ?? "")."
            }
        let rest = unwinding.undoing.isEmpty ? [] : ["Still to be undone: \(list(unwinding.undoing))."]
        return [first.withSingleStop] + rest
    }

    func deadline(_ due: Timestamp) -> String {
        due > now
            ? "The workflow's timeout comes due at \(time(due)); it then unwinds, and ends as timed out."
            : "The workflow's timeout was due at \(time(due)): it unwinds next, and ends as timed out."
    }

    // MARK: - Words

    func name(_ step: MemoKey) -> String { "'\(step)'" }

    /// `'a', 'b' and 'c'`, the first few.
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
        let cause = failure.cause.first.map { " (after \(self.failure($0)))" } ?? ""
        guard let step = failure.step else { return "of \(self.failure(failure))\(cause)" }
        let attempt = failure.attempt > 1 ? " in attempt \(failure.attempt)" : ""
        return "step \(name(step)) failed\(attempt): \(self.failure(failure))\(cause)"
    }

    /// `2026-11-30 09:00:00Z (in 6d 21h)`.
    func time(_ time: Timestamp) -> String {
        time > now ? "\(time.readable) (in \(time.since(now).readable))" : "\(time.readable) (\(ago(time)))"
    }

    func ago(_ time: Timestamp) -> String {
        let span = now.since(time)
        return span.seconds < 1 ? "just now" : "\(span.readable) ago"
    }
}

extension String {
    /// A message from elsewhere may end a sentence of its own.
    var withSingleStop: String {
        var text = self
        while text.hasSuffix("..") { text.removeLast() }
        return text
    }
}
