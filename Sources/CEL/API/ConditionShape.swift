package import Values

/// What a condition asks, as far as it compares one thing with constants: `input.kind == 'a' || input.kind == 'b'`.
package struct ConditionShape: Sendable, Hashable {
    /// What is compared, without white space that does not matter.
    package let subject: String
    /// The constants it may equal, in the order of the source.
    package let members: [Value]

    /// Nil where the condition is anything else, or no expression.
    package init?(of source: String) {
        let bytes = Array(source.utf8)
        guard let tree = try? Parser.parse(bytes), let found = Self.comparison(tree.root, bytes) else { return nil }
        (subject, members) = found
    }

    /// The text of an expression without the white space and comments in it; nil where it is none. Equal texts mean the same.
    package static func normalized(_ source: String) -> String? { normalized(Array(source.utf8)[...]) }

    /// The normalized conditions that are joined by `&&`; the condition itself where it is none of these.
    package static func conjuncts(of source: String) -> [String] {
        let bytes = Array(source.utf8)
        guard let tree = try? Parser.parse(bytes) else { return [] }
        guard case .logical(isAnd: true, let operands) = tree.root.kind else { return normalized(source).map { [$0] } ?? [] }
        return operands.compactMap { normalized(bytes[$0.range]) }
    }

    private static func normalized(_ bytes: ArraySlice<UInt8>) -> String? {
        let bytes = Array(bytes)
        var lexer = Lexer(bytes)
        var text: [UInt8] = []
        while true {
            guard let token = try? lexer.next() else { return nil }
            if case .end = token.kind { return String(decoding: text, as: UTF8.self) }
            // Only words need something between them.
            if let last = text.last, let next = bytes[token.range].first, isWord(last), isWord(next) { text.append(0x20) }
            text += bytes[token.range]
        }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
        default: false
        }
    }

    private typealias Comparison = (subject: String, members: [Value])

    private static func comparison(_ node: SyntaxNode, _ bytes: [UInt8]) -> Comparison? {
        switch node.kind {
        case .binary(.equal, let left, let right, _):
            for (side, other) in [(left, right), (right, left)] {
                if case .literal(let value) = other.kind { return comparison(of: side, bytes, with: [value]) }
            }
            return nil
        case .binary(.contained, let item, let list, _):
            guard case .list(let elements) = list.kind else { return nil }
            var members: [Value] = []
            for element in elements {
                guard case .literal(let value) = element.node.kind, !element.isOptional else { return nil }
                members.append(value)
            }
            return comparison(of: item, bytes, with: members)
        case .logical(isAnd: false, let operands):
            let parts = operands.compactMap { comparison($0, bytes) }
            guard parts.count == operands.count, let first = parts.first,
                parts.allSatisfy({ $0.subject.utf8.elementsEqual(first.subject.utf8) })
            else { return nil }
            return (first.subject, parts.flatMap(\.members))
        default: return nil
        }
    }

    private static func comparison(of node: SyntaxNode, _ bytes: [UInt8], with members: [Value]) -> Comparison? {
        if case .literal = node.kind { return nil }
        return normalized(bytes[node.range]).map { ($0, members) }
    }
}
