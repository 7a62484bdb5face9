import DefinitionTesting
import Diagnostics
import Foundation
import TestSupport
import Testing
import Values
import WorkflowDefinitions
import WorkflowGraph
import WorkflowJournal
import WorkflowReplay

/// The recorded histories, a folder for each version that made some: docs/histories.md. What is there is never changed; only
/// the folder of the version under development is made anew.
enum HistoryCorpus {
    /// Goes up with every release, so that what was recorded before stays as it is.
    static let current = "0.1"

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Histories")
    private static let project = folder.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// `0.1/order-fulfillment/ships-and-notifies.json`.
    static var paths: [String] {
        let found = (try? FileManager.default.subpathsOfDirectory(atPath: folder.path)) ?? []
        return found.filter { $0.hasSuffix(".json") && !$0.hasSuffix("/definition.json") }.sorted()
    }

    static func document(_ path: String) throws -> Value {
        let history = try JSON.parse([UInt8](Data(contentsOf: folder.appending(path: path))))
        guard case .map(var members) = history else { throw Damaged(path: path) }
        // The text is beside the histories that share it.
        let definition = folder.appending(path: path).deletingLastPathComponent().appending(path: "definition.json")
        members["definition"] = try JSON.parse([UInt8](Data(contentsOf: definition)))
        return .map(members)
    }

    static func run(_ path: String) throws -> RecordedRun { try RecordedRun(document(path)) }

    static func graph(of run: RecordedRun) throws -> StepGraph {
        let sources = run.definition.sources.map { DefinitionSource(path: $0.path, text: $0.text) }
        return try DefinitionLoader.load(workflow: run.definition.workflow, sources: sources)
    }

    struct Damaged: Error { var path: String }

    static var shippedWorkflows: [String] {
        let found = (try? FileManager.default.subpathsOfDirectory(atPath: project.appending(path: "definitions").path)) ?? []
        return found.filter { $0.hasSuffix(".yaml") && !$0.hasSuffix(".test.yaml") && !$0.hasPrefix("actions/") }
            .map { String($0.dropLast(".yaml".count)).replacing("/", with: ".") }.sorted()
    }

    // MARK: - Recording

    static var updates: Bool { ProcessInfo.processInfo.environment["WFRUN_UPDATE_EXPECTATIONS"] == "1" }

    /// Runs the tests of the definitions that ship, and of the constructs beside this file, and writes their journals.
    static func record() throws {
        let target = folder.appending(path: current)
        try? FileManager.default.removeItem(at: target)
        let constructs = folder.deletingLastPathComponent().appending(path: "Constructs")
        for source in [project.appending(path: "definitions"), constructs] { try record(source, into: target) }
    }

    private static func record(_ source: URL, into target: URL) throws {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: source.path).sorted()
            .filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".mustache") }
        let files = try paths.map {
            SourceFile(path: $0, text: try String(contentsOf: source.appending(path: $0), encoding: .utf8))
        }
        let analysis = DefinitionAnalyzer.analyze(
            SourceSet(
                definitions: files.filter { !$0.path.hasSuffix(".test.yaml") }, library: standardLibraryFiles, root: ""),
            includesActions: true)
        let tests = TestProject(analysis)
        for file in files where file.path.hasSuffix(".test.yaml") {
            let (suite, diagnostics) = tests.read(file)
            let recorded = try #require(suite, "\(TextRenderer().render(diagnostics))").recorded()
            for testCase in recorded {
                for (number, instance) in testCase.instances.enumerated() {
                    guard let analysed = analysis.workflow(instance.workflow) else { continue }
                    let name = slug(testCase.name) + (number == 0 ? "" : "-child\(number)")
                    try write(instance, analysed, name, target.appending(path: instance.workflow))
                }
            }
        }
    }

    private static func write(_ instance: StoredInstance, _ analysed: AnalysedWorkflow, _ name: String, _ folder: URL) throws {
        let definition = DefinitionRecord(
            digest: instance.digest, workflow: instance.workflow, semantics: instance.semantics,
            sources: analysed.sources.map { .init(path: $0.path, text: $0.text) }, matchSets: [])
        guard case .map(var document) = RecordedRun(definition: definition, instance: instance).value else { return }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(JSON.prettyText(document["definition"] ?? .null).utf8).write(to: folder.appending(path: "definition.json"))
        document["definition"] = nil
        try Data(JSON.prettyText(.map(document)).utf8).write(to: folder.appending(path: "\(name).json"))
    }

    private static func slug(_ name: String) -> String {
        let words = name.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : " " }
        return String(words).split(separator: " ").joined(separator: "-")
    }
}
