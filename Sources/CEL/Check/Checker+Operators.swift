import Values

extension Checker {
    func inferLogical(_ isAnd: Bool, _ operands: [SyntaxNode]) -> StaticType {
        let before = known
        defer { known = before }
        for operand in operands {
            requireBool(check(operand), operand, isAnd ? "&&" : "||")
            // The next one matters only when this one did not decide.
            known.add(facts(of: operand, when: isAnd))
        }
        return .bool
    }

    func inferNegation(_ node: SyntaxNode, _ operand: SyntaxNode) -> StaticType {
        let type = check(operand)
        switch type {
        case .int, .double, .any, .error: return type
        case .never: return .any
        case .nullable, .null:
            reportNull(operand)
            return type.withoutNull
        default:
            report(.init(.noOverload, "'-' needs a number, found \(type)", at: operand.range))
            return .error
        }
    }

    func inferBinary(
        _ operation: BinaryOperator, _ left: SyntaxNode, _ right: SyntaxNode, _ range: Range<Int>
    ) -> StaticType {
        let (a, b) = (check(left), check(right))
        switch operation {
        case .equal, .notEqual:
            checkEquality(operation, (left, a), (right, b), range)
            return .bool
        case .contained:
            checkMembership((left, a), (right, b))
            return .bool
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            if reportNulls(operation, (left, a), (right, b)) { return .bool }
            if !Self.isOrderable(a, b) {
                reportOverload(operation, (left, a), (right, b), range)
            }
            return .bool
        case .add, .subtract, .multiply, .divide, .remainder:
            _ = reportNulls(operation, (left, a), (right, b))
            if let type = arithmetic(operation, a.withoutNull.asText, b.withoutNull.asText) { return type }
            reportOverload(operation, (left, a.withoutNull), (right, b.withoutNull), range)
            return .error
        }
    }

    private typealias Side = (node: SyntaxNode, type: StaticType)

    private func reportNulls(_ operation: BinaryOperator, _ left: Side, _ right: Side) -> Bool {
        var found = false
        for side in [left, right] where side.type.mayBeNull {
            reportNull(side.node)
            found = true
        }
        return found
    }

    // MARK: Arithmetic

    private func arithmetic(_ operation: BinaryOperator, _ a: StaticType, _ b: StaticType) -> StaticType? {
        if a == .error || b == .error { return .error }
        let (a, b) = (a == .never || a == .null ? .any : a, b == .never || b == .null ? .any : b)
        switch (a, b) {
        case (.int, .int): return .int
        case (.uint, .uint): return .uint
        case (.double, .double) where operation != .remainder: return .double
        case (.int, .double) where isWorkflow && operation != .remainder: return .double
        case (.double, .int) where isWorkflow && operation != .remainder: return .double
        case (.any, .any): return .any
        default: break
        }
        switch operation {
        case .add: return addition(a, b)
        case .subtract: return subtraction(a, b)
        case .remainder: return Self.withDynamic(a, b) { [.int, .uint].contains($0) ? $0 : nil }
        default: return Self.withDynamic(a, b, numberWithDynamic)
        }
    }

    /// A number and something unknown: an int becomes a double where it meets one.
    private func numberWithDynamic(_ type: StaticType) -> StaticType? {
        switch type {
        case .int: isWorkflow ? .any : .int
        case .uint, .double: type
        default: nil
        }
    }

    private func addition(_ a: StaticType, _ b: StaticType) -> StaticType? {
        switch (a, b) {
        case (.string, .string): return .string
        case (.secret, .string), (.string, .secret), (.secret, .secret): return .secret
        case (.bytes, .bytes): return .bytes
        case (.list(let a), .list(let b)): return isWorkflow || a.unifies(with: b) ? .list(join(a, b)) : nil
        case (.timestamp, .duration), (.duration, .timestamp): return .timestamp
        case (.duration, .duration): return .duration
        default:
            return Self.withDynamic(a, b) { type in
                switch type {
                case .int, .uint, .double: return numberWithDynamic(type)
                case .string, .bytes, .secret: return type
                case .timestamp: return .timestamp
                case .list: return isWorkflow ? .list(.any) : type
                case .duration: return .any
                default: return nil
                }
            }
        }
    }

