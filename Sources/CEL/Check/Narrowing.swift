import Values

extension Checker {
    /// The path a node reads, if it is one. The node has been checked.
    func path(of node: SyntaxNode) -> VariablePath? {
        switch references[node.id] {
        case .slot(let slot): return VariablePath(root: .slot(slot), fields: [])
        case .local(let index): return VariablePath(root: .local(index), fields: [])
        default: break
        }
        guard case .select(let selection) = node.kind, !selection.isOptional, !selection.isTest else { return nil }
        var path = path(of: selection.operand)
        path?.fields.append(selection.field.text)
        return path
    }

    func narrowed(_ type: StaticType, _ node: SyntaxNode) -> StaticType {
        guard !known.isEmpty, let path = path(of: node) else { return type }
        return known.narrowed(type, at: path)
    }

    /// What is known once this condition has turned out so (language.md §7).
    func facts(of node: SyntaxNode, when outcome: Bool) -> Facts {
        guard isWorkflow else { return .none }
        switch node.kind {
        case .not(let operand): return facts(of: operand, when: !outcome)
        case .logical(let isAnd, let operands):
            let sides = operands.map { facts(of: $0, when: outcome) }
            // All operands turned out so, or just one of them, and nobody knows which.
            if isAnd == outcome { return sides.reduce(into: .none) { $0.add($1) } }
            return sides.dropFirst().reduce(sides.first ?? .none) { $0.or($1) }
        case .binary(.notEqual, let left, let right, _): return facts(comparing: left, right, areEqual: !outcome)
        case .binary(.equal, let left, let right, _): return facts(comparing: left, right, areEqual: outcome)
        case .binary(.contained, let item, let container, _): return facts(seeking: item, in: container, isFound: outcome)
        case .select(let selection) where selection.isTest && outcome:
            guard var path = path(of: selection.operand) else { return .none }
            path.fields.append(selection.field.text)
            return Facts(nonNull: closure(of: path))
        case .call(let name, let target?, _) where name.text == "hasValue" && outcome:
            guard case .select(let selection) = target.kind, selection.isOptional, var path = path(of: selection.operand) else {
                return .none
            }
            path.fields.append(selection.field.text)
            return Facts(nonNull: closure(of: path))
        default: return .none
        }
    }

    private func facts(comparing left: SyntaxNode, _ right: SyntaxNode, areEqual: Bool) -> Facts {
        for (side, other) in [(left, right), (right, left)] {
            guard let path = path(of: side) else { continue }
            if case .literal(let value) = other.kind { return facts(of: side, path, being: [value], outcome: areEqual) }
            if areEqual, !types[other.id].mayBeNull, !types[other.id].isDynamic { return Facts(nonNull: closure(of: path)) }
        }
        return .none
    }

    private func facts(seeking item: SyntaxNode, in container: SyntaxNode, isFound: Bool) -> Facts {
        guard let path = path(of: item), case .list(let elements) = container.kind else { return .none }
        var values: [Value] = []
        for element in elements {
            guard case .literal(let value) = element.node.kind, !element.isOptional else { return .none }
            values.append(value)
        }
        return facts(of: item, path, being: values, outcome: isFound)
    }

    /// What is at the path equals one of these values, or none of them.
    private func facts(of node: SyntaxNode, _ path: VariablePath, being values: [Value], outcome: Bool) -> Facts {
        var facts = Facts.none
        if values.contains(.null) != outcome { facts.add(Facts(nonNull: closure(of: path))) }
        if case .enumeration(let members) = types[node.id].withoutNull {
            let texts = values.compactMap { if case .string(let text) = $0 { text } else { nil } }
            let left = members.filter { texts.containsCodePoints(of: $0) == outcome }
            facts.add(Facts(choices: [.init(path: path, texts: left)]))
        }
        return facts
    }

    /// A field that is not null has a record around it that is not null either.
    private func closure(of path: VariablePath) -> Set<VariablePath> {
        Set((0...path.fields.count).map { VariablePath(root: path.root, fields: Array(path.fields.prefix($0))) })
    }
}

