import CEL
import Diagnostics
import Values
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// Events that nearly are what a step waits for.
extension Explainer {
    func explain(
        _ wait: OpenWait, _ key: MemoKey, _ stored: StoredInstance, _ interpreter: Interpreter
    ) throws(JournalError) -> StepExplanation.EventWait {
        var near: [StepExplanation.NearEvent] = []
        for name in wait.events {
            for seen in try queries.events(named: name, seenBy: stored.claim.id, limit: limits.events) {
                near.append(Self.nearEvent(seen, key, stored, interpreter))
            }
        }
        // What it could not have taken anyway, and would not have.
        near.removeAll { $0.isOutOfReach && $0.differences.count > 1 }
        let count = near.count
        near += try misnamed(wait, key, stored, interpreter)
        near.sort { $0.precedes($1) }
        if near.first?.differences.isEmpty == true { near.removeAll { !$0.differences.isEmpty } }
        let shown = Array(near.prefix(limits.nearEvents))
        let named = shown.count { !$0.isMisnamed }
        return StepExplanation.EventWait(wait: wait, near: shown, furtherCount: count - named)
    }

    private static func nearEvent(
        _ seen: SeenEvent, _ key: MemoKey, _ stored: StoredInstance, _ interpreter: Interpreter, as name: String? = nil
    ) -> StepExplanation.NearEvent {
        var differences: [StepExplanation.Difference] = name.map { [.name($0)] } ?? []
        if let step = seen.takenBy {
            differences.append(.taken(by: step))
        } else if stored.trigger["event"]?["id"]?.stringValue == seen.event.id {
            differences.append(.trigger)
        } else if seen.isEarlier {
            differences.append(.earlier)
        }
        differences += interpreter.differences(of: seen.event, from: key, as: name).map { .content($0) }
        return StepExplanation.NearEvent(event: seen.event, differences: differences)
    }

    /// The newest event of each name that is spelt much like an awaited one; a name alone is enough to be told of.
    private func misnamed(
        _ wait: OpenWait, _ key: MemoKey, _ stored: StoredInstance, _ interpreter: Interpreter
    ) throws(JournalError) -> [StepExplanation.NearEvent] {
        var near: [StepExplanation.NearEvent] = []
        let names = try queries.eventNames(limit: limits.eventNames).filter { name in
            !wait.events.contains { $0.hasSameCodePoints(as: name) }
        }
        for awaited in wait.events {
            for name in names where editDistance(from: awaited, to: name) * 3 <= max(awaited.count, name.count) {
                // Another event of the project is its own thing, not a slip of the pen.
                if interpreter.graph.events[name] != nil { continue }
                let found = try queries.events(named: name, seenBy: stored.claim.id, limit: limits.nearEvents)
                near += found.filter { !$0.isEarlier }.map {
                    Self.nearEvent($0, key, stored, interpreter, as: awaited)
                }
            }
        }
        return near
    }
}

extension StepExplanation.NearEvent {
    fileprivate var isMisnamed: Bool { differences.contains { if case .name = $0 { true } else { false } } }

    fileprivate var isOutOfReach: Bool {
        differences.contains { difference in
            switch difference {
            case .earlier, .taken, .trigger: true
            case .name, .content: false
            }
        }
    }

    /// Fewer differences first, then smaller ones, then newer events.
    fileprivate func precedes(_ other: StepExplanation.NearEvent) -> Bool {
        if differences.count != other.differences.count { return differences.count < other.differences.count }
        if distance != other.distance { return distance < other.distance }
        return event.sequence > other.event.sequence
    }

    /// How far apart the compared values are, in letters.
    private var distance: Int {
        differences.reduce(0) { sum, difference in
            guard case .content(let content) = difference, let (left, right) = content.values else { return sum }
            return sum + editDistance(from: Self.letters(left), to: Self.letters(right))
        }
    }

    private static func letters(_ value: Value) -> String { String((value.stringValue ?? JSON.text(value)).prefix(64)) }
}

extension EventDifference {
    /// What was compared, where that is two values.
    fileprivate var values: (Value, Value)? {
        switch self {
        case .match(_, let expected, let actual?): return (expected, actual)
        case .condition(let part):
            guard let left = part.comparison?.left.value, let right = part.comparison?.right.value else { return nil }
            return (left, right)
        case .match, .type: return nil
        }
    }
}
