import Values
import WorkflowJournal

/// The places under one key of `concurrency`: never more active than the limit, waiting ones in the order of their coming.
struct Gate: Sendable {
    /// What the newest arrival said.
    var limit: Int
    var active = SortedList<GatePlace>()
    var waiting = SortedList<GatePlace>()
}

struct GatePlace: Sendable, Comparable {
    var gate: StoredText
    var order: Int64
    var instance: InstanceKey
    var isAdmitted = false

    static func < (lhs: GatePlace, rhs: GatePlace) -> Bool { lhs.order < rhs.order }
    static func == (lhs: GatePlace, rhs: GatePlace) -> Bool { lhs.order == rhs.order }
}

extension MemoryTables {
    /// Whether an instance that came now would be let in at once.
    func hasPlace(at request: GateRequest) -> Bool {
        guard let gate = gates[StoredText(request.key)] else { return true }
        let free = request.places - gate.active.elements.count
        return gate.waiting.elements.lazy.filter { isUncancelled($0.instance) }.prefix(max(0, free)).count < free
    }

    /// The instance stands at the gate from here on, let in or not.
    mutating func comeToGate(_ request: GateRequest, at index: Int, waking woken: inout WokenInstances) {
        let name = StoredText(request.key)
        let isAdmitted = hasPlace(at: request)
        gates[name, default: Gate(limit: request.places)].limit = request.places
        // A higher limit than before lets those in who came earlier.
        admitWaiting(at: name, waking: &woken)
        arrivals += 1
        let place = GatePlace(gate: name, order: arrivals, instance: InstanceKey(Int64(index) + 1), isAdmitted: isAdmitted)
        instances[index].place = place
        if isAdmitted {
            gates[name]?.active.insert(place)
        } else {
            if request.overflow == .replace { replace(at: name, by: instances[index].new.id, waking: &woken) }
            gates[name]?.waiting.insert(place)
        }
    }

    /// Gives the place up, and hands it on.
    mutating func leaveGate(at index: Int, waking woken: inout WokenInstances) {
        guard let place = instances[index].place else { return }
        instances[index].place = nil
        gates[place.gate]?.active.remove(place)
        gates[place.gate]?.waiting.remove(place)
        admitWaiting(at: place.gate, waking: &woken)
        if let gate = gates[place.gate], gate.active.elements.isEmpty, gate.waiting.elements.isEmpty {
            gates[place.gate] = nil
        }
    }

    private mutating func admitWaiting(at name: StoredText, waking woken: inout WokenInstances) {
        while let gate = gates[name], gate.active.elements.count < gate.limit,
            let next = gate.waiting.elements.first(where: { isUncancelled($0.instance) }),
            let index = index(of: next.instance)
        {
            gates[name]?.waiting.remove(next)
            gates[name]?.active.insert(next)
            instances[index].place?.isAdmitted = true
            mark(at: index)
            woken.insert(next.instance)
        }
    }

    /// The oldest active one and all that wait make room.
    private mutating func replace(at name: StoredText, by id: InstanceID, waking woken: inout WokenInstances) {
        guard let gate = gates[name] else { return }
        for place in gate.active.elements.prefix(1) + gate.waiting.elements where isUncancelled(place.instance) {
            if let index = index(of: place.instance) { leave(.replaced(by: id), at: index, waking: &woken) }
        }
    }

    private func isUncancelled(_ key: InstanceKey) -> Bool {
        index(of: key).map { instances[$0].cancel == nil && !instances[$0].isCancelConsumed } ?? false
    }

    func position(of place: GatePlace) -> GatePosition? {
        gates[place.gate].map { gate in
            GatePosition(
                gate: place.gate.text, ahead: place.isAdmitted ? nil : gate.waiting.position(of: place),
                active: gate.active.elements.count, limit: gate.limit)
        }
    }
}
