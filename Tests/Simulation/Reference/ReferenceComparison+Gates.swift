import JournalMemory
import TestSupport
import Values
import WorkflowEngine
import WorkflowGraph
import WorkflowJournal

extension ReferenceComparison {
    /// A random project whose first workflow has a gate, and several instances that come to it, by both.
    package static func compareGate(seed: UInt64) throws -> Report {
        var random = SeededGenerator.derived(seed, "gate")
        let (texts, graphs) = try gated(seed, .timed, &random)
        var report = Report(seed: seed, texts: texts)
        var visitors: [ReferenceGate.Visitor] = []
        var events: [ReferenceInterpreter.Sent] = []
        let project = try RandomProject(seed: seed, features: .timed)
        var at: Int64 = 0
        for number in 0..<3 + random.below(4) {
            let input: Value = ["n": .int(Int64(random.below(12))), "id": .string("i\(number)")]
            visitors.append(
                ReferenceGate.Visitor(
                    at: at, id: InstanceID(at: SimulatedClock.start, random: (seed, UInt64(number))), input: input,
                    cancel: random.chance(200) ? at + random.within(1...20_000_000) : nil, compensates: random.chance(800)))
            events += project.events(for: "i\(number)", until: 60_000_000, &random)
            at += random.within(1...(random.chance(500) ? 1_000_000 : 15_000_000))
        }
        report.difference = try compareGate(graphs, visitors, events, seed: seed, &report)
        return report
    }

    /// The project's texts and graphs, with a gate for the whole of the first workflow, which no other one invokes.
    static func gated(
        _ seed: UInt64, _ features: RandomProject.Features, _ random: inout SeededGenerator
    ) throws -> (texts: [String], graphs: [StepGraph]) {
        var texts = try RandomProject(seed: seed, features: features).texts
        let gate = "concurrency: { limit: \(1 + random.below(2)), overflow: \(random.pick(["queue", "reject", "replace"])) }\n"
        texts[0] = texts[0].replacing("workflow: sim-0\n", with: "workflow: sim-0\n" + gate)
        return (texts, try RandomProject.compile(texts))
    }

    private static func compareGate(
        _ graphs: [StepGraph], _ visitors: [ReferenceGate.Visitor], _ events: [ReferenceInterpreter.Sent], seed: UInt64,
        _ report: inout Report
    ) throws -> String? {
        let (reference, world) = try both(graphs, seed: seed, events: events)
        let outcomes = ReferenceGate.outcomes(reference, workflow: "sim-0", visitors)
        for visitor in visitors {
            world.start("sim-0", input: visitor.input, id: visitor.id, at: visitor.at)
            if let cancel = visitor.cancel { world.cancel(visitor.id, at: cancel, compensates: visitor.compensates) }
        }
        for event in events { world.send(event) }
        try world.run()
        if let refusal = world.refusal, refusal.code != .gateFull { return "the engine refused: \(refusal.message)" }
        report.calls += world.calls.count
        let accounts = outcomes.compactMap { if case .ended(let account) = $0 { account } else { nil } }
        if let difference = difference(accounts.flatMap(\.calls), world.calls) { return difference }
        for (number, (visitor, outcome)) in zip(visitors, outcomes).enumerated() {
            let detail = try world.journal.instance(visitor.id)
            let difference: String? =
                switch (outcome, detail) {
                case (.rejected, nil): nil
                case (.rejected, _): "it should have been rejected"
                case (.ended, nil): "the engine has no instance"
                case (.ended(let account), let detail?): self.difference(account, detail)
                }
            if let detail { report.endings.append(detail.summary.status) }
            if let difference { return "number \(number), come at \(visitor.at): \(difference)" }
        }
        return nil
    }
}
