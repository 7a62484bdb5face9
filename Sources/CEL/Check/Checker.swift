import Values

/// What a name in the tree stands for.
enum Reference: Sendable {
    case slot(Int)
    case local(Int)
    /// A type as a value, by its CEL name.
    case type(String)
    /// A function; `hasReceiver`: the call's target is its first argument, not a namespace.
    case function(String, [Overload], hasReceiver: Bool)
}

/// A tree with the type and meaning of each node, by node id.
struct CheckedExpression {
    var root: SyntaxNode
    var types: [StaticType]
    var references: [Reference?]
    var localCount: Int
    /// What is known when the expression is true, and when it is false.
    var factsWhenTrue: Facts
    var factsWhenFalse: Facts
    /// Where first a value of type `any` is more than handed on.
    var firstUseOfAny: Range<Int>?
    var flow: ExpressionFlow
}

/// Infers the type of every node, resolves names and overloads, and reports what cannot work.
///
/// Goes on after a mistake: the mistaken part gets the type `error`, which fits everywhere.
final class Checker {
    struct Local {
        var name: String
        var index: Int
        var type: StaticType
    }

    let source: [UInt8]
    let scope: ExpressionScope
    let options: ExpressionOptions
    let library = FunctionLibrary.all
    var problems: [ExpressionProblem] = []
    var types: [StaticType]
    var references: [Reference?]
    var locals: [Local] = []
    var localCount = 0
    /// What is known where the walk is now.
    var known = Facts.none

    private init(_ source: [UInt8], _ scope: ExpressionScope, _ options: ExpressionOptions, nodeCount: Int) {
        self.source = source
        self.scope = scope
        self.options = options
        types = Array(repeating: .error, count: nodeCount)
        references = Array(repeating: nil, count: nodeCount)
    }

    static func check(
        _ root: SyntaxNode, of source: [UInt8], nodeCount: Int, in scope: ExpressionScope, options: ExpressionOptions
    ) -> (CheckedExpression, [ExpressionProblem]) {
        let checker = Checker(source, scope, options, nodeCount: nodeCount)
        let isCondition = checker.check(root) == .bool
        let checked = CheckedExpression(
            root: root, types: checker.types, references: checker.references, localCount: checker.localCount,
            factsWhenTrue: isCondition ? checker.facts(of: root, when: true) : .none,
            factsWhenFalse: isCondition ? checker.facts(of: root, when: false) : .none,
            firstUseOfAny: checker.types.contains(.any) ? checker.firstUseOfAny(in: root) : nil, flow: checker.flow(of: root))
        if checker.isWorkflow, let problem = CostEstimate.problem(of: root) { checker.report(problem) }
        return (checked, checker.problems)
    }

    var isWorkflow: Bool { options.dialect == .workflow }

    /// Kinds that are a matter of types, which callers of standard CEL may leave to run time.
    func report(_ problem: ExpressionProblem) {
        if !options.checksTypes {
            switch problem.kind {
            case .noOverload, .unknownName, .unknownField, .unknownFunction, .mayBeNull, .alwaysSame, .redundant: return
            default: break
            }
        }
        if !isWorkflow, !problem.isError { return }
        problems.append(problem)
    }

    @discardableResult
    func check(_ node: SyntaxNode) -> StaticType {
        let type = infer(node)
        types[node.id] = type
        return type
    }

    /// Under what is known when this path of the expression is taken.
    func check(_ node: SyntaxNode, knowing facts: Facts) -> StaticType {
        let before = known
        known.add(facts)
        defer { known = before }
        return check(node)
    }

    private func infer(_ node: SyntaxNode) -> StaticType {
        switch node.kind {
        case .literal(let value): return StaticType(of: value)
        case .name, .select: return inferAccess(node)
        case .index(let container, let key, let isOptional):
            return inferIndex(node, container, key, isOptional: isOptional)
        case .call(let name, let target, let arguments): return inferCall(node, name, target, arguments)
        case .logical(let isAnd, let operands): return inferLogical(isAnd, operands)
        case .not(let operand):
            requireBool(check(operand), operand, "!")
            if case .not(let inner) = operand.kind {
                report(
                    .init(
                        .redundant, "two negations cancel out", at: node.range, isError: false,
                        help: "write the condition by itself", fix: .init(range: node.range, text: text(at: inner))))
            }
            return .bool
        case .negate(let operand): return inferNegation(node, operand)
        case .binary(let operation, let left, let right, let range): return inferBinary(operation, left, right, range)
        case .conditional(let condition, let then, let otherwise):
            requireBool(check(condition), condition, "? :")
            let first = check(then, knowing: facts(of: condition, when: true))
            let second = check(otherwise, knowing: facts(of: condition, when: false))
            if !isWorkflow, !first.unifies(with: second) {
                report(.init(.noOverload, "no '? :' for \(first) and \(second)", at: node.range))
            }
            return joinTexts((then, first), (otherwise, second))
        case .list(let elements): return inferList(elements)
        case .map(let entries): return inferMap(entries)
        case .comprehension(let loop): return inferLoop(node, loop)
        case .bind(let name, let value, let body):
            let type = check(value)
            return withLocals([(name, type)], of: node) { check(body) }
        case .optionalMap(let target, let name, let body, let isFlat):
            let type = inferOptionalTarget(target)
            let result = withLocals([(name, type)], of: node) { check(body) }
            if !isFlat { return .optional(result) }
            return result.isDynamic ? .any : result
        }
    }

