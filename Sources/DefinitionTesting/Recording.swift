import Values
import WorkflowEngine
import WorkflowGraph
package import WorkflowJournal

/// The cases of test files as runs of the definitions as they are: the corpus of recorded histories (docs/histories.md).
extension TestSuite {
    package struct RecordedCase: Sendable {
        package let name: String
        /// Of the instance and the children it started.
        package let instances: [StoredInstance]
    }

    /// Runs every case without its mocks in the place of actions and children; what it expects does not matter.
    package func recorded() -> [RecordedCase] {
        cases.compactMap { testCase in
            var testCase = testCase
            testCase.graphs = testCase.originals
            let definitions = CaseDefinitions(testCase.graphs, config: testCase.config)
            let world = CaseWorld(testCase, workflow: target.graph.workflow, definitions, isRecording: true)
            world.run()
            guard world.record.problem == nil, let instances = try? world.journals() else { return nil }
            return RecordedCase(name: testCase.name, instances: instances)
        }
    }
}

/// What a built-in action answers where a test only says what the action around it does.
enum RecordedAnswer {
    struct Answer {
        var result: ActionResult
        /// The mock it was made of.
        var mock: Int?
    }

    /// Nil for an action that answers by itself.
    /// - Parameter given: how often each mock has answered.
    static func of(
        _ action: String, _ invocation: ActionInvocation, _ behaviour: InstanceBehaviour, given: [Int: Int]
    ) -> Answer? {
        let isStub = StubActions.result(of: action, invocation) != nil
        for (depth, key) in enclosing(invocation.step.text).enumerated() where depth == 0 || !isStub {
            guard let mock = StepPath(key).flatMap({ behaviour.mock(for: $0) }) else { continue }
            // One that has given all its answers goes on with the last.
            switch mock.answers[min(given[mock.number] ?? 0, mock.answers.count - 1)].outcome {
            case .success(let value):
                return Answer(
                    result: depth == 0 ? ActionResult(.success(value)) : success(action, value), mock: mock.number)
            case .failure(let failure): return Answer(result: ActionResult(.failure(failure)), mock: mock.number)
            }
        }
        return isStub ? nil : Answer(result: success(action, [:]))
    }

    /// The key, then those of the steps around it, innermost first.
    private static func enclosing(_ key: String) -> [String] {
        let segments = key.split(separator: "/", omittingEmptySubsequences: false)
        return (1...segments.count).reversed().map { segments.prefix($0).joined(separator: "/") }
    }

    private static func success(_ action: String, _ value: Value) -> ActionResult {
        switch action {
        case "http": ActionResult(.success(["status": 200, "headers": [:], "body": value]))
        case "shell":
            ActionResult(.success(["code": 0, "stdout": .string(JSON.text(value)), "stderr": "", "value": value]))
        default: ActionResult(.success(value))
        }
    }
}
