import Values

/// The smallest meaningful piece of an expression's source.
struct Token: Sendable {
    enum Kind: Sendable {
        case identifier
        /// Between backticks: a field's name that is no identifier.
        case quotedIdentifier
        /// A literal; `Lexer` has already made its value.
        case literal
        /// A whole number without a sign, kept as its magnitude because `-9223372036854775808` is one literal.
        case integer(UInt64)
        case symbol(Symbol)
        case end
    }

    enum Symbol: String, Sendable {
        case leftParenthesis = "("
        case rightParenthesis = ")"
        case leftBracket = "["
        case rightBracket = "]"
        case leftBrace = "{"
        case rightBrace = "}"
        case dot = "."
        case comma = ","
        case colon = ":"
        case question = "?"
        case plus = "+"
        case minus = "-"
        case star = "*"
        case slash = "/"
        case percent = "%"
        case not = "!"
        case equal = "=="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case and = "&&"
        case or = "||"
    }

    var kind: Kind
    var range: Range<Int>
    /// Of identifiers.
    var text = ""
    /// Of literals.
    var value = Value.null

    func `is`(_ symbol: Symbol) -> Bool {
        if case .symbol(symbol) = kind { true } else { false }
    }
}

extension Token.Symbol {
    init?(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "("): self = .leftParenthesis
        case UInt8(ascii: ")"): self = .rightParenthesis
        case UInt8(ascii: "["): self = .leftBracket
        case UInt8(ascii: "]"): self = .rightBracket
        case UInt8(ascii: "{"): self = .leftBrace
        case UInt8(ascii: "}"): self = .rightBrace
        case UInt8(ascii: "."): self = .dot
        case UInt8(ascii: ","): self = .comma
        case UInt8(ascii: ":"): self = .colon
        case UInt8(ascii: "?"): self = .question
        case UInt8(ascii: "+"): self = .plus
        case UInt8(ascii: "-"): self = .minus
        case UInt8(ascii: "*"): self = .star
        case UInt8(ascii: "/"): self = .slash
        case UInt8(ascii: "%"): self = .percent
        case UInt8(ascii: "!"): self = .not
        case UInt8(ascii: "<"): self = .less
        case UInt8(ascii: ">"): self = .greater
        default: return nil
        }
    }

    init?(_ first: UInt8, _ second: UInt8) {
        switch (first, second) {
        case (UInt8(ascii: "="), UInt8(ascii: "=")): self = .equal
        case (UInt8(ascii: "!"), UInt8(ascii: "=")): self = .notEqual
        case (UInt8(ascii: "<"), UInt8(ascii: "=")): self = .lessOrEqual
        case (UInt8(ascii: ">"), UInt8(ascii: "=")): self = .greaterOrEqual
        case (UInt8(ascii: "&"), UInt8(ascii: "&")): self = .and
        case (UInt8(ascii: "|"), UInt8(ascii: "|")): self = .or
        default: return nil
        }
    }
}

/// Why source text is no expression.
///
/// A class, so that passing it up costs the parser's many frames no room.
final class SyntaxError: Error, Sendable {
    let problem: ExpressionProblem

    init(
        message: String, range: Range<Int>, label: String? = nil, help: String? = nil,
        kind: ExpressionProblem.Kind = .syntax
    ) {
        problem = ExpressionProblem(kind, message, at: range, label: label, help: help)
    }
}
