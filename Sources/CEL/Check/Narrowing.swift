import Values

/// A variable, or fields of one: what narrowing speaks about.
struct NullPath: Hashable, Sendable {
    enum Root: Hashable, Sendable {
        case slot(Int)
        case local(Int)
    }

    var root: Root
    var fields: [String]
}

extension Checker {
    /// The path a node reads, if it is one. The node has been checked.
    func path(of node: SyntaxNode) -> NullPath? {
        switch references[node.id] {
        case .slot(let slot): return NullPath(root: .slot(slot), fields: [])
        case .local(let index): return NullPath(root: .local(index), fields: [])
        default: break
        }
        guard case .select(let selection) = node.kind, !selection.isOptional, !selection.isTest else { return nil }
        var path = path(of: selection.operand)
        path?.fields.append(selection.field.text)
        return path
    }

    func narrowed(_ type: StaticType, _ node: SyntaxNode) -> StaticType {
        guard type.mayBeNull, let path = path(of: node), nonNull.contains(path) else { return type }
        return type.withoutNull
    }

    /// What is known not to be null once this condition has turned out so (language.md §7).
    func facts(of node: SyntaxNode, when outcome: Bool) -> Set<NullPath> {
        guard isWorkflow else { return [] }
        switch node.kind {
        case .not(let operand): return facts(of: operand, when: !outcome)
        case .logical(let isAnd, let operands):
            let sides = operands.map { facts(of: $0, when: outcome) }
            // All operands turned out so, or just one of them, and nobody knows which.
            if isAnd == outcome { return sides.reduce(into: []) { $0.formUnion($1) } }
            return sides.dropFirst().reduce(sides.first ?? []) { $0.intersection($1) }
        case .binary(.notEqual, let left, let right, _): return facts(comparing: left, right, areEqual: !outcome)
        case .binary(.equal, let left, let right, _): return facts(comparing: left, right, areEqual: outcome)
        case .select(let selection) where selection.isTest && outcome:
            guard var path = path(of: selection.operand) else { return [] }
            path.fields.append(selection.field.text)
            return closure(of: path)
        case .call(let name, let target?, _) where name.text == "hasValue" && outcome:
            guard case .select(let selection) = target.kind, selection.isOptional, var path = path(of: selection.operand) else {
                return []
            }
            path.fields.append(selection.field.text)
            return closure(of: path)
        default: return []
        }
    }

    private func facts(comparing left: SyntaxNode, _ right: SyntaxNode, areEqual: Bool) -> Set<NullPath> {
        for (side, other) in [(left, right), (right, left)] {
            guard let path = path(of: side) else { continue }
            if case .literal(let value) = other.kind {
                if value.isNull != areEqual { return closure(of: path) }
            } else if areEqual, !types[other.id].mayBeNull, !types[other.id].isDynamic {
                return closure(of: path)
            }
        }
        return []
    }

    /// A field that is not null has a record around it that is not null either.
    private func closure(of path: NullPath) -> Set<NullPath> {
        Set((0...path.fields.count).map { NullPath(root: path.root, fields: Array(path.fields.prefix($0))) })
    }
}

extension ExpressionScope {
    /// The scope as it is known to be where `condition` has turned out `outcome`: paths compared with null lose their `?`.
    package func assuming(_ condition: CompiledExpression, is outcome: Bool) -> ExpressionScope {
        var scope = self
        for (name, type) in narrowings(by: condition, being: outcome) { scope.setType(type, of: name) }
        return scope
    }

    /// The variables whose types are narrower where `condition` has turned out `outcome`, with those types.
    package func narrowings(by condition: CompiledExpression, being outcome: Bool) -> [String: StaticType] {
        var narrowings: [String: StaticType] = [:]
        for path in outcome ? condition.factsWhenTrue : condition.factsWhenFalse {
            guard case .slot(let slot) = path.root else { continue }
            for name in names(ofSlot: slot) {
                guard let type = narrowings[name] ?? variable(name)?.type else { continue }
                narrowings[name] = type.narrowed(at: path.fields[...])
            }
        }
        return narrowings
    }
}

extension StaticType {
    /// Without null at the end of this path of fields.
    func narrowed(at path: ArraySlice<String>) -> StaticType {
        guard let name = path.first else { return withoutNull }
        switch self {
        case .nullable(let wrapped): return .nullable(wrapped.narrowed(at: path))
        case .record(var record):
            guard let index = record.fields.firstIndex(where: { $0.name.hasSameCodePoints(as: name) }) else { return self }
            let rest = path.dropFirst()
            if rest.isEmpty { record.fields[index].isOptional = false }
            record.fields[index].type = record.fields[index].type.narrowed(at: rest)
            return .record(record)
        default: return self
        }
    }
}
