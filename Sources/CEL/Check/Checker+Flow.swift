import Values

// Which variables a checked tree reads, and which of them its value is made of (`ExpressionFlow`).

extension Checker {
    func flow(of root: SyntaxNode) -> ExpressionFlow {
        var flow = ExpressionFlow()
        collect(root, onlySources: false, into: &flow.reads)
        flow.pieces = pieces(of: root)
        return flow
    }

    private func pieces(of node: SyntaxNode) -> [ExpressionFlow.Piece] {
        switch node.kind {
        case .literal(.string(let text)): return [.text(text)]
        case .binary(.add, let left, let right, _): return pieces(of: left) + pieces(of: right)
        default:
            var paths: [ReadPath] = []
            collect(node, onlySources: true, into: &paths)
            return [.value(paths)]
        }
    }

    /// - Parameter onlySources: leaves out what only decides: conditions, comparisons, keys.
    private func collect(_ node: SyntaxNode, onlySources: Bool, into paths: inout [ReadPath]) {
        if let path = readPath(of: node) {
            if !paths.contains(path) { paths.append(path) }
            return
        }
        if onlySources {
            switch node.kind {
            case .logical, .not: return
            case .binary(let operation, _, _, _) where operation.isRelation: return
            case .select(let selection) where selection.isTest: return
            case .conditional(_, let then, let otherwise):
                collect(then, onlySources: true, into: &paths)
                return collect(otherwise, onlySources: true, into: &paths)
            case .index(let container, _, _): return collect(container, onlySources: true, into: &paths)
            default: break
            }
        }
        node.kind.forEachChild { collect($0, onlySources: onlySources, into: &paths) }
    }

    private func readPath(of node: SyntaxNode) -> ReadPath? {
        if case .slot(let slot) = references[node.id] { return ReadPath(slot: slot, fields: []) }
        switch node.kind {
        case .select(let selection) where !selection.isTest:
            var path = readPath(of: selection.operand)
            path?.fields.append(selection.field.text)
            return path
        case .index(let container, let key, _):
            guard case .literal(.string(let name)) = key.kind else { return nil }
            var path = readPath(of: container)
            path?.fields.append(name)
            return path
        default: return nil
        }
    }
}

extension BinaryOperator {
    var isRelation: Bool { precedence == 1 }
}