    private func subtraction(_ a: StaticType, _ b: StaticType) -> StaticType? {
        switch (a, b) {
        case (.timestamp, .timestamp), (.duration, .duration): return .duration
        case (.timestamp, .duration): return .timestamp
        case (.timestamp, .any): return .any
        case (.duration, .any): return .duration
        case (.any, .timestamp): return .duration
        case (.any, .duration): return .any
        default: return Self.withDynamic(a, b, numberWithDynamic)
        }
    }

    /// When one side is not known, what the other decides.
    private static func withDynamic(
        _ a: StaticType, _ b: StaticType, _ result: (StaticType) -> StaticType?
    ) -> StaticType? {
        if a == .any { return result(b) }
        if b == .any { return result(a) }
        return nil
    }

    // MARK: Comparisons

    static func isOrderable(_ a: StaticType, _ b: StaticType) -> Bool {
        if a == .error || b == .error { return true }
        if a == .any || a == .never { return isOrderable(b) }
        if b == .any || b == .never { return isOrderable(a) }
        switch (a.asText, b.asText) {
        case (.int, .int), (.int, .uint), (.int, .double), (.uint, .int), (.uint, .uint), (.uint, .double), (.double, .int),
            (.double, .uint), (.double, .double):
            return true
        case (.bool, .bool), (.string, .string), (.bytes, .bytes), (.timestamp, .timestamp), (.duration, .duration): return true
        case (.secret, .string), (.string, .secret), (.secret, .secret): return true
        default: return false
        }
    }

    private static func isOrderable(_ type: StaticType) -> Bool {
        switch type {
        case .any, .never: true
        default: isOrderable(type, type)
        }
    }

    private func checkEquality(_ operation: BinaryOperator, _ left: Side, _ right: Side, _ range: Range<Int>) {
        guard isWorkflow else {
            if !left.type.unifies(with: right.type) { reportOverload(operation, left, right, range) }
            return
        }
        let whole = left.node.range.lowerBound..<right.node.range.upperBound
        for (side, other) in [(left, right), (right, left)] {
            if case .literal(.bool(let flag)) = side.node.kind, other.type == .bool {
                let isPlain = flag == (operation == .equal)
                report(
                    .init(
                        .redundant, "this compares a boolean with \(flag)", at: whole, isError: false,
                        help: isPlain ? "write the condition by itself" : "write ! before the condition",
                        fix: .init(range: whole, text: isPlain ? text(at: other.node) : negation(of: other.node))))
                return
            }
            if case .literal(.string(let text)) = side.node.kind, case .enumeration(let members) = other.type.withoutNull,
                !members.contains(where: { $0.hasSameCodePoints(as: text) })
            {
                return reportUnknownMember(text, side.node, members, isEqual: operation == .equal)
            }
        }
        if Self.areDisjoint(left.type, right.type) {
            let outcome = operation == .equal ? "false" : "true"
            let conversion = conversion(operation, left, right)
            report(
                .init(
                    .alwaysSame, "this is always \(outcome): it compares \(left.type) with \(right.type)", at: whole,
                    isError: false, label: "always \(outcome)", help: conversion?.help, fix: conversion?.fix))
        }
    }

    private func reportUnknownMember(_ text: String, _ node: SyntaxNode, _ members: [String], isEqual: Bool) {
        let outcome = isEqual ? "false" : "true"
        report(
            .init(
                .alwaysSame, "this is always \(outcome): the value is never '\(text)'", at: node.range, isError: false,
                label: "always \(outcome)", help: Suggestion.help(for: text, among: members, there: "it is one of")))
    }

