import Values

/// Turns a checked tree into a plan: variables are slots, functions are chosen, constants are folded.
struct Planner {
    /// What is known of a planned part. A class, because plans nest deeply and frames should be small.
    private final class Part {
        let node: any PlanNode
        /// Nodes in it, for the cost of loops.
        let size: Int
        let readsSlots: Bool
        /// Variables of loops around it that it reads.
        let locals: Set<Int>
        /// It has no variables, but no value either; already reported.
        let fails: Bool

        init(node: any PlanNode, size: Int, readsSlots: Bool = false, locals: Set<Int> = [], fails: Bool = false) {
            self.node = node
            self.size = size
            self.readsSlots = readsSlots
            self.locals = locals
            self.fails = fails
        }

        var value: Value? { (node as? ConstantNode)?.value }
    }

    private struct NoVariables: SlotSource {
        func value(ofSlot slot: Int) -> Value { .null }
    }

    /// What folding may spend; a part above it is left for when the expression runs.
    private static let foldingLimits = EvaluationLimits(steps: 10_000, resultBytes: 1 << 16)

    private let checked: CheckedExpression
    private let options: ExpressionOptions
    private var slots: Set<Int> = []
    private var problems: [ExpressionProblem] = []

    static func plan(
        _ checked: CheckedExpression, options: ExpressionOptions
    ) -> (root: any PlanNode, slots: [Int], problems: [ExpressionProblem]) {
        var planner = Planner(checked: checked, options: options)
        let part = planner.plan(checked.root)
        return (part.node, planner.slots.sorted(), planner.problems)
    }

    private init(checked: CheckedExpression, options: ExpressionOptions) {
        self.checked = checked
        self.options = options
    }

    private var isWorkflow: Bool { options.dialect == .workflow }

    // MARK: Nodes

    private mutating func plan(_ node: SyntaxNode) -> Part {
        let range = node.range
        switch checked.references[node.id] {
        case .slot(let slot):
            slots.insert(slot)
            return Part(node: SlotNode(range: range, slot: slot), size: 1, readsSlots: true)
        case .type(let name): return Part(node: ConstantNode(range: range, value: .type(name)), size: 1)
        case .local(let index):
            if case .name = node.kind { return Part(node: LocalNode(range: range, index: index), size: 1, locals: [index]) }
        case .function, nil: break
        }
        switch node.kind {
        case .literal(let value): return Part(node: ConstantNode(range: range, value: value), size: 1)
        case .name(let name, _): return failing("unknown name '\(name.text)'", range)
        case .select(let selection): return planSelection(node, selection)
        case .index(let container, let key, let isOptional):
            let parts = [plan(container), plan(key)]
            return fold(parts, IndexNode(range: range, operand: parts[0].node, key: parts[1].node, isOptional: isOptional))
        case .call(_, let target, let arguments): return planCall(node, (target.map { [$0] } ?? []) + arguments)
        case .logical(let isAnd, let operands):
            let parts = planAll(operands)
            parts.forEach { warnIfConstant($0) }
            return fold(parts, LogicalNode(range: range, isAnd: isAnd, operands: parts.map(\.node)))
        case .not(let operand):
            let part = plan(operand)
            return fold([part], NotNode(range: range, operand: part.node))
        case .negate(let operand):
            let part = plan(operand)
            return fold([part], NegateNode(range: range, operand: part.node))
        case .binary(let operation, let left, let right, _):
            let parts = [plan(left), plan(right)]
            let planned = BinaryNode(range: range, operation: operation, left: parts[0].node, right: parts[1].node)
            let part = fold(parts, planned)
            // Of operators only `+` on lists joins types.
            guard case .list = checked.types[node.id] else { return part }
            return widened(part, node, from: [left, right])
        case .conditional(let condition, let then, let otherwise):
            let parts = [plan(condition), plan(then), plan(otherwise)]
            warnIfConstant(parts[0])
            let planned = ConditionalNode(
                range: range, condition: parts[0].node, then: parts[1].node, otherwise: parts[2].node)
            return widened(fold(parts, planned), node, from: [then, otherwise])
        case .list(let elements):
            let parts = planAll(elements.map(\.node))
            let planned = zip(parts, elements).map { (node: $0.node, isOptional: $1.isOptional) }
            return widened(fold(parts, ListNode(range: range, elements: planned)), node, from: elements.map(\.node))
        case .map(let entries): return widened(planMap(range, entries), node, from: entries.map(\.value))
        case .comprehension(let loop): return planLoop(node, loop)
        case .bind(_, let value, let body):
            guard case .local(let local) = checked.references[node.id] else { return plan(body) }
            let parts = [plan(value), plan(body)]
            return fold(
                parts, BindNode(range: range, local: local, value: parts[0].node, body: parts[1].node), binding: [local])
        case .optionalMap(let target, _, let body, let isFlat):
            guard case .local(let local) = checked.references[node.id] else { return plan(body) }
            let parts = [plan(target), plan(body)]
            let planned = OptionalMapNode(
                range: range, target: parts[0].node, local: local, body: parts[1].node, isFlat: isFlat)
            return fold(parts, planned, binding: [local])
        }
    }

