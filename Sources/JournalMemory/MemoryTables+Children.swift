import Values
import WorkflowJournal

// Children and what their parents hear of them (guarantees.md G16).
extension MemoryTables {
    /// Creates the children of a transition. Returns those that their gates rejected; their steps are told at once.
    mutating func startChildren(
        of transition: Transition, at parent: Int, waking woken: inout WokenInstances
    ) -> [InstanceID] {
        var rejected: [InstanceID] = []
        for child in transition.children {
            switch create(child.withoutCallersKeys, createdEvent: lastEvent, waking: &woken) {
            case .created: break
            case .existing(let index):
                if instances[index].state.status.isTerminal { tellParent(ofChildAt: index, waking: &woken) }
            case .rejected:
                rejected.append(child.id)
                if let link = child.parent { tell(.init(ofRejected: child.id, link), run: link.run, parent, waking: &woken) }
            }
        }
        return rejected
    }

    mutating func tellParent(ofChildAt index: Int, waking woken: inout WokenInstances) {
        let child = instances[index]
        guard let link = child.new.parent, !link.isDetached, let parent = child.parent.flatMap(self.index(of:)) else { return }
        let end = InstanceInbox.ChildEnd(
            child: child.new.id, step: link.step, attempt: link.attempt, status: child.state.status,
            output: child.state.output, failure: child.state.failure)
        tell(end, run: link.run, parent, waking: &woken)
    }

    private mutating func tell(
        _ end: InstanceInbox.ChildEnd, run: Int, _ parent: Int, waking woken: inout WokenInstances
    ) {
        guard instances[parent].state.run == run, isAwaited(end, by: parent),
            !instances[parent].childEnds.contains(where: { $0.child == end.child })
        else { return }
        instances[parent].childEnds.append(end)
        mark(at: parent)
        woken.insert(InstanceKey(Int64(parent) + 1))
    }

    /// Its `invoke` step is open in the current run, at that attempt.
    private func isAwaited(_ end: InstanceInbox.ChildEnd, by parent: Int) -> Bool {
        let record = instances[parent]
        guard !record.state.status.isTerminal, let place = record.steps.places[end.step] else { return false }
        let row = record.steps.rows[place]
        return !row.status.isFinal && row.attempt == end.attempt
    }

    /// After the steps of a transition are written: ends that are taken, or that no step waits for, are gone; for those that
    /// are left there is a mark.
    mutating func settleChildEnds(taken: [InstanceID], at index: Int) {
        guard !instances[index].childEnds.isEmpty else { return }
        let taken = Set(taken)
        instances[index].childEnds = instances[index].childEnds.filter { !taken.contains($0.child) && isAwaited($0, by: index) }
        if !instances[index].childEnds.isEmpty && instances[index].marks <= instances[index].state.marksConsumed {
            instances[index].marks += 1
        }
    }
}

extension InstanceInbox.ChildEnd {
    init(ofRejected child: InstanceID, _ link: ParentLink) {
        self.init(child: child, step: link.step, attempt: link.attempt, status: nil, output: nil, failure: nil)
    }
}
