package import Diagnostics
package import Values
import WorkflowDefinitions
package import WorkflowGraph
import WorkflowInterpreter
package import WorkflowJournal

/// What an edited definition would mean for live instances, one after another.
package struct EditPlanner {
    package enum Effect: String, Sendable, CaseIterable {
        /// It runs this definition already, and its journal replays on it.
        case unchanged
        /// It can go on with it.
        case continues
        /// Its journal is not what the definition would have asked for.
        case diverges
        /// A recorded value is none that the definition takes.
        case unfit
    }

    package struct Judgement: Sendable {
        package var effect: Effect
        /// What keeps it from going on; nil when nothing does.
        package var finding: JournalFinding?
        /// What changes for it though it goes on.
        package var warnings: [Diagnostic]

        package init(effect: Effect, finding: JournalFinding? = nil, warnings: [Diagnostic] = []) {
            self.effect = effect
            self.finding = finding
            self.warnings = warnings
        }
    }

    /// What is known of a definition that instances run.
    private struct Pinned {
        var graph: StepGraph?
        var findings: FindingMaker
    }

    package let new: StepGraph
    private let load: (ContentDigest) -> StepGraph?
    private var pinned: [ContentDigest: Pinned] = [:]

    /// - Parameter load: The definition with a digest; nil when it cannot be loaded: its instances are still replayed.
    package init(to new: StepGraph, loading load: @escaping (ContentDigest) -> StepGraph?) {
        self.new = new
        self.load = load
    }

    /// - Parameter now: When a run that has not begun would begin.
    package mutating func judge(_ stored: StoredInstance, now: Timestamp) -> Judgement {
        let pinned = pinned(stored.digest)
        let effect = EditEffect.of(
            stored, from: pinned.graph, to: new, comparesUndo: pinned.findings.comparesUndo, now: now)
        switch effect {
        case .continues where stored.digest == new.digest: return Judgement(effect: .unchanged)
        case .continues(let undoneOtherwise):
            return Judgement(effect: .continues, warnings: pinned.findings.undoChanges(of: undoneOtherwise))
        case .diverges(let divergence):
            return Judgement(effect: .diverges, finding: pinned.findings.finding(of: divergence, rows: stored.steps))
        case .unfit(let values):
            return Judgement(effect: .unfit, finding: pinned.findings.finding(of: values[0], rows: stored.steps))
        }
    }

    private mutating func pinned(_ digest: ContentDigest) -> Pinned {
        if let known = pinned[digest] { return known }
        let graph = digest == new.digest ? new : load(digest)
        let made = Pinned(graph: graph, findings: FindingMaker(from: graph, to: new))
        pinned[digest] = made
        return made
    }
}