extension ExpressionScope {
    /// The scope as it is known to be where `condition` has turned out `outcome`: paths compared with null lose their `?`, and
    /// records of which a telling field was compared lose alternatives.
    package func assuming(_ condition: CompiledExpression, is outcome: Bool) -> ExpressionScope {
        var scope = self
        for (name, type) in narrowings(by: condition, being: outcome) { scope.setType(type, of: name) }
        return scope
    }

    /// The variables whose types are narrower where `condition` has turned out `outcome`, with those types.
    package func narrowings(by condition: CompiledExpression, being outcome: Bool) -> [String: StaticType] {
        let facts = outcome ? condition.factsWhenTrue : condition.factsWhenFalse
        var narrowings: [String: StaticType] = [:]
        for root in facts.roots {
            guard case .slot(let slot) = root else { continue }
            for name in names(ofSlot: slot) {
                guard let type = variable(name)?.type else { continue }
                let narrowed = facts.narrowed(type, of: root)
                if narrowed != type { narrowings[name] = narrowed }
            }
        }
        return narrowings
    }
}

/// What is known of one value.
enum Fact {
    case notNull
    /// One of these texts, or null.
    case among([String])
}

extension StaticType {
    /// Where this is known of the value at the end of this path of fields.
    func narrowed(at path: ArraySlice<String>, by fact: Fact) -> StaticType {
        guard let name = path.first else {
            if case .notNull = fact { return withoutNull }
            return self
        }
        switch self {
        case .nullable(let wrapped): return .nullable(wrapped.narrowed(at: path, by: fact))
        case .record(let record): return .record(record.narrowed(at: name, path.dropFirst(), by: fact))
        default: return self
        }
    }

    /// Without the `?` that `known`, a wider type of the same value, has already lost.
    fileprivate func withoutNull(lostBy known: StaticType) -> StaticType {
        switch (self, known) {
        case (.nullable(let wrapped), .nullable(let other)): return .nullable(wrapped.withoutNull(lostBy: other))
        case (.nullable(let wrapped), _) where !known.mayBeNull && !known.isDynamic: return wrapped.withoutNull(lostBy: known)
        case (.record(let record), .record(let other)), (.record(let record), .nullable(.record(let other))):
            return .record(record.withoutNull(lostBy: other))
        default: return self
        }
    }
}

extension RecordType {
    /// One of these records, of which a field that is one of other texts in each tells which.
    package init(oneOf alternatives: [RecordType]) {
        self = alternatives.dropFirst().reduce(alternatives.first ?? RecordType(fields: [])) { $0.join($1) }
        if alternatives.count > 1 { self.alternatives = alternatives }
    }

    fileprivate func narrowed(at name: String, _ rest: ArraySlice<String>, by fact: Fact) -> RecordType {
        guard let index = fields.firstIndex(where: { $0.name.hasSameCodePoints(as: name) }) else { return self }
        if rest.isEmpty, case .among(let texts) = fact { return narrowed(where: name, isAmong: texts) }
        var record = self
        if rest.isEmpty { record.fields[index].isOptional = false }
        record.fields[index].type = fields[index].type.narrowed(at: rest, by: fact)
        return record
    }

    /// The join of those alternatives whose field may be one of these texts. Where none is left, nothing ever comes to the place,
    /// and the record stays what it was: mistakes there are told in terms of what the author wrote.
    private func narrowed(where name: String, isAmong texts: [String]) -> RecordType {
        let possible = alternatives.filter { alternative in
            guard let field = alternative.field(name), case .enumeration(let members) = field.type else { return true }
            return members.contains(where: texts.containsCodePoints)
        }
        guard !possible.isEmpty, possible.count < alternatives.count else { return self }
        // The alternatives are as they were declared; what was found out since is in the fields.
        return RecordType(oneOf: possible).withoutNull(lostBy: self)
    }

    fileprivate func withoutNull(lostBy known: RecordType) -> RecordType {
        var record = self
        for index in fields.indices {
            guard let other = known.field(fields[index].name) else { continue }
            if !other.isOptional { record.fields[index].isOptional = false }
            record.fields[index].type = fields[index].type.withoutNull(lostBy: other.type)
        }
        return record
    }
}
