import Values
package import WorkflowGraph
package import WorkflowInterpreter
package import WorkflowJournal

/// A recorded run executed again without side effects: on the way on which a server rebuilds instances after a restart.
package struct RunReplay {
    package let run: RecordedRun
    /// Nil when the definition does not take what the instance was started with.
    package let replayed: ReplayedRun?
    /// The first difference; nil: the definition asks for all that is recorded, and for nothing else.
    package let finding: JournalFinding?

    /// - Parameter own: the definition that the run is pinned to, when it is replayed on another one.
    package init(_ run: RecordedRun, on graph: StepGraph, own: StepGraph? = nil) {
        self.run = run
        let findings = FindingMaker(from: own, to: graph)
        let stored = run.instance
        let now = stored.state.runStartedAt ?? stored.createdAt
        let header: InstanceHeader
        switch InstanceHeader.of(stored, on: graph, config: stored.config, now: now) {
        case .success(let admitted): header = admitted
        case .failure(let violation):
            replayed = nil
            finding = findings.finding(of: UnfitValue(.input, stored.input, graph.main.input, violation), rows: stored.steps)
            return
        }
        let replayed = ReplayedRun(
            graph: graph, header: header, rows: stored.steps, hasBegun: stored.state.runStartedAt != nil)
        self.replayed = replayed
        if own != nil, let setting = UnfitValue.settings(stored.config, on: graph).first {
            finding = findings.finding(of: setting, rows: stored.steps)
        } else if own != nil, let refused = replayed.refused.first(where: { !Self.refuses($0, run, own) }) {
            finding = findings.finding(of: refused, rows: stored.steps)
        } else if let divergence = replayed.divergence {
            finding = findings.finding(of: divergence, rows: stored.steps)
        } else {
            finding = Self.difference(of: replayed.interpreter, from: stored)
        }
    }

    /// Whether the run's own definition refuses the value, too: then that is part of what is recorded.
    private static func refuses(_ value: UnfitValue, _ run: RecordedRun, _ own: StepGraph?) -> Bool {
        guard let own else { return false }
        return RunReplay(run, on: own).replayed?.refused.contains { $0.key == value.key } ?? false
    }

    // MARK: - Where it comes to

    /// How the run ends on the definition; nil while it goes on.
    package var status: InstanceStatus? { replayed?.interpreter.completion?.status }

    /// What is open at the end, in the order in which it was asked for.
    package var open: [LeafRecord] {
        (replayed?.interpreter.outstanding() ?? []).compactMap(\.leaf)
    }

    /// The end of a run is no entry: it has to come to the same as well.
    private static func difference(of interpreter: Interpreter, from stored: StoredInstance) -> JournalFinding? {
        let state = stored.state
        let recorded: String
        let asked: String
        switch (interpreter.completion, state.status.isTerminal) {
        case (nil, false): return nil
        // Ended by force, undoing nothing: no entry says so.
        case (nil, true) where state.status == .cancelled && state.isCleanupIncomplete: return nil
        case (nil, true): (recorded, asked) = ("status \(state.status.rawValue)", "a run that goes on")
        case (let completion?, false):
            if state.runStartedAt == nil { return nil }
            (recorded, asked) = ("a run that goes on", "status \(completion.status?.rawValue ?? "continued as new")")
        case (let completion?, true):
            let (was, now) = (Self.words(state), Self.words(completion))
            if was.text == now.text { return nil }
            (recorded, asked) = (was.shown, now.shown)
        }
        return JournalFinding(
            key: nil, sequence: nil, recorded: recorded, asked: asked, reason: "the run comes to another end")
    }

    private static func words(_ state: Transition.InstanceState) -> (text: String, shown: String) {
        words(state.status.rawValue, output: state.output, failure: state.failure)
    }

    private static func words(_ completion: Completion) -> (text: String, shown: String) {
        let status = completion.status?.rawValue ?? "continued as new"
        switch completion {
        case .completed(let output): return words(status, output: output, failure: nil)
        case .failed(let failure), .cancelled(let failure), .timedOut(let failure):
            return words(status, output: nil, failure: failure)
        case .continuedAsNew(let input): return words(status, output: input, failure: nil)
        }
    }

    /// What is compared, and what may be shown of it: no values.
    private static func words(_ status: String, output: Value?, failure: Failure?) -> (text: String, shown: String) {
        let value = failure.map { JSON.text(JSON.normalised($0.value)) } ?? JSON.text(JSON.normalised(output ?? .null))
        let digest = ContentDigest(of: value.utf8).hex.prefix(12)
        let what = failure.map { "failure \($0.code) (\(digest))" } ?? "output \(digest)"
        return ("\(status) \(value)", "status \(status), \(what)")
    }
}
