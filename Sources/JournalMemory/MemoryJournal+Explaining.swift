import Values
package import WorkflowJournal

/// What `wfrun why` asks about events, gates and the log.
extension MemoryJournal {
    package func events(named name: String, seenBy id: InstanceID, limit: Int) throws(JournalError) -> [SeenEvent] {
        query { tables in
            guard let record = tables.record(of: id) else { return [] }
            let named = tables.events.reversed().lazy.filter { $0.name.hasSameCodePoints(as: name) }
            return named.prefix(limit).map { event in
                SeenEvent(
                    event: event, isEarlier: event.sequence <= record.createdEvent, takenBy: record.taken[event.sequence]?.wait)
            }
        }
    }

    package func eventNames(limit: Int) throws(JournalError) -> [String] {
        query { tables in Array(tables.namesOfEvents.sorted().prefix(limit).map(\.text)) }
    }

    package func places(at gate: String, limit: Int) throws(JournalError) -> [GateVisitor] {
        query { tables in
            guard let gate = tables.gates[StoredText(gate)] else { return [] }
            return (gate.active.elements + gate.waiting.elements).prefix(limit).compactMap { place in
                guard let index = tables.index(of: place.instance) else { return nil }
                let record = tables.instances[index]
                return GateVisitor(instance: record.new.id, isAdmitted: record.isAdmitted, status: record.state.status)
            }
        }
    }

    package func notes(of id: InstanceID, limit: Int) throws(JournalError) -> [LogRow] {
        query { tables in
            Array((tables.record(of: id)?.logs ?? []).reversed().lazy.map(\.row).filter { $0.key == nil }.prefix(limit))
        }
    }
}