    private mutating func planAll(_ nodes: [SyntaxNode]) -> [Part] {
        var parts: [Part] = []
        for node in nodes { parts.append(plan(node)) }
        return parts
    }

    private mutating func planSelection(_ node: SyntaxNode, _ selection: SyntaxNode.Selection) -> Part {
        let operand = plan(selection.operand)
        var field: RecordType.Field?
        if isWorkflow, case .record(let record) = recordType(of: selection.operand) {
            field = record.field(selection.field.text)
        }
        let (range, name) = (node.range, selection.field.text)
        if selection.isTest {
            let isOptional: Bool
            if case .select(let inner) = selection.operand.kind { isOptional = inner.isOptional } else { isOptional = false }
            return fold(
                [operand],
                PresenceNode(
                    range: range, operand: operand.node, field: name, isOptional: isOptional, nullIsAbsent: field != nil))
        }
        if selection.isOptional {
            return fold(
                [operand], OptionalSelectNode(range: range, operand: operand.node, field: name, nullIsAbsent: field != nil))
        }
        return fold(
            [operand],
            SelectNode(range: range, operand: operand.node, field: name, readsAbsentAsNull: field?.isOptional ?? false))
    }

    private func recordType(of node: SyntaxNode) -> StaticType {
        let type = checked.types[node.id].withoutNull
        if case .optional(let wrapped) = type { return wrapped.withoutNull }
        return type
    }

    private mutating func planMap(_ range: Range<Int>, _ entries: [SyntaxNode.Entry]) -> Part {
        var parts: [Part] = []
        var planned: [MapNode.Entry] = []
        for entry in entries {
            let (key, value) = (plan(entry.key), plan(entry.value))
            parts += [key, value]
            planned.append(.init(key: key.node, value: value.node, isOptional: entry.isOptional))
        }
        return fold(parts, MapNode(range: range, entries: planned))
    }

    private mutating func planLoop(_ node: SyntaxNode, _ loop: SyntaxNode.Comprehension) -> Part {
        guard case .local(let first) = checked.references[node.id] else { return plan(loop.range) }
        let second = loop.second == nil ? nil : first + 1
        let source = plan(loop.range)
        let condition = loop.condition.map { plan($0) }
        let body = plan(loop.body)
        let extra = loop.extra.map { plan($0) }
        let inner = [condition, body, extra].compactMap { $0 }
        let planned = LoopNode(
            range: node.range, operation: loop.operation, source: source.node, firstLocal: first, secondLocal: second,
            condition: condition?.node, body: body.node, extra: extra?.node, cost: inner.reduce(1) { $0 + $1.size })
        return fold([source] + inner, planned, binding: second.map { [first, $0] } ?? [first])
    }

