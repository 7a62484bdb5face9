import JournalMemory
import Values
import WorkflowEngine
import WorkflowGraph
import WorkflowJournal

/// What happened in one run of a case, as somebody beside the engine saw it.
struct CaseRecord {
    /// Why the run was given up.
    enum Problem {
        case unmocked(step: String, action: String, workflow: String, instance: InstanceID)
        /// A mock has no answer left.
        case exhausted(step: String, answers: Int)
        case endless(Int)
        /// The engine refused or lost something: nothing a definition should be able to bring about.
        case broken(String)
    }

    struct Call: Hashable {
        var step: String
        /// Over all tries at one effect the same.
        var key: String
    }

    struct Attempt: Hashable {
        var instance: InstanceID
        var step: MemoKey
        var number: Int
    }

    struct Mail {
        var step: String
        var input: Value
    }

    struct Emitted {
        var event: String
        var data: Value
    }

    /// One instance as it was when the case was over.
    struct Instance {
        var id: InstanceID
        var workflow: String
        var status: InstanceStatus = .pending
        var hold: String?
        var output: Value = .null
        var failure: Failure?
        var isCleanupIncomplete = false
        var calls: [Call] = []
        var mails: [Mail] = []
        var emitted: [Emitted] = []
        var logs: [LogRow] = []
        var children: [(step: String, id: InstanceID)] = []
        /// The last run's.
        var rows: [StepRow] = []
        var waits: [WaitRow] = []
        var startedAt: Timestamp?
        var endedAt: Timestamp?
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
    private var called: [InstanceID: Set<Call>] = [:]
    private(set) var endedAt: Timestamp?

    init(root: InstanceID) { self.root = root }

    var rootInstance: Instance? { instances[root] }

    // MARK: - While it runs

    /// An instance is there, and begins later.
    mutating func note(_ new: NewInstance) { add(new) }

    mutating func note(_ transition: Transition) {
        let id = transition.instanceID
        if case .start(let new) = transition.subject { add(new) }
        for child in transition.children {
            guard let link = child.parent else { continue }
            let isNew = instances[child.id] == nil
            add(child)
            guard isNew else { continue }
            instances[id]?.children.append((link.step.text, child.id))
            note(Call(step: link.step.text, key: child.id.text), of: id)
            if let path = StepPath(link.step.text) {
                behaviours[child.id] = behaviours[id]?.child(for: path) ?? InstanceBehaviour()
            }
        }
        for sent in transition.eventsSent {
            instances[id]?.emitted.append(Emitted(event: sent.event.name, data: sent.event.data))
            for start in sent.starts { add(start) }
        }
    }

    private mutating func add(_ new: NewInstance) {
        guard instances[new.id] == nil else { return }
        instances[new.id] = Instance(id: new.id, workflow: new.workflow)
        order.append(new.id)
    }

    mutating func note(_ action: String, _ invocation: ActionInvocation) {
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
