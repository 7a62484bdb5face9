import Values

struct ConstantNode: PlanNode {
    let range: Range<Int>
    let value: Value
    func evaluate(_ run: Evaluation) throws(EvaluationFailure) -> Value { value }
}

/// What can only fail.
struct FailureNode: PlanNode {
    let range: Range<Int>
    let message: String
    func evaluate(_ run: Evaluation) throws(EvaluationFailure) -> Value { throw CallFailure(message).at(range) }
}

/// A variable of the scope.
struct SlotNode: PlanNode {
    let range: Range<Int>
    let slot: Int
    func evaluate(_ run: Evaluation) throws(EvaluationFailure) -> Value { run.variables.value(ofSlot: slot) }
}

/// A variable of a loop or bind.
struct LocalNode: PlanNode {
    let range: Range<Int>
    let index: Int
    func evaluate(_ run: Evaluation) throws(EvaluationFailure) -> Value { run.locals[index] }
}

/// `x.f`; through an optional it yields an optional.
final class SelectNode: PlanNode {
    let range: Range<Int>
    let operand: any PlanNode
    let field: String
    /// The operand's type knows this field as one that may be absent: then it reads as null.
    let readsAbsentAsNull: Bool

    init(range: Range<Int>, operand: any PlanNode, field: String, readsAbsentAsNull: Bool) {
        self.range = range
        self.operand = operand
        self.field = field
        self.readsAbsentAsNull = readsAbsentAsNull
    }

    func evaluate(_ run: Evaluation) throws(EvaluationFailure) -> Value {
        let value = try operand.evaluate(run)
        do throws(CallFailure) {
            if case .optional(let wrapped) = value { return try optionalField(field, of: wrapped, run) }
            switch try Access.field(field, of: value) {
            case .value(let found): return found
            case .absent(let why):
                if readsAbsentAsNull { return .null }
                throw CallFailure(why)
            }
        } catch { throw error.at(range) }
    }
}

/// `x.?f`.
final class OptionalSelectNode: PlanNode {
    let range: Range<Int>
    let operand: any PlanNode
    let field: String
    /// A null there counts as absent: it is a record's field, of which null and absent mean the same.
    let nullIsAbsent: Bool

    init(range: Range<Int>, operand: any PlanNode, field: String, nullIsAbsent: Bool) {
        self.range = range
        self.operand = operand
        self.field = field
        self.nullIsAbsent = nullIsAbsent
    }

    func evaluate(_ run: Evaluation) throws(EvaluationFailure) -> Value {
        let value = try operand.evaluate(run)
        do throws(CallFailure) {
            let result =
                if case .optional(let wrapped) = value { try optionalField(field, of: wrapped, run) } else {
                    try optionalField(field, of: value, run)
                }
            if nullIsAbsent, case .optional(.null?) = result { return .optional(nil) }
            return result
        } catch { throw error.at(range) }
    }
}

private func optionalField(_ field: String, of value: Value?, _ run: Evaluation) throws(CallFailure) -> Value {
    guard let value else { return .optional(nil) }
    if case .optional(let wrapped) = value { return try optionalField(field, of: wrapped, run) }
    if run.isWorkflow, value.isNull { return .optional(nil) }
    if case .value(let found) = try Access.field(field, of: value) { return .optional(found) }
    return .optional(nil)
}

/// `has(x.f)`.
final class PresenceNode: PlanNode {
    let range: Range<Int>
    let operand: any PlanNode
    let field: String
    let isOptional: Bool
    /// language.md §7: for a record's field it means `x.f != null`.
    let nullIsAbsent: Bool

    init(range: Range<Int>, operand: any PlanNode, field: String, isOptional: Bool, nullIsAbsent: Bool) {
        self.range = range
        self.operand = operand
        self.field = field
        self.isOptional = isOptional
        self.nullIsAbsent = nullIsAbsent
    }

    func evaluate(_ run: Evaluation) throws(EvaluationFailure) -> Value {
        var value = try operand.evaluate(run)
        while case .optional(let wrapped) = value {
            guard let wrapped else { return false }
            value = wrapped
        }
        if value.isNull, isOptional || nullIsAbsent { return false }
        do throws(CallFailure) {
            switch try Access.field(field, of: value) {
            case .value(let found): return .bool(!(nullIsAbsent && found.isNull))
            case .absent: return false
            }
        } catch { throw error.at(range) }
    }
}

/// `x[i]` and `x[?i]`.
final class IndexNode: PlanNode {
    let range: Range<Int>
    let operand: any PlanNode
    let key: any PlanNode
    let isOptional: Bool

    init(range: Range<Int>, operand: any PlanNode, key: any PlanNode, isOptional: Bool) {
        self.range = range
        self.operand = operand
        self.key = key
        self.isOptional = isOptional
    }

    func evaluate(_ run: Evaluation) throws(EvaluationFailure) -> Value {
        var value = try operand.evaluate(run)
        let key = try key.evaluate(run)
        var yieldsOptional = isOptional
        while case .optional(let wrapped) = value {
            guard let wrapped else { return .optional(nil) }
            value = wrapped
            yieldsOptional = true
        }
        if yieldsOptional, run.isWorkflow, value.isNull { return .optional(nil) }
        do throws(CallFailure) {
            switch try Access.element(key, of: value) {
            case .value(let found): return yieldsOptional ? .optional(found) : found
            case .absent(let why):
                if yieldsOptional { return .optional(nil) }
                throw CallFailure(why)
            }
        } catch { throw error.at(range) }
    }
}

/// `[a, ?b]`.
final class ListNode: PlanNode {
    let range: Range<Int>
    let elements: [(node: any PlanNode, isOptional: Bool)]

    init(range: Range<Int>, elements: [(node: any PlanNode, isOptional: Bool)]) {
        self.range = range
        self.elements = elements
    }

    func evaluate(_ run: Evaluation) throws(EvaluationFailure) -> Value {
        var items: [Value] = []
        items.reserveCapacity(elements.count)
        for element in elements {
            let value = try element.node.evaluate(run)
            guard element.isOptional else {
                items.append(value)
                continue
            }
            guard case .optional(let wrapped) = value else {
                throw CallFailure("expected an optional after '?', found \(value.kindPhrase)").at(element.node.range)
            }
            if let wrapped { items.append(wrapped) }
        }
        return .list(items)
    }
}

/// `{a: b, ?c: d}`.
final class MapNode: PlanNode {
    struct Entry: Sendable {
        let key: any PlanNode
        let value: any PlanNode
        let isOptional: Bool
    }

    let range: Range<Int>
    let entries: [Entry]

    init(range: Range<Int>, entries: [Entry]) {
        self.range = range
        self.entries = entries
    }

    func evaluate(_ run: Evaluation) throws(EvaluationFailure) -> Value {
        var map = ValueMap()
        for entry in entries {
            let keyValue = try entry.key.evaluate(run)
            guard let key = MapKey(literal: keyValue) else {
                throw CallFailure("\(keyValue.kindPhrase) cannot be a key of a map").at(entry.key.range)
            }
            var value = try entry.value.evaluate(run)
            if entry.isOptional {
                guard case .optional(let wrapped) = value else {
                    throw CallFailure("expected an optional, found \(value.kindPhrase)").at(entry.value.range)
                }
                guard let wrapped else { continue }
                value = wrapped
            }
            if map[key] != nil { throw CallFailure("the key \(Display.text(keyValue)) is there twice").at(entry.key.range) }
            map[key] = value
        }
        return .map(map)
    }
}
