import Diagnostics
import Values
import WorkflowDefinitions
import WorkflowGraph

extension ValidateCommand {
    /// The definitions that are checked, against what they were or what a server has recorded.
    struct Comparison {
        private let projects: [(files: ProjectFiles, analysis: ProjectAnalysis, only: String?)]
        private let config: String?

        init(paths: [String], definitions: String?, config: String?) throws(CommandFailure) {
            var projects: [(files: ProjectFiles, analysis: ProjectAnalysis, only: String?)] = []
            for path in paths where path != "-" && !path.hasSuffix(".test.yaml") {
                let isFolder = Files.isFolder(path)
                let files =
                    isFolder ? try ProjectFiles.below(path) : try ProjectFiles.around(path, definitions: definitions)
                projects.append((files, ProjectAnalysis.of(files), isFolder ? nil : Files.name(of: path)))
            }
            self.projects = projects
            self.config = config
        }

        func diagnostics(against other: String) async throws(CommandFailure) -> [Diagnostic] {
            if other.contains("://") { return try await diagnostics(againstServer: other) }
            return try diagnostics(againstFile: other)
        }

        private func workflows() -> [(workflow: ProjectAnalysis.Workflow, files: ProjectFiles, analysis: ProjectAnalysis)] {
            projects.flatMap { files, analysis, only in
                analysis.workflows.filter { only.map(Files.name(of: $0.path).hasSameCodePoints) ?? true }
                    .map { ($0, files, analysis) }
            }
        }

        // MARK: A server

        private func diagnostics(againstServer address: String) async throws(CommandFailure) -> [Diagnostic] {
            let source = try ConnectionOptions.connect(server: address, config: config)
            var found: [Diagnostic] = []
            for (workflow, files, _) in workflows() {
                found += try await EditedDefinition(workflow, in: files).plan(asking: source).diagnostics
            }
            return found
        }

        // MARK: A file

        private func diagnostics(againstFile file: String) throws(CommandFailure) -> [Diagnostic] {
            let bytes: [UInt8]
            do throws(Files.Failure) {
                bytes = try Files.read(file, limit: ProjectFiles.largestFile)
            } catch {
                throw CommandFailure(
                    error.isMissing ? .notFound : .failed, "The file \(file) cannot be read: \(error.reason).")
            }
            var found: [Diagnostic] = []
            var isKnown = false
            for (workflow, files, _) in workflows() {
                guard let old = try earlier(workflow, bytes, file, files) else { continue }
                isKnown = true
                found += DefinitionChange.all(from: old, to: workflow.graph).map(\.diagnostic)
            }
            guard isKnown || workflows().isEmpty else {
                throw CommandFailure(.bad, "\(file) defines none of the workflows that are checked.")
            }
            return found
        }

        /// The workflow as it was, with everything it uses as it is; nil when the file is of another one.
        private func earlier(
            _ workflow: ProjectAnalysis.Workflow, _ bytes: [UInt8], _ file: String, _ files: ProjectFiles
        ) throws(CommandFailure) -> StepGraph? {
            var files = files
            guard let index = files.files.firstIndex(where: { $0.source.path == workflow.path || $0.path == workflow.path })
            else { return nil }
            files.files[index].source = SourceFile(path: files.files[index].source.path, bytes: bytes)
            let analysis = ProjectAnalysis.of(files)
            if let old = analysis.workflows.first(where: { $0.path == workflow.path }) { return old.graph }
            let path = files.files[index].source.path
            guard let mistake = analysis.diagnostics.first(where: { $0.severity == .error && $0.range.file.path == path }),
                mistake.code != DiagnosticCode(1113)
            else { return nil }
            throw CommandFailure(
                .bad,
                "\(file):\(mistake.range.start.line) has a mistake, so nothing can be compared with it: \(mistake.message).")
        }
    }
}
