package import Values

/// One of the conditions that a condition joins with `&&`, and what it came to: for people who ask why the whole is not true.
package struct ConditionPart: Sendable, Hashable {
    package enum Verdict: Sendable, Hashable {
        case holds, fails
        /// It has no value.
        case error(String)
    }

    /// One side of a comparison.
    package struct Side: Sendable, Hashable {
        package var source: String
        /// Nil where it has none.
        package var value: Value?
        /// When it is nothing but a variable or a field of one.
        package var path: ReadPath?
        /// The slots that were read for it.
        package var reads: Set<Int>
        package var isLiteral: Bool
    }

    package struct Comparison: Sendable, Hashable {
        /// `==`, `!=`, `<`, `<=`, `>`, `>=` or `in`.
        package var symbol: String
        package var left: Side
        package var right: Side
    }

    /// A condition that is nothing but a field, `event.data.urgent`, or the opposite of one, `!event.data.urgent`.
    package struct Flag: Sendable, Hashable {
        package var path: ReadPath
        /// The value of the field for which the condition holds.
        package var wanted: Bool
    }

    /// In parentheses where it needs them beside the others.
    package var source: String
    package var verdict: Verdict
    /// Nil where it is none.
    package var comparison: Comparison?
    package var flag: Flag?
}

extension CompiledExpression {
    /// Evaluates each of the conditions joined by `&&` apart, in the order of the source; the whole where there is no `&&`.
    package func parts(_ variables: some SlotSource) -> [ConditionPart] {
        var parts: [ConditionPart] = []
        collectParts(of: plan, variables, into: &parts)
        return parts
    }

    private func collectParts(of node: any PlanNode, _ variables: some SlotSource, into parts: inout [ConditionPart]) {
        if let logical = node as? LogicalNode, logical.isAnd {
            for operand in logical.operands { collectParts(of: operand, variables, into: &parts) }
            return
        }
        let excerpt = SourceExcerpt(of: node.range, in: source)
        let isAlone = node.range == plan.range
        var part = ConditionPart(source: isAlone ? excerpt.text : excerpt.conjunctText, verdict: .fails, flag: flag(node))
        do {
            part.verdict = try value(of: node, variables) == .bool(true) ? .holds : .fails
        } catch {
            part.verdict = .error(error.message)
        }
        if let binary = node as? BinaryNode, binary.operation.isComparison {
            part.comparison = ConditionPart.Comparison(
                symbol: binary.operation.rawValue, left: side(binary.left, variables), right: side(binary.right, variables))
        }
        parts.append(part)
    }

    private func flag(_ node: any PlanNode) -> ConditionPart.Flag? {
        if let not = node as? NotNode { return path(of: not.operand).map { ConditionPart.Flag(path: $0, wanted: false) } }
        return path(of: node).map { ConditionPart.Flag(path: $0, wanted: true) }
    }

    private func side(_ node: any PlanNode, _ variables: some SlotSource) -> ConditionPart.Side {
        let recorder = SlotRecorder(variables)
        let value = try? self.value(of: node, recorder)
        return ConditionPart.Side(
            source: SourceExcerpt(of: node.range, in: source).text, value: value?.withoutOptional, path: path(of: node),
            reads: recorder.read,
            isLiteral: node is ConstantNode)
    }

    private func value(of node: any PlanNode, _ variables: some SlotSource) throws(EvaluationFailure) -> Value {
        try node.evaluate(Evaluation(variables, options: options, limits: .standard, localCount: localCount))
    }

    private func path(of node: any PlanNode) -> ReadPath? {
        if let slot = node as? SlotNode { return ReadPath(slot: slot.slot, fields: []) }
        guard let select = node as? SelectNode, var path = path(of: select.operand) else { return nil }
        path.fields.append(select.field)
        return path
    }
}

/// Remembers which slots were read.
private final class SlotRecorder<Base: SlotSource>: SlotSource {
    private let base: Base
    private(set) var read: Set<Int> = []

    init(_ base: Base) { self.base = base }

    func value(ofSlot slot: Int) -> Value {
        read.insert(slot)
        return base.value(ofSlot: slot)
    }
}

extension BinaryOperator {
    fileprivate var isComparison: Bool {
        switch self {
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .contained: true
        case .add, .subtract, .multiply, .divide, .remainder: false
        }
    }
}

extension Value {
    fileprivate var withoutOptional: Value {
        if case .optional(let wrapped) = self { wrapped?.withoutOptional ?? .null } else { self }
    }
}
