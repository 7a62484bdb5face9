import GRDBSQLite
import Values
import WorkflowJournal

// Places under `concurrency`: never more active than the limit at any commit (guarantees.md G17), waiting ones in the order
// of their coming.
extension BatchWriter {
    private struct Gate {
        var key: String
        var active: Int
        /// What the newest arrival said.
        var places: Int
    }

    /// Whether an instance that came now would be let in at once.
    func hasPlace(at request: GateRequest) throws(SQLiteFailure) -> Bool {
        guard let gate = try gate(request.key) else { return true }
        let free = request.places - gate.active
        guard free > 0 else { return false }
        return try waiting(at: request.key, limit: free).count < free
    }

    /// The instance stands at the gate from here on. True when it is let in.
    func comeToGate(
        _ request: GateRequest, _ instance: InstanceKey, _ id: InstanceID, waking woken: inout WokenInstances
    ) throws(SQLiteFailure) -> Bool {
        let isAdmitted = try hasPlace(at: request)
        var gate = try gate(request.key) ?? Gate(key: request.key, active: 0, places: request.places)
        gate.places = request.places
        // A higher limit than before lets those in who came earlier.
        try admitWaiting(at: &gate, waking: &woken)
        if isAdmitted {
            gate.active += 1
        } else if request.overflow == .replace {
            try replace(at: request.key, by: id, waking: &woken)
        }
        try statement(.insertPlace).run { bind in
            bind.text(request.key)
            bind.int(instance.number)
            bind.int(isAdmitted ? 1 : 0)
        }
        try setAdmitted(isAdmitted, instance)
        try write(gate)
        return isAdmitted
    }

    /// Gives the place up, and hands it on.
    func leaveGate(_ instance: InstanceKey, waking woken: inout WokenInstances) throws(SQLiteFailure) {
        let place = try statement(.readPlace).first({ $0.int(instance.number) }) { columns throws(SQLiteFailure) in
            (gate: columns.text(), isAdmitted: columns.int() != 0)
        }
        guard let place, var gate = try gate(place.gate) else { return }
        try statement(.deletePlace).run { $0.int(instance.number) }
        try setAdmitted(nil, instance)
        if place.isAdmitted { gate.active -= 1 }
        try admitWaiting(at: &gate, waking: &woken)
        try write(gate)
        if gate.active == 0 { try statement(.deleteGate).run { $0.text(gate.key) } }
    }

    private func admitWaiting(at gate: inout Gate, waking woken: inout WokenInstances) throws(SQLiteFailure) {
        guard gate.active < gate.places else { return }
        for next in try waiting(at: gate.key, limit: gate.places - gate.active) {
            try statement(.admitPlace).run { $0.int(next.number) }
            try statement(.admitInstance).run { $0.int(next.number) }
            gate.active += 1
            woken.insert(next)
        }
    }

    /// The oldest active one and all that wait make room.
    private func replace(
        at key: String, by id: InstanceID, waking woken: inout WokenInstances
    ) throws(SQLiteFailure) {
        let oldest = try statement(.oldestAtGate).first({ $0.text(key) }) { columns throws(SQLiteFailure) in
            (instance: InstanceKey(columns.int()), isUncancelled: columns.int() != 0)
        }
        if let oldest, oldest.isUncancelled { try leave(.replaced(by: id), oldest.instance, waking: &woken) }
        for other in try waiting(at: key, limit: -1) { try leave(.replaced(by: id), other, waking: &woken) }
    }

    /// The first of those who wait, without those who have been asked to leave; a negative limit is none.
    private func waiting(at key: String, limit: Int) throws(SQLiteFailure) -> [InstanceKey] {
        try statement(.waitingAtGate).all({ bind in
            bind.text(key)
            bind.int(limit)
        }) { columns throws(SQLiteFailure) in InstanceKey(columns.int()) }
    }

    private func gate(_ key: String) throws(SQLiteFailure) -> Gate? {
        try statement(.readGate).first({ $0.text(key) }) { columns throws(SQLiteFailure) in
            Gate(key: key, active: Int(columns.int()), places: Int(columns.int()))
        }
    }

    private func write(_ gate: Gate) throws(SQLiteFailure) {
        try statement(.writeGate).run { bind in
            bind.text(gate.key)
            bind.int(gate.active)
            bind.int(gate.places)
        }
    }

    private func setAdmitted(_ isAdmitted: Bool?, _ instance: InstanceKey) throws(SQLiteFailure) {
        try statement(.setAdmitted).run { bind in
            bind.int(isAdmitted.map { $0 ? 1 : 0 })
            bind.int(instance.number)
        }
    }
}
