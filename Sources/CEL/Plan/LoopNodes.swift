import Values

/// `cel.bind(x, value, body)`.
final class BindNode: PlanNode {
    let range: Range<Int>
    let local: Int
    let value: any PlanNode
    let body: any PlanNode

    init(range: Range<Int>, local: Int, value: any PlanNode, body: any PlanNode) {
        self.range = range
        self.local = local
        self.value = value
        self.body = body
    }

    func evaluate(_ run: Evaluation) throws(EvaluationFailure) -> Value {
        run.locals[local] = try value.evaluate(run)
        return try body.evaluate(run)
    }
}

/// `x.optMap(v, body)` and `x.optFlatMap(v, body)`.
final class OptionalMapNode: PlanNode {
    let range: Range<Int>
    let target: any PlanNode
    let local: Int
    let body: any PlanNode
    let isFlat: Bool

    init(range: Range<Int>, target: any PlanNode, local: Int, body: any PlanNode, isFlat: Bool) {
        self.range = range
        self.target = target
        self.local = local
        self.body = body
        self.isFlat = isFlat
    }

    func evaluate(_ run: Evaluation) throws(EvaluationFailure) -> Value {
        var value = try target.evaluate(run)
        // `x.?f` and a nullable `x` are the same question to an author of workflows.
        if run.isWorkflow { if case .optional = value {} else { value = .optional(value.isNull ? nil : value) } }
        guard case .optional(let wrapped) = value else {
            throw CallFailure("expected an optional, found \(value.kindPhrase)").at(target.range)
        }
        guard let wrapped else { return .optional(nil) }
        run.locals[local] = wrapped
        let result = try body.evaluate(run)
        if !isFlat { return .optional(result) }
        if case .optional = result { return result }
        throw CallFailure("expected an optional, found \(result.kindPhrase)").at(body.range)
    }
}

/// A macro that runs a body for each element of a list or entry of a map.
final class LoopNode: PlanNode {
    typealias Operation = SyntaxNode.Comprehension.Operation

    let range: Range<Int>
    let operation: Operation
    let source: any PlanNode
    let firstLocal: Int
    let secondLocal: Int?
    let condition: (any PlanNode)?
    let body: any PlanNode
    let extra: (any PlanNode)?
    /// Nodes evaluated per round, for the step limit.
    let cost: Int

    init(
        range: Range<Int>, operation: Operation, source: any PlanNode, firstLocal: Int, secondLocal: Int?,
        condition: (any PlanNode)?, body: any PlanNode, extra: (any PlanNode)?, cost: Int
    ) {
        self.range = range
        self.operation = operation
        self.source = source
        self.firstLocal = firstLocal
        self.secondLocal = secondLocal
        self.condition = condition
        self.body = body
        self.extra = extra
        self.cost = cost
    }

    /// What a round's variables are: element, index and element, key, or key and value.
    private typealias Round = (first: Value, second: Value)

    func evaluate(_ run: Evaluation) throws(EvaluationFailure) -> Value {
        let rounds = try rounds(try source.evaluate(run))
        switch operation {
        case .all: return try quantify(rounds, run, stopsAt: false)
        case .exists: return try quantify(rounds, run, stopsAt: true)
        case .existsOne: return try existsOne(rounds, run)
        case .filter, .map, .transformList: return try list(rounds, run)
        case .transformMap, .transformMapEntry, .toMap: return try map(rounds, run)
        case .sortBy: return try sorted(rounds, run)
        case .groupBy: return try grouped(rounds, run)
        }
    }

    private func rounds(_ value: Value) throws(EvaluationFailure) -> [Round] {
        switch value {
        case .list(let items):
            secondLocal == nil
                ? items.map { ($0, .null) } : items.enumerated().map { (.int(Int64($0.offset)), $0.element) }
        case .map(let map): map.map { ($0.key.value, $0.value) }
        default: throw CallFailure("expected a list or map, found \(value.kindPhrase)").at(source.range)
        }
    }

