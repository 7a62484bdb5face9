import Values

/// Cuts source text into tokens (CEL language definition, "Syntax").
struct Lexer {
    private let bytes: [UInt8]
    private var index: Int

    init(_ bytes: [UInt8], from start: Int = 0) {
        self.bytes = bytes
        index = start
    }

    private func byte(_ offset: Int = 0) -> UInt8? {
        index + offset < bytes.count ? bytes[index + offset] : nil
    }

    private mutating func skipSpace() {
        while let next = byte() {
            switch next {
            case 0x20, 0x09, 0x0A, 0x0C, 0x0D: index += 1
            case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "/"):
                while let next = byte(), next != 0x0A { index += 1 }
            default: return
            }
        }
    }

    /// The next token; at the end of the text `.end`, again and again.
    mutating func next() throws(SyntaxError) -> Token {
        skipSpace()
        let start = index
        guard let first = byte() else { return Token(kind: .end, range: start..<start) }
        if let literal = try string() { return literal }
        if isLetter(first) { return identifier() }
        if isDigit(first) || first == UInt8(ascii: ".") && byte(1).map(isDigit) == true { return try number() }
        if first == UInt8(ascii: "`") { return try quotedIdentifier() }
        return try symbol()
    }

    // MARK: Names

    private mutating func identifier() -> Token {
        let start = index
        while let next = byte(), isLetter(next) || isDigit(next) { index += 1 }
        return Token(kind: .identifier, range: start..<index, text: String(decoding: bytes[start..<index], as: UTF8.self))
    }

    private mutating func quotedIdentifier() throws(SyntaxError) -> Token {
        let start = index
        index += 1
        while let next = byte(), next != UInt8(ascii: "`"), next != 0x0A {
            guard isLetter(next) || isDigit(next) || [0x2E, 0x2D, 0x2F, 0x20].contains(next) else {
                throw SyntaxError(
                    message: "a quoted field name may hold letters, digits, '_', '.', '-', '/' and spaces",
                    range: index..<endOfCharacter(at: index))
            }
            index += 1
        }
        guard byte() == UInt8(ascii: "`"), index > start + 1 else {
            throw SyntaxError(message: "this quoted name does not end", range: start..<index, label: "unclosed")
        }
        index += 1
        let text = String(decoding: bytes[start + 1..<index - 1], as: UTF8.self)
        return Token(kind: .quotedIdentifier, range: start..<index, text: text)
    }

    // MARK: Numbers

    private mutating func number() throws(SyntaxError) -> Token {
        let start = index
        if byte() == UInt8(ascii: "0"), byte(1) == UInt8(ascii: "x") || byte(1) == UInt8(ascii: "X"),
            byte(2).flatMap(hexDigit) != nil
        {
            index += 2
            let digits = index
            while let next = byte(), hexDigit(next) != nil { index += 1 }
            return try whole(String(decoding: bytes[digits..<index], as: UTF8.self), radix: 16, from: start)
        }
        while let next = byte(), isDigit(next) { index += 1 }
        var isDouble = false
        if byte() == UInt8(ascii: "."), byte(1).map(isDigit) == true {
            isDouble = true
            index += 1
            while let next = byte(), isDigit(next) { index += 1 }
        }
        if byte() == UInt8(ascii: "e") || byte() == UInt8(ascii: "E") {
            let sign = byte(1) == UInt8(ascii: "+") || byte(1) == UInt8(ascii: "-") ? 1 : 0
            if byte(1 + sign).map(isDigit) == true {
                isDouble = true
                index += 1 + sign
                while let next = byte(), isDigit(next) { index += 1 }
            }
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        guard isDouble else { return try whole(text, radix: 10, from: start) }
        try refuseLetter(after: start)
        guard let value = Double(text), value.isFinite else {
            throw SyntaxError(message: "this number is too large for a double", range: start..<index)
        }
        return Token(kind: .literal, range: start..<index, value: .double(value))
    }

    private mutating func whole(_ digits: String, radix: Int, from start: Int) throws(SyntaxError) -> Token {
        let isUnsigned = byte() == UInt8(ascii: "u") || byte() == UInt8(ascii: "U")
        if isUnsigned { index += 1 }
        try refuseLetter(after: start)
        guard let magnitude = UInt64(digits, radix: radix) else {
            throw SyntaxError(message: "this number does not fit in 64 bits", range: start..<index)
        }
        if isUnsigned { return Token(kind: .literal, range: start..<index, value: .uint(magnitude)) }
        guard magnitude <= UInt64(Int64.max) + 1 else {
            throw SyntaxError(
                message: "this number does not fit in a 64-bit integer", range: start..<index,
                help: "write it with a 'u' or as a double")
        }
        return Token(kind: .integer(magnitude), range: start..<index)
    }

    private func refuseLetter(after start: Int) throws(SyntaxError) {
        guard let next = byte(), isLetter(next) else { return }
        var end = index
        while end < bytes.count, isLetter(bytes[end]) || isDigit(bytes[end]) { end += 1 }
        throw SyntaxError(
            message: "a number cannot be followed by letters", range: start..<end,
            help: "for a duration write duration(\"\(String(decoding: bytes[start..<end], as: UTF8.self))\")")
    }

    // MARK: Strings

    /// A string or bytes literal with its prefixes (`r`, `b`), or nil when none begins here.
    private mutating func string() throws(SyntaxError) -> Token? {
        let start = index
        var isRaw = false
        var isBytes = false
        var offset = 0
        while let next = byte(offset), offset < 2 {
            switch next | 0x20 {
            case UInt8(ascii: "r") where !isRaw: isRaw = true
            case UInt8(ascii: "b") where !isBytes: isBytes = true
            default:
                guard isQuote(next) else { return nil }
                return try string(from: start, prefix: offset, isRaw: isRaw, isBytes: isBytes)
            }
            offset += 1
        }
        guard let next = byte(offset), isQuote(next) else { return nil }
        return try string(from: start, prefix: offset, isRaw: isRaw, isBytes: isBytes)
    }

    private mutating func string(
        from start: Int, prefix: Int, isRaw: Bool, isBytes: Bool
    ) throws(SyntaxError) -> Token {
        index += prefix
        let quote = bytes[index]
        let isTriple = byte(1) == quote && byte(2) == quote
        let width = isTriple ? 3 : 1
        index += width
        let contents = index
        while let next = byte() {
            if next == quote, !isTriple || byte(1) == quote && byte(2) == quote {
                let body = contents..<index
                index += width
                let value = try Escapes.value(of: bytes, in: body, isRaw: isRaw, isBytes: isBytes)
                return Token(kind: .literal, range: start..<index, value: value)
            }
            if !isTriple, next == 0x0A || next == 0x0D { break }
            index += next == UInt8(ascii: "\\") && !isRaw && index + 1 < bytes.count ? 2 : 1
        }
        throw SyntaxError(
            message: "this string does not end", range: start..<min(index, bytes.count), label: "unclosed",
            help: "close it with \(String(repeating: Character(Unicode.Scalar(quote)), count: width))")
    }

    // MARK: Symbols

    private mutating func symbol() throws(SyntaxError) -> Token {
        let start = index
        if let second = byte(1), let symbol = Token.Symbol(bytes[index], second) {
            if symbol == .equal || symbol == .notEqual, byte(2) == UInt8(ascii: "=") {
                throw SyntaxError(
                    message: "'\(symbol.rawValue)=' is no operator", range: start..<start + 3, help: "write \(symbol.rawValue)")
            }
            index += 2
            return Token(kind: .symbol(symbol), range: start..<index)
        }
        if let symbol = Token.Symbol(bytes[index]) {
            index += 1
            return Token(kind: .symbol(symbol), range: start..<index)
        }
        throw unexpected(bytes[index], at: start)
    }

    private func endOfCharacter(at start: Int) -> Int {
        var end = start + 1
        while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
        return end
    }

    private func unexpected(_ byte: UInt8, at start: Int) -> SyntaxError {
        let end = endOfCharacter(at: start)
        let text = String(decoding: bytes[start..<end], as: UTF8.self)
        let help: String? =
            switch byte {
            case UInt8(ascii: "="): "to compare write =="
            case UInt8(ascii: "&"): "for 'and' write &&"
            case UInt8(ascii: "|"): "for 'or' write ||; there are no pipes: call functions as value.function()"
            case UInt8(ascii: "$"): "inside an expression variables are written without $"
            case UInt8(ascii: "\\"): "escapes belong inside strings"
            default: nil
            }
        let shown = byte < 0x20 || byte == 0x7F ? "a control character" : "'\(text)'"
        return SyntaxError(message: "\(shown) is not part of an expression", range: start..<end, help: help)
    }
}

func isLetter(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || byte == 0x5F
}

func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

func isQuote(_ byte: UInt8) -> Bool { byte == 0x22 || byte == 0x27 }

func hexDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case 0x30...0x39: UInt32(byte - 0x30)
    case 0x41...0x46: UInt32(byte - 0x41 + 10)
    case 0x61...0x66: UInt32(byte - 0x61 + 10)
    default: nil
    }
}
