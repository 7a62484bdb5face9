import Testing
import Values
import WorkflowJournal

// What clauses about children, events, gates, holds and further runs say again and again.
extension Bench {
    static let otherDefinition = DefinitionRecord(
        digest: ContentDigest(of: "orders, edited".utf8), workflow: "orders", semantics: 1,
        sources: [.init(path: "definitions/orders.yaml", text: "workflow: orders\n# edited\n")], matchSets: [])

    func enqueue(_ number: Int, _ change: (inout NewInstance) -> Void = { _ in }) throws -> WriteOutcome {
        var new = new(number)
        change(&new)
        return try write(.enqueue(new))
    }

    @discardableResult
    func enqueued(_ number: Int, _ change: (inout NewInstance) -> Void = { _ in }) throws -> WriteOutcome.Enqueued {
        let outcome = try enqueue(number, change)
        guard case .enqueued(let enqueued) = outcome else { throw Unexpected(outcome: outcome) }
        return enqueued
    }

    func request(_ number: Int, _ kind: InstanceRequest.Kind) throws -> WriteOutcome {
        try write(.request(InstanceRequest(instance: Self.id(number), kind: kind)))
    }

    func summary(_ number: Int) throws -> InstanceSummary {
        try #require(try store.instance(Self.id(number))?.summary)
    }

    func key(_ number: Int) throws -> InstanceKey { try summary(number).key }

    func claim(_ number: Int) throws -> Claim { try #require(try store.claim(key(number))) }

    /// Ends a live instance, as its own transition does.
    @discardableResult
    func ended(
        _ number: Int, _ status: InstanceStatus = .completed, _ change: (inout Transition) -> Void = { _ in }
    ) throws -> WriteOutcome.Committed {
        let claim = try claim(number)
        let run = try load(claim).state.run
        return try advanced(claim, status: status) {
            $0.instance.run = run
            $0.instance.endedAt = store.now()
            change(&$0)
        }
    }

    /// An open `invoke` step.
    func invoke(_ key: String, attempt: Int = 1, status: StepStatus = .running) -> StepRow {
        StepRow(
            key: MemoKey(key), verb: .invoke, action: "orders", status: status, scheduledSequence: 0,
            completedSequence: status.isFinal ? 1 : nil, attempt: attempt, scheduledAt: store.now())
    }

    /// The child of step `key` of instance `parent`.
    func child(
        _ number: Int, of parent: Int, run: Int = 1, step key: String, attempt: Int = 1, detached: Bool = false
    )
        -> NewInstance
    {
        var child = new(number)
        child.trigger = ["type": "invoke"]
        child.parent = ParentLink(
            instance: Self.id(parent), run: run, step: MemoKey(key), attempt: attempt, isDetached: detached)
        child.depth = 1
        return child
    }

    func gate(_ key: String = "", limit: Int = 1, _ overflow: GateRequest.Overflow = .queue) -> GateRequest {
        GateRequest(workflow: "orders", key: key, limit: limit, overflow: overflow)
    }

    /// A transition of instance 1 that invokes instance 2, which replaces it at its gate.
    func replacedByChild(
        _ claim: Claim, _ change: (inout Transition) -> Void
    ) throws -> WriteOutcome.Committed {
        var child = child(2, of: 1, step: "c")
        child.gate = gate("", .replace)
        return try advanced(claim) {
            $0.steps = [.insert(invoke("c"))]
            $0.children = [child]
            change(&$0)
        }
    }

    func sent(_ id: String, _ name: String = "paid", data: Value = [:], starts: [NewInstance] = []) -> SentEvent {
        SentEvent(event: NewEvent(id: id, name: name, source: "wfrun", data: data), starts: starts)
    }

    func next(
        _ kind: Transition.NextRun.Kind, input: Value = ["n": 1], labels: [String: String] = [:], kept: [StepRow] = [],
        gate: GateRequest? = nil
    ) -> Transition.NextRun {
        Transition.NextRun(
            kind: kind, digest: Self.definition.digest, input: input, config: ContentDigest(of: Self.config), labels: labels,
            kept: kept, keptSequence: kept.count, gate: gate)
    }

    /// Continues as new: the run before is one less.
    @discardableResult
    func continued(
        _ claim: Claim, to run: Int, _ change: (inout Transition) -> Void = { _ in }
    ) throws -> WriteOutcome.Committed {
        try advanced(claim, status: .running) {
            $0.instance.run = run
            $0.instance.continuations = run - 1
            $0.nextRun = next(.continuedAsNew)
            change(&$0)
        }
    }

    func retry(
        _ number: Int, version: Int64? = nil, run: Int = 2, _ change: (inout Transition) -> Void = { _ in }
    ) throws -> WriteOutcome {
        let current = try #require(try store.storedInstance(Self.id(number)))
        var transition = Transition(
            subject: .revive(Self.id(number), version: version ?? current.claim.version), time: store.now(),
            instance: .init(status: .running, run: run, startedAt: current.state.startedAt))
        transition.nextRun = next(.retried)
        change(&transition)
        return try write(.transition(transition))
    }
}
