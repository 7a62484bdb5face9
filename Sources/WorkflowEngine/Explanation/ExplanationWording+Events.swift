import CEL
import Values
import WorkflowInterpreter
import WorkflowJournal

/// Waits and events in words.
extension ExplanationWording {
    func waiting(_ wait: StepExplanation.EventWait, _ step: StepExplanation) -> String {
        let names = wait.wait.events.map { "'\($0)'" }.joined(separator: " or ")
        let asked = (wait.wait.match + wait.wait.equalities).map { "\(path($0.path)) = \(shown($0.value))" }
        let with = asked.isEmpty ? "" : " with " + asked.joined(separator: " and ")
        let conditions = wait.wait.conditions.isEmpty ? "" : " for which " + wait.wait.conditions.joined(separator: " && ")
        return "Step \(name(step.step)) has been waiting since \(time(step.since)) for an event \(names)\(with)\(conditions)."
    }

    /// Before the lines of the events that came near.
    func came(_ wait: StepExplanation.EventWait) -> String {
        if wait.near.isEmpty { return "No such event has come so far, and none that is nearly one." }
        if wait.near.contains(where: \.differences.isEmpty) { return "What it waits for has come:" }
        if wait.furtherCount > 0 {
            let which = wait.near.count == 1 ? "the nearest is" : "the nearest are"
            return "Of \(wait.furtherCount + wait.near.count) events that came and are not what it waits for \(which):"
        }
        return wait.near.count == 1 ? "One event came near:" : "\(wait.near.count) events came near:"
    }

    func near(_ near: StepExplanation.NearEvent) -> String {
        let event = near.event
        let reasons = near.differences.map { reason($0, event) }
        let taken = isHeld ? "the step takes it once the instance is resumed" : "the step takes it next"
        let text = reasons.isEmpty ? taken : reasons.joined(separator: "; ")
        return "event \(event.id) ('\(event.name)' from '\(event.source)', \(ago(event.time))): \(text)"
    }

    private func reason(_ difference: StepExplanation.Difference, _ event: StoredEvent) -> String {
        switch difference {
        case .name(let awaited): "it is called '\(event.name)', not '\(awaited)'"
        case .earlier: "it was accepted before the instance was created"
        case .trigger: "it is the one that started the instance"
        case .taken(let step): "step \(name(step)) has taken it already"
        case .content(.type(let violation)): "its data does not fit the type of the event: \(violation)"
        case .content(.match(let path, let expected, let actual?)):
            "its \(path) is \(shown(actual)), not \(shown(expected))\(note(actual, expected))"
        case .content(.match(let path, let expected, nil)): "it has no \(path), which must be \(shown(expected))"
        case .content(.condition(let part)): condition(part)
        }
    }

    private func condition(_ part: ConditionPart) -> String {
        if case .error(let message) = part.verdict { return "'\(part.source)' has no value: \(message)" }
        guard let comparison = part.comparison, let left = comparison.left.value, let right = comparison.right.value else {
            return "'\(part.source)' is not true"
        }
        for (side, value, other, expected) in [
            (comparison.left, left, comparison.right, right), (comparison.right, right, comparison.left, left),
        ] where comparison.symbol == "==" && ConditionPart.readsEvent(side) && !ConditionPart.readsEvent(other) {
            let whose = other.isLiteral ? "" : " (\(other.source))"
            return "its \(Self.field(side)) is \(shown(value)), not \(shown(expected))\(whose)\(note(value, expected))"
        }
        var facts: [String] = []
        for (side, value) in [(comparison.left, left), (comparison.right, right)] where !side.isLiteral {
            facts.append("\(side.source) is \(shown(value))")
        }
        return "'\(part.source)' is not true: \(facts.joined(separator: ", "))"
    }

    /// `event.data.orderId` is the event's `orderId`.
    private static func field(_ side: ConditionPart.Side) -> String {
        guard let fields = side.path?.fields, let first = fields.first else { return side.source }
        return first == "data" && fields.count > 1 ? fields.dropFirst().joined(separator: ".") : fields.joined(separator: ".")
    }

    private func path(_ path: [String]) -> String {
        path.first == "data" && path.count > 1 ? path.dropFirst().joined(separator: ".") : path.joined(separator: ".")
    }

    /// What two values have in common that look alike and are not equal.
    private func note(_ actual: Value, _ expected: Value) -> String {
        guard let wanted = expected.stringValue else {
            return actual.stringValue == JSON.text(expected) ? ", a text where a number belongs" : ""
        }
        guard let text = actual.stringValue else {
            return JSON.text(actual).hasSameCodePoints(as: wanted) ? ", a number where a text belongs" : ""
        }
        if text.lowercased() == wanted.lowercased() { return ", with other upper and lower case" }
        let trimmed = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return trimmed.hasSameCodePoints(as: wanted) ? ", with white space around it" : ""
    }

    /// A value as JSON, cut short.
    private func shown(_ value: Value) -> String {
        let text = JSON.text(JSON.normalised(value))
        return text.count > 80 ? text.prefix(79) + "…" : text
    }
}
