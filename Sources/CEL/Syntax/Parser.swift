import Values

/// Turns tokens into a tree (CEL language definition, "Syntax"), expanding macros on the way.
///
/// Stops at the first mistake: what follows one is seldom meant as it reads.
struct Parser {
    /// Bounds of a tree; every later walk over it may therefore recurse.
    enum Limits {
        static let nodes = 2_000
        static let depth = 250
        static let nestedComprehensions = 3
    }

    private var lexer: Lexer
    private(set) var token: Token
    private var previousEnd = 0
    private(set) var nodeCount = 0
    private var nesting = 0
    private var maximumNodes: Int

    /// The tree of a whole source text.
    static func parse(
        _ source: [UInt8], maximumNodes: Int = Limits.nodes
    ) throws(SyntaxError) -> (
        root: SyntaxNode, nodeCount: Int
    ) {
        var parser = try Parser(source, maximumNodes: maximumNodes)
        let root = try parser.expression()
        if case .end = parser.token.kind { return (root, parser.nodeCount) }
        throw parser.unexpectedAfterExpression()
    }

    private init(_ source: [UInt8], maximumNodes: Int) throws(SyntaxError) {
        lexer = Lexer(source)
        token = try lexer.next()
        self.maximumNodes = maximumNodes
    }

    // MARK: Tokens

    mutating func advance() throws(SyntaxError) {
        previousEnd = token.range.upperBound
        token = try lexer.next()
    }

    private mutating func take(_ symbol: Token.Symbol) throws(SyntaxError) -> Bool {
        guard token.is(symbol) else { return false }
        try advance()
        return true
    }

    private mutating func expect(_ symbol: Token.Symbol, _ context: String) throws(SyntaxError) {
        guard try take(symbol) else { throw unexpected("'\(symbol.rawValue)' \(context)") }
    }

    // MARK: Nodes

    mutating func make(_ kind: SyntaxNode.Kind, _ range: Range<Int>) throws(SyntaxError) -> SyntaxNode {
        let node = SyntaxNode(id: nodeCount, range: range, kind: kind)
        nodeCount += 1
        if nodeCount > maximumNodes {
            throw SyntaxError(
                message: "this expression has more than \(maximumNodes) parts", range: range, help: "split it up with 'let'",
                kind: .tooComplex)
        }
        if node.depth > Limits.depth { throw tooDeep(range) }
        return node
    }

    private func tooDeep(_ range: Range<Int>) -> SyntaxError {
        SyntaxError(
            message: "this expression is nested more than \(Limits.depth) levels deep", range: range,
            help: "split it up with 'let'", kind: .tooComplex)
    }

    // MARK: Grammar

    /// `Expr = ConditionalOr ["?" ConditionalOr ":" Expr]`.
    private mutating func expression() throws(SyntaxError) -> SyntaxNode {
        nesting += 1
        defer { nesting -= 1 }
        if nesting > Limits.depth { throw tooDeep(token.range) }
        let condition = try logical(isAnd: false)
        guard try take(.question) else { return condition }
        let then = try logical(isAnd: false)
        try expect(.colon, "and the other value of '? :'")
        let otherwise = try expression()
        return try make(
            .conditional(condition, then, otherwise), condition.range.lowerBound..<otherwise.range.upperBound)
    }

    private mutating func logical(isAnd: Bool) throws(SyntaxError) -> SyntaxNode {
        let first = isAnd ? try binary(1) : try logical(isAnd: true)
        guard token.is(isAnd ? .and : .or) else { return first }
        var operands = [first]
        var end = first.range.upperBound
        while try take(isAnd ? .and : .or) {
            let next = isAnd ? try binary(1) : try logical(isAnd: true)
            end = next.range.upperBound
            operands.append(next)
        }
        return try make(.logical(isAnd: isAnd, operands), first.range.lowerBound..<end)
    }

    private var binaryOperator: BinaryOperator? {
        switch token.kind {
        case .symbol(let symbol): BinaryOperator(symbol)
        case .identifier where token.text == "in": .contained
        default: nil
        }
    }

