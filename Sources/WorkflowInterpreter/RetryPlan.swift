package import WorkflowGraph
package import WorkflowJournal

/// What a retry of an ended instance keeps of its journal, and what it does again: language.md §3, last paragraph.
///
/// Kept is what had completed before the failure, and what was under way then and completed all the same. Where steps were
/// undone, or the retry is to begin at a step, only what completed before the earliest of them is kept. A step whose `finally`
/// has run since then begins anew as a whole. What is kept is found by replaying it: rows are numbered without a gap, as the
/// new run would have asked for them.
package struct RetryPlan: Sendable, Equatable {
    /// Rows of the ended run that the new one begins with; their entries are 1…`keptSequence`.
    package var kept: [StepRow]
    package var keptSequence: Int
    /// For the `Signal.retried` that begins the run.
    package var occurrences: [String: Int]
    /// Steps whose result stays, in the order in which they completed.
    package var staying: [MemoKey]
    /// Steps that have run and whose result is dropped, in the order in which they ended: they run again when the run comes to
    /// them. Compensations, `finally` blocks and pauses are not among them, nor are steps that an upgrade has removed.
    package var again: [MemoKey]
    /// Steps that begin at once.
    package var beginning: [MemoKey]
    /// Rows of the ended run that are not kept; events that waits among them took are free again.
    package var dropped: [StepRow]

    /// - Parameters:
    ///   - graph: what the ended run ran.
    ///   - rows: all rows of that run.
    ///   - hasBegun: false for a run that ended while it was still waiting for its beginning.
    ///   - step: where to begin; nil: at the step that failed.
    ///   - upgrade: what the new run is to run, if it is another definition.
    package static func make(
        graph: StepGraph, header: InstanceHeader, rows: [StepRow], hasBegun: Bool = true, from step: MemoKey? = nil,
        upgrade: (graph: StepGraph, header: InstanceHeader)? = nil
    ) -> Result<RetryPlan, RetryRefusal> {
        do throws(RetryRefusal) {
            let planning = try RetryPlanning(graph: graph, header: header, rows: rows, hasBegun: hasBegun)
            let draft: RetryPlanning.Draft
            if let step { draft = try planning.begin(at: step) } else { draft = try planning.beginAtFailure() }
            return .success(try planning.plan(draft, upgrade: upgrade))
        } catch {
            return .failure(error)
        }
    }
}

/// Why a retry is impossible: a text for people, with what they can do.
package struct RetryRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Reason: String, Sendable {
        case completed, stepNotFound, notAStep, undone, afterFinally, afterFailure, failsAgain, mismatch
    }

    package var reason: Reason
    package var description: String
}
