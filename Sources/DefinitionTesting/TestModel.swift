import Diagnostics
import Values
import WorkflowGraph
import WorkflowJournal

// What a test file says, once it has been checked against the definition it tests.

/// One instance to run, and what is expected of it.
struct TestCase: Sendable {
    var name: String
    var range: SourceRange
    var input: Value
    /// The instant at which it starts.
    var start: Timestamp
    /// All settings of everything that may run.
    var config: Value
    var secrets: [String: String]
    var behaviour: InstanceBehaviour
    var events: [TestEvent] = []
    var cancelAfter: TimeSpan?
    var expectation: Expectation
    /// Graphs with mocked composite actions and children in place, by workflow.
    var graphs: [String: StepGraph]
    /// The same without mocks in their place: what a server would run.
    var originals: [String: StepGraph] = [:]
}

/// What stands for the outside world of an instance, and of the children it starts.
struct InstanceBehaviour: Sendable {
    var mocks: [Mock] = []
    var children: [(path: StepPath, behaviour: InstanceBehaviour)] = []

    func mock(for key: StepPath) -> Mock? {
        mocks.filter { $0.path.covers(key) }.max { $0.path.exactness < $1.path.exactness }
    }

    func child(for key: StepPath) -> InstanceBehaviour? {
        children.filter { $0.path.covers(key) }.max { $0.path.exactness < $1.path.exactness }?.behaviour
    }
}

/// What stands for the calls of a step.
struct Mock: Sendable {
    struct Answer: Sendable {
        var outcome: Result<Value, Failure>
        /// How long the call takes.
        var delay: TimeSpan?
    }

    /// Unique in its case.
    var number: Int
    var path: StepPath
    var range: SourceRange
    /// Never empty.
    var answers: [Answer]
    /// Each answer is given once; otherwise the only one is given again and again.
    var isSequence: Bool
}

struct TestEvent: Sendable {
    var after: TimeSpan
    var name: String
    var source: String
    var data: Value
}

/// What is expected; nil where anything goes.
struct Expectation: Sendable {
    struct Error: Sendable {
        var code: String?
        var message: String?
        var data: Value?
    }

    struct Emitted: Sendable {
        var event: String
        var data: Value?
    }

    var status: InstanceStatus?
    /// Any end but `completed` will do: `error` is given and `status` is not.
    var isAnyFailure = false
    var output: Value?
    var error: Error?
    var calls: [String]?
    /// Fields of mails in order; fields left out are not compared.
    var mails: [Value]?
    /// `{message, level, data}` of log lines in order, as far as given.
    var logs: [Value]?
    var emitted: [Emitted]?
    var took: TimeSpan?
    var isCleanupIncomplete: Bool?
    var children: [(path: StepPath, expectation: Expectation)] = []
}
