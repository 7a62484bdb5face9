import Values
import WorkflowJournal

/// What there was when a promise was broken, for whoever looks for the reason.
extension InvariantChecker {
    var account: String {
        let sent = events.map { "event \($0.sequence.number) \($0.name) \($0.source)/\($0.id) \(JSON.text($0.data))" }
        let ends = latest.map { account($0.transition, $0.id) }
        return (sent + order.compactMap { observed[$0] }.map(account) + ends).joined(separator: "\n")
    }

    private func account(_ transition: Transition, _ id: InstanceID) -> String {
        let steps = transition.steps.map { change in
            switch change {
            case .insert(let row): "+\(row.key) \(row.status.rawValue)"
            case .update(let row): "\(row.key) \(row.status.rawValue)"
            }
        }
        let parts = [
            "commit of \(id) at \(transition.time): \(transition.instance.status.rawValue)", "steps \(steps)",
            "timers set \(transition.timersSet.map(\.key)) cleared \(transition.timersCleared)",
            "waits opened \(transition.waitsOpened.map(\.key)) closed \(transition.waitsClosed.map(\.key))",
            "children \(transition.children.map(\.id)) ended \(transition.childEndsTaken)",
        ]
        return parts.joined(separator: "\n    ")
    }

    private func account(_ seen: Observation) -> String {
        let stored = (try? store.storedInstance(seen.id)) ?? seen.stored
        let state = stored.state
        let traits = [
            stored.isAdmitted ? nil : "not admitted", state.hold.map { "held \($0.rawValue)" },
            state.ending.map { "ending \($0.rawValue)" }, stored.cancel == nil ? nil : "cancel left",
            state.failure.map { "failure \($0.code) at \($0.step?.text ?? "-")" },
            "marks \(stored.marks)/\(state.marksConsumed)", "last entry \(state.lastSequence)",
        ]
        let head =
            "instance \(seen.id) \(stored.workflow) run \(state.run) \(state.status.rawValue) input \(JSON.text(stored.input)) "
            + "\(traits.compactMap(\.self).joined(separator: ", ")) trigger \(JSON.text(stored.trigger))"
        var lines = [head]
        for run in 1...state.run {
            if state.run > 1 { lines.append("  run \(run)") }
            let rows = (try? store.steps(of: seen.id, run: run)) ?? []
            lines += rows.map { row in
                let end = row.completedSequence.map(String.init) ?? "-"
                let failure = (row.failure ?? row.lastFailure).map { " \($0.code)" } ?? ""
                return "    \(row.scheduledSequence)→\(end) \(row.key) \(row.verb.rawValue) \(row.status.rawValue) "
                    + "attempt \(row.attempt)+\(row.interruptions)\(failure)"
            }
        }
        return lines.joined(separator: "\n")
    }
}
