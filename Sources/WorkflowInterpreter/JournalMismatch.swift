package import WorkflowJournal

/// The journal says something that the definition does not: the instance is held with this report. Nothing re-executes,
/// nothing compensates.
package struct JournalMismatch: Error, Sendable, Equatable, CustomStringConvertible {
    package var key: MemoKey?
    /// What was recorded, in words.
    package var recorded: String
    /// What the definition asks for now.
    package var asked: String
    package var explanation: String

    package init(key: MemoKey?, recorded: String, asked: String, explanation: String) {
        self.key = key
        self.recorded = recorded
        self.asked = asked
        self.explanation = explanation
    }

    package var description: String {
        let place = key.map { " at step '\($0)'" } ?? ""
        return "journal mismatch\(place): \(explanation); recorded: \(recorded); the definition asks for: \(asked)"
    }
}
