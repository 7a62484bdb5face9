// Diagnostics: what authors are told about their files.
//
// Invariant: knows nothing of what is diagnosed. A rule elsewhere decides that something is wrong and what to say; this
// module holds where it is, keeps the messages in order and prints them.

/// A file's text with its lines, so that offsets become lines and columns.
package final class SourceFile: Sendable {
    /// As the author named it, relative to the project where that is possible.
    package let path: String
    package let bytes: [UInt8]
    /// Byte offsets at which lines begin; the first is 0, or 3 behind a byte order mark. Lines end with LF, CR LF or CR.
    package let lineStarts: [Int]

    package init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
        var starts = [bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0]
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == 0x0A || byte == 0x0D && !(index < bytes.count && bytes[index] == 0x0A) { starts.append(index) }
        }
        lineStarts = starts
    }

    package convenience init(path: String, text: String) {
        self.init(path: path, bytes: Array(text.utf8))
    }

    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Line and column of a byte offset, both from 1; the column counts code points.
    package func location(of offset: Int) -> SourceLocation {
        let offset = min(max(offset, 0), bytes.count)
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        let start = lineStarts[low]
        var column = 1
        var utf16 = 0
        for byte in bytes[start..<max(start, offset)] where byte & 0xC0 != 0x80 {
            column += 1
            utf16 += byte >= 0xF0 ? 2 : 1
        }
        return SourceLocation(line: low + 1, column: column, byte: offset, utf16: utf16)
    }

    /// The text of a line (from 1) without its line break.
    package func line(_ number: Int) -> String {
        guard lineStarts.indices.contains(number - 1) else { return "" }
        let start = lineStarts[number - 1]
        var end = number < lineStarts.count ? lineStarts[number] : bytes.count
        while end > start, bytes[end - 1] == 0x0A || bytes[end - 1] == 0x0D { end -= 1 }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }
}

/// A place in a file.
package struct SourceLocation: Sendable, Hashable {
    /// From 1.
    package var line: Int
    /// From 1, in code points.
    package var column: Int
    /// From 0, in bytes of UTF-8 since the start of the file.
    package var byte: Int
    /// From 0, in UTF-16 code units since the start of the line, as editors count.
    package var utf16: Int
}

/// A stretch of a file, in bytes.
package struct SourceRange: Sendable {
    package let file: SourceFile
    package let bytes: Range<Int>

    package init(file: SourceFile, bytes: Range<Int>) {
        self.file = file
        self.bytes = bytes
    }

    package var start: SourceLocation { file.location(of: bytes.lowerBound) }
    package var end: SourceLocation { file.location(of: bytes.upperBound) }
}

extension SourceRange: Hashable {
    package static func == (lhs: SourceRange, rhs: SourceRange) -> Bool {
        lhs.file === rhs.file && lhs.bytes == rhs.bytes
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(ObjectIdentifier(file))
        hasher.combine(bytes)
    }
}
