import Values
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// Instances that come to one place under `concurrency` (language.md §1), read a second time: who begins when, and what it
/// comes to. It goes from one arrival, end or cancel to the next and keeps nothing but who stands where.
struct ReferenceGate {
    struct Visitor {
        /// When it comes, in microseconds after the epoch.
        var at: Int64
        var id: InstanceID
        var input: Value
        /// When somebody cancels it.
        var cancel: Int64?
        var compensates = true
    }

    enum Outcome {
        /// There is no instance.
        case rejected
        case ended(ReferenceInterpreter.Account)
    }

    let reference: ReferenceInterpreter
    let workflow: String
    let visitors: [Visitor]
    private let limit: Int
    private let overflow: StepGraph.Concurrency.Overflow
    private var waiting: [Int] = []
    private var active: [Int] = []
    private var begun: [Int: Int64] = [:]
    /// When a newer one asked it to leave.
    private var replaced: [Int: Int64] = [:]
    private var outcomes: [Int: Outcome] = [:]

    /// What becomes of each visitor, in their order, which is that of their coming.
    static func outcomes(
        _ reference: ReferenceInterpreter, workflow: String, _ visitors: [Visitor]
    ) -> [Outcome] {
        guard let concurrency = reference.graphs[workflow]?.concurrency else {
            preconditionFailure("the workflow has a gate")
        }
        var gate = ReferenceGate(reference, workflow, visitors, concurrency)
        gate.run()
        return visitors.indices.compactMap { gate.outcomes[$0] }
    }

    private init(
        _ reference: ReferenceInterpreter, _ workflow: String, _ visitors: [Visitor], _ concurrency: StepGraph.Concurrency
    ) {
        self.reference = reference
        self.workflow = workflow
        self.visitors = visitors
        limit = concurrency.limit
        overflow = concurrency.overflow
    }

    private mutating func run() {
        var next = 0
        while true {
            let end = active.min { endedAt($0) < endedAt($1) }
            let cancelled = waiting.filter { visitors[$0].cancel != nil }.min { cancel($0) < cancel($1) }
            let arrival = next < visitors.count ? visitors[next].at : .max
            let first = min(end.map(endedAt) ?? .max, cancelled.map(cancel) ?? .max, arrival)
            if first == .max { return }
            if let end, endedAt(end) == first {
                leave(end, at: first)
            } else if let cancelled, cancel(cancelled) == first {
                giveUp(cancelled, at: first)
            } else {
                arrive(next, at: first)
                next += 1
            }
        }
    }

    private func cancel(_ visitor: Int) -> Int64 { visitors[visitor].cancel ?? .max }

    private func endedAt(_ visitor: Int) -> Int64 {
        if case .ended(let account)? = outcomes[visitor] { account.endedAt } else { .max }
    }

    private mutating func arrive(_ visitor: Int, at time: Int64) {
        if active.count < limit { return begin(visitor, at: time) }
        switch overflow {
        case .queue: break
        case .reject:
            outcomes[visitor] = .rejected
            return
        case .replace:
            if let oldest = active.min(), cancel(oldest) > time, replaced[oldest] == nil {
                replaced[oldest] = time
                compute(oldest)
            }
            for other in waiting { giveUp(other, at: time) }
        }
        waiting.append(visitor)
    }

    private mutating func begin(_ visitor: Int, at time: Int64) {
        begun[visitor] = time
        active.append(visitor)
        compute(visitor)
    }

    private mutating func leave(_ visitor: Int, at time: Int64) {
        active.removeAll { $0 == visitor }
        while active.count < limit, !waiting.isEmpty { begin(waiting.removeFirst(), at: time) }
    }

    /// It never began, so there is nothing to undo and no `finally`.
    private mutating func giveUp(_ visitor: Int, at time: Int64) {
        waiting.removeAll { $0 == visitor }
        outcomes[visitor] = .ended(
            ReferenceInterpreter.Account(
                status: .cancelled, failure: Failure(code: "cancelled", message: ""), endedAt: time, calls: [],
                isCleanupIncomplete: false))
    }

    private mutating func compute(_ visitor: Int) {
        let who = visitors[visitor]
        let isReplaced = replaced[visitor].map { $0 < cancel(visitor) } ?? false
        outcomes[visitor] = .ended(
            reference.account(
                of: workflow, input: who.input, id: who.id, start: begun[visitor] ?? who.at, createdAt: who.at,
                cancel: isReplaced ? replaced[visitor] : who.cancel, compensates: isReplaced || who.compensates))
    }
}
