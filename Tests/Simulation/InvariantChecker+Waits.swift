import Values
import WorkflowGraph
import WorkflowJournal

/// Waits and events: I12, I13, I14.
extension InvariantChecker {
    /// Accepted events that a wait should have, or should get, oldest first.
    func candidates(_ wait: WaitRow, _ now: Observation) -> [StoredEvent] {
        events.filter { event in
            guard event.sequence > max(now.createdAfter, eventsGone), !now.taken.contains(event.sequence),
                accepts(event, wait.key)
            else {
                return false
            }
            let sets =
                [MatchSet(event: event.name, paths: [])]
                + definitions.flatMap(\.matchSets).filter { $0.event == event.name }
                .map { MatchSet(event: $0.event, paths: $0.paths) }
            return sets.contains { set in
                guard let key = set.key(ofPayload: event.data) else { return false }
                return wait.matches.contains { $0.event == event.name && $0.key == key }
            }
        }
    }

    /// - Parameters:
    ///   - now: with the rows that the waits of `before` have now.
    ///   - acceptedBefore: the last event before the commit; what it sends itself comes after the ends of its waits.
    func checkWaits(_ before: Observation, _ now: inout Observation, through acceptedBefore: EventSequence) {
        for wait in before.stored.waits where !now.stored.waits.contains(where: { $0.key == wait.key }) {
            guard let row = now.byKey[wait.key] else { continue }
            let waiting = candidates(wait, now).filter { $0.sequence <= acceptedBefore }
            guard row.status == .completed else {
                if let missed = waiting.first {
                    report(
                        "I14",
                        "\(wait.key) was closed (\(row.status.rawValue)) although event \(missed.sequence.number) was there")
                }
                continue
            }
            guard let event = takenEvent(row) else {
                report("I4", "\(wait.key) took an event that was never accepted")
                continue
            }
            if !now.taken.insert(event).inserted { report("I13", "event \(event.number) was consumed twice") }
            if let first = waiting.first, first.sequence != event {
                report("I13", "\(wait.key) took event \(event.number) before event \(first.sequence.number)")
            } else if waiting.isEmpty {
                report("I13", "\(wait.key) took event \(event.number), which it did not wait for")
            }
        }
    }

    /// What a completed wait has taken.
    func takenEvent(_ row: StepRow) -> EventSequence? {
        guard row.verb == .wait, row.status == .completed else { return nil }
        let (id, source) = (row.output?["id"]?.stringValue, row.output?["source"]?.stringValue)
        return events.first { $0.id == id && $0.source == source }?.sequence
    }
}