    private func inferOptionalTarget(_ target: SyntaxNode) -> StaticType {
        switch check(target) {
        case .optional(let wrapped): return wrapped
        case .any, .never: return .any
        case .error: return .error
        case let type where isWorkflow: return type.withoutNull
        case let type:
            report(.init(.noOverload, "expected an optional, found \(type)", at: target.range))
            return .error
        }
    }

    /// The least type that holds both. In standard CEL ints stay ints.
    func join(_ a: StaticType, _ b: StaticType) -> StaticType {
        if isWorkflow || a == b { return a.join(b) }
        switch (a, b) {
        case (.list(let a), .list(let b)): return .list(join(a, b))
        case (.map(let ka, let va), .map(let kb, let vb)): return .map(key: join(ka, kb), value: join(va, vb))
        case (.optional(let a), .optional(let b)): return .optional(join(a, b))
        case (.never, let type), (let type, .never): return type
        case (.null, .timestamp), (.null, .duration), (.null, .optional): return b
        case (.timestamp, .null), (.duration, .null), (.optional, .null): return a
        default: return .any
        }
    }

    /// The join of two sides, of which a literal text counts as itself: `c ? "open" : "paid"` is one of these two.
    func joinTexts(_ a: (node: SyntaxNode, type: StaticType), _ b: (node: SyntaxNode, type: StaticType)) -> StaticType {
        guard isWorkflow else { return join(a.type, b.type) }
        let refined = [a, b].map { side in
            if case .literal(.string(let text)) = side.node.kind { StaticType.enumeration([text]) } else { side.type }
        }
        if case .enumeration = refined[0], case .enumeration = refined[1] { return refined[0].join(refined[1]) }
        return join(a.type, b.type)
    }

    // MARK: Lists and maps

    private func inferList(_ elements: [SyntaxNode.Element]) -> StaticType {
        var joined = StaticType.never
        for element in elements {
            var type = check(element.node)
            if element.isOptional { type = unwrapOptional(type, element.node) }
            joined = join(joined, type)
        }
        return .list(joined)
    }

    private func unwrapOptional(_ type: StaticType, _ node: SyntaxNode) -> StaticType {
        switch type {
        case .optional(let wrapped): return wrapped
        case .any, .error, .never: return .any
        default:
            report(.init(.noOverload, "expected an optional after '?', found \(type)", at: node.range))
            return .error
        }
    }

    private func inferMap(_ entries: [SyntaxNode.Entry]) -> StaticType {
        var (keyType, valueType) = (StaticType.never, StaticType.never)
        var fields: [RecordType.Field]? = isWorkflow && !entries.isEmpty ? [] : nil
        for entry in entries {
            let key = check(entry.key)
            checkKey(key, entry.key)
            var value = check(entry.value)
            if entry.isOptional { value = unwrapOptional(value, entry.value) }
            keyType = join(keyType, key)
            valueType = join(valueType, value)
            if case .literal(.string(let name)) = entry.key.kind,
                fields?.contains(where: { $0.name.hasSameCodePoints(as: name) }) != true
            {
                fields?.append(.init(name: name, type: value, isOptional: entry.isOptional))
            } else {
                fields = nil
            }
        }
        return fields.map { .record(RecordType(fields: $0)) } ?? .map(key: keyType, value: valueType)
    }

    func checkKey(_ type: StaticType, _ node: SyntaxNode) {
        switch type {
        case .bool, .int, .uint, .string, .enumeration, .secret, .any, .error, .never: return
        case .nullable: reportNull(node)
        default:
            report(
                .init(
                    .noOverload, "a map's key cannot be of type \(type)", at: node.range,
                    help: "keys are strings, integers or booleans"))
        }
    }

    // MARK: Common mistakes

    func requireBool(_ type: StaticType, _ node: SyntaxNode, _ place: String) {
        switch type {
        case .bool, .any, .error, .never: return
        case .nullable(.bool), .null, .nullable(.any): reportNull(node)
        default:
            report(
                .init(
                    .noOverload, "'\(place)' needs a boolean, found \(type)", at: node.range, label: "is \(type)",
                    help: booleanHelp(type.withoutNull)))
        }
    }

    private func booleanHelp(_ type: StaticType) -> String? {
        switch type {
        case .string, .enumeration, .secret: "to test for a text write … != \"\""
        case .int, .uint, .double: "to test for a number write … != 0"
        case .list, .map: "to test for contents write size(…) > 0"
        default: nil
        }
    }

    func reportNull(_ node: SyntaxNode) {
        let text = text(of: node)
        report(
            .init(
                .mayBeNull, "\(text.map { "'\($0)'" } ?? "this") may be null", at: node.range, label: "may be null",
                help: "test it before (\(text ?? "…") != null && …), or give a value in its place: \(text ?? "…").orValue(…)"))
    }

    /// The source of a node that is a short path, for messages.
    func text(of node: SyntaxNode) -> String? {
        guard node.isNameChain, node.range.count <= 60 else { return nil }
        return String(decoding: source[node.range], as: UTF8.self)
    }
}

extension StaticType {
    init(of value: Value) {
        switch value {
        case .null: self = .null
        case .bool: self = .bool
        case .int: self = .int
        case .uint: self = .uint
        case .double: self = .double
        case .string: self = .string
        case .bytes: self = .bytes
        case .timestamp: self = .timestamp
        case .duration: self = .duration
        case .type: self = .type
        case .list: self = .list(.any)
        case .map: self = .map(key: .any, value: .any)
        case .optional: self = .optional(.any)
        }
    }
}
