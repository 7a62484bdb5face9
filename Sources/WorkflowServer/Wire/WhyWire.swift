import CEL
import Values
import WorkflowEngine
import WorkflowInterpreter
import WorkflowJournal

extension Wire {
    /// Why an instance is where it is: the facts, and each in sentences for people.
    static func explanation(_ why: WaitExplanation) -> Value {
        var map: ValueMap = [
            "id": .string(why.summary.id.text), "workflow": .string(why.summary.workflow),
            "status": .string(why.summary.status.rawValue), "ending": Value(why.summary.ending?.rawValue),
            "hold": Value(why.summary.hold?.rawValue), "cleanup": why.summary.isCleanupIncomplete ? "incomplete" : .null,
            "run": Value(why.summary.run), "time": Value(why.time), "served": .bool(why.obstacle == nil),
            "standing": .string(word(why.standing)), "sentences": texts(why.sentences), "deadline": Value(why.deadline),
            "unwinding": why.unwinding.map(unwinding) ?? .null, "cancel": why.cancel.map(\.value) ?? .null,
            "steps": .list(why.steps.map { step($0, why) }), "openSteps": Value(why.openCount),
            "more": Value(why.moreSentence), "commands": commands(why.remedies),
        ]
        switch why.standing {
        case .queued(let position, let holders): map["queue"] = queue(position, holders)
        case .held(_, let reason, let since): map["held"] = ["reason": Value(reason), "since": Value(since)]
        case .ended(let end):
            map["ended"] = [
                "at": Value(why.summary.endedAt), "failure": end.failure.map { failure($0) } ?? .null,
                "uncertain": keys(end.uncertain), "failedCleanup": keys(end.failedCleanup),
            ]
        case .unbegun(let start): map["startsAt"] = Value(start)
        case .moving, .waiting: break
        }
        return .map(map)
    }

    private static func texts(_ texts: [String]) -> Value { .list(texts.map(Value.string)) }
    private static func keys(_ keys: [MemoKey]) -> Value { .list(keys.map { .string($0.text) }) }

    private static func commands(_ remedies: [Remedy]) -> Value {
        .list(remedies.map { ["command": .string($0.command), "effect": .string($0.effect)] })
    }

    private static func word(_ standing: WaitExplanation.Standing) -> String {
        switch standing {
        case .ended: "ended"
        case .held: "held"
        case .queued: "queued"
        case .unbegun: "unbegun"
        case .moving: "moving"
        case .waiting: "waiting"
        }
    }

    private static func queue(_ position: GatePosition, _ holders: [InstanceID]) -> Value {
        [
            "gate": .string(position.gate), "ahead": Value(position.ahead ?? 0), "active": Value(position.active),
            "limit": Value(position.limit), "holders": .list(holders.map { .string($0.text) }),
        ]
    }

    private static func unwinding(_ unwinding: WaitExplanation.Unwinding) -> Value {
        [
            "ending": .string(unwinding.ending.rawValue), "failure": unwinding.failure.map { failure($0) } ?? .null,
            "reason": Value(unwinding.reason), "since": Value(unwinding.since), "undoing": keys(unwinding.undoing),
        ]
    }

    // MARK: - Steps