    /// Operators of this precedence and tighter ones, leftmost first.
    private mutating func binary(_ lowest: Int) throws(SyntaxError) -> SyntaxNode {
        var left = try unary()
        while let operation = binaryOperator, operation.precedence >= lowest {
            let operatorRange = token.range
            try advance()
            let right = try binary(operation.precedence + 1)
            left = try make(
                .binary(operation, left, right, operatorRange: operatorRange),
                left.range.lowerBound..<right.range.upperBound)
        }
        return left
    }

    private mutating func unary() throws(SyntaxError) -> SyntaxNode {
        let start = token.range.lowerBound
        if try take(.not) {
            let operand = try operandOfPrefix()
            return try make(.not(operand), start..<operand.range.upperBound)
        }
        guard try take(.minus) else { return try member(of: try primary()) }
        if let value = negativeLiteral() {
            let end = token.range.upperBound
            try advance()
            return try member(of: try make(.literal(value), start..<end))
        }
        let operand = try operandOfPrefix()
        return try make(.negate(operand), start..<operand.range.upperBound)
    }

    private mutating func operandOfPrefix() throws(SyntaxError) -> SyntaxNode {
        nesting += 1
        defer { nesting -= 1 }
        if nesting > Limits.depth { throw tooDeep(token.range) }
        return try unary()
    }

    /// The current token with a minus before it: `-9223372036854775808` is a literal, not a negation.
    private func negativeLiteral() -> Value? {
        switch token.kind {
        case .integer(let magnitude): .int(magnitude == 1 << 63 ? .min : -Int64(magnitude))
        case .literal: if case .double(let value) = token.value { .double(-value) } else { nil }
        default: nil
        }
    }

    /// Selections, indices and calls behind a primary.
    private mutating func member(of primary: SyntaxNode) throws(SyntaxError) -> SyntaxNode {
        var node = primary
        while true {
            if try take(.dot) {
                let isOptional = try take(.question)
                node = try selection(from: node, isOptional: isOptional)
            } else if try take(.leftBracket) {
                let isOptional = try take(.question)
                let position = try expression()
                try expect(.rightBracket, "after the index")
                node = try make(.index(node, position, isOptional: isOptional), node.range.lowerBound..<previousEnd)
            } else if token.is(.leftBrace), node.isNameChain {
                throw SyntaxError(
                    message: "protobuf messages cannot be made here", range: node.range.lowerBound..<token.range.upperBound,
                    help: "use a map: {\"field\": value}", kind: .unsupported)
            } else {
                return node
            }
        }
    }

    private mutating func selection(from node: SyntaxNode, isOptional: Bool) throws(SyntaxError) -> SyntaxNode {
        switch token.kind {
        case .identifier where !["true", "false", "null", "in"].contains(token.text), .quotedIdentifier: break
        default: throw unexpected("a field or function name after '.'")
        }
        var isQuoted = false
        if case .quotedIdentifier = token.kind { isQuoted = true }
        let name = SyntaxNode.Name(text: token.text, range: token.range)
        try advance()
        if !isOptional, !isQuoted, try take(.leftParenthesis) {
            let arguments = try self.arguments()
            return try call(name, target: node, arguments, node.range.lowerBound..<previousEnd)
        }
        return try make(
            .select(.init(operand: node, field: name, isOptional: isOptional)), node.range.lowerBound..<previousEnd)
    }

    /// What stands between parentheses, with the closing one.
    private mutating func arguments() throws(SyntaxError) -> [SyntaxNode] {
        var arguments: [SyntaxNode] = []
        if try take(.rightParenthesis) { return arguments }
        repeat { arguments.append(try expression()) } while try take(.comma)
        try expect(.rightParenthesis, "after the arguments")
        return arguments
    }

    private mutating func primary() throws(SyntaxError) -> SyntaxNode {
        let start = token.range
        switch token.kind {
        case .literal:
            let value = token.value
            try advance()
            return try make(.literal(value), start)
        case .integer(let magnitude):
            guard let value = Int64(exactly: magnitude) else {
                throw SyntaxError(message: "this number does not fit in a 64-bit integer", range: start)
            }
            try advance()
            return try make(.literal(.int(value)), start)
        case .identifier: return try name(isAbsolute: false, from: start.lowerBound)
        case .symbol(.dot):
            try advance()
            guard case .identifier = token.kind else { throw unexpected("a name after '.'") }
            return try name(isAbsolute: true, from: start.lowerBound)
        case .symbol(.leftParenthesis):
            try advance()
            let inner = try expression()
            try expect(.rightParenthesis, "to close the parentheses")
            return inner
        case .symbol(.leftBracket): return try list()
        case .symbol(.leftBrace): return try map()
        case .quotedIdentifier, .symbol, .end: throw unexpected("a value")
        }
    }

