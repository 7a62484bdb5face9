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
    private let project: RandomProject
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
        var expectations = try ReferenceExpectations(seed: seed)
        var random = SeededGenerator.derived(seed, "instances")
        var instances: [Value] = []
        for number in 0..<6 {
            let workflow = random.pick(expectations.project.graphs).workflow
            let input: Value = ["n": .int(Int64(random.below(12))), "id": .string("s\(seed)-\(number)")]
            let cancel = random.chance(200) ? random.within(50...3_000) * 1_000 : nil
            let compensates = random.chance(800)
            let events = expectations.project.events(for: "s\(seed)-\(number)", until: 6_000_000, &random)
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
        return [
            "seed": .int(Int64(seed)), "texts": .list(expectations.project.texts.map { .string(expectations.named($0)) }),
            "attempts": .list(expectations.table.values.sorted { JSON.text($0) < JSON.text($1) }),
            "instances": .list(instances),
        ]
    }

    private init(seed: UInt64) throws {
        self.seed = seed
        project = try RandomProject(seed: seed, features: .real)
    }

    /// Projects of many seeds go together in one, and events reach whoever listens.
    private func named(_ text: String) -> String {
        text.replacing("sim-", with: "sim-\(seed)-").replacing("note", with: "note_\(seed)")
    }

    /// What all machines agree on; nil when they do not, or when it takes too long.
    private mutating func agreed(
        _ workflow: String, _ input: Value, _ events: [ReferenceInterpreter.Sent], cancel: Int64?, compensates: Bool
    ) -> ReferenceInterpreter.Account? {
        var agreed: ReferenceInterpreter.Account?
        for machine in 0..<Self.machines {
            let world = World(seed: seed, machine: UInt64(machine))
            let delay = Int64(machine) * 8_000
            let reference = ReferenceInterpreter(
                graphs: project.graphs, config: ["url": "http://things.test", "script": "script"], epoch: SimulatedClock.start,
                // A POST that was sent may have had its effect; a command dies.
                answersStopped: { $0 == "http" },
                events: events.map { .init(at: $0.at + delay, name: $0.name, data: $0.data) }, act: world.act)
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
        private(set) var attempts: [Attempt: Value] = [:]

        init(seed: UInt64, machine: UInt64) {
            self.seed = seed
            self.machine = machine
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
            let name = workflow.replacing("sim-", with: "sim-\(seed)-")
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
