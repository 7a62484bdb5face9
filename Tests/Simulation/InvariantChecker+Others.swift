import Values
import WorkflowGraph
import WorkflowJournal

/// What instances have to do with each other: places under `concurrency`, and what triggers start.
extension InvariantChecker {
    /// I21 and G17: never more active than the limit, let in in the order of their coming.
    func checkGates() {
        guard violation == nil, definitions.contains(where: { $0.concurrency != nil }) else { return }
        var active: [String: [InstanceID]] = [:]
        var waiting: [String: [Observation]] = [:]
        var admitted: [String: [Observation]] = [:]
        for id in order {
            guard var seen = observed[id], !seen.status.isTerminal else { continue }
            let wasAdmitted = seen.stored.isAdmitted
            guard let stored = (try? store.storedInstance(id)) ?? nil, !stored.state.status.isTerminal,
                let position = (try? store.gatePosition(of: id)) ?? nil
            else { continue }
            seen.stored.isAdmitted = stored.isAdmitted
            seen.stored.cancel = stored.cancel
            observed[id]?.stored.isAdmitted = stored.isAdmitted
            observed[id]?.stored.cancel = stored.cancel
            if stored.cancel != nil && observed[id]?.cancelled != seen.revivals {
                note("replaced at a gate")
                observed[id]?.cancelled = seen.revivals
                observed[id]?.isReleased = true
                observed[id]?.pauses = false
            }
            if seen.hasBegun { active[position.gate, default: []].append(id) }
            if stored.isAdmitted {
                if !wasAdmitted { admitted[position.gate, default: []].append(seen) }
            } else {
                waiting[position.gate, default: []].append(seen)
                if stored.state.runStartedAt != nil { report("I21", "\(id) runs without a place") }
            }
        }
        for (gate, ids) in active where ids.count > limit(of: gate) {
            report("I21", "\(ids.count) instances are active at \(gate), whose limit is \(limit(of: gate))")
        }
        for (gate, entered) in admitted {
            note("let in at a gate")
            for one in entered {
                guard let passed = waiting[gate]?.first(where: { $0.arrival < one.arrival && $0.stored.cancel == nil }) else {
                    continue
                }
                report("G17", "\(one.id) was let in at \(gate) before \(passed.id), which came earlier")
            }
        }
    }

    private func limit(of gate: String) -> Int {
        let workflow = gate.prefix { $0 != "/" }
        return definitions.filter { $0.workflow == workflow }.compactMap { $0.concurrency?.limit }.max() ?? 0
    }

    /// Every accepted event has started what triggers say, once.
    func checkTriggers() {
        guard let graphs = startsByTriggers else { return }
        var started: [String: Int] = [:]
        for id in order {
            guard let event = everSeen(id)?.stored.trigger["event"], let name = event["id"]?.stringValue,
                let workflow = everSeen(id)?.stored.workflow
            else { continue }
            started["\(workflow) \(event["source"]?.stringValue ?? "") \(name)", default: 0] += 1
        }
        for graph in graphs where !graph.triggers.isEmpty {
            for event in events {
                let isWanted =
                    graph.triggers.contains { trigger in
                        if case .event(let names, _) = trigger.source { names.contains(event.name) } else { false }
                    } && event.data["id"]?.stringValue != nil && event.data["good"]?.boolValue == true
                let count = started["\(graph.workflow) \(event.source) \(event.id)"] ?? 0
                if !isWanted && count > 0 { report("I16", "event \(event.id) has started an instance it should not have") }
                if count > 1 { report("I16", "event \(event.id) has started \(count) instances of \(graph.workflow)") }
                if isWanted && count == 0 && graph.concurrency?.overflow != .reject {
                    report("I16", "event \(event.id) has started nothing of \(graph.workflow)")
                }
            }
        }
    }
}
