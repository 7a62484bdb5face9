import Diagnostics
import Logging
import WorkflowDefinitions
import WorkflowEngine

/// Notices edits of the definitions while a server runs, and publishes them.
///
/// It compares sizes, times and inodes a few times a second: an editor's save is one change of several steps, so a change is
/// taken up when nothing has moved for one more look.
struct DefinitionWatcher: Sendable {
    let folder: String
    let policy: DiagnosticPolicy
    let definitions: ProjectDefinitions
    let engine: Engine
    let logger: Logger

    private static let interval = Duration.milliseconds(300)

    /// Runs until its task is cancelled.
    func run(since start: [String: Files.Status]) async {
        var published = start
        var previous = start
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.interval)
            let now = ProjectFiles.fingerprint(folder)
            defer { previous = now }
            guard now != published, now == previous else { continue }
            published = now
            await reload()
        }
    }

    private func reload() async {
        do {
            let files = try ProjectFiles.below(folder)
            let analysis = ProjectAnalysis.of(files, policy: policy)
            for refusal in files.refusals { logger.warning("\(refusal)") }
            let errors = analysis.diagnostics.filter { $0.severity == .error }
            if !errors.isEmpty {
                logger.error(
                    "definitions with mistakes are left as they were:\n\(TextRenderer().render(errors))")
            }
            report(try await definitions.publish(analysis, through: engine))
            engine.followSchedules()
        } catch let failure as CommandFailure {
            logger.error("\(failure.message) The definitions stay as they were.")
        } catch {
            logger.error("The edited definitions could not be stored: \(error)")
        }
    }

    private func report(_ change: ProjectDefinitions.Change) {
        for name in change.added { logger.notice("workflow '\(name)' is new") }
        for name in change.changed { logger.notice("workflow '\(name)' changed: new instances run the new text") }
        for name in change.retired { logger.notice("workflow '\(name)' is retired: its live instances go on") }
        for sentence in change.unresolved { logger.warning("\(sentence)") }
    }
}
