import Values
import WorkflowGraph
import WorkflowJournal

/// I22: only what may leave has left, and what should leave does.
extension InvariantChecker {
    func check(_ order: RemovalOrder, _ removed: Removed) {
        for id in removed.instances {
            guard let seen = observed[id] else {
                report("I22", "\(id) was removed, and there was none")
                continue
            }
            note("instance removed")
            if let reason = whyKept(seen, order, at: clock()) { report("I22", "\(id) was removed: \(reason)") }
            if ((try? store.instance(id)) ?? nil) != nil { report("I22", "\(id) was removed and is there") }
            checkEnd(seen)
            checkPrefixes(seen)
            checkSecrets(seen)
            gone[id] = seen
            observed[id] = nil
        }
        if !removed.hasMore { checkComplete(order) }
        for sequence in removed.events {
            guard let event = events.first(where: { $0.sequence == sequence }), sequence.number == eventsGone.number + 1 else {
                report("I22", "event \(sequence.number) was removed out of turn")
                continue
            }
            note("event removed")
            eventsGone = sequence
            if !isOver(order.events, since: event.time, at: clock()) {
                report("I22", "event \(sequence.number) of \(event.time) was removed at \(clock())")
            }
        }
    }

    /// A commit that says there is no more to remove has left nothing that may go.
    private func checkComplete(_ order: RemovalOrder) {
        lastRemoval = clock()
        for id in self.order {
            guard let seen = observed[id], seen.status.isTerminal, whyKept(seen, order, at: clock()) == nil else { continue }
            report("I22", "\(id) should have been removed")
        }
    }

    /// Sent again, it would be another event.
    func hasLeft(_ event: NewEvent) -> Bool {
        events.contains { $0.id == event.id && $0.source == event.source && $0.sequence <= eventsGone }
    }

    /// At the end, after minutes without faults: there have been removals until now.
    func checkRemovals() {
        if lastRemoval.map({ clock().since($0).microseconds > 300_000_000 }) ?? true {
            report("I22", "nothing has been removed since \(lastRemoval?.description ?? "the start")")
        }
    }

    /// Nil: it may go.
    private func whyKept(_ seen: Observation, _ order: RemovalOrder, at time: Timestamp) -> String? {
        guard seen.status.isTerminal, let endedAt = seen.stored.state.endedAt else { return "it is \(seen.status.rawValue)" }
        let own = graphsByDigest[seen.stored.digest]?.retention[seen.status.rawValue]
        if !isOver(own ?? order.instances[seen.status], since: endedAt, at: time) { return "it ended at \(endedAt)" }
        let live = self.order.first { id in
            guard let other = observed[id], other.stored.parent?.instance == seen.id else { return false }
            return !other.status.isTerminal
        }
        if let live {
            note("kept for a live child")
            return "its child \(live) is live"
        }
        return nil
    }

    private func isOver(_ age: TimeSpan?, since start: Timestamp, at time: Timestamp) -> Bool {
        guard let age, let end = start.adding(age) else { return false }
        return end <= time
    }
}
