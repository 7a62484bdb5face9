import JournalMemory
import TestSupport
package import Values
import WorkflowEngine
package import WorkflowGraph
package import WorkflowJournal

/// I25: without faults the engine and the reference interpreter come to the same, to the microsecond.
package struct ReferenceComparison {
    package struct Report: Sendable, CustomStringConvertible {
        package var seed: UInt64
        package var texts: [String]
        /// Nil: they agree.
        package var difference: String?
        package var calls = 0
        package var endings: [InstanceStatus] = []
        /// What the engine recorded of an instance on which they differ.
        package var recorded: [String] = []

        package var description: String {
            "seed \(seed): \(difference ?? "the same")"
                + (difference == nil ? "" : "\n" + (texts + recorded).joined(separator: "\n"))
        }
    }

    static let config: Value = ["url": "https://things.test"]

    /// A random project and several instances of it, each by both.
    package static func compare(seed: UInt64) throws -> Report {
        let project = try RandomProject(seed: seed, features: .timed)
        var report = Report(seed: seed, texts: project.texts)
        var random = SeededGenerator.derived(seed, "comparison")
        for number in 0..<4 {
            let input: Value = ["n": .int(Int64(random.below(12))), "id": .string("i\(number)")]
            let cancel = random.chance(250) ? random.within(1...40_000_000) : nil
            let compensates = random.chance(800)
            let id = InstanceID(at: SimulatedClock.start, random: (seed, UInt64(number)))
            let difference = try compare(
                project.graphs, workflow: random.pick(project.graphs).workflow, input: input, id: id, seed: seed,
                cancel: cancel, compensates: compensates,
                events: project.events(for: "i\(number)", until: 60_000_000, &random), &report)
            if let difference {
                report.difference =
                    "n=\(input["n"]?.intValue ?? 0), cancel \(cancel.map(String.init) ?? "never"): \(difference)"
                return report
            }
        }
        return report
    }

    /// One instance by both; what differs, or nil.
    package static func compare(
        _ graphs: [StepGraph], workflow: String, input: Value, id: InstanceID, seed: UInt64, cancel: Int64? = nil,
        compensates: Bool = true, events: [ReferenceInterpreter.Sent] = [], _ report: inout Report
    ) throws -> String? {
        let (reference, world) = try both(graphs, seed: seed, events: events)
        let expected = reference.account(of: workflow, input: input, id: id, cancel: cancel, compensates: compensates)
        world.start(workflow, input: input, id: id)
        for event in events { world.send(event) }
        if let cancel { world.cancel(id, at: cancel, compensates: compensates) }
        try world.run()
        if let refusal = world.refusal, refusal.code != .alreadyEnded { return "the engine refused: \(refusal.message)" }
        guard let detail = try world.journal.instance(id) else { return "the engine has no instance" }
        report.calls += world.calls.count
        report.endings.append(detail.summary.status)
        let found = difference(expected.calls, world.calls) ?? difference(expected, detail)
        if found != nil {
            report.recorded = try world.journal.steps(of: id, run: nil).map { row in
                func at(_ time: Timestamp?) -> String {
                    time.map { "\($0.since(SimulatedClock.start).microseconds)" } ?? "-"
                }
                return "\(row.scheduledSequence)→\(row.completedSequence.map(String.init) ?? "-") \(row.key) "
                    + "\(row.status.rawValue) \(row.failure?.code ?? "") \(at(row.scheduledAt)) \(at(row.completedAt))"
            }
        }
        return found
    }

    /// The reference interpreter and the engine, in the same world.
    static func both(
        _ graphs: [StepGraph], seed: UInt64, events: [ReferenceInterpreter.Sent]
    ) throws -> (reference: ReferenceInterpreter, world: InstantWorld) {
        let act = { (workflow: String, action: String, key: String, attempt: Int) in
            Self.act(seed, workflow, action, key, attempt)
        }
        // In every other project requests go on although they are told to stop, as real ones do.
        let answersStopped = { (action: String) in seed.isMultiple(of: 2) && action == "http" }
        let reference = ReferenceInterpreter(
            graphs: graphs, config: config, epoch: SimulatedClock.start, answersStopped: answersStopped, events: events,
            act: act)
        let world = try InstantWorld(
            SimulatedDefinitions(graphs, config: config), records: graphs.map { $0.record() }, config: config,
            answersStopped: answersStopped, act: act)
        return (reference, world)
    }

    static func difference(_ expected: [ReferenceInterpreter.Call], _ calls: [ReferenceInterpreter.Call]) -> String? {
        let made = calls.sorted { ($0.at, $0.key, $0.workflow) < ($1.at, $1.key, $1.workflow) }
        let wanted = expected.sorted { ($0.at, $0.key, $0.workflow) < ($1.at, $1.key, $1.workflow) }
        if made != wanted {
            let index =
                zip(made, wanted).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(made.count, wanted.count)
            func text(_ calls: [ReferenceInterpreter.Call]) -> String {
                calls.indices.contains(index)
                    ? "\(calls[index].key) attempt \(calls[index].attempt) at \(calls[index].at)" : "nothing more"
            }
            return "call \(index) should be \(text(wanted)), the engine made \(text(made))"
        }
        return nil
    }

    static func difference(_ expected: ReferenceInterpreter.Account, _ detail: InstanceDetail) -> String? {
        let summary = detail.summary
        if summary.status != expected.status {
            return "it should be \(expected.status.rawValue) (\(expected.failure?.code ?? "")), "
                + "the engine says \(summary.status.rawValue) (\(detail.failure.map(String.init(describing:)) ?? ""))"
        }
        if detail.failure?.code != expected.failure?.code {
            return
                "its failure should be \(expected.failure?.code ?? "none"), the engine says \(detail.failure?.code ?? "none")"
        }
        if detail.output ?? .null != expected.output ?? .null {
            return
                "its output should be \(JSON.text(expected.output ?? .null)), the engine says \(JSON.text(detail.output ?? .null))"
        }
        if summary.isCleanupIncomplete != expected.isCleanupIncomplete {
            return "cleanup should be \(expected.isCleanupIncomplete ? "incomplete" : "complete")"
        }
        return nil
    }

    /// The world both act in: what an attempt does follows from the seed, its key and its number. No two take equally long.
    private static func act(
        _ seed: UInt64, _ workflow: String, _ action: String, _ key: String, _ attempt: Int
    ) -> (microseconds: Int64, result: Result<Value, Failure>) {
        var random = SeededGenerator.derived(seed, "\(workflow) \(key) \(attempt)")
        let length = random.within(1...(random.chance(100) ? 60_000_000 : 3_000_000))
        if random.chance(150) {
            return (length, .failure(Failure(code: "http.503", message: "unavailable", isRetryable: true)))
        }
        if random.chance(80) { return (length, .failure(Failure(code: "shell.exit", message: "no"))) }
        let value: Value =
            switch action {
            case "http": ["status": 200, "headers": [:], "body": ["id": .string(key)]]
            case "shell": ["code": 0, "stdout": .string(key), "stderr": "", "truncated": false, "value": .string(key)]
            case "email": ["id": .string(key)]
            case "random.uuid": .string(key)
            case "random.int": .int(Int64(random.below(100)))
            default: .null
            }
        return (length, .success(value))
    }
}