    private func begin(_ round: Round, _ run: Evaluation) throws(EvaluationFailure) {
        do { try run.charge(cost) } catch { throw error.at(range) }
        run.locals[firstLocal] = round.first
        if let secondLocal { run.locals[secondLocal] = round.second }
    }

    /// Errors of some rounds do not matter when another round decides.
    private func quantify(_ rounds: [Round], _ run: Evaluation, stopsAt decisive: Bool) throws(EvaluationFailure) -> Value {
        var failure: EvaluationFailure?
        for round in rounds {
            try begin(round, run)
            do {
                if try body.condition(run) == decisive { return .bool(decisive) }
            } catch {
                if error.kind == .limit { throw error }
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return .bool(!decisive)
    }

    private func existsOne(_ rounds: [Round], _ run: Evaluation) throws(EvaluationFailure) -> Value {
        var count = 0
        for round in rounds {
            try begin(round, run)
            if try body.condition(run) { count += 1 }
        }
        return .bool(count == 1)
    }

    private func list(_ rounds: [Round], _ run: Evaluation) throws(EvaluationFailure) -> Value {
        var items: [Value] = []
        for round in rounds {
            try begin(round, run)
            if operation == .filter {
                if try body.condition(run) { items.append(round.first) }
            } else if try condition?.condition(run) ?? true {
                items.append(try body.evaluate(run))
            }
        }
        return .list(items)
    }

    private func map(_ rounds: [Round], _ run: Evaluation) throws(EvaluationFailure) -> Value {
        var entries: [(MapKey, Value)] = []
        for round in rounds {
            try begin(round, run)
            guard try condition?.condition(run) ?? true else { continue }
            let result = try body.evaluate(run)
            switch operation {
            case .transformMap: entries.append((try key(round.first), result))
            case .toMap: entries.append((try key(result), try extra?.evaluate(run) ?? round.first))
            default:
                guard case .map(let part) = result else {
                    throw CallFailure("expected a map, found \(result.kindPhrase)").at(body.range)
                }
                entries.append(contentsOf: part.map { ($0.key, $0.value) })
            }
        }
        let map = ValueMap(entries)
        if map.count != entries.count { throw CallFailure("two entries have the same key").at(body.range) }
        return .map(map)
    }

    private func key(_ value: Value) throws(EvaluationFailure) -> MapKey {
        guard let key = MapKey(literal: value) else {
            throw CallFailure("\(value.kindPhrase) cannot be a key of a map").at(body.range)
        }
        return key
    }

    private func grouped(_ rounds: [Round], _ run: Evaluation) throws(EvaluationFailure) -> Value {
        var groups: [MapKey: [Value]] = [:]
        for round in rounds {
            try begin(round, run)
            groups[try key(try body.evaluate(run)), default: []].append(round.first)
        }
        return .map(ValueMap(groups.map { ($0.key, Value.list($0.value)) }))
    }

    private func sorted(_ rounds: [Round], _ run: Evaluation) throws(EvaluationFailure) -> Value {
        var keyed: [(key: Value, item: Value)] = []
        for round in rounds {
            try begin(round, run)
            keyed.append((try body.evaluate(run), round.first))
        }
        do {
            return .list(try Sorting.sorted(keyed, by: \.key, run).map(\.item))
        } catch { throw error.at(body.range) }
    }
}

/// Stable sorting by CEL's order.
enum Sorting {
    static func sorted<Item>(
        _ items: [Item], by key: (Item) -> Value, _ run: Evaluation
    ) throws(CallFailure) -> [Item] {
        guard items.count > 1 else { return items }
        try run.charge(items.count * (Int.bitWidth - items.count.leadingZeroBitCount))
        let keys = items.map(key)
        for other in keys.dropFirst() {
            guard Comparison.order(keys[0], other) != nil else {
                throw CallFailure("cannot order \(keys[0].kindPhrase) and \(other.kindPhrase)")
            }
        }
        let positions = keys.indices.sorted { a, b in
            let order = Comparison.order(keys[a], keys[b]) ?? 0
            return order == 0 ? a < b : order < 0
        }
        return positions.map { items[$0] }
    }
}
