package import Diagnostics
package import WorkflowGraph

/// What became of a project's files.
package struct Analysis: Sendable {
    /// All mistakes of all files, in the order in which they are shown.
    package let diagnostics: [Diagnostic]
    /// In the order of their names.
    package let workflows: [AnalysedWorkflow]
    /// Actions written in the language, as if each were a workflow by itself, so that it can be tested; empty unless asked for.
    package let actions: [AnalysedWorkflow]
    /// What the built-in actions may raise.
    package let errors: [KnownError]

    package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    package func workflow(_ name: String) -> AnalysedWorkflow? { workflows.first { $0.name == name } }
}

/// An error that a built-in action declares.
package struct KnownError: Sendable, Hashable {
    package let pattern: ErrorPattern
    package let isRetryable: Bool
}

/// One workflow of a project.
package struct AnalysedWorkflow: Sendable {
    package let name: String
    package let description: String?
    package let file: SourceFile
    /// Its name in the file.
    package let range: SourceRange
    /// Nil when it, or anything it uses, has errors.
    package let graph: StepGraph?
    /// The files it is made of, itself first: what `DefinitionLoader` needs to make the same graph again.
    package let sources: [DefinitionSource]

    package var isValid: Bool { graph != nil }
}

/// A file of a stored definition.
package struct DefinitionSource: Sendable, Hashable {
    /// Relative to the definitions folder; files of the standard library begin with `stdlib/`.
    package var path: String
    package var text: String

    package init(path: String, text: String) {
        self.path = path
        self.text = text
    }
}
