// WorkflowReplay: recorded runs on definitions, their own or edited ones.
//
// Invariant: no store, no server, no effects. It is given rows and definitions, and says what they mean together.
//
// Start at `EditPlanner` (`wfrun plan`) and `RunReplay` (`wfrun replay`); `RecordedRun` is an exported history.

package import WorkflowJournal

/// The current run of an instance with all it takes to replay it: `wfrun history --export`, docs/histories.md.
package struct RecordedRun: Sendable {
    package var definition: DefinitionRecord
    /// Without a right to write it; timers and waits are left out.
    package var instance: StoredInstance

    package init(definition: DefinitionRecord, instance: StoredInstance) {
        self.definition = definition
        self.instance = instance
        self.instance.timers = []
        self.instance.waits = []
    }
}
