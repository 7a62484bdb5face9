package import WorkflowJournal

/// The journal says something that the definition does not: the instance is held with this report. Nothing re-executes,
/// nothing compensates.
package struct JournalMismatch: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Kind: String, Sendable {
        /// The definition never comes to a recorded step.
        case stepVanished
        /// It comes to one that is not recorded.
        case stepIsNew
        /// A recorded step has another key now: into a loop or group, or out of one.
        case stepMoved
        /// Another verb, action, workflow or event.
        case actionChanged
        case inputChanged
        /// The step comes earlier or later than it was recorded.
        case orderChanged
        /// A timeout came due that is not set now.
        case timeoutVanished
        /// The definition is over, the journal is not.
        case endsEarlier
        /// What is recorded cannot be, whatever the definition.
        case journalDamaged
    }

    package var kind: Kind
    package var key: MemoKey?
    /// `stepMoved`: where the definition has the step now.
    package var movedTo: MemoKey?
    /// What was recorded, in words.
    package var recorded: String
    /// What the definition asks for now.
    package var asked: String
    package var explanation: String

    package init(
        _ kind: Kind, key: MemoKey?, movedTo: MemoKey? = nil, recorded: String, asked: String, explanation: String
    ) {
        self.kind = kind
        self.key = key
        self.movedTo = movedTo
        self.recorded = recorded
        self.asked = asked
        self.explanation = explanation
    }

    package var description: String {
        let place = key.map { " at step '\($0)'" } ?? ""
        return "journal mismatch\(place): \(explanation); recorded: \(recorded); the definition asks for: \(asked)"
    }
}
