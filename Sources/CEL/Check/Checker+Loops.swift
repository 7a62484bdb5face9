import Values

extension Checker {
    func withLocals(
        _ variables: [(SyntaxNode.Name, StaticType)], of node: SyntaxNode, _ body: () -> StaticType
    ) -> StaticType {
        for (name, type) in variables {
            checkVariableName(name)
            locals.append(Local(name: name.text, index: localCount, type: type))
            localCount += 1
        }
        if let first = locals.suffix(variables.count).first { references[node.id] = .local(first.index) }
        defer { locals.removeLast(variables.count) }
        return body()
    }

    /// language.md §6: names may not be shadowed.
    private func checkVariableName(_ name: SyntaxNode.Name) {
        guard isWorkflow else { return }
        let isTaken = local(name.text) != nil || scope.isTaken(name.text)
        if isTaken {
            report(.init(.shadowing, "the name '\(name.text)' is already taken", at: name.range, help: "choose another name"))
        } else if Self.typeNames[name.text] != nil || library.namespaces.contains(name.text) {
            report(.init(.shadowing, "'\(name.text)' is a name of the language", at: name.range, help: "choose another name"))
        }
    }

    func inferLoop(_ node: SyntaxNode, _ loop: SyntaxNode.Comprehension) -> StaticType {
        let source = check(loop.range)
        let (key, element) = roundTypes(source, loop)
        let isList: Bool
        if case .list = source.withoutNull { isList = true } else { isList = false }
        let variables: [(SyntaxNode.Name, StaticType)] =
            loop.second.map { [(loop.first, key), ($0, element)] } ?? [(loop.first, isList ? element : key)]
        let item = variables[0].1
        return withLocals(variables, of: node) {
            var facts = Facts.none
            if let condition = loop.condition {
                requireBool(check(condition), condition, loop.operation.rawValue)
                facts = self.facts(of: condition, when: true)
            }
            let body = check(loop.body, knowing: facts)
            let extra = loop.extra.map { check($0, knowing: facts) }
            return result(of: loop, body: body, extra: extra, item: item, key: key)
        }
    }

    private func roundTypes(
        _ source: StaticType, _ loop: SyntaxNode.Comprehension
    ) -> (key: StaticType, element: StaticType) {
        if case .nullable(.list) = source { reportNull(loop.range) }
        if case .nullable(.map) = source { reportNull(loop.range) }
        if case .nullable(.record) = source { reportNull(loop.range) }
        switch source.withoutNull {
        case .list(let element): return (.int, element == .never ? .any : element)
        case .map(let key, let value): return (key == .never ? .any : key, value == .never ? .any : value)
        case .record(let record):
            return (.string, record.isOpen ? .any : record.fields.reduce(.never) { $0.join($1.readType) })
        case .any, .never: return (.any, .any)
        case .error: return (.error, .error)
        default:
            report(
                .init(
                    .noOverload, "\(loop.operation.rawValue)() needs a list or map, found \(source)", at: loop.range.range,
                    label: "is \(source)"))
            return (.error, .error)
        }
    }

    private func result(
        of loop: SyntaxNode.Comprehension, body: StaticType, extra: StaticType?, item: StaticType, key: StaticType
    ) -> StaticType {
        switch loop.operation {
        case .all, .exists, .existsOne:
            requireBool(body, loop.body, loop.operation.rawValue)
            return .bool
        case .filter:
            requireBool(body, loop.body, "filter")
            if isWorkflow, let narrowed = narrowedItem(loop, item) { return .list(narrowed) }
            return .list(item)
        case .map, .transformList: return .list(body)
        case .transformMap: return .map(key: key, value: body)
        case .transformMapEntry: return mapType(body, loop.body)
        case .sortBy:
            if !Self.isOrderable(body, body) {
                if body.mayBeNull {
                    reportNull(loop.body)
                } else {
                    report(.init(.noOverload, "values of type \(body) have no order", at: loop.body.range))
                }
            }
            return .list(item)
        case .groupBy:
            checkKey(body, loop.body)
            return .map(key: body.asText, value: .list(item))
        case .toMap:
            checkKey(body, loop.body)
            return .map(key: body.asText, value: extra ?? item)
        }
    }

    /// `items.filter(x, x.note != null)` has elements whose note is not null.
    private func narrowedItem(_ loop: SyntaxNode.Comprehension, _ item: StaticType) -> StaticType? {
        guard let index = local(loop.first.text)?.index else { return nil }
        return facts(of: loop.body, when: true).narrowed(item, of: .local(index))
    }

    private func mapType(_ type: StaticType, _ node: SyntaxNode) -> StaticType {
        switch type {
        case .map, .any, .error: return type
        case .never: return .any
        case .record(let record): return .map(key: .string, value: record.fields.reduce(.never) { $0.join($1.readType) })
        default:
            report(.init(.noOverload, "expected a map, found \(type)", at: node.range))
            return .error
        }
    }
}
