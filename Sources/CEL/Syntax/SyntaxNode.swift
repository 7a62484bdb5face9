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
        var (depth, nestedLoops) = (0, 0)
        kind.forEachChild { child in
            depth = max(depth, child.depth)
            nestedLoops = max(nestedLoops, child.nestedLoops)
        }
        self.depth = depth + 1
        if case .comprehension(let loop) = kind {
            let inner = [loop.condition, loop.body, loop.extra].compactMap { $0?.nestedLoops }.max() ?? 0
            self.nestedLoops = max(loop.range.nestedLoops, 1 + inner)
        } else {
            self.nestedLoops = nestedLoops
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

    init?(_ symbol: Token.Symbol) {
        switch symbol {
        case .plus: self = .add
        case .minus: self = .subtract
        case .star: self = .multiply
        case .slash: self = .divide
        case .percent: self = .remainder
        case .equal: self = .equal
        case .notEqual: self = .notEqual
        case .less: self = .less
        case .lessOrEqual: self = .lessOrEqual
        case .greater: self = .greater
        case .greaterOrEqual: self = .greaterOrEqual
        default: return nil
        }
    }

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
    func forEachChild(_ visit: (SyntaxNode) -> Void) {
        switch self {
        case .literal, .name: break
        case .select(let selection): visit(selection.operand)
        case .index(let a, let b, _), .binary(_, let a, let b, _):
            visit(a)
            visit(b)
        case .call(_, let target, let arguments):
            if let target { visit(target) }
            arguments.forEach(visit)
        case .logical(_, let operands): operands.forEach(visit)
        case .not(let operand), .negate(let operand): visit(operand)
        case .conditional(let a, let b, let c):
            visit(a)
            visit(b)
            visit(c)
        case .list(let elements): for element in elements { visit(element.node) }
        case .map(let entries):
            for entry in entries {
                visit(entry.key)
                visit(entry.value)
            }
        case .comprehension(let loop):
            visit(loop.range)
            if let condition = loop.condition { visit(condition) }
            visit(loop.body)
            if let extra = loop.extra { visit(extra) }
        case .bind(_, let value, let body):
            visit(value)
            visit(body)
        case .optionalMap(let target, _, let body, _):
            visit(target)
            visit(body)
        }
    }
}
