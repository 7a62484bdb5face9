import Values

/// How text travels in a mail: RFC 2045 and RFC 2047.
enum MailEncoding {
    private static let lineLength = 76

    /// Header text: as it is when it is printable ASCII, else as encoded words of whole characters.
    static func unstructured(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !text.hasPrefix(" ") && !text.contains("=?")
        return isPlain ? text : encodedWords(text)
    }

    /// A display name: atoms, a quoted string, or encoded words.
    static func phrase(_ text: String) -> String {
        guard text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), !text.contains("=?") else { return encodedWords(text) }
        let isAtoms = text.utf8.allSatisfy { $0 == 0x20 || "!#$%&'*+-/=?^_`{|}~".utf8.contains($0) || isAlphanumeric($0) }
        return isAtoms ? text : "\"" + text + "\""
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF)
    }

    /// RFC 2047 §2: at most 75 characters each, never splitting a character; `folded` puts them on lines of their own.
    private static func encodedWords(_ text: String) -> String {
        var words: [[UInt8]] = [[]]
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if words[words.count - 1].count + bytes.count > 42 { words.append([]) }
            words[words.count - 1] += bytes
        }
        return words.map { "=?UTF-8?B?\(Base64.encode($0))?=" }.joined(separator: " ")
    }

    /// Breaks a header at spaces so that lines stay below RFC 5322's 78 where they can.
    static func folded(_ name: String, _ value: String) -> String {
        var lines: [String] = []
        var line = name + ":"
        for word in value.split(separator: " ", omittingEmptySubsequences: false) {
            if line.utf8.count + 1 + word.utf8.count > 78, line.utf8.count > name.utf8.count + 1 {
                lines.append(line)
                line = ""
            }
            line += " " + word
        }
        return (lines + [line]).joined(separator: "\r\n")
    }

    /// A body and the name of its transfer encoding; lines end in CRLF.
    static func body(_ text: String) -> (encoding: String, text: String) {
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            line.last == UInt8(ascii: "\r") ? line.dropLast() : line
        }
        let isPlain = lines.allSatisfy { line in
            line.count <= lineLength && line.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x09 }
        }
        if isPlain { return ("7bit", lines.map { String($0) ?? "" }.joined(separator: "\r\n")) }
        return ("quoted-printable", lines.map { quotedPrintable(Array($0)) }.joined(separator: "\r\n"))
    }

    /// RFC 2045 §6.7, one line of text.
    private static func quotedPrintable(_ line: [UInt8]) -> String {
        var output: [UInt8] = []
        var column = 0
        for (index, byte) in line.enumerated() {
            let isLast = index == line.count - 1
            let isSpace = byte == 0x20 || byte == 0x09
            let isLiteral = (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "=") || isSpace && !isLast
            let unit = isLiteral ? [byte] : Array(("=" + Hex.encode([byte]).uppercased()).utf8)
            if column + unit.count > lineLength - 1 {
                output += Array("=\r\n".utf8)
                column = 0
            }
            output += unit
            column += unit.count
        }
        return String(decoding: output, as: UTF8.self)
    }
}
