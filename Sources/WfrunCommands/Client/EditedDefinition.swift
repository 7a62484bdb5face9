import Diagnostics
import HTTPTypes
import Values
import WorkflowJournal

/// A definition on this machine, and what a server says of its instances about it.
struct EditedDefinition {
    let workflow: ProjectAnalysis.Workflow
    private let texts: SourceText

    init(_ workflow: ProjectAnalysis.Workflow, in files: ProjectFiles) {
        self.workflow = workflow
        texts = SourceText(workflow.record.sources) { files.display($0) }
    }

    /// Checks the project around a file; its mistakes are printed and end the command.
    static func of(
        _ file: String, definitions folder: String?, config: String? = nil
    ) throws(CommandFailure) -> EditedDefinition {
        let files = try ProjectFiles.around(file, definitions: folder)
        let console = Surroundings.current.console
        for refusal in files.refusals { console.talk("wfrun: \(refusal)") }
        let analysis = ProjectAnalysis.of(files, policy: try Settings.load(config: config).file.diagnostics)
        return EditedDefinition(try analysis.workflow(in: file, of: files, console), in: files)
    }

    struct Plan {
        var digest = ""
        /// Whether it is what the server starts new instances with.
        var isCurrent = false
        var items: [Value] = []
        var diagnostics: [Diagnostic] = []

        func count(_ effect: String) -> Int { items.count { $0["effect"]?.stringValue == effect } }
    }

    /// Page after page: the server judges only so many instances at once.
    func plan(asking source: any APISource) async throws(CommandFailure) -> Plan {
        let sources = workflow.record.sources.filter { !$0.path.hasPrefix("stdlib/") }
        let body: Value = ["sources": .list(sources.map { ["path": .string($0.path), "text": .string($0.text)] })]
        var plan = Plan()
        var collector = DiagnosticCollector()
        var cursor: String?
        repeat {
            let query = cursor.map { [("cursor", $0)] } ?? []
            let answer = try await source.send(
                APICall(method: .post, path: ["workflows", workflow.name, "plan"], query: query, body: body, patience: 30))
            guard answer.status == 200 else { throw refused(answer) }
            let page = answer.value
            plan.digest = page["digest"]?.stringValue ?? ""
            plan.isCurrent = page["current"] == .bool(true)
            plan.items += page["items"]?.listValue ?? []
            collector.report(contentsOf: texts.diagnostics(page["diagnostics"]?.listValue ?? []))
            cursor = page["nextCursor"]?.stringValue
        } while cursor != nil
        plan.diagnostics = collector.sorted
        return plan
    }

    private func refused(_ answer: APIAnswer) -> CommandFailure {
        let console = Surroundings.current.console
        let found = texts.diagnostics(answer.value["diagnostics"]?.listValue ?? []).filter { $0.severity == .error }
        if !found.isEmpty { console.talk(TextRenderer(isColored: console.colorsErrors).render(found)) }
        return CommandFailure(problem: answer)
    }
}
