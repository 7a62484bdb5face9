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
            if let wish = wish(of: part) { wait.equalities.append(wish) } else { wait.conditions.append(part.source) }
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
        let eventSlot = ScopeLayout.slot(depth: 0, index: ScopeLayout.event)
        for (side, other) in [(comparison.left, comparison.right), (comparison.right, comparison.left)] {
            if let path = side.path, path.slot == eventSlot, !path.fields.isEmpty, let value = other.value,
                !other.reads.contains(eventSlot)
            {
                return OpenWait.Wish(path: path.fields, value: JSON.normalised(value))
            }
        }
        return nil
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
    /// The value at a path of field names.
    package func member(_ path: [String]) -> Value? {
        var value = self
        for name in path {
            guard let next = value[name] else { return nil }
            value = next
        }
        return value
    }
}
