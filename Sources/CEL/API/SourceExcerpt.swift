/// A part of an expression as the author wrote it, on one line unless a literal has several.
///
/// The range of a node leaves out parentheses around it and at its edges: that of `!(a || b)` ends before the closing one. An
/// excerpt takes in those that belong to a node's parts, so that read alone it means what the node means.
struct SourceExcerpt {
    private let tokens: ArraySlice<Token>
    private let bytes: [UInt8]

    /// - Parameter range: of a node of this source.
    init(of range: Range<Int>, in source: String) {
        bytes = Array(source.utf8)
        let all = Self.tokens(of: bytes)
        var start = all.firstIndex { $0.range.lowerBound >= range.lowerBound } ?? all.endIndex
        var end = all.lastIndex { $0.range.upperBound <= range.upperBound }.map { $0 + 1 } ?? start
        end = max(start, end)
        var (depth, lowest) = (0, 0)
        for token in all[start..<end] {
            depth += token.depthChange
            lowest = min(lowest, depth)
        }
        while lowest < 0, start > all.startIndex, all[start - 1].is(.leftParenthesis) {
            start -= 1
            (depth, lowest) = (depth + 1, lowest + 1)
        }
        while depth > 0, end < all.endIndex, all[end].is(.rightParenthesis) {
            end += 1
            depth -= 1
        }
        tokens = all[start..<end]
    }

    private static func tokens(of bytes: [UInt8]) -> [Token] {
        var lexer = Lexer(bytes)
        var tokens: [Token] = []
        // It has been parsed, so it has no mistakes.
        while let token = try? lexer.next() {
            if case .end = token.kind { break }
            tokens.append(token)
        }
        return tokens
    }

    /// With one space where there is white space or a comment; literals stay as they are.
    var text: String {
        var text: [UInt8] = []
        var position = tokens.first?.range.lowerBound
        for token in tokens {
            if token.range.lowerBound != position { text.append(0x20) }
            text += bytes[token.range]
            position = token.range.upperBound
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// As one of several conditions joined by `&&`: `||` and `? :` bind less tightly, and need parentheses there.
    var conjunctText: String {
        var depth = 0
        var previous: Token?
        for token in tokens {
            depth += token.depthChange
            let isTernary = token.is(.question) && previous?.is(.dot) != true
            if depth == 0, token.is(.or) || isTernary { return "(\(text))" }
            previous = token
        }
        return text
    }
}

extension Token {
    /// What it does to the nesting of brackets.
    fileprivate var depthChange: Int {
        guard case .symbol(let symbol) = kind else { return 0 }
        switch symbol {
        case .leftParenthesis, .leftBracket, .leftBrace: return 1
        case .rightParenthesis, .rightBracket, .rightBrace: return -1
        case .dot, .comma, .colon, .question, .plus, .minus, .star, .slash, .percent, .not, .equal, .notEqual, .less,
            .lessOrEqual, .greater, .greaterOrEqual, .and, .or:
            return 0
        }
    }
}
