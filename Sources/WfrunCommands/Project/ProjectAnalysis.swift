import DefinitionTesting
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
    /// What test files may be about; nil unless they were asked for.
    var tests: TestProject?
}

extension ProjectAnalysis {
    /// The workflow of that name, those it invokes, those they invoke, and so on.
    func needed(by name: String) -> ProjectAnalysis {
        let known = Dictionary(workflows.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var names: Set<String> = []
        var open = [name]
        while let next = open.popLast() {
            if names.insert(next).inserted { open += known[next]?.graph.invokedWorkflows ?? [] }
        }
        var needed = self
        needed.workflows.removeAll { !names.contains($0.name) }
        return needed
    }

    private static let library = StandardLibrary.files.map { SourceFile(path: $0.path, bytes: $0.bytes) }

    /// Everything in the files, checked together.
    /// - Parameter includesTests: what tests need to know is made, too.
    static func of(
        _ files: ProjectFiles, policy: DiagnosticPolicy = .standard, includesTests: Bool = false
    ) -> ProjectAnalysis {
        let analysis = DefinitionAnalyzer.analyze(sources(files), policy: policy, includesActions: includesTests)
        let workflows = analysis.workflows.compactMap { workflow -> Workflow? in
            guard let graph = workflow.graph else { return nil }
            return Workflow(
                name: workflow.name, path: workflow.file.path, graph: graph, record: record(graph, workflow.sources))
        }
        let names = files.files.compactMap { workflowName(path: $0.path) }
        return ProjectAnalysis(
            diagnostics: analysis.diagnostics, workflows: workflows,
            brokenNames: Set(names).subtracting(workflows.map(\.name)), tests: includesTests ? TestProject(analysis) : nil)
    }

    /// What is wrong with one file of a project, which may be checked faster than all of them.
    static func diagnostics(
        ofFile path: String, in files: ProjectFiles, policy: DiagnosticPolicy = .standard
    ) -> [Diagnostic] {
        DefinitionAnalyzer.diagnostics(of: [path], in: sources(files), policy: policy)
    }

    private static func sources(_ files: ProjectFiles) -> SourceSet {
        let root = files.folder == "." ? "" : files.folder
        // The standard library's own folder: its files stand for the embedded ones.
        let isLibrary = Files.name(of: files.folder) == "stdlib"
        let texts = files.files.map(\.source)
        return SourceSet(
            definitions: isLibrary ? [] : texts, library: isLibrary ? texts : library, root: root, asOf: wallClock())
    }

    /// One text by itself: its name need not equal a path, and it sees the standard library alone.
    static func diagnostics(ofAlone source: SourceFile, policy: DiagnosticPolicy = .standard) -> [Diagnostic] {
        let sources = SourceSet(definitions: [source], library: library, root: nil, asOf: wallClock())
        return DefinitionAnalyzer.analyze(sources, policy: policy).diagnostics
    }

    /// A workflow by the files it uses, as they would be stored, checked anew; the standard library is this program's own.
    /// - Parameter offered: workflows that it may invoke, whether or not the files say what they take and return.
    static func definition(
        _ workflow: String, of sources: [DefinitionRecord.Source], beside offered: [OfferedWorkflow] = []
    ) -> (graph: StepGraph?, diagnostics: [Diagnostic]) {
        let own = sources.filter { !$0.path.hasPrefix("stdlib/") }
        let others = offered.filter { other in other.name != workflow && own.contains { $0.text.contains(other.name) } }
        let interfaces = others.compactMap { other in
            DefinitionSource.interface(
                of: other.name, in: other.sources.map { DefinitionSource(path: $0.path, text: $0.text) })
        }.filter { interface in !own.contains { $0.path == interface.path } }
        let files =
            own.map { SourceFile(path: $0.path, text: $0.text) }
            + interfaces.map { SourceFile(path: $0.path, text: $0.text) }
        let set = SourceSet(definitions: files, library: library, root: nil, asOf: wallClock())
        let analysis = DefinitionAnalyzer.analyze(set)
        return (analysis.workflow(workflow)?.graph, analysis.diagnostics)
    }

    /// The graph of a stored definition.
    static func load(_ record: DefinitionRecord) throws(DefinitionUnavailable) -> StepGraph {
        do throws(DefinitionLoader.Unloadable) {
            let sources = record.sources.map { DefinitionSource(path: $0.path, text: $0.text) }
            return try DefinitionLoader.load(workflow: record.workflow, sources: sources)
        } catch {
            throw DefinitionUnavailable(reason: error.description)
        }
    }

    /// The workflow of a file; its mistakes are printed and end the command when it has none.
    func workflow(in file: String, of files: ProjectFiles, _ console: Console) throws(CommandFailure) -> Workflow {
        let name = Files.name(of: file)
        let path = files.files.first { path, source in
            source.path.hasSameCodePoints(as: file)
                || files.display(path).hasSuffix("/" + name) && Files.isSame(source.path, file)
        }?.source.path
        guard let path else { throw CommandFailure(.failed, "The file \(file) is not below the folder \(files.folder).") }
        if let found = workflows.first(where: { $0.path == path }) { return found }
        let errors = diagnostics.filter { $0.severity == .error }
        let own = errors.filter { $0.range.file.path == path }
        console.talk(TextRenderer(isColored: console.colorsErrors).render(own.isEmpty ? errors : own))
        throw errors.isEmpty
            ? CommandFailure(.bad, "The file \(file) defines no workflow.")
            : CommandFailure(.bad, "The definition has mistakes.")
    }

    /// `billing/dunning.yaml` → `billing.dunning`; nil for files that are no workflows by their place.
    private static func workflowName(path: String) -> String? {
        guard path.hasSuffix(".yaml"), path != "types.yaml", !path.hasPrefix("actions/") else { return nil }
        return path.dropLast(".yaml".count).split(separator: "/").joined(separator: ".")
    }

    private static func record(_ graph: StepGraph, _ sources: [DefinitionSource]) -> DefinitionRecord {
        graph.record(sources: sources.map { DefinitionRecord.Source(path: $0.path, text: $0.text) })
    }
}
