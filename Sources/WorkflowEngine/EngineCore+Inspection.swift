package import WorkflowInterpreter
package import WorkflowJournal

/// What may be seen of the core between two inputs. Running needs nothing of it: the simulator compares it with the store.
extension EngineCore {
    /// The state of an instance in memory, the transition in flight included.
    package struct Inspection {
        package var outstanding: [Command]
        package var sequence: Int
        package var run: Int
    }

    /// Nil when the instance is not in memory.
    package func inspect(_ id: InstanceID) -> Inspection? {
        var found = live.values.first { $0.id == id }
        for case .transition(let instance) in pendingWrites.values where instance.id == id { found = instance }
        return found.map {
            Inspection(
                outstanding: $0.interpreter.outstanding(), sequence: $0.interpreter.sequence, run: $0.interpreter.header.run)
        }
    }

    /// Places taken, by attempts under way or announced.
    package var placesInUse: Int { slots.inUse }
    package var attemptsInFlight: Int { attempts.count }
}
