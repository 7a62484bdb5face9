import TestSupport
package import Values
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// What a real server should make of a random project, for whoever runs one (`Tests/Faults/reference.py`).
///
/// On a real machine everything takes a little longer than the reference interpreter says, and by another amount each time. An
/// instance is expected to come out in one way only when the reference says so for all of several such machines: what remains
/// is what the language says, and no race of the definition's own.
package struct ReferenceExpectations {
    /// Instances that take longer, in microseconds, are left out.
    private static let longest: Int64 = 12_000_000
    private static let machines = 8

    private let seed: UInt64
    private let texts: [String]
    private let graphs: [StepGraph]
    /// Tells projects apart: many go together on one server.
    private let label: String
    private var table: [Attempt: Value] = [:]

    private struct Attempt: Hashable {
        var workflow: String
        var key: String
        var number: Int
    }

    /// One project as JSON: `texts` of its definitions; `attempts` as `[workflow, key, attempt, action, milliseconds, outcome]`,
    /// which are what the outside world has to do; and `instances` with their input, when they are cancelled (in milliseconds
    /// after the start, null: never), the events that are sent to them, and what they come to.
    package static func project(seed: UInt64) throws -> Value {
        let project = try RandomProject(seed: seed, features: .real)
        var expectations = ReferenceExpectations(seed: seed, project.texts, project.graphs, label: "\(seed)")
        var random = SeededGenerator.derived(seed, "instances")
        var instances: [Value] = []
        for number in 0..<6 {
            let workflow = random.pick(project.graphs).workflow
            let input: Value = ["n": .int(Int64(random.below(12))), "id": .string("s\(seed)-\(number)")]
            let cancel = random.chance(200) ? random.within(50...3_000) * 1_000 : nil
            let compensates = random.chance(800)
            let events = project.events(for: "s\(seed)-\(number)", until: 6_000_000, &random)
            guard let account = expectations.agreed(workflow, input, events, cancel: cancel, compensates: compensates) else {
                continue
            }
            instances.append([
                "workflow": .string(expectations.named(workflow)), "input": input, "compensates": .bool(compensates),
                "cancel": cancel.map { .int($0 / 1_000) } ?? .null, "expected": expectations.json(account),
                "events": .list(
                    events.map { ["at": .int($0.at / 1_000), "name": .string($0.name), "good": $0.data["good"] ?? .null] }),
            ])
        }
        return expectations.project(instances: instances, visitors: [])
    }

    /// A project whose first workflow has a gate, as `project(seed:)` has it, with `visitors`: when each comes (in milliseconds
    /// after the first one), its input, and what becomes of it, also `rejected`. No visitors: the machines do not agree.
    package static func gate(seed: UInt64) throws -> Value {
        var random = SeededGenerator.derived(seed, "real gate")
        let (texts, graphs) = try ReferenceComparison.gated(seed, .real, &random)
        var expectations = ReferenceExpectations(seed: seed, texts, graphs, label: "\(seed)g")
        var at: Int64 = 0
        let visitors = (0..<3 + random.below(3)).map { number in
            defer { at += random.within(100...1_500) * 1_000 }
            return ReferenceGate.Visitor(
                at: at, id: InstanceID(at: SimulatedClock.start, random: (seed, UInt64(number))),
                input: ["n": .int(Int64(random.below(12))), "id": .string("g\(seed)-\(number)")])
        }
        let agreed = expectations.agreed(visitors) ?? []
        return expectations.project(
            instances: [],
            visitors: zip(visitors, agreed).map { visitor, outcome in
                ["at": .int(visitor.at / 1_000), "input": visitor.input, "expected": outcome]
            })
    }

    private init(seed: UInt64, _ texts: [String], _ graphs: [StepGraph], label: String) {
        self.seed = seed
        self.texts = texts
        self.graphs = graphs
        self.label = label
    }

    private func project(instances: [Value], visitors: [Value]) -> Value {
        [
            "label": .string(label), "texts": .list(texts.map { .string(named($0)) }),
            "attempts": .list(table.values.sorted { JSON.text($0) < JSON.text($1) }), "instances": .list(instances),
            "gate": .string(named("sim-0")), "visitors": .list(visitors),
        ]
    }

    /// Projects of many seeds go together in one, and events reach whoever listens.
    private func named(_ text: String) -> String {
        text.replacing("sim-", with: "sim-\(label)-").replacing("note", with: "note_\(label)")
    }

    private func reference(
        on world: World, events: [ReferenceInterpreter.Sent], delay: Int64
    ) -> ReferenceInterpreter {
        ReferenceInterpreter(
            graphs: graphs, config: ["url": "http://things.test", "script": "script"], epoch: SimulatedClock.start,
            // A POST that was sent may have had its effect; a command dies.
            answersStopped: { $0 == "http" },
            events: events.map { .init(at: $0.at + delay, name: $0.name, data: $0.data) }, act: world.act)
    }

    /// What all machines agree on for all visitors; nil when they do not, or when it takes too long.
    private mutating func agreed(_ visitors: [ReferenceGate.Visitor]) -> [Value]? {
        var agreed: [Value]?
        for machine in 0..<Self.machines {
            let world = World(seed: seed, machine: UInt64(machine), label: label)
            var random = SeededGenerator.derived(seed, "visitors \(machine)")
            let late = visitors.map { visitor in
                var visitor = visitor
                visitor.at += random.within(0...Int64(machine) * 10_000)
                visitor.id = InstanceID(at: SimulatedClock.start, random: (random.next(), random.next()))
                return visitor
            }
            let outcomes = ReferenceGate.outcomes(
                reference(on: world, events: [], delay: 0), workflow: graphs[0].workflow, late)
            for attempt in world.attempts { table[attempt.key] = attempt.value }
            let found = outcomes.map { outcome -> Value? in
                switch outcome {
                case .rejected: return ["status": "rejected"]
                case .ended(let account): return account.endedAt <= 3 * Self.longest ? json(account) : nil
                }
            }
            let complete = found.compactMap { $0 }
            guard complete.count == found.count, agreed == nil || agreed == complete else { return nil }
            agreed = complete
        }
        return agreed
    }

    /// What all machines agree on; nil when they do not, or when it takes too long.
    private mutating func agreed(
        _ workflow: String, _ input: Value, _ events: [ReferenceInterpreter.Sent], cancel: Int64?, compensates: Bool
    ) -> ReferenceInterpreter.Account? {
        var agreed: ReferenceInterpreter.Account?
        for machine in 0..<Self.machines {
            let world = World(seed: seed, machine: UInt64(machine), label: label)
            let delay = Int64(machine) * 8_000
            let reference = reference(on: world, events: events, delay: delay)
            // The delays of retries depend on the id, and the server gives its own.
            let id = InstanceID(at: SimulatedClock.start, random: (seed, UInt64(machine)))
            let account = reference.account(
                of: workflow, input: input, id: id, cancel: cancel.map { $0 + delay }, compensates: compensates)
            for attempt in world.attempts { table[attempt.key] = attempt.value }
            guard account.endedAt <= Self.longest, account.calls.allSatisfy({ $0.at <= Self.longest }) else { return nil }
            if let agreed, json(agreed) != json(account) { return nil }
            agreed = account
        }
        return agreed
    }

    private func json(_ account: ReferenceInterpreter.Account) -> Value {
        let calls: [[Value]] = account.calls.compactMap { call in
            let attempt = Attempt(workflow: named(call.workflow), key: call.key, number: call.attempt)
            guard table[attempt] != nil else { return nil }
            return [.string(attempt.workflow), .string(call.key), .int(Int64(call.attempt))]
        }
        return [
            "status": .string(account.status.rawValue), "output": account.output ?? .null,
            "failure": account.failure.map { .string($0.code) } ?? .null,
            "cleanup_incomplete": .bool(account.isCleanupIncomplete),
            "calls": .list(calls.map { .list($0) }.sorted { JSON.text($0) < JSON.text($1) }),
        ]
    }

    /// The outside world on one machine, which notes what it was asked to do.
    private final class World {
        let seed: UInt64
        let machine: UInt64
        let label: String
        private(set) var attempts: [Attempt: Value] = [:]

        init(seed: UInt64, machine: UInt64, label: String) {
            self.seed = seed
            self.machine = machine
            self.label = label
        }

        func act(
            _ workflow: String, _ action: String, _ key: String, _ number: Int
        ) -> (microseconds: Int64, result: Result<Value, Failure>) {
            let subject = "\(workflow) \(key) \(number)"
            var chance = SeededGenerator.derived(seed, "machine \(machine) \(subject)")
            let overhead = chance.within(1_000...3_000 + Int64(machine) * 15_000)
            guard action == "http" || action == "shell" else { return (overhead, .success(.null)) }
            var random = SeededGenerator.derived(seed, subject)
            let milliseconds = random.within(1...(random.chance(100) ? 3_000 : 300))
            let outcome = random.chance(150) ? "unavailable" : random.chance(80) ? "refused" : "done"
            let name = workflow.replacing("sim-", with: "sim-\(label)-")
            attempts[Attempt(workflow: name, key: key, number: number)] = .list([
                .string(name), .string(key), .int(Int64(number)), .string(action), .int(milliseconds), .string(outcome),
            ])
            return (milliseconds * 1_000 + overhead, result(action, key, outcome))
        }

        private func result(_ action: String, _ key: String, _ outcome: String) -> Result<Value, Failure> {
            switch (action, outcome) {
            case ("http", "unavailable"): .failure(Failure(code: "http.503", message: "", isRetryable: true))
            case ("http", "refused"): .failure(Failure(code: "http.400", message: ""))
            case ("http", _): .success(["status": 200, "headers": [:], "body": ["id": .string(key)]])
            case (_, "done"):
                .success(["code": 0, "stdout": .string(key), "stderr": "", "truncated": false, "value": .string(key)])
            default: .failure(Failure(code: "shell.exit", message: ""))
            }
        }
    }
}
