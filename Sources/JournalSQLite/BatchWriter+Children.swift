import GRDBSQLite
import Values
import WorkflowJournal

// Children and what their parents hear of them (guarantees.md G16).
extension BatchWriter {
    /// Creates the children of a transition. Returns those that their gates rejected; their steps are told at once.
    func startChildren(
        of transition: Transition, _ state: Transition.InstanceState, _ parent: InstanceKey,
        waking woken: inout WokenInstances
    ) throws(SQLiteFailure) -> [InstanceID] {
        var rejected: [InstanceID] = []
        for child in transition.children {
            switch try create(child.withoutCallersKeys, createdEvent: memory.lastEvent, waking: &woken) {
            case .created: break
            case .existing: try repeatEnd(of: child.id, waking: &woken)
            case .rejected:
                rejected.append(child.id)
                if let link = child.parent, link.run == state.run, !state.status.isTerminal {
                    try tell(parent, ofRejected: child.id, link, waking: &woken)
                }
            }
        }
        return rejected
    }

    func insert(_ link: ParentLink, child: InstanceKey, parent: InstanceKey?) throws(SQLiteFailure) {
        try statement(.insertChild).run { bind in
            bind.int(child.number)
            bind.int(parent.map { Int($0.number) })
            bind.text(link.instance.text)
            bind.int(link.run)
            bind.text(link.step.text)
            bind.int(link.attempt)
            bind.int(link.isDetached ? 1 : 0)
        }
    }

    /// The child's terminal state becomes a fact for its parent, if the step that invoked it still waits for it.
    func tell(
        _ parent: InstanceKey, of state: Transition.InstanceState, child: InstanceKey, _ id: InstanceID,
        waking woken: inout WokenInstances
    ) throws(SQLiteFailure) {
        try statement(.tellParent).run { bind in
            bind.text(id.text)
            bind.text(state.status.rawValue)
            bind.json(state.output)
            bind.json(state.failure?.value)
            bind.int(child.number)
        }
        if changes == 0 { return }
        memory.childEnds += 1
        try mark(parent, waking: &woken)
    }

    private func tell(
        _ parent: InstanceKey, ofRejected child: InstanceID, _ link: ParentLink, waking woken: inout WokenInstances
    ) throws(SQLiteFailure) {
        try statement(.tellRejected).run { bind in
            bind.text(child.text)
            bind.int(parent.number)
            bind.int(link.run)
            bind.text(link.step.text)
            bind.int(link.attempt)
        }
        if changes == 0 { return }
        memory.childEnds += 1
        try mark(parent, waking: &woken)
    }

    /// A child that was there already and has ended would otherwise never be heard of again.
    private func repeatEnd(of id: InstanceID, waking woken: inout WokenInstances) throws(SQLiteFailure) {
        guard let row = try rowForRequest(id), row.state.status.isTerminal, let parent = row.parent else { return }
        try tell(parent, of: row.state, child: row.key, id, waking: &woken)
    }

    /// After the steps of a transition are written: ends that are taken, or that no step waits for, are gone; for those that
    /// are left there is a mark.
    func settleChildEnds(
        of transition: Transition, _ state: Transition.InstanceState, at place: Place, waking woken: inout WokenInstances
    ) throws(SQLiteFailure) {
        for child in transition.childEndsTaken {
            try statement(.takeChildEnd).run { bind in
                bind.int(place.instance.number)
                bind.text(child.text)
            }
            memory.childEnds -= changes
        }
        for case .update(let row) in transition.steps where row.verb == .invoke {
            try statement(.dropEndsOfStep).run { bind in
                bind.int(place.instance.number)
                bind.text(row.key.text)
                bind.int(row.status.isFinal ? nil : row.attempt)
            }
            memory.childEnds -= changes
        }
        guard !state.status.isTerminal, place.marks + woken.ownMarks <= state.marksConsumed else { return }
        let rest = try statement(.findChildEnd).first({ $0.int(place.instance.number) }) { _ throws(SQLiteFailure) in true }
        if rest != nil { try mark(place.instance, waking: &woken) }
    }

    func dropChildEnds(of instance: InstanceKey) throws(SQLiteFailure) {
        guard memory.childEnds > 0 else { return }
        try statement(.dropChildEnds).run { $0.int(instance.number) }
        memory.childEnds -= changes
    }
}