    private static func step(_ step: StepExplanation, _ why: WaitExplanation) -> Value {
        var map: ValueMap = [
            "step": .string(step.step.text), "verb": .string(step.verb.rawValue), "action": Value(step.action),
            "status": .string(step.status.rawValue), "since": Value(step.since), "until": Value(step.until),
            "sentences": texts(step.sentences(in: why)), "timeout": step.timeout.map(timeout) ?? .null,
            "commands": commands(step.remedies),
        ]
        switch step.cause {
        case .attempt(let attempt):
            map["kind"] = "attempt"
            map["attempt"] = Value(attempt.number)
            map["attempts"] = Value(attempt.of)
            map["interruptions"] = Value(attempt.interruptions)
            map["lastFailure"] = attempt.lastFailure.map { failure($0) } ?? .null
        case .place: map["kind"] = "place"
        case .retry(let number, let total, let after): retry("retry", number, total, after, &map)
        case .bodyRetry(let body, let number, let total, let after):
            retry("retry", number, total, after, &map)
            map["body"] = .string(body.text)
        case .round(let body, let number, let total):
            map["kind"] = "round"
            map["body"] = .string(body.text)
            map["round"] = Value(number)
            map["rounds"] = Value(total)
        case .sleep: map["kind"] = "sleep"
        case .event(let wait): event(wait, why, &map)
        case .child(let child):
            map["kind"] = "child"
            map["child"] = child.explanation.first.map(explanation) ?? ["id": .string(child.id.text)]
        case .transition: map["kind"] = "transition"
        case .unknown: map["kind"] = "unknown"
        }
        return .map(map)
    }

    private static func retry(_ kind: Value, _ number: Int, _ total: Int, _ after: Failure?, _ map: inout ValueMap) {
        map["kind"] = kind
        map["attempt"] = Value(number)
        map["attempts"] = Value(total)
        map["lastFailure"] = after.map { failure($0) } ?? .null
    }

    private static func timeout(_ timeout: RunningTimeout) -> Value {
        let then: Value =
            switch timeout.consequence {
            case .caught(let owner, let isConditional):
                ["kind": "caught", "step": Value(owner?.text), "conditional": .bool(isConditional)]
            case .retried(let step, let attempt, let total):
                ["kind": "retried", "step": .string(step.text), "attempt": Value(attempt), "attempts": Value(total)]
            case .fails(let undoing): ["kind": "fails", "undoing": keys(undoing)]
            case .recorded: ["kind": "recorded"]
            }
        return [
            "step": .string(timeout.step.text), "attempt": timeout.attempt.map { Value($0) } ?? .null,
            "at": Value(timeout.dueAt), "then": then,
        ]
    }

    // MARK: - Events

    private static func event(_ wait: StepExplanation.EventWait, _ why: WaitExplanation, _ map: inout ValueMap) {
        map["kind"] = "event"
        map["events"] = texts(wait.wait.events)
        map["wanted"] = .list(
            (wait.wait.match + wait.wait.equalities).map {
                ["path": .string($0.path.joined(separator: ".")), "value": $0.value]
            })
        map["conditions"] = texts(wait.wait.conditions)
        map["near"] = .list(wait.near.map { near($0, why) })
        map["furtherEvents"] = Value(wait.furtherCount)
    }

    private static func near(_ near: StepExplanation.NearEvent, _ why: WaitExplanation) -> Value {
        [
            "id": .string(near.event.id), "name": .string(near.event.name), "source": .string(near.event.source),
            "sequence": .int(near.event.sequence.number), "time": Value(near.event.time),
            "sentence": .string(near.sentence(in: why)), "differences": .list(near.differences.map(difference)),
        ]
    }

    private static func difference(_ difference: StepExplanation.Difference) -> Value {
        switch difference {
        case .name(let awaited): ["kind": "name", "expected": .string(awaited)]
        case .earlier: ["kind": "earlier"]
        case .trigger: ["kind": "trigger"]
        case .taken(let step): ["kind": "taken", "step": .string(step.text)]
        case .content(.type(let violation)): ["kind": "type", "detail": .string(violation)]
        case .content(.match(let path, let expected, let actual)):
            ["kind": "match", "path": .string(path), "expected": expected, "actual": actual ?? .null]
        case .content(.condition(let part)): condition(part)
        }
    }

    private static func condition(_ part: ConditionPart) -> Value {
        var map: ValueMap = ["kind": "where", "condition": .string(part.source)]
        if case .error(let message) = part.verdict { map["error"] = .string(message) }
        if let comparison = part.comparison {
            map["left"] = comparison.left.value.map(JSON.normalised) ?? .null
            map["operator"] = .string(comparison.symbol)
            map["right"] = comparison.right.value.map(JSON.normalised) ?? .null
        }
        return .map(map)
    }
}
