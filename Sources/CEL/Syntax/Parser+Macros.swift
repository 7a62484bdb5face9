extension Parser {
    /// A call, or what a macro makes of it (CEL language definition, "Macros").
    mutating func call(
        _ name: SyntaxNode.Name, target: SyntaxNode?, _ arguments: [SyntaxNode], _ range: Range<Int>
    ) throws(SyntaxError) -> SyntaxNode {
        guard let kind = try macro(name, target, arguments) else {
            return try make(.call(name, target: target, arguments: arguments), range)
        }
        let node = try make(kind, range)
        if case .comprehension = kind, node.nestedLoops > Limits.nestedComprehensions {
            throw SyntaxError(
                message: "more than \(Limits.nestedComprehensions) loops inside each other", range: name.range,
                help: "name the inner result with 'let'", kind: .tooComplex)
        }
        return node
    }

    private func macro(
        _ name: SyntaxNode.Name, _ target: SyntaxNode?, _ arguments: [SyntaxNode]
    ) throws(SyntaxError) -> SyntaxNode.Kind? {
        switch (name.text, target, arguments.count) {
        case ("has", nil, 1): return try presence(arguments[0])
        case ("bind", let target?, 3) where target.isName("cel"):
            return .bind(try variable(arguments[0], of: "cel.bind"), value: arguments[1], body: arguments[2])
        case ("optMap", let target?, 2), ("optFlatMap", let target?, 2):
            return .optionalMap(
                target, try variable(arguments[0], of: name.text), body: arguments[1], isFlat: name.text == "optFlatMap")
        case (_, let target?, _): return try comprehension(name.text, over: target, arguments)
        default: return nil
        }
    }

    private func presence(_ argument: SyntaxNode) throws(SyntaxError) -> SyntaxNode.Kind {
        guard case .select(var selection) = argument.kind, !selection.isTest else {
            throw SyntaxError(
                message: "has() takes a field, as in has(order.note)", range: argument.range,
                help: "to look for a list's or map's element write: key in map")
        }
        selection.isTest = true
        return .select(selection)
    }

    private func comprehension(
        _ name: String, over range: SyntaxNode, _ arguments: [SyntaxNode]
    ) throws(SyntaxError) -> SyntaxNode.Kind? {
        func loop(
            _ operation: SyntaxNode.Comprehension.Operation, _ first: Int, _ second: Int? = nil, condition: Int? = nil,
            body: Int, extra: Int? = nil
        ) throws(SyntaxError) -> SyntaxNode.Kind {
            var secondName: SyntaxNode.Name?
            if let second { secondName = try variable(arguments[second], of: name) }
            let firstName = try variable(arguments[first], of: name)
            if let secondName, secondName.text == firstName.text {
                throw SyntaxError(message: "both variables have the name '\(secondName.text)'", range: secondName.range)
            }
            return .comprehension(
                .init(
                    operation: operation, range: range, first: firstName, second: secondName,
                    condition: condition.map { arguments[$0] }, body: arguments[body], extra: extra.map { arguments[$0] }))
        }
        switch (name, arguments.count) {
        case ("all", 2): return try loop(.all, 0, body: 1)
        case ("all", 3): return try loop(.all, 0, 1, body: 2)
        case ("exists", 2): return try loop(.exists, 0, body: 1)
        case ("exists", 3): return try loop(.exists, 0, 1, body: 2)
        case ("exists_one", 2), ("existsOne", 2): return try loop(.existsOne, 0, body: 1)
        case ("exists_one", 3), ("existsOne", 3): return try loop(.existsOne, 0, 1, body: 2)
        case ("filter", 2): return try loop(.filter, 0, body: 1)
        case ("map", 2): return try loop(.map, 0, body: 1)
        case ("map", 3): return try loop(.map, 0, condition: 1, body: 2)
        case ("transformList", 3): return try loop(.transformList, 0, 1, body: 2)
        case ("transformList", 4): return try loop(.transformList, 0, 1, condition: 2, body: 3)
        case ("transformMap", 3): return try loop(.transformMap, 0, 1, body: 2)
        case ("transformMap", 4): return try loop(.transformMap, 0, 1, condition: 2, body: 3)
        case ("transformMapEntry", 3): return try loop(.transformMapEntry, 0, 1, body: 2)
        case ("transformMapEntry", 4): return try loop(.transformMapEntry, 0, 1, condition: 2, body: 3)
        case ("sortBy", 2): return try loop(.sortBy, 0, body: 1)
        case ("groupBy", 2): return try loop(.groupBy, 0, body: 1)
        case ("toMap", 2): return try loop(.toMap, 0, body: 1)
        case ("toMap", 3): return try loop(.toMap, 0, body: 1, extra: 2)
        default: return nil
        }
    }

    private func variable(_ argument: SyntaxNode, of macro: String) throws(SyntaxError) -> SyntaxNode.Name {
        guard case .name(let name, isAbsolute: false) = argument.kind else {
            throw SyntaxError(
                message: "\(macro)() needs a simple name for its variable", range: argument.range,
                help: "write it as in items.map(item, item.price)")
        }
        return name
    }
}

extension SyntaxNode {
    func isName(_ text: String) -> Bool {
        if case .name(let name, _) = kind { name.text == text } else { false }
    }
}
