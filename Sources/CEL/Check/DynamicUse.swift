extension Checker {
    /// The first place where something is done with a value of type `any` that its type could have been checked for: not
    /// handing it on, comparing it for equality, or putting it in a list or map.
    func firstUseOfAny(in node: SyntaxNode) -> Range<Int>? {
        var first: Range<Int>?
        node.kind.forEachChild { child in if first == nil { first = firstUseOfAny(in: child) } }
        return first ?? operands(of: node).first { types[$0.id] == .any }?.range
    }

    /// What a node needs to know something of.
    private func operands(of node: SyntaxNode) -> [SyntaxNode] {
        switch node.kind {
        case .select(let selection):
            if case .slot = references[node.id] { return [] }
            return [selection.operand]
        case .index(let container, _, _): return [container]
        case .call(_, let target, let arguments):
            guard case .function(let name, _, let hasReceiver) = references[node.id] else { return [] }
            if ["type", "dyn", "string", "json.text", "optional.of", "orValue"].contains(name) { return [] }
            return (hasReceiver ? target.map { [$0] } ?? [] : []) + arguments
        case .logical(_, let operands): return operands
        case .not(let operand), .negate(let operand): return [operand]
        case .binary(let operation, let left, let right, _):
            return operation == .equal || operation == .notEqual ? [] : [left, right]
        case .conditional(let condition, _, _): return [condition]
        case .comprehension(let loop): return [loop.range]
        case .literal, .name, .list, .map, .bind, .optionalMap: return []
        }
    }
}
