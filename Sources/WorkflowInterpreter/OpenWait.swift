package import CEL
package import Values
import WorkflowGraph
package import WorkflowJournal

/// What an open wait takes, and how events differ from it.
package struct OpenWait: Sendable {
    /// A place in an event, and the value it must have there.
    package struct Wish: Sendable, Hashable {
        /// Of the event: `["data", "orderId"]`.
        package var path: [String]
        package var value: Value
    }

    package var events: [String]
    /// What `match` asks for.
    package var match: [Wish]
    /// What `where` asks for, as far as it compares for equality.
    package var equalities: [Wish]
    /// The conditions of `where`, as the author wrote them; those of `equalities` are left out.
    package var conditions: [String]
    /// For some of `conditions`, a value with which they hold.
    package var hints: [Hint] = []

    package struct Hint: Sendable, Hashable {
        package var condition: String
        package var wish: Wish
        /// No other value will do.
        package var isOnly: Bool
    }
}

/// In what an event is not what a wait takes.
package enum EventDifference: Sendable, Hashable {
    /// The payload does not fit the type of the event.
    case type(String)
    /// `actual` nil: the event has no such field.
    case match(path: String, expected: Value, actual: Value?)
    /// A condition of `where` that is not true; without its values when a secret is compared.
    case condition(ConditionPart)
}

extension Interpreter {
    package func openWait(_ key: MemoKey) -> OpenWait? {
        guard let (frame, step) = waiting(key) else { return nil }
        var wait = OpenWait(events: step.events, match: matchWishes(frame, step), equalities: [], conditions: [])
        for part in conditions(of: step, frame, event: .null) {
            if let wish = wish(of: part) {
                wait.equalities.append(wish)
            } else {
                wait.conditions.append(part.source)
                if let hint = hint(for: part) { wait.hints.append(hint) }
            }
        }
        return wait
    }

    /// Empty: the wait would take the event.
    /// - Parameter name: under which the event is looked at; its own unless it is the name that differs.
    package func differences(of event: StoredEvent, from key: MemoKey, as name: String? = nil) -> [EventDifference] {
        guard let (frame, step) = waiting(key) else { return [] }
        var event = event
        event.name = name ?? event.name
        var differences = matchWishes(frame, step).compactMap { wish -> EventDifference? in
            let actual = event.value.member(wish.path)
            if let actual, JSON.normalised(actual) == JSON.normalised(wish.value) { return nil }
            return .match(path: wish.path.dropFirst().joined(separator: "."), expected: wish.value, actual: actual)
        }
        if let contract = graph.events[event.name], case .failure(let violation) = contract.admit(event.data) {
            return differences + [.type(violation.summary)]
        }
        for part in conditions(of: step, frame, event: graph.typed(event: event.value) ?? event.value)
        where part.verdict != .holds {
            differences.append(.condition(part))
        }
        return differences
    }

    private func waiting(_ key: MemoKey) -> (Frame, Node.WaitStep)? {
        guard let frame = leaves[key], let index = frame.isNode, case .wait(let step) = graph[index].kind else { return nil }
        return (frame, step)
    }

    private func matchWishes(_ frame: Frame, _ step: Node.WaitStep) -> [OpenWait.Wish] {
        let scope = callScope(frame, key: idempotencyKey(of: frame))
        return step.match.map { match in
            let path = ["data"] + match.path.split(separator: ".").map(String.init)
            // It was evaluated when the wait began, so it has a value.
            return OpenWait.Wish(path: path, value: JSON.normalised((try? match.value.evaluate(scope)) ?? .null))
        }
    }

    private func conditions(of step: Node.WaitStep, _ frame: Frame, event: Value) -> [ConditionPart] {
        guard case .expression(let condition)? = step.where else { return [] }
        let scope = Scope(parent: frame.scope, values: [event])
        let parts = condition.parts(scope)
        return scope.hasSecrets(in: condition.slots) ? parts.map(\.withoutValues) : parts
    }

    /// Of `event.data.x == value`, either way round, where the value does not come of the event.
    private func wish(of part: ConditionPart) -> OpenWait.Wish? {
        guard let comparison = part.comparison, comparison.symbol == "==" else { return nil }
        return Self.fieldAndValue(comparison.left, comparison.right) ?? Self.fieldAndValue(comparison.right, comparison.left)
    }

    /// Of `event.data.flag`, `event.data.x in values`, and comparisons with a number.
    private func hint(for part: ConditionPart) -> OpenWait.Hint? {
        if let flag = part.flag, flag.path.slot == Self.eventSlot, !flag.path.fields.isEmpty {
            let wish = OpenWait.Wish(path: flag.path.fields, value: .bool(flag.wanted))
            return OpenWait.Hint(condition: part.source, wish: wish, isOnly: true)
        }
        guard let comparison = part.comparison else { return nil }
        let isLeft = Self.fieldAndValue(comparison.left, comparison.right) != nil
        guard
            var wish = isLeft
                ? Self.fieldAndValue(comparison.left, comparison.right)
                : Self.fieldAndValue(comparison.right, comparison.left)
        else { return nil }
        let value: Value? =
            switch (comparison.symbol, isLeft) {
            case ("<=", _), (">=", _): wish.value
            case (">", true), ("<", false), ("!=", _): wish.value.stepped(by: 1)
            case ("<", true), (">", false): wish.value.stepped(by: -1)
            case ("in", true): wish.value.listValue?.first
            case ("in", false): [wish.value]
            default: nil
            }
        guard let value else { return nil }
        wish.value = value
        return OpenWait.Hint(condition: part.source, wish: wish, isOnly: false)
    }

    private static let eventSlot = ScopeLayout.slot(depth: 0, index: ScopeLayout.event)

    /// A field of the event on one side, and on the other a value that does not come of the event.
    private static func fieldAndValue(_ side: ConditionPart.Side, _ other: ConditionPart.Side) -> OpenWait.Wish? {
        guard let path = side.path, path.slot == eventSlot, !path.fields.isEmpty, let value = other.value,
            !other.reads.contains(eventSlot)
        else { return nil }
        return OpenWait.Wish(path: path.fields, value: JSON.normalised(value))
    }
}

extension ConditionPart {
    /// Whether one of its sides is read from the event.
    package static func readsEvent(_ side: Side) -> Bool {
        side.reads.contains(ScopeLayout.slot(depth: 0, index: ScopeLayout.event))
    }

    fileprivate var withoutValues: ConditionPart {
        var part = self
        part.comparison?.left.value = nil
        part.comparison?.right.value = nil
        return part
    }
}

extension Value {
    /// A number next to it.
    fileprivate func stepped(by step: Int64) -> Value? {
        switch self {
        case .int(let number):
            let (sum, overflows) = number.addingReportingOverflow(step)
            return overflows ? nil : .int(sum)
        case .double(let number): return .double(number + Double(step))
        default: return nil
        }
    }
}
