import Values
import WorkflowJournal

/// The list of instances as SQL with its parameters, condition by condition.
struct InstanceListQuery {
    static let columns = """
        i.id, i.number, i.workflow, i.digest, i.status, i.ending, i.hold, i.hold_reason, i.cleanup, i.run, i.labels,
        i.caller_key, i.created_at, i.started_at, i.ended_at
        """

    private var conditions: [String] = []
    private(set) var parameters: [(inout Binder) -> Void] = []

    init(_ filter: InstanceFilter) {
        if !filter.statuses.isEmpty {
            let statuses = filter.statuses.map(\.rawValue).sorted()
            // Names the condition of the partial index, so that ended ones are found among millions of sleepers.
            if filter.statuses.allSatisfy(\.isTerminal) {
                conditions.append("i.status IN ('completed', 'failed', 'cancelled', 'timed_out')")
            }
            conditions.append("i.status IN (\(statuses.map { _ in "?" }.joined(separator: ", ")))")
            for status in statuses { parameters.append { $0.text(status) } }
        }
        if !filter.holds.isEmpty {
            let holds = filter.holds.map(\.rawValue).sorted()
            conditions.append("i.hold IS NOT NULL AND i.hold IN (\(holds.map { _ in "?" }.joined(separator: ", ")))")
            for hold in holds { parameters.append { $0.text(hold) } }
        }
        if let digest = filter.digest { require("i.digest = ?") { $0.text(digest.hex) } }
        if let workflow = filter.workflow { require("i.workflow = ?") { $0.text(workflow) } }
        for (name, value) in filter.labels.sorted(by: { $0.key.precedesByCodePoint($1.key) }) {
            require("i.number IN (SELECT instance FROM wf_label WHERE name = ? AND value = ?)") { bind in
                bind.text(name)
                bind.text(value)
            }
        }
        if let since = filter.createdSince { require("i.created_at >= ?") { $0.time(since) } }
        if let event = filter.waitingFor {
            require("EXISTS (SELECT 1 FROM wf_wait AS w WHERE w.instance = i.number AND w.event = ?)") { $0.text(event) }
        }
    }

    mutating func require(_ condition: String, _ bind: @escaping (inout Binder) -> Void) {
        conditions.append(condition)
        parameters.append(bind)
    }

    var sql: String {
        let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        return "SELECT \(Self.columns) FROM wf_instance AS i \(filter) ORDER BY i.number DESC LIMIT ?"
    }
}

extension Columns {
    mutating func summary() throws(SQLiteFailure) -> InstanceSummary {
        let id = InstanceID(text())
        let key = InstanceKey(int())
        return InstanceSummary(
            id: id, key: key, workflow: text(), digest: ContentDigest(hex: text()), status: InstanceStatus(stored: text()),
            ending: optionalText().map(InstanceStatus.init(stored:)), hold: optionalText().flatMap(Hold.init(rawValue:)),
            holdReason: optionalText(), isCleanupIncomplete: optionalText() != nil, run: Int(int()),
            labels: try labels(), callerKey: optionalText(), createdAt: time(), startedAt: optionalTime(),
            endedAt: optionalTime())
    }
}
