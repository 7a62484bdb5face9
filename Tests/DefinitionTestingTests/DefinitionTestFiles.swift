import DefinitionTesting
import Diagnostics
import StandardLibrary
import TestSupport
import Testing
import WorkflowDefinitions
import WorkflowGraph

import class Foundation.FileManager
import struct Foundation.URL

/// A folder of definitions with their tests.
struct DefinitionFolder {
    let url: URL
    let root: String
    let project: TestProject
    let tests: [SourceFile]
    /// Paths of the definitions.
    let definitions: [String]
    /// Of the definitions themselves.
    let diagnostics: [Diagnostic]
    /// Of the workflows, by name.
    let graphs: [String: StepGraph]

    /// - Parameters:
    ///   - root: what paths in messages begin with; empty for paths relative to the folder.
    ///   - library: the folder is the standard library itself.
    init(_ url: URL, root: String = "", isLibrary: Bool = false) throws {
        self.url = url
        self.root = root
        let paths = try FileManager.default.subpathsOfDirectory(atPath: url.path).sorted()
            .filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".mustache") }
        let files = try paths.map { path in
            let text = try String(contentsOf: url.appending(path: path), encoding: .utf8)
            return SourceFile(path: root.isEmpty ? path : "\(root)/\(path)", text: text)
        }
        tests = files.filter { $0.path.hasSuffix(".test.yaml") }
        let sourceFiles = files.filter { !$0.path.hasSuffix(".test.yaml") }
        definitions = sourceFiles.map(\.path).filter { $0.hasSuffix(".yaml") }
        let sources = SourceSet(
            definitions: isLibrary ? [] : sourceFiles, library: isLibrary ? sourceFiles : standardLibraryFiles, root: root)
        let analysis = DefinitionAnalyzer.analyze(sources, includesActions: true)
        project = TestProject(analysis)
        diagnostics = analysis.diagnostics
        let named = analysis.workflows.compactMap { workflow in workflow.graph.map { (workflow.name, $0) } }
        graphs = Dictionary(uniqueKeysWithValues: named)
    }

    /// What `wfrun test` says about all of it.
    func report(_ options: TestSuite.Options = TestSuite.Options()) -> (text: String, results: [SuiteResult]) {
        var text = ""
        var results: [SuiteResult] = []
        for file in tests {
            let (suite, diagnostics) = project.read(file)
            text += TextRenderer().render(diagnostics)
            guard let suite else { continue }
            let result = suite.run(options)
            text += TestReport().text(result)
            results.append(result)
        }
        if !results.isEmpty { text += "\n" + TestReport().summary(results) + "\n" }
        return (text, results)
    }
}

/// The repository's root.
let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
