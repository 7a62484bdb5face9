import Values

/// `a && b` and `a || b`. Both sides are tried: an error on one side does not matter when the other decides (CEL language
/// definition, "Logical Operators").
final class LogicalNode: PlanNode {
    let range: Range<Int>
    let isAnd: Bool
    let operands: [any PlanNode]

    init(range: Range<Int>, isAnd: Bool, operands: [any PlanNode]) {
        self.range = range
        self.isAnd = isAnd
        self.operands = operands
    }

    func evaluate(_ run: Evaluation) throws(EvaluationFailure) -> Value {
        var failure: EvaluationFailure?
        for operand in operands {
            do {
                if try operand.condition(run) != isAnd { return .bool(!isAnd) }
            } catch {
                if error.kind == .limit { throw error }
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return .bool(isAnd)
    }
}

final class NotNode: PlanNode {
    let range: Range<Int>
    let operand: any PlanNode

    init(range: Range<Int>, operand: any PlanNode) {
        self.range = range
        self.operand = operand
    }

    func evaluate(_ run: Evaluation) throws(EvaluationFailure) -> Value { .bool(!(try operand.condition(run))) }
}

final class NegateNode: PlanNode {
    let range: Range<Int>
    let operand: any PlanNode

    init(range: Range<Int>, operand: any PlanNode) {
        self.range = range
        self.operand = operand
    }

    func evaluate(_ run: Evaluation) throws(EvaluationFailure) -> Value {
        let value = try operand.evaluate(run)
        do { return try Arithmetic.negate(value) } catch { throw error.at(range) }
    }
}

final class ConditionalNode: PlanNode {
    let range: Range<Int>
    let condition: any PlanNode
    let then: any PlanNode
    let otherwise: any PlanNode

    init(range: Range<Int>, condition: any PlanNode, then: any PlanNode, otherwise: any PlanNode) {
        self.range = range
        self.condition = condition
        self.then = then
        self.otherwise = otherwise
    }

    func evaluate(_ run: Evaluation) throws(EvaluationFailure) -> Value {
        try condition.condition(run) ? try then.evaluate(run) : try otherwise.evaluate(run)
    }
}

/// Operators with two sides, of which both are evaluated.
final class BinaryNode: PlanNode {
    let range: Range<Int>
    let operation: BinaryOperator
    let left: any PlanNode
    let right: any PlanNode

    init(range: Range<Int>, operation: BinaryOperator, left: any PlanNode, right: any PlanNode) {
        self.range = range
        self.operation = operation
        self.left = left
        self.right = right
    }

    func evaluate(_ run: Evaluation) throws(EvaluationFailure) -> Value {
        let a = try left.evaluate(run)
        let b = try right.evaluate(run)
        do {
            switch operation {
            case .add, .subtract, .multiply, .divide, .remainder: return try Arithmetic.apply(operation, a, b, run)
            case .equal: return .bool(try Comparison.equal(a, b, run))
            case .notEqual: return .bool(!(try Comparison.equal(a, b, run)))
            case .less, .lessOrEqual, .greater, .greaterOrEqual: return .bool(try ordered(a, b))
            case .contained: return .bool(try Access.contains(a, b, run))
            }
        } catch { throw error.at(range) }
    }

    private func ordered(_ a: Value, _ b: Value) throws(CallFailure) -> Bool {
        guard Comparison.isOrderable(a, b) else {
            throw CallFailure("cannot compare \(a.kindPhrase) with \(b.kindPhrase)")
        }
        guard let order = Comparison.order(a, b) else { return false }
        switch operation {
        case .less: return order < 0
        case .lessOrEqual: return order <= 0
        case .greater: return order > 0
        default: return order >= 0
        }
    }
}

/// Makes doubles of ints where the type says so.
final class WideningNode: PlanNode {
    let range: Range<Int>
    let operand: any PlanNode
    let type: StaticType

    init(range: Range<Int>, operand: any PlanNode, type: StaticType) {
        self.range = range
        self.operand = operand
        self.type = type
    }

    func evaluate(_ run: Evaluation) throws(EvaluationFailure) -> Value {
        let value = try operand.evaluate(run)
        do { return try type.widening(value, run) } catch { throw error.at(range) }
    }
}

extension Value {
    fileprivate var isOptional: Bool { if case .optional = self { true } else { false } }
}

extension StaticType {
    /// Whether it is this type, or has it inside where a value of it would be widened.
    func holds(_ type: StaticType) -> Bool {
        switch self {
        case .list(let inner), .nullable(let inner), .optional(let inner), .map(_, let inner): inner.holds(type)
        case .record(let record): record.fields.contains { $0.type.holds(type) }
        default: self == type
        }
    }

    fileprivate func widening(_ value: Value, _ run: Evaluation) throws(CallFailure) -> Value {
        guard holds(.double) else { return value }
        switch (self, value) {
        case (.double, .int(let number)): return .double(Double(number))
        case (.nullable(let type), _): return try type.widening(value, run)
        case (.optional(let type), .optional(let wrapped?)): return .optional(try type.widening(wrapped, run))
        case (.list(let type), .list(let items)):
            try run.charge(items.count)
            var widened: [Value] = []
            for item in items { widened.append(try type.widening(item, run)) }
            return .list(widened)
        case (.map(_, let type), .map(var map)):
            try run.charge(map.count)
            for entry in map { map[entry.key] = try type.widening(entry.value, run) }
            return .map(map)
        case (.record(let record), .map(var map)):
            for field in record.fields {
                if let item = map[field.name] { map[field.name] = try field.type.widening(item, run) }
            }
            return .map(map)
        default: return value
        }
    }
}

/// `x.or(y)` and `x.orValue(y)`: what stands in for a missing value is evaluated only when it is needed.
final class AlternativeNode: PlanNode {
    let range: Range<Int>
    let target: any PlanNode
    let call: CallNode
    /// The result is a value, not an optional.
    let unwraps: Bool

    init(target: any PlanNode, call: CallNode, unwraps: Bool) {
        range = call.range
        self.target = target
        self.call = call
        self.unwraps = unwraps
    }

    func evaluate(_ run: Evaluation) throws(EvaluationFailure) -> Value {
        let value = try target.evaluate(run)
        switch value {
        case .optional(let wrapped?): return unwraps ? wrapped : value
        // language.md §7: `T?` has `orValue` too.
        case _ where run.isWorkflow && unwraps && !value.isNull && !value.isOptional: return value
        default: return try call.evaluate(run, receiver: value)
        }
    }
}

/// A function's call. Which overload runs is decided by the kinds of the arguments.
final class CallNode: PlanNode {
    let range: Range<Int>
    let name: String
    let overloads: [Overload]
    let arguments: [any PlanNode]

    init(range: Range<Int>, name: String, overloads: [Overload], arguments: [any PlanNode]) {
        self.range = range
        self.name = name
        self.overloads = overloads
        self.arguments = arguments
    }

    func evaluate(_ run: Evaluation) throws(EvaluationFailure) -> Value {
        var values: [Value] = []
        values.reserveCapacity(arguments.count)
        for argument in arguments { values.append(try argument.evaluate(run)) }
        return try call(values, run)
    }

    /// With the first argument already evaluated.
    func evaluate(_ run: Evaluation, receiver: Value) throws(EvaluationFailure) -> Value {
        var values = [receiver]
        for argument in arguments.dropFirst() { values.append(try argument.evaluate(run)) }
        return try call(values, run)
    }

    private func call(_ values: [Value], _ run: Evaluation) throws(EvaluationFailure) -> Value {
        do {
            for overload in overloads where overload.signature.accepts(values) { return try overload.body(values, run) }
            if run.isWorkflow {
                for overload in overloads {
                    if let widened = overload.signature.widening(values) { return try overload.body(widened, run) }
                }
            }
            throw CallFailure("\(name)() does not take \(values.map(\.kindName).joined(separator: ", "))")
        } catch let failure as CallFailure {
            throw failure.at(range)
        } catch {
            throw CallFailure("\(error)").at(range)
        }
    }
}
