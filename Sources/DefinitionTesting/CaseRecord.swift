import JournalMemory
package import Values
import WorkflowEngine
import WorkflowGraph
package import WorkflowJournal

/// What happened in one run of a case, as somebody beside the engine saw it.
package struct CaseRecord {
    /// Why the run was given up.
    enum Problem {
        case unmocked(step: String, action: String, workflow: String, instance: InstanceID)
        /// A mock has no answer left.
        case exhausted(step: String, answers: Int)
        case endless(Int)
        /// The engine refused or lost something: nothing a definition should be able to bring about.
        case broken(String)
    }

    package struct Call: Hashable {
        var step: String
        /// Over all tries at one effect the same.
        var key: String

        package init(step: String, key: String) {
            self.step = step
            self.key = key
        }
    }

    struct Attempt: Hashable {
        var instance: InstanceID
        var run: Int
        var step: MemoKey
        var number: Int
    }

    package struct Mail {
        var step: String
        var input: Value

        package init(step: String, input: Value) {
            self.step = step
            self.input = input
        }
    }

    package struct Emitted {
        var step: String
        var event: String
        var data: Value

        package init(step: String, event: String, data: Value) {
            self.step = step
            self.event = event
            self.data = data
        }
    }

    /// One instance as it was when the case was over.
    package struct Instance {
        var id: InstanceID
        var workflow: String
        package var status: InstanceStatus = .pending
        var hold: String?
        package var output: Value = .null
        package var failure: Failure?
        var isCleanupIncomplete = false
        package var calls: [Call] = []
        package var mails: [Mail] = []
        package var emitted: [Emitted] = []
        package var logs: [LogRow] = []
        var children: [(step: String, id: InstanceID)] = []
        /// The last run's.
        var rows: [StepRow] = []
        /// Of every run, by its number, as they were last.
        package var history: [Int: [MemoKey: StepRow]] = [:]
        var waits: [WaitRow] = []
        var startedAt: Timestamp?
        package var endedAt: Timestamp?

        package init(id: InstanceID, workflow: String) {
            self.id = id
            self.workflow = workflow
        }

        mutating func note(_ change: Transition.StepChange, _ transition: Transition) {
            var run = transition.instance.run
            // What a transition that begins a run updates is of the run before.
            if transition.nextRun != nil, case .update = change { run -= 1 }
            history[run, default: [:]][change.row.key] = change.row
        }
    }

    let root: InstanceID
    var problem: Problem?
    var instances: [InstanceID: Instance] = [:]
    /// Those that are or were there, in the order of their beginning.
    private(set) var order: [InstanceID] = []
    var behaviours: [InstanceID: InstanceBehaviour] = [:]
    var ended: Set<InstanceID> = []
    /// Nodes that were begun, where that is measured.
    var visited: [InstanceID: Set<NodeIndex>] = [:]
    let standIns = StandIns()
    private var called: [InstanceID: Set<Call>] = [:]
    private(set) var endedAt: Timestamp?

    package init(root: InstanceID) { self.root = root }

    var rootInstance: Instance? { instances[root] }

    // MARK: - While it runs

    /// An instance is there, and begins later.
    mutating func note(_ new: NewInstance) { add(new) }

    mutating func note(_ transition: Transition) {
        let id = transition.instanceID
        if case .start(let new) = transition.subject { add(new) }
        for child in transition.children {
            guard let link = child.parent else { continue }
            note(Call(step: link.step.text, key: child.id.text), of: id)
            guard standIns[child.id] == nil, instances[child.id] == nil else { continue }
            add(child)
            instances[id]?.children.append((link.step.text, child.id))
            if let path = StepPath(link.step.text) {
                behaviours[child.id] = behaviours[id]?.child(for: path) ?? InstanceBehaviour()
            }
        }
        for sent in transition.eventsSent {
            let emitted = Emitted(step: transition.sender(of: sent), event: sent.event.name, data: sent.event.data)
            instances[id]?.emitted.append(emitted)
            for start in sent.starts { add(start) }
        }
        for change in transition.steps { instances[id]?.note(change, transition) }
    }

    private mutating func add(_ new: NewInstance) { add(Instance(id: new.id, workflow: new.workflow)) }

    package mutating func add(_ instance: Instance) {
        guard instances[instance.id] == nil else { return }
        instances[instance.id] = instance
        order.append(instance.id)
    }

    mutating func note(_ action: String, _ invocation: ActionInvocation) {
        guard standIns[invocation.instance] == nil else { return }
        let call = Call(step: invocation.step.text, key: invocation.key.text)
        guard note(call, of: invocation.instance), action == "email" else { return }
        instances[invocation.instance]?.mails.append(Mail(step: invocation.step.text, input: invocation.input))
    }

    @discardableResult
    private mutating func note(_ call: Call, of id: InstanceID) -> Bool {
        guard called[id, default: []].insert(call).inserted else { return false }
        instances[id]?.calls.append(call)
        return true
    }

    // MARK: - Afterwards

    mutating func finish(from journal: MemoryJournal, at time: Timestamp) throws(JournalError) {
        endedAt = time
        for id in order {
            guard let detail = try journal.instance(id) else { continue }
            instances[id]?.status = detail.summary.status
            instances[id]?.hold = detail.summary.hold.map { "\($0.rawValue): \(detail.summary.holdReason ?? "")" }
            instances[id]?.output = detail.output ?? .null
            instances[id]?.failure = detail.failure
            instances[id]?.isCleanupIncomplete = detail.summary.isCleanupIncomplete
            instances[id]?.startedAt = detail.summary.startedAt
            instances[id]?.endedAt = detail.summary.endedAt
            instances[id]?.logs = try journal.logs(of: id, after: 0, limit: .max).filter { $0.key != nil }
            instances[id]?.rows = try journal.steps(of: id, run: nil)
            instances[id]?.waits = try journal.waits(of: id)
        }
    }
}

extension Transition {
    /// The step that sends an event; empty when no row of the transition does.
    fileprivate func sender(of sent: SentEvent) -> String {
        let sender = steps.first {
            $0.row.verb == .emit
                && EventIdentifier.emitted(by: instanceID, run: instance.run, step: $0.row.key) == sent.event.id
        }
        return sender?.row.key.text ?? ""
    }
}
