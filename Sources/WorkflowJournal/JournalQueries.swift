package import Values

/// What people ask of a journal. Reads committed state; never changes anything.
package protocol JournalQueries: Sendable {
    /// Newest first. `after` is the `cursor` of the last row of the page before.
    func instances(matching filter: InstanceFilter, after cursor: String?, limit: Int) throws(JournalError) -> [InstanceSummary]
    /// By id or unique prefix of one, or by `@latest`.
    func resolve(_ reference: String) throws(JournalError) -> InstanceReference
    func instance(_ id: InstanceID) throws(JournalError) -> InstanceDetail?
    /// Rows of a run (the current one when nil), signals included, in order of scheduling.
    func steps(of id: InstanceID, run: Int?) throws(JournalError) -> [StepRow]
    /// Of a run (the current one when nil), in the order of their ends.
    func attempts(of id: InstanceID, run: Int?) throws(JournalError) -> [AttemptRow]
    func logs(of id: InstanceID, after line: Int64, limit: Int) throws(JournalError) -> [LogRow]
    func emails(of id: InstanceID) throws(JournalError) -> [EmailRow]
    func timers(of id: InstanceID) throws(JournalError) -> [TimerRow]
    func waits(of id: InstanceID) throws(JournalError) -> [WaitRow]
    /// Newest first; `name` nil for all. `before` is the last one of the page before.
    func events(named name: String?, before sequence: EventSequence?, limit: Int) throws(JournalError) -> [StoredEvent]
    /// How many instances there are per workflow and status.
    func counts() throws(JournalError) -> [InstanceCount]
    /// Everything of an instance's current run, live or ended, without a right to write it: its claim is void, its version
    /// is what `Transition.Subject.revive` takes.
    func storedInstance(_ id: InstanceID) throws(JournalError) -> StoredInstance?
    func definition(_ digest: ContentDigest) throws(JournalError) -> DefinitionRecord?
    /// First to last; the last one is the current run.
    func runs(of id: InstanceID) throws(JournalError) -> [RunSummary]
    /// Instances that `invoke` steps of any of its runs started, in the order of their making.
    func children(of id: InstanceID) throws(JournalError) -> [ChildSummary]
    /// Its place under `concurrency`; nil when it needs none or has ended.
    func gatePosition(of id: InstanceID) throws(JournalError) -> GatePosition?
    /// Who has consumed an event, in the order of instances.
    func takers(of event: EventSequence) throws(JournalError) -> [EventTaker]
    /// The newest events of a name, newest first, with what they are to an instance.
    func events(named name: String, seenBy id: InstanceID, limit: Int) throws(JournalError) -> [SeenEvent]
    /// Names of which there have been events, by code point.
    func eventNames(limit: Int) throws(JournalError) -> [String]
    /// Who stands at a gate: first those who have a place, then those who wait, each in the order of their coming.
    func places(at gate: String, limit: Int) throws(JournalError) -> [GateVisitor]
    /// Lines that the engine itself wrote into an instance's log, newest first.
    func notes(of id: InstanceID, limit: Int) throws(JournalError) -> [LogRow]
    /// Every cron trigger that has ever been current, by name.
    func schedules() throws(JournalError) -> [StoredSchedule]
    /// What became of the instants of a schedule, latest first.
    func firings(of schedule: ScheduleName, limit: Int) throws(JournalError) -> [FiringRow]
}

extension JournalQueries {
    package func events(named name: String?, limit: Int) throws(JournalError) -> [StoredEvent] {
        try events(named: name, before: nil, limit: limit)
    }
}

package struct InstanceFilter: Sendable, Hashable {
    package var statuses: Set<InstanceStatus> = []
    package var workflow: String?
    package var labels: [String: String] = [:]
    package var createdSince: Timestamp?
    /// Only instances with an open wait for this event name.
    package var waitingFor: String?
    /// Only instances held for one of these reasons.
    package var holds: Set<Hold> = []
    /// Only instances bound to this definition.
    package var digest: ContentDigest?

    package init() {}
}

package enum InstanceReference: Sendable, Equatable {
    case found(InstanceID)
    case notFound
    case ambiguous([InstanceID])
}

/// A row of a list: no payloads.
package struct InstanceSummary: Sendable, Equatable {
    package var id: InstanceID
    package var key: InstanceKey
    package var workflow: String
    package var digest: ContentDigest
    package var status: InstanceStatus
    package var ending: InstanceStatus?
    package var hold: Hold?
    package var holdReason: String?
    package var isCleanupIncomplete: Bool
    package var run: Int
    package var labels: [String: String]
    package var callerKey: String?
    package var createdAt: Timestamp
    package var startedAt: Timestamp?
    package var endedAt: Timestamp?

    package init(
        id: InstanceID, key: InstanceKey, workflow: String, digest: ContentDigest, status: InstanceStatus,
        ending: InstanceStatus?, hold: Hold?, holdReason: String?, isCleanupIncomplete: Bool, run: Int,
        labels: [String: String], callerKey: String?, createdAt: Timestamp, startedAt: Timestamp?, endedAt: Timestamp?
    ) {
        self.id = id
        self.key = key
        self.workflow = workflow
        self.digest = digest
        self.status = status
        self.ending = ending
        self.hold = hold
        self.holdReason = holdReason
        self.isCleanupIncomplete = isCleanupIncomplete
        self.run = run
        self.labels = labels
        self.callerKey = callerKey
        self.createdAt = createdAt
        self.startedAt = startedAt
        self.endedAt = endedAt
    }

    /// For the page after this row.
    package var cursor: String { String(key.number) }
}

package struct InstanceDetail: Sendable, Equatable {
    package var summary: InstanceSummary
    package var input: Value
    package var trigger: Value
    package var output: Value?
    package var failure: Failure?

    package init(summary: InstanceSummary, input: Value, trigger: Value, output: Value?, failure: Failure?) {
        self.summary = summary
        self.input = input
        self.trigger = trigger
        self.output = output
        self.failure = failure
    }
}

package struct InstanceCount: Sendable, Hashable {
    package var workflow: String
    package var status: InstanceStatus
    package var count: Int

    package init(workflow: String, status: InstanceStatus, count: Int) {
        self.workflow = workflow
        self.status = status
        self.count = count
    }
}
