import CEL
package import Diagnostics
import Values
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// What came of one case.
package struct CaseResult: Sendable {
    package var name: String
    package var range: SourceRange
    /// Empty when everything was as expected.
    package var differences: [Difference]
    /// The steps as they were, for a case that did not do as expected.
    package var steps: [String]
    /// How often the case ran: more than once with crashes.
    package var runs: Int

    package var hasPassed: Bool { differences.isEmpty }
}

/// Runs one case, if asked for with crashes.
struct CaseRun {
    let testCase: TestCase
    let target: TestTarget
    private let definitions: CaseDefinitions
    private var runs = 0
    private(set) var record: CaseRecord

    init(_ testCase: TestCase, _ target: TestTarget) {
        self.testCase = testCase
        self.target = target
        definitions = CaseDefinitions(testCase.graphs, config: testCase.config)
        record = CaseRecord(root: InstanceID(""))
    }

    mutating func result(
        crashing: Bool, atOperations: Bool = false, visits: VisitRecord? = nil
    ) -> CaseResult {
        let world = run(.never, visits?.tracer)
        record = world.record
        if let visits { record.visited = visits.nodes }
        var differences = problems(record)
        if differences.isEmpty { differences = Comparison(record, testCase).differences }
        if differences.isEmpty, crashing { differences = self.crashing(transitions: world.transitions) }
        if differences.isEmpty, atOperations { differences = crashingAtOperations() }
        return CaseResult(
            name: testCase.name, range: testCase.range, differences: differences,
            steps: differences.isEmpty ? [] : StepTree.lines(record), runs: runs)
    }

    private mutating func run(_ crashes: CaseWorld.Crashes, _ tracer: StepTracer? = nil) -> CaseWorld {
        runs += 1
        let world = CaseWorld(testCase, workflow: target.graph.workflow, definitions, crashes: crashes, tracer: tracer)
        world.run()
        return world
    }

    // MARK: - Crashes

    /// A restart after each transition by itself, then after all of them in one run.
    private mutating func crashing(transitions: Int) -> [Difference] {
        for number in 1...max(transitions, 1) {
            let found = compare(run(.after(number)).record, after: "after transition \(number)")
            if !found.isEmpty { return found }
        }
        return compare(run(.afterEach).record, after: "after every transition")
    }

    /// A crash before each operation of the journal, and after its effect, until a run ends untouched.
    private mutating func crashingAtOperations() -> [Difference] {
        for takesEffect in [false, true] {
            var operation = 1
            while true {
                let world = run(.at(operation: operation, takesEffect: takesEffect))
                let place = takesEffect ? "after the effect of" : "before"
                let found = compare(world.record, after: "\(place) operation \(operation)")
                if !found.isEmpty { return found }
                if world.operations < operation { break }
                operation += 1
            }
        }
        return []
    }

    private func compare(_ crashed: CaseRecord, after place: String) -> [Difference] {
        let problems = problems(crashed)
        guard problems.isEmpty else {
            return problems.map { Difference("\($0.subject), with a restart \(place)", $0.lines) }
        }
        let comparison = CrashComparison(
            expected: record, actual: crashed, graphs: testCase.graphs, comparesTime: testCase.expectation.took != nil)
        return comparison.differences(place)
    }

    // MARK: - Problems

    private func problems(_ record: CaseRecord) -> [Difference] {
        if let hold = record.rootInstance?.hold { return [Difference("held", [hold])] }
        switch record.problem {
        case .unmocked(let step, let action, _, let instance)?:
            return [Difference("unmocked call", suggestion(step, action, instance, record))]
        case .exhausted(let step, let answers)?:
            return [
                Difference(
                    "mock of \(step)",
                    ["has \(answers) answer\(answers == 1 ? "" : "s") under `values` and was called once more"])
            ]
        case .endless(let transitions)?:
            return [Difference("end", ["after \(transitions) transitions the case has not ended; it may never do"])]
        case .broken(let reason)?: return [Difference("engine", [reason])]
        case nil: break
        }
        guard let root = record.rootInstance else { return [Difference("engine", ["the instance was not started"])] }
        if root.status.isTerminal || testCase.expectation.status == root.status { return [] }
        return [
            Difference(
                "end", ["the case never ends: nothing more happens, and it is \(root.status.rawValue)"] + waiting(record))
        ]
    }

    /// What each live instance waits for.
    private func waiting(_ record: CaseRecord) -> [String] {
        var lines: [String] = []
        for id in record.order {
            guard let instance = record.instances[id], !instance.status.isTerminal else { continue }
            let whose = id == record.root ? "" : " of child workflow '\(instance.workflow)'"
            for wait in instance.waits {
                let names = wait.matches.map { "'\($0.event)'" }.joined(separator: " or ")
                lines.append("step \(wait.key)\(whose) waits for the event \(names)\(match(of: wait.key, instance))")
            }
        }
        if !lines.isEmpty { lines.append("send the event under `events`, or expect `status: suspended`") }
        return lines
    }

