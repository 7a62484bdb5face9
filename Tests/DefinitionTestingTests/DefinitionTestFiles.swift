import DefinitionTesting
import Diagnostics
import StandardLibrary
import TestSupport
import Testing
import WorkflowDefinitions

import class Foundation.FileManager
import struct Foundation.URL

/// A folder of definitions with their tests.
struct DefinitionFolder {
    let url: URL
    let root: String
    let project: TestProject
    let tests: [SourceFile]
    /// Of the definitions themselves.
    let diagnostics: [Diagnostic]

    /// - Parameter root: what paths in messages begin with; empty for paths relative to the folder.
    init(_ url: URL, root: String = "") throws {
        self.url = url
        self.root = root
        let paths = try FileManager.default.subpathsOfDirectory(atPath: url.path).filter { $0.hasSuffix(".yaml") }.sorted()
        let files = try paths.map { path in
            let text = try String(contentsOf: url.appending(path: path), encoding: .utf8)
            return SourceFile(path: root.isEmpty ? path : "\(root)/\(path)", text: text)
        }
        tests = files.filter { $0.path.hasSuffix(".test.yaml") }
        let definitions = files.filter { !$0.path.hasSuffix(".test.yaml") }
        let analysis = DefinitionAnalyzer.analyze(
            SourceSet(definitions: definitions, library: standardLibraryFiles, root: root), includesActions: true)
        project = TestProject(analysis)
        diagnostics = analysis.diagnostics
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
