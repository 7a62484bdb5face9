import CEL
package import Values
package import WorkflowGraph
import WorkflowInterpreter
package import WorkflowJournal

/// language.md read a second time: what an undisturbed instance comes to, written without a look at the interpreter.
///
/// Where the interpreter keeps frames and reacts to entries, this computes: a body is a function of when it begins and when it
/// is stopped, and gives when and how it ends. What stops it is found by running it unstopped first and once more with the
/// stop, so nothing here has state. It shares with the engine the graph, expressions and the policy of back-off, and no more.
package struct ReferenceInterpreter {
    /// By name of the workflow.
    package let graphs: [String: StepGraph]
    package let config: Value
    /// How long an attempt at an action takes, in microseconds, and what comes of it.
    package let act:
        (_ workflow: String, _ action: String, _ key: String, _ attempt: Int) -> (
            microseconds: Int64, result: Result<Value, Failure>
        )
    package let epoch: Timestamp
    /// Actions whose attempts are not ended by being told to stop.
    package let answersStopped: (_ action: String) -> Bool
    /// In the order in which they are accepted. Each is for one wait: which of several takes it is not looked into.
    package let events: [Sent]
    /// How long such an answer is waited for, in microseconds: guarantees.md G15.
    static let grace: Int64 = 10_000_000

    package init(
        graphs: [StepGraph], config: Value, epoch: Timestamp, answersStopped: @escaping (String) -> Bool = { _ in false },
        events: [Sent] = [],
        act: @escaping (String, String, String, Int) -> (microseconds: Int64, result: Result<Value, Failure>)
    ) {
        self.graphs = Dictionary(graphs.map { ($0.workflow, $0) }) { first, _ in first }
        self.config = config
        self.epoch = epoch
        self.answersStopped = answersStopped
        self.events = events.sorted { $0.at < $1.at }
        self.act = act
    }

    /// An attempt that began.
    package struct Call: Hashable, Sendable {
        package var at: Int64
        package var workflow: String
        package var key: String
        package var attempt: Int
    }

    /// One that somebody sends.
    package struct Sent: Sendable {
        package var at: Int64
        package var name: String
        package var data: Value

        package init(at: Int64, name: String, data: Value) {
            self.at = at
            self.name = name
            self.data = data
        }
    }

    package struct Account: Sendable {
        package var status: InstanceStatus
        package var output: Value?
        package var failure: Failure?
        /// Microseconds after the epoch.
        package var endedAt: Int64
        package var calls: [Call]
        package var isCleanupIncomplete: Bool
    }

    /// - Parameters:
    ///   - start: Microseconds after the epoch, like all times here.
    ///   - createdAt: When it came, if it did not begin at once: events from then on count for it.
    ///   - cancel: When the instance is told to cancel, if it is.
    package func account(
        of workflow: String, input: Value, id: InstanceID, start: Int64 = 0, createdAt: Int64? = nil, cancel: Int64? = nil,
        compensates: Bool = true
    ) -> Account {
        guard let graph = graphs[workflow] else { preconditionFailure("the reference runs known workflows only") }
        var input = input
        var start = start
        var calls: [Call] = []
        var isIncomplete = false
        var run = 1
        let createdAt = createdAt ?? start
        var taken: Set<Int> = []
        while true {
            var stops = Stops()
            if let cancel { stops.strike(cancel, .cancelled) }
            if let timeout = graph.timeout { stops.strike(start + timeout.microseconds, .timeout) }
            let header = InstanceHeader(
                id: id, workflow: workflow, continuations: run - 1, input: input, config: config, trigger: ["type": "api"],
                run: run, startedAt: instant(start))
            let isCancelled = stops.hardCause == .cancelled && !compensates
            let reading = Reading(
                reference: self, graph: graph, header: header, run: run, createdAt: createdAt, taken: taken,
                undosEndAt: isCancelled ? stops.hard : .max)
            let ran = reading.runWhole(from: start, stops)
            calls += ran.calls
            taken.formUnion(ran.taken)
            isIncomplete = isIncomplete || ran.isCleanupIncomplete
            if case .continued(let next) = ran.end, cancel.map({ $0 > ran.at }) ?? true {
                guard case .success(let admitted) = graph.main.input.admit(next) else {
                    preconditionFailure("what continues fits, or was refused before it ran")
                }
                input = admitted
                start = ran.at
                run += 1
                continue
            }
            return account(ran, calls, isIncomplete)
        }
    }

    /// What the instances do that an event from a step starts by triggers.
    func calls(startedBy event: String, _ id: String, _ data: Value, at now: Int64) -> [Call] {
        var calls: [Call] = []
        for graph in graphs.values.sorted(by: { $0.workflow < $1.workflow }) {
            for trigger in graph.triggers {
                guard case .event(let names, let test) = trigger.source, names.contains(event) else { continue }
                let scope = Variables([config, ["name": .string(event), "id": .string(id), "data": data]], in: nil)
                if let test, (try? test.evaluate(scope)) != .bool(true) { continue }
                guard let raw = try? trigger.input.evaluate(scope), case .success(let input) = graph.main.input.admit(raw)
                else {
                    continue
                }
                let instance = InstanceID(
                    triggeredBy: EventIdentifier.ownSource, event: id, workflow: graph.workflow, trigger: trigger.identity)
                calls += account(of: graph.workflow, input: input, id: instance, start: now).calls
            }
        }
        return calls
    }

    private func account(_ ran: Ran, _ calls: [Call], _ isIncomplete: Bool) -> Account {
        var account = Account(
            status: .completed, endedAt: ran.at, calls: calls.sorted { ($0.at, $0.key) < ($1.at, $1.key) },
            isCleanupIncomplete: isIncomplete)
        switch ran.end {
        case .success(let value), .returned(let value): account.output = JSON.normalised(value)
        case .failure(let failure): (account.status, account.failure) = (.failed, failure)
        case .stopped(.cancelled): (account.status, account.failure) = (.cancelled, Failure(code: "cancelled", message: ""))
        case .stopped(.timeout): (account.status, account.failure) = (.timedOut, Failure(code: "timeout", message: ""))
        // Told to cancel while its last `finally` ran.
        case .continued: (account.status, account.failure) = (.cancelled, Failure(code: "cancelled", message: ""))
        case .stopped(.sibling): preconditionFailure("no instance ends so")
        }
        return account
    }

    func instant(_ microseconds: Int64) -> Timestamp {
        epoch.adding(TimeSpan(microseconds: microseconds)) ?? epoch
    }
}

