import Values

/// A node of an expression's tree, macros already expanded.
///
/// `id` numbers the nodes of one tree without gaps, so that the checker can keep what it finds in arrays beside the tree.
final class SyntaxNode: Sendable {
    let id: Int
    /// The whole of it, in bytes of the source.
    let range: Range<Int>
    let kind: Kind
    /// Levels from here down, this one included.
    let depth: Int
    /// How many loops run inside each other, this one included.
    let nestedLoops: Int

    init(id: Int, range: Range<Int>, kind: Kind) {
        self.id = id
        self.range = range
        self.kind = kind
        let children = kind.children
        depth = 1 + (children.map(\.depth).max() ?? 0)
        if case .comprehension(let loop) = kind {
            let inner = [loop.condition, loop.body, loop.extra].compactMap { $0?.nestedLoops }.max() ?? 0
            nestedLoops = max(loop.range.nestedLoops, 1 + inner)
        } else {
            nestedLoops = children.map(\.nestedLoops).max() ?? 0
        }
    }

    /// Indirect, so that walking a tree takes little stack.
    indirect enum Kind: Sendable {
        case literal(Value)
        /// `isAbsolute`: written with a leading dot, looked up outside every namespace and local variable.
        case name(Name, isAbsolute: Bool)
        case select(Selection)
        case index(SyntaxNode, SyntaxNode, isOptional: Bool)
        /// `target` is nil for `f(x)`, the receiver for `x.f()`.
        case call(Name, target: SyntaxNode?, arguments: [SyntaxNode])
        /// `a && b && c` as one node, whatever its length.
        case logical(isAnd: Bool, [SyntaxNode])
        case not(SyntaxNode)
        case negate(SyntaxNode)
        case binary(BinaryOperator, SyntaxNode, SyntaxNode, operatorRange: Range<Int>)
        case conditional(SyntaxNode, SyntaxNode, SyntaxNode)
        case list([Element])
        case map([Entry])
        case comprehension(Comprehension)
        /// `cel.bind(name, value, body)`.
        case bind(Name, value: SyntaxNode, body: SyntaxNode)
        /// `target.optMap(name, body)` and `optFlatMap`.
        case optionalMap(SyntaxNode, Name, body: SyntaxNode, isFlat: Bool)
    }

    struct Name: Sendable {
        var text: String
        var range: Range<Int>
    }

    struct Selection: Sendable {
        var operand: SyntaxNode
        var field: Name
        /// `x.?f`.
        var isOptional = false
        /// `has(x.f)`.
        var isTest = false
    }

    struct Element: Sendable {
        var node: SyntaxNode
        /// `?` before it: an optional that is left out when it has no value.
        var isOptional: Bool
    }

    struct Entry: Sendable {
        var key: SyntaxNode
        var value: SyntaxNode
        var isOptional: Bool
    }

    /// A macro that runs its body for each element of a list or each entry of a map.
    struct Comprehension: Sendable {
        enum Operation: String, Sendable {
            case all, exists, existsOne, filter, map, transformList, transformMap, transformMapEntry, sortBy, groupBy, toMap
        }

        var operation: Operation
        var range: SyntaxNode
        /// The element of a list or key of a map; with `second`, the index or key.
        var first: Name
        var second: Name?
        /// `map(x, condition, body)` and its like.
        var condition: SyntaxNode?
        var body: SyntaxNode
        /// The value of `toMap(x, key, value)`.
        var extra: SyntaxNode?
    }
}

enum BinaryOperator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case remainder = "%"
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case contained = "in"

    init?(_ symbol: Token.Symbol) { self.init(rawValue: symbol.rawValue) }

    /// Multiplication binds tighter than addition, that tighter than relations.
    var precedence: Int {
        switch self {
        case .multiply, .divide, .remainder: 3
        case .add, .subtract: 2
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .contained: 1
        }
    }
}

extension SyntaxNode.Kind {
    var children: [SyntaxNode] {
        switch self {
        case .literal, .name: []
        case .select(let selection): [selection.operand]
        case .index(let a, let b, _), .binary(_, let a, let b, _): [a, b]
        case .call(_, let target, let arguments): (target.map { [$0] } ?? []) + arguments
        case .logical(_, let operands): operands
        case .not(let operand), .negate(let operand): [operand]
        case .conditional(let a, let b, let c): [a, b, c]
        case .list(let elements): elements.map(\.node)
        case .map(let entries): entries.flatMap { [$0.key, $0.value] }
        case .comprehension(let loop): [loop.range, loop.body] + [loop.condition, loop.extra].compactMap { $0 }
        case .bind(_, let value, let body): [value, body]
        case .optionalMap(let target, _, let body, _): [target, body]
        }
    }
}