    private func checkMembership(_ item: Side, _ container: Side) {
        if container.type.mayBeNull { return reportNull(container.node) }
        let element: StaticType
        switch container.type {
        case .list(let type): element = type
        case .map(let key, _): element = key
        case .record: element = .string
        case .any, .error, .never: return
        default:
            report(
                .init(
                    .noOverload, "'in' needs a list or map, found \(container.type)", at: container.node.range,
                    help: container.type.asText == .string ? "for a text write text.contains(part)" : nil))
            return
        }
        guard isWorkflow else {
            if !item.type.unifies(with: element) { reportOverload(.contained, item, container, item.node.range) }
            return
        }
        if case .enumeration(let members) = item.type.withoutNull, case .list(let elements) = container.node.kind {
            for candidate in elements {
                guard case .literal(.string(let text)) = candidate.node.kind,
                    !members.contains(where: { $0.hasSameCodePoints(as: text) })
                else { continue }
                reportUnknownMember(text, candidate.node, members, isEqual: true)
            }
        }
        if Self.areDisjoint(item.type, element) {
            report(
                .init(
                    .alwaysSame, "this is always false: it looks for \(item.type) among \(element)",
                    at: item.node.range.lowerBound..<container.node.range.upperBound, isError: false, label: "always false"))
        }
    }

    /// No value of one type ever equals one of the other.
    static func areDisjoint(_ a: StaticType, _ b: StaticType) -> Bool {
        if a.isDynamic || b.isDynamic || a == .never || b == .never { return false }
        if a.mayBeNull, b.mayBeNull { return false }
        if a == .null || b == .null { return true }
        switch (a.withoutNull.asText, b.withoutNull.asText) {
        case (.any, _), (_, .any): return false
        case (.int, .int), (.int, .uint), (.int, .double), (.uint, .int), (.uint, .uint), (.uint, .double), (.double, .int),
            (.double, .uint), (.double, .double):
            return false
        case (.string, .secret), (.secret, .string): return false
        case (.list(let a), .list(let b)): return a != .never && b != .never && areDisjoint(a, b)
        case (.map, .map), (.record, .record), (.map, .record), (.record, .map), (.optional, .optional): return false
        case (let a, let b): return a != b
        }
    }

    // MARK: Mistakes

    private func reportOverload(_ operation: BinaryOperator, _ left: Side, _ right: Side, _ range: Range<Int>) {
        let shown = "\(left.type) \(operation.rawValue) \(right.type)"
        let conversion = conversion(operation, left, right)
        report(
            .init(
                .noOverload, "no '\(operation.rawValue)' for \(left.type) and \(right.type)", at: range, label: shown,
                help: conversion?.help, fix: conversion?.fix))
    }

    /// The conversion that was probably meant.
    private func conversion(
        _ operation: BinaryOperator, _ left: Side, _ right: Side
    ) -> (help: String, fix: ExpressionProblem.Replacement)? {
        for (side, other) in [(left, right), (right, left)] {
            switch (side.type.withoutNull.asText, other.type.withoutNull.asText) {
            case (.string, let type):
                guard let function = Self.conversion(to: type) else { return nil }
                return operation == .add ? wrap(other.node, in: "string") : wrap(side.node, in: function)
            case (.uint, .int): return wrap(side.node, in: "int")
            case (.uint, .double), (.int, .double): return wrap(side.node, in: "double")
            default: continue
            }
        }
        return nil
    }

    private func wrap(_ node: SyntaxNode, in function: String) -> (help: String, fix: ExpressionProblem.Replacement) {
        (
            "write \(function)(\(snippet(of: node)))",
            ExpressionProblem.Replacement(range: node.range, text: "\(function)(\(text(at: node)))")
        )
    }

    private static func conversion(to type: StaticType) -> String? {
        switch type {
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .bool: "bool"
        case .timestamp: "timestamp"
        case .duration: "duration"
        default: nil
        }
    }

    /// The source of a node.
    func text(at node: SyntaxNode) -> String { String(decoding: source[node.range], as: UTF8.self) }

    private func negation(of node: SyntaxNode) -> String {
        let text = text(at: node)
        switch node.kind {
        case .name, .select, .call, .index: return "!\(text)"
        default: return "!(\(text))"
        }
    }

    /// The source of a node when it is short, for messages.
    private func snippet(of node: SyntaxNode) -> String {
        let bytes = source[node.range]
        return bytes.count <= 40 && !bytes.contains(0x0A) ? String(decoding: bytes, as: UTF8.self) : "…"
    }
}

extension StaticType {
    /// Enumerations are strings when they are computed with.
    var asText: StaticType {
        if case .enumeration = self { .string } else { self }
    }
}