/// When a body is stopped: softly because another part of a body around it failed, or hard by a timeout or a cancel.
struct Stops {
    enum Cause: Equatable { case timeout, cancelled, sibling }

    /// Nothing new begins, what waits ends; actions are let finish.
    var soft = Int64.max
    /// Actions are stopped as well.
    var hard = Int64.max
    var hardCause = Cause.timeout

    var first: Int64 { min(soft, hard) }
    var firstCause: Cause { hard <= soft ? hardCause : .sibling }

    mutating func strike(_ time: Int64, _ cause: Cause) {
        if time < hard { (hard, hardCause) = (time, cause) }
    }

    func softly(_ time: Int64) -> Stops {
        var stops = self
        stops.soft = min(soft, time)
        return stops
    }

    static let never = Stops()
}

enum End {
    case success(Value)
    case failure(Failure)
    case stopped(Stops.Cause)
    case returned(Value)
    case continued(Value)

    var isSuccess: Bool { if case .success = self { true } else { false } }
}

/// What came of a body.
struct Ran {
    var end: End
    var at: Int64
    var registered: [Undo] = []
    var calls: [ReferenceInterpreter.Call] = []
    /// Events, by their place in the order.
    var taken: Set<Int> = []
    var isCleanupIncomplete = false
    /// The scope inside, which `output` of a group stands in.
    var inside: Variables?

    /// Continues with what came after this, which decides the end.
    func followed(by next: Ran) -> Ran {
        var whole = next
        whole.calls = calls + next.calls
        whole.taken = taken.union(next.taken)
        whole.registered = registered + next.registered
        whole.isCleanupIncomplete = isCleanupIncomplete || next.isCleanupIncomplete
        return whole
    }
}

/// An undo that is registered, with when its step completed.
struct Undo {
    var completedAt: Int64
    var key: String
    var block: BlockIndex
    var scope: Variables
    var own: Value
}

/// Variables by `ScopeLayout`.
final class Variables: SlotSource {
    let parent: Variables?
    private(set) var values: [Value]

    init(_ values: [Value], in parent: Variables?) {
        self.parent = parent
        self.values = values
    }

    func set(_ index: Int, _ value: Value) { values[index] = value }

    func value(ofSlot slot: Int) -> Value {
        var scope: Variables? = self
        for _ in 0..<ScopeLayout.depth(of: slot) { scope = scope?.parent }
        guard let scope, scope.values.indices.contains(ScopeLayout.index(of: slot)) else { return .null }
        return scope.values[ScopeLayout.index(of: slot)]
    }
}
