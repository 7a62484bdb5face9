import GRDBSQLite
import Values
import WorkflowJournal

// A run follows another one: `continue_as_new`, or an operator's retry of an ended instance.
extension BatchWriter {
    /// Turns an instance's rows to the next run; its state is written by the caller.
    func turn(
        _ instance: InstanceKey, from previous: Int, to next: Transition.NextRun, _ run: Int
    ) throws(SQLiteFailure) {
        if let refusal = try contentRefusal(definition: next.digest, config: next.config) { throw SQLiteFailure(refusal) }
        try statement(.insertFirstRun).run { $0.int(instance.number) }
        try statement(.closeRun).run { bind in
            bind.time(next.kind == .continuedAsNew ? time : nil)
            bind.int(instance.number)
        }
        try insert(next, instance, run: run)
        try relabel(instance, next.labels)
        try statement(.turnInstance).run { bind in
            bind.text(next.digest.hex)
            bind.text(next.config.hex)
            bind.json(next.input)
            bind.labels(next.labels)
            bind.int(instance.number)
        }
        try insertKept(next.kept, instance, run: run)
        try dropChildEnds(of: instance)
        if next.kind == .retried { try freeEvents(besides: next.kept, instance, run: previous) }
        if previous > 1 { try scheduleRemoval(of: instance, run: previous - 1) }
    }

    func rebind(_ instance: InstanceKey, to digest: ContentDigest) throws(SQLiteFailure) {
        if let refusal = try contentRefusal(definition: digest, config: nil) { throw SQLiteFailure(refusal) }
        try statement(.rebind).run { bind in
            bind.text(digest.hex)
            bind.int(instance.number)
        }
    }

    private func insert(_ next: Transition.NextRun, _ instance: InstanceKey, run: Int) throws(SQLiteFailure) {
        try statement(.insertRun).run { bind in
            bind.int(instance.number)
            bind.int(run)
            bind.text(RunSummary.Kind(next.kind).rawValue)
            bind.text(next.reason)
            bind.text(next.digest.hex)
            bind.json(next.input)
            bind.int(next.keptSequence)
            bind.json(
                next.occurrences.isEmpty
                    ? nil : .map(ValueMap(next.occurrences.map { ($0.key, Value.int(Int64($0.value))) })))
        }
    }

    private func relabel(_ instance: InstanceKey, _ labels: [String: String]) throws(SQLiteFailure) {
        let old = try statement(.readLabels).first({ $0.int(instance.number) }) { columns throws(SQLiteFailure) in
            try columns.labels()
        }
        try deleteLabels(old ?? [:], instance)
        try insertLabels(labels, instance)
    }

    func deleteLabels(_ labels: [String: String], _ instance: InstanceKey) throws(SQLiteFailure) {
        for (name, value) in labels {
            try statement(.deleteLabel).run { bind in
                bind.text(name)
                bind.text(value)
                bind.int(instance.number)
            }
        }
    }

    /// Events that waits of the run before took are free again, unless the wait is kept.
    private func freeEvents(besides kept: [StepRow], _ instance: InstanceKey, run: Int) throws(SQLiteFailure) {
        for row in kept where row.verb == .wait {
            try delete(.keepEvents, instance, run: run, row.key)
        }
        try statement(.freeEvents).run { bind in
            bind.int(instance.number)
            bind.int(run)
        }
    }
}
