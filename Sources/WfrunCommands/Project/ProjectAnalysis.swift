import Diagnostics
import StandardLibrary
import Values
import WorkflowDefinitions
import WorkflowEngine
import WorkflowGraph
import WorkflowJournal
import WorkflowServer

/// What the definitions of a project mean, and what is wrong with them.
struct ProjectAnalysis: Sendable {
    struct Workflow: Sendable {
        var name: String
        /// Relative to the definitions folder.
        var path: String
        var graph: StepGraph
        var record: DefinitionRecord

        func offered(problem: String?) -> OfferedWorkflow {
            OfferedWorkflow(
                name: name, description: graph.description, digest: graph.digest, graph: graph, sources: record.sources,
                problem: problem)
        }
    }

    var diagnostics: [Diagnostic]
    /// Those without mistakes, by name.
    var workflows: [Workflow]
    /// Workflows that are there but have mistakes.
    var brokenNames: Set<String>
}
