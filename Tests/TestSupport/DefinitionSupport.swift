package import Diagnostics
import StandardLibrary
package import Values
package import WorkflowDefinitions
package import WorkflowGraph

/// A definition in a test has mistakes.
package struct FaultyDefinition: Error, CustomStringConvertible {
    /// As `wfrun validate` prints them.
    package let description: String

    package init(description: String) { self.description = description }
}

/// The standard library as the analyzer takes it.
package let standardLibraryFiles: [SourceFile] = StandardLibrary.files.map {
    SourceFile(path: "stdlib/\($0.path)", bytes: $0.bytes)
}

/// When it is in tests: 2026-06-01T00:00:00Z.
private let today = Timestamp(seconds: 1_780_272_000)

/// Analyses definitions together with the standard library.
/// - Parameter files: texts by path relative to the definitions folder.
package func analyzeDefinitions(_ files: [(path: String, text: String)]) -> Analysis {
    DefinitionAnalyzer.analyze(definitionSources(files))
}

/// Definitions together with the standard library.
package func definitionSources(_ files: [(path: String, text: String)]) -> SourceSet {
    let definitions = files.map { SourceFile(path: $0.path, text: $0.text) }
    return SourceSet(definitions: definitions, library: standardLibraryFiles, root: "", asOf: today)
}

/// What is wrong with definitions; those under `against/` are what others of the same path were before an edit, and are
/// compared with them.
package func definitionDiagnostics(_ files: [(path: String, text: String)]) -> [Diagnostic] {
    let earlier = files.filter { $0.path.hasPrefix("against/") }.map { (path: String($0.path.dropFirst(8)), text: $0.text) }
    let files = files.filter { !$0.path.hasPrefix("against/") }
    let analysis = analyzeDefinitions(files)
    guard !earlier.isEmpty else { return analysis.diagnostics }
    let replaced = Set(earlier.map(\.path))
    let before = analyzeDefinitions(files.filter { !replaced.contains($0.path) } + earlier)
    var diagnostics = DiagnosticCollector()
    // A mistake in the old text would hide what is compared.
    diagnostics.report(contentsOf: analysis.diagnostics + before.diagnostics.filter { $0.severity == .error })
    for workflow in analysis.workflows {
        guard let new = workflow.graph, let old = before.workflow(workflow.name)?.graph else { continue }
        diagnostics.report(contentsOf: DefinitionChange.all(from: old, to: new).map(\.diagnostic))
    }
    return diagnostics.sorted
}

/// The graph of a workflow written in a test.
/// - Parameters:
///   - yaml: the definition; its name need not be a file's.
///   - named: the workflow wanted, when there are several.
///   - files: further files, by path relative to the definitions folder: `actions/crm/lookup.yaml`, `types.yaml`.
package func compileWorkflow(
    _ yaml: String, named name: String? = nil, files: [(path: String, text: String)] = []
) throws -> StepGraph {
    let name = name ?? workflowName(yaml)
    let analysis = analyzeDefinitions([(path: "\(name.split(separator: ".").joined(separator: "/")).yaml", text: yaml)] + files)
    let errors = analysis.diagnostics.filter { $0.severity == .error }
    guard let graph = analysis.workflow(name)?.graph else {
        throw FaultyDefinition(description: errors.isEmpty ? "there is no workflow '\(name)'" : TextRenderer().render(errors))
    }
    return graph
}

extension StepGraph {
    /// The same under another digest: an edit that touches nothing, or a text that is read otherwise than it was.
    package func under(_ digest: ContentDigest) -> StepGraph {
        StepGraph(
            workflow: workflow, description: description, digest: digest, semantics: semantics, nodes: nodes, blocks: blocks,
            files: files, events: events, config: config, labels: labels, timeout: timeout, matchSets: matchSets,
            triggers: triggers, concurrency: concurrency, retention: retention)
    }
}

/// What stands after `workflow:`.
private func workflowName(_ yaml: String) -> String {
    for line in yaml.split(separator: "\n") where line.hasPrefix("workflow:") {
        return line.dropFirst("workflow:".count).split(separator: " ").first.map(String.init) ?? ""
    }
    return ""
}