    private mutating func name(isAbsolute: Bool, from start: Int) throws(SyntaxError) -> SyntaxNode {
        let name = SyntaxNode.Name(text: token.text, range: token.range)
        if !isAbsolute, let constant = Self.constants[name.text] {
            try advance()
            return try make(.literal(constant), name.range)
        }
        if Self.reserved.contains(name.text) {
            throw SyntaxError(message: "'\(name.text)' is a reserved word", range: name.range, help: Self.help(for: name.text))
        }
        try advance()
        if name.text == "not", startsValue {
            throw SyntaxError(message: "'not' is no operator", range: name.range, help: Self.help(for: name.text))
        }
        guard try take(.leftParenthesis) else {
            return try make(.name(name, isAbsolute: isAbsolute), start..<name.range.upperBound)
        }
        let arguments = try self.arguments()
        return try call(name, target: nil, arguments, start..<previousEnd)
    }

    private var startsValue: Bool {
        switch token.kind {
        case .identifier: token.text != "in"
        case .literal, .integer: true
        case .quotedIdentifier, .symbol, .end: false
        }
    }

    private static let constants: [String: Value] = ["true": .bool(true), "false": .bool(false), "null": .null]

    static let reserved: Set<String> = [
        "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
        "namespace", "return", "var", "void", "while",
    ]

    private mutating func list() throws(SyntaxError) -> SyntaxNode {
        let start = token.range.lowerBound
        try advance()
        var elements: [SyntaxNode.Element] = []
        while !token.is(.rightBracket) {
            let isOptional = try take(.question)
            elements.append(.init(node: try expression(), isOptional: isOptional))
            guard try take(.comma) else { break }
        }
        try expect(.rightBracket, "or ',' in the list")
        return try make(.list(elements), start..<previousEnd)
    }

    private mutating func map() throws(SyntaxError) -> SyntaxNode {
        let start = token.range.lowerBound
        try advance()
        var entries: [SyntaxNode.Entry] = []
        while !token.is(.rightBrace) {
            let isOptional = try take(.question)
            let key = try expression()
            try expect(.colon, "after the key")
            entries.append(.init(key: key, value: try expression(), isOptional: isOptional))
            guard try take(.comma) else { break }
        }
        try expect(.rightBrace, "or ',' in the map")
        return try make(.map(entries), start..<previousEnd)
    }

    // MARK: Mistakes

    private var shownToken: String {
        switch token.kind {
        case .end: "the end"
        case .identifier: "'\(token.text)'"
        case .quotedIdentifier: "`\(token.text)`"
        case .literal: "a literal"
        case .integer(let value): "'\(value)'"
        case .symbol(let symbol): "'\(symbol.rawValue)'"
        }
    }

    private func unexpected(_ expected: String) -> SyntaxError {
        SyntaxError(
            message: "expected \(expected), found \(shownToken)", range: token.range, label: "expected \(expected)",
            help: Self.help(for: token.text))
    }

    private func unexpectedAfterExpression() -> SyntaxError {
        SyntaxError(
            message: "expected an operator or the end, found \(shownToken)", range: token.range, label: "unexpected",
            help: Self.help(for: token.text))
    }

    private static func help(for word: String) -> String? {
        switch word {
        case "and": "write &&"
        case "or": "write ||"
        case "not": "write !"
        case "is": "write =="
        case "if", "else", "then": "write condition ? value : other"
        case "for": "use map() or filter()"
        default: nil
        }
    }
}

extension SyntaxNode {
    /// `a`, `a.b`, `a.b.c`: what may be a qualified name.
    var isNameChain: Bool {
        switch kind {
        case .name: true
        case .select(let selection): !selection.isOptional && !selection.isTest && selection.operand.isNameChain
        default: false
        }
    }
}