    private mutating func planCall(_ node: SyntaxNode, _ given: [SyntaxNode]) -> Part {
        guard case .function(let name, var overloads, let hasReceiver) = checked.references[node.id] else {
            return failing("unknown function", node.range)
        }
        let arguments = hasReceiver || !isNamespaced(node) ? given : Array(given.dropFirst())
        let parts = planAll(arguments)
        if case .string(let text)? = parts.dropFirst().first?.value {
            do { overloads = try prepared(overloads, name, text) } catch {
                let message = (error as? CallFailure)?.message ?? "\(error)"
                report(message, parts[1].node.range)
                return failing(message, parts[1].node.range)
            }
        }
        let planned = CallNode(range: node.range, name: name, overloads: overloads, arguments: parts.map(\.node))
        if hasReceiver, name == "or" || name == "orValue", let target = parts.first {
            let alternative = AlternativeNode(target: target.node, call: planned, unwraps: name == "orValue")
            return widened(fold(parts, alternative), node, from: arguments)
        }
        return widened(fold(parts, planned), node, from: arguments)
    }

    /// What a constant second argument decides before anything runs: that a pattern can be compiled, and is compiled once; that
    /// a time zone exists.
    private func prepared(_ overloads: [Overload], _ name: String, _ argument: String) throws -> [Overload] {
        switch name {
        case "matches":
            let body = try RegexFunctions.prepared(argument)
            return overloads.map { Overload($0.signature.text, body) }
        case "regex.replace", "regex.extract", "regex.extractAll": _ = try RegexFunctions.compile(argument)
        default: if name.hasPrefix("get") { try TimeFunctions.checkZone(argument, options) }
        }
        return overloads
    }

    /// The call's target is a namespace: `math` of `math.abs(x)`.
    private func isNamespaced(_ node: SyntaxNode) -> Bool {
        if case .call(_, target: .some, _) = node.kind { true } else { false }
    }

    /// What was not checked and cannot work fails when it is reached.
    private func failing(_ message: String, _ range: Range<Int>) -> Part {
        Part(node: FailureNode(range: range, message: message), size: 1, fails: true)
    }

    /// Where a join has made numbers of integers, the value has to follow: `(c ? 1 : 2.5) / 2` is no integer division.
    private mutating func widened(_ part: Part, _ node: SyntaxNode, from sources: [SyntaxNode]) -> Part {
        let type = checked.types[node.id]
        guard isWorkflow, type.holds(.double), sources.contains(where: { checked.types[$0.id].holds(.int) }) else {
            return part
        }
        return fold([part], WideningNode(range: node.range, operand: part.node, type: type))
    }

    private mutating func warnIfConstant(_ condition: Part) {
        guard isWorkflow, case .bool(let flag)? = condition.value else { return }
        problems.append(
            .init(
                .alwaysSame, "this condition is always \(flag)", at: condition.node.range, isError: false,
                label: "always \(flag)"))
    }

    // MARK: Folding

    /// The node, or the constant it comes to when it reads no variables. `binding`: the variables it gives to its parts.
    private mutating func fold(_ parts: [Part], _ node: any PlanNode, binding: Set<Int> = []) -> Part {
        var locals: Set<Int> = []
        for part in parts where !part.locals.isEmpty { locals.formUnion(part.locals) }
        let part = Part(
            node: node, size: parts.reduce(1) { $0 + $1.size }, readsSlots: parts.contains { $0.readsSlots },
            locals: locals.subtracting(binding), fails: parts.contains { $0.fails })
        if part.readsSlots || !part.locals.isEmpty || part.fails { return part }
        let run = Evaluation(NoVariables(), options: options, limits: Self.foldingLimits, localCount: checked.localCount)
        do {
            let value = try node.evaluate(run)
            guard (try? run.admit(value)) != nil else { return part }
            return Part(node: ConstantNode(range: node.range, value: value), size: 1)
        } catch {
            if error.kind == .limit { return part }
            report(error.message, error.range)
            return Part(node: node, size: part.size, fails: true)
        }
    }

    private mutating func report(_ message: String, _ range: Range<Int>) {
        if options.refusesFailingConstants { problems.append(.init(.constantFails, message, at: range, label: "always fails")) }
    }
}
