import DequeModule
import Values
import WorkflowInterpreter
import WorkflowJournal

/// What others have left for an instance becomes occurrences.
extension EngineCore {
    func received(_ claim: Claim, _ inbox: InstanceInbox?) {
        guard let instance = live[claim.instance] else { return }
        instance.isReadingInbox = false
        guard let inbox else {
            reload(instance)
            return
        }
        // Until the hold is released everything stays where it is.
        if !instance.isHeld { take(inbox, to: instance) }
        activate(instance)
    }

    private func take(_ inbox: InstanceInbox, to instance: LiveInstance) {
        let ends = inbox.childEnds.filter { isAwaited($0, by: instance) }.map(LiveInstance.Occurrence.childEnded)
        let taken = offer(inbox.candidates, to: instance)
        // Where events were declined there may be more than were read: the marks stand until a reading finds none.
        let isComplete = !taken.contains { if case .examined = $0 { true } else { false } }
        if isComplete { instance.marks = max(instance.marks, inbox.marks) }
        // These go before what else is waiting: a timeout must not beat an event accepted before it, nor may a cancel, which
        // closes waits as well.
        let arrived = taken + ends
        switch (inbox.cancel, inbox.pause) {
        case (nil, nil): instance.queue.prepend(contentsOf: arrived)
        case (nil, let pause?): instance.queue.prepend(contentsOf: [.pause(pause)] + arrived)
        case (let cancel?, nil) where instance.hasBegun:
            instance.queue.prepend(contentsOf: arrived)
            instance.queue.append(.cancel(cancel))
        case (let cancel?, nil): instance.queue.prepend(contentsOf: [.cancel(cancel)] + arrived)
        // Asked for after the cancel, the pause holds the unwinding.
        case (let cancel?, let pause?): instance.queue.prepend(contentsOf: arrived + [.cancel(cancel), .pause(pause)])
        }
    }

    private func isAwaited(_ end: InstanceInbox.ChildEnd, by instance: LiveInstance) -> Bool {
        guard let child = instance.openChildren[end.step], child.row.status == .waiting else { return false }
        return child.row.attempt == end.attempt && child.id(in: instance) == end.child
    }

    /// Gives each wait, in the order in which they began, the oldest event that it takes; one event satisfies one wait.
    private func offer(_ candidates: [InstanceInbox.Candidates], to instance: LiveInstance) -> [LiveInstance.Occurrence] {
        var taken: Set<EventSequence> = []
        var occurrences: [LiveInstance.Occurrence] = []
        for candidate in candidates {
            guard let wait = instance.waits[candidate.wait] else { continue }
            var examined = wait.examined
            for event in candidate.events where event.sequence > wait.examined && !taken.contains(event.sequence) {
                let verdict = instance.interpreter.examine(event, for: candidate.wait)
                if verdict == .accepted {
                    taken.insert(event.sequence)
                    occurrences.append(.event(wait: candidate.wait, event))
                    examined = wait.examined
                    break
                }
                examined = event.sequence
                if case .declined(let reason?) = verdict { instance.declined.append((candidate.wait, reason)) }
            }
            if examined > wait.examined { occurrences.append(.examined(wait: candidate.wait, through: examined)) }
        }
        return occurrences
    }
}