    private func match(of key: MemoKey, _ instance: CaseRecord.Instance) -> String {
        guard let graph = testCase.graphs[instance.workflow], let path = StepPath(key.text),
            case .success(let place) = graph.place(of: path), case .wait(let wait) = graph[place.step.verb].kind,
            !wait.match.isEmpty
        else { return "" }
        return " with its own value of \(wait.match.map(\.path).joined(separator: ", "))"
    }

    /// The mock that would have answered.
    private func suggestion(_ step: String, _ action: String, _ instance: InstanceID, _ record: CaseRecord) -> [String] {
        let workflow = record.instances[instance]?.workflow ?? target.graph.workflow
        var lines = ["step \(step) calls '\(action)', and nothing in `mock` stands for it"]
        guard let graph = testCase.originals[workflow], let (key, mocked) = mock(of: step, in: graph, instance, record) else {
            return lines
        }
        if let sample = mocked.sample {
            lines.append("add to its mocks:  \(Self.yaml(key)): \(JSON.text(sample))")
        } else {
            lines.append("add \(Self.yaml(key)) to its mocks, with a value that fits what the step returns")
        }
        let steps = invocations(of: instance, record)
        if !steps.isEmpty {
            let place = steps.map { "`children`, at \($0)" }.joined(separator: ", under ")
            lines.append("they stand under \(place), the step that invokes '\(workflow)'")
        }
        return lines
    }

    /// Whoever tests a caller mocks the action it calls, unless something inside that is mocked already.
    private func mock(
        of step: String, in graph: StepGraph, _ instance: InstanceID, _ record: CaseRecord
    ) -> (key: String, mocked: Mocked)? {
        guard let path = StepPath(step), case .success(let place) = graph.place(of: path) else { return nil }
        let others = (record.behaviours[instance] ?? InstanceBehaviour()).mocks.map(\.path.segments)
        for composite in place.composites {
            let segments = path.segments.prefix(composite.segments)
            let isOpened = others.contains { other in
                other.count > segments.count && zip(other, segments).allSatisfy { $0.covers($1) }
            }
            let key = segments.map { step.slice($0.bytes) }.joined(separator: "/")
            guard !isOpened, let outer = StepPath(key), case .success(let call) = graph.place(of: outer) else { continue }
            return Mocked(call.step, in: graph).map { (key, $0) }
        }
        return Mocked(place.step, in: graph).map { (step, $0) }
    }

    /// The steps that led to an instance, outermost first.
    private func invocations(of instance: InstanceID, _ record: CaseRecord) -> [String] {
        for parent in record.instances.values {
            guard let child = parent.children.first(where: { $0.id == instance }) else { continue }
            return invocations(of: parent.id, record) + [child.step]
        }
        return []
    }

    /// A memo key as it can stand in YAML, in a flow mapping too.
    private static func yaml(_ key: String) -> String {
        key.utf8.contains { [UInt8(ascii: "["), UInt8(ascii: "#"), UInt8(ascii: "~")].contains($0) } ? "\"\(key)\"" : key
    }
}

extension String {
    fileprivate func slice(_ bytes: Range<Int>) -> String {
        String(decoding: Array(utf8)[bytes], as: UTF8.self)
    }
}

/// The steps of a case as people read them.
enum StepTree {
    static func lines(_ record: CaseRecord) -> [String] {
        record.order.compactMap { record.instances[$0] }.flatMap { instance -> [String] in
            let title = instance.id == record.root ? [] : ["child workflow \(instance.workflow): \(instance.status.rawValue)"]
            let indent = instance.id == record.root ? "" : "  "
            return title + instance.rows.map { indent + line($0) }
        }
    }

    private static func line(_ row: StepRow) -> String {
        let what = row.verb == .signal ? "" : ([row.verb.rawValue] + (row.action.map { [$0] } ?? [])).joined(separator: " ")
        var line = "\(glyph(row.status)) \(row.key)  \(what)"
        if row.attempt > 1 { line += ", attempt \(row.attempt)" }
        if let failure = row.failure ?? row.lastFailure { line += " → \(failure.code): \(failure.message)" }
        if let output = row.output, row.verb != .signal, row.verb != .sleep { line += " → \(shortened(JSON.text(output)))" }
        return line
    }

    private static func glyph(_ status: StepStatus) -> String {
        switch status {
        case .completed: "✔"
        case .failed: "✘"
        case .cancelled: "⊘"
        case .scheduled, .running, .sleeping, .waiting: "…"
        }
    }

    private static func shortened(_ text: String) -> String {
        text.count <= 80 ? text : text.prefix(79) + "…"
    }
}
