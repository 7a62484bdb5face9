import Diagnostics

extension ScalarPositions {
    /// Where each byte of a scalar's text came from, found by reading the scalar in its file a second time.
    ///
    /// libyaml gives the text without a map. The scan here follows YAML 1.2 §7.3 and §8.1 as libyaml reads them, and what it
    /// reads must equal libyaml's text; if it does not, the map is coarse (every byte stands for the whole scalar) and
    /// `isExact` is false. `parentIndent` is the column of the enclosing block collection, -1 at the root.
    static func scanning(
        _ text: String, style: YAMLScalar.Style, in source: [UInt8], range: Range<Int>, parentIndent: Int
    ) -> ScalarPositions {
        let length = text.utf8.count
        if style == .plain, length == range.count, text.hasBytes(source, in: range) {
            return ScalarPositions(verbatim: range)
        }
        let inner = range.lowerBound + 1..<max(range.lowerBound + 1, range.upperBound - 1)
        if style == .singleQuoted || style == .doubleQuoted, length == inner.count, text.hasBytes(source, in: inner) {
            return ScalarPositions(verbatim: inner)
        }
        var scan = ScalarScan(source: source, range: range)
        switch style {
        case .plain: scan.readPlain()
        case .singleQuoted: scan.readSingleQuoted()
        case .doubleQuoted: scan.readDoubleQuoted()
        case .literal: scan.readBlock(isFolded: false, parentIndent: parentIndent)
        case .folded: scan.readBlock(isFolded: true, parentIndent: parentIndent)
        }
        if text.utf8.elementsEqual(scan.text) {
            return ScalarPositions(runs: scan.runs, end: scan.end)
        }
        let whole = Run(text: 0, source: range.lowerBound, sourceLength: range.count, textLength: length)
        return ScalarPositions(runs: length == 0 ? [] : [whole], end: range.upperBound, isExact: false)
    }
}

extension String {
    /// Whether these are exactly the given bytes.
    fileprivate func hasBytes(_ bytes: [UInt8], in range: Range<Int>) -> Bool {
        bytes.withUnsafeBufferPointer { buffer in
            let expected = UnsafeBufferPointer(rebasing: buffer[range])
            return utf8.withContiguousStorageIfAvailable { $0.elementsEqual(expected) } ?? utf8.elementsEqual(expected)
        }
    }
}

/// One pass over a scalar's source, building its text and the runs that map it.
struct ScalarScan {
    private let source: [UInt8]
    /// End of the scalar, quotes included.
    private let limit: Int
    private var index: Int
    private(set) var text: [UInt8] = []
    private(set) var runs: [ScalarPositions.Run] = []
    private(set) var end: Int

    init(source: [UInt8], range: Range<Int>) {
        self.source = source
        limit = min(range.upperBound, source.count)
        index = range.lowerBound
        end = range.upperBound
        runs.reserveCapacity(4)
    }

    private func byte(_ ahead: Int = 0) -> UInt8? { index + ahead < limit ? source[index + ahead] : nil }
    private var isBlank: Bool { byte() == 0x20 || byte() == 0x09 }
    private var isBreak: Bool { byte() == 0x0A || byte() == 0x0D }
    private var breakLength: Int { byte() == 0x0D && byte(1) == 0x0A ? 2 : 1 }

    // MARK: Emitting

    /// Takes `count` bytes as they stand.
    private mutating func copy(_ count: Int) {
        guard count > 0 else { return }
        let from = index
        text.append(contentsOf: source[from..<from + count])
        index += count
        if let last = runs.last, last.textLength == last.sourceLength, last.source + last.sourceLength == from,
            last.text + last.textLength == text.count - count
        {
            runs[runs.count - 1].textLength += count
            runs[runs.count - 1].sourceLength += count
        } else {
            runs.append(.init(text: text.count - count, source: from, sourceLength: count, textLength: count))
        }
    }

    /// Lets other bytes stand for a stretch of the source.
    private mutating func emit(_ bytes: some Collection<UInt8>, for stretch: Range<Int>) {
        guard !bytes.isEmpty else { return }
        runs.append(
            .init(text: text.count, source: stretch.lowerBound, sourceLength: stretch.count, textLength: bytes.count))
        text.append(contentsOf: bytes)
    }

    // MARK: Flow scalars (YAML 1.2 §7.3)

    /// White space between two pieces of a flow scalar: kept within a line; one break becomes a space, n breaks n-1 breaks.
    /// After an escaped break the first is already gone.
    private mutating func readGap(afterEscapedBreak escape: Int? = nil) {
        let start = index
        var breaks = 0
        while isBlank || isBreak {
            if isBreak {
                index += breakLength
                breaks += 1
            } else {
                index += 1
            }
        }
        if let escape {
            emit(repeatElement(0x0A, count: breaks), for: escape..<index)
        } else if breaks == 0 {
            let length = index - start
            index = start
            copy(length)
        } else {
            emit(breaks == 1 ? [0x20] : [UInt8](repeating: 0x0A, count: breaks - 1), for: start..<index)
        }
    }

    mutating func readPlain() {
        while index < limit {
            if isBlank || isBreak { readGap() } else { copyWord { _ in false } }
        }
    }

    /// Up to white space or a byte that means something.
    private mutating func copyWord(until isSpecial: (UInt8) -> Bool) {
        var length = 0
        while let next = byte(length), next != 0x20, next != 0x09, next != 0x0A, next != 0x0D, !isSpecial(next) {
            length += 1
        }
        copy(length)
    }

    mutating func readSingleQuoted() {
        let quote = UInt8(ascii: "'")
        index += 1
        while let next = byte() {
            if next == quote {
                guard byte(1) == quote else { break }
                emit([quote], for: index..<index + 2)
                index += 2
            } else if isBlank || isBreak {
                readGap()
            } else {
                copyWord { $0 == quote }
            }
        }
        end = index
    }

    mutating func readDoubleQuoted() {
        let quote = UInt8(ascii: "\"")
        let backslash = UInt8(ascii: "\\")
        index += 1
        while let next = byte(), next != quote {
            if next == backslash {
                readEscape()
            } else if isBlank || isBreak {
                readGap()
            } else {
                copyWord { $0 == quote || $0 == backslash }
            }
        }
        end = index
    }

    /// YAML 1.2 §5.7.
    private mutating func readEscape() {
        let start = index
        index += 1
        guard let letter = byte() else { return }
        if isBreak {
            index += breakLength
            readGap(afterEscapedBreak: start)
            return
        }
        index += 1
        let digits = letter == UInt8(ascii: "x") ? 2 : letter == UInt8(ascii: "u") ? 4 : letter == UInt8(ascii: "U") ? 8 : 0
        if digits == 0 {
            guard let scalar = Self.escapes[letter] else { return }
            emit(String(Character(scalar)).utf8, for: start..<index)
            return
        }
        let hexadecimal = String(decoding: source[index..<min(index + digits, limit)], as: UTF8.self)
        index = min(index + digits, limit)
        guard let number = UInt32(hexadecimal, radix: 16), let scalar = Unicode.Scalar(number) else { return }
        emit(String(Character(scalar)).utf8, for: start..<index)
    }

    private static let escapes: [UInt8: Unicode.Scalar] = [
        UInt8(ascii: "0"): "\0", UInt8(ascii: "a"): "\u{07}", UInt8(ascii: "b"): "\u{08}", UInt8(ascii: "t"): "\t",
        0x09: "\t", UInt8(ascii: "n"): "\n", UInt8(ascii: "v"): "\u{0B}", UInt8(ascii: "f"): "\u{0C}",
        UInt8(ascii: "r"): "\r", UInt8(ascii: "e"): "\u{1B}", UInt8(ascii: " "): " ", UInt8(ascii: "\""): "\"",
        UInt8(ascii: "/"): "/", UInt8(ascii: "\\"): "\\", UInt8(ascii: "N"): "\u{85}", UInt8(ascii: "_"): "\u{A0}",
        UInt8(ascii: "L"): "\u{2028}", UInt8(ascii: "P"): "\u{2029}",
    ]

    // MARK: Block scalars (YAML 1.2 §8.1)

    private enum Chomping { case strip, clip, keep }

    mutating func readBlock(isFolded: Bool, parentIndent: Int) {
        let (chomping, increment) = readHeader()
        var indent = increment.map { max(parentIndent, 0) + $0 }
        var trailing = readBreaks(indent: &indent, least: max(parentIndent + 1, 1))
        let column = indent ?? 1
        var leading: Range<Int>?
        var hasLeadingBlank = false
        while index < limit, currentColumn == column {
            let startsBlank = isBlank
            if isFolded, let fold = leading, !hasLeadingBlank, !startsBlank {
                if trailing.isEmpty { emit([0x20], for: fold) }
            } else if let line = leading {
                emit([0x0A], for: line)
            }
            for line in trailing { emit([0x0A], for: line) }
            hasLeadingBlank = startsBlank
            var length = 0
            while let next = byte(length), next != 0x0A, next != 0x0D { length += 1 }
            copy(length)
            leading = takeBreak()
            trailing = readBreaks(indent: &indent, least: 1)
        }
        end = leading?.lowerBound ?? index
        if chomping != .strip, let line = leading {
            emit([0x0A], for: line)
            end = line.upperBound
        }
        if chomping == .keep {
            for line in trailing {
                emit([0x0A], for: line)
                end = line.upperBound
            }
        }
    }

    /// `|` or `>` with its indicators and a comment, to the end of the line.
    private mutating func readHeader() -> (Chomping, increment: Int?) {
        var chomping = Chomping.clip
        var increment: Int?
        index += 1
        while let next = byte() {
            if next == UInt8(ascii: "+") {
                chomping = .keep
            } else if next == UInt8(ascii: "-") {
                chomping = .strip
            } else if (0x31...0x39).contains(next) {
                increment = Int(next) - 0x30
            } else {
                break
            }
            index += 1
        }
        while byte() != nil, !isBreak { index += 1 }
        _ = takeBreak()
        return (chomping, increment)
    }

    private mutating func takeBreak() -> Range<Int>? {
        guard isBreak else { return nil }
        let start = index
        index += breakLength
        return start..<index
    }

    /// Indentation never contains anything but spaces, so bytes count columns.
    private var currentColumn: Int {
        var start = index
        while start > 0, source[start - 1] == 0x20 { start -= 1 }
        return index - start
    }

    /// Empty lines and the indentation of the next line with text. Finds the indentation where no indicator gave it.
    private mutating func readBreaks(indent: inout Int?, least: Int) -> [Range<Int>] {
        var breaks: [Range<Int>] = []
        var widest = 0
        while true {
            var column = 0
            while byte() == 0x20, indent.map({ column < $0 }) ?? true {
                index += 1
                column += 1
            }
            widest = max(widest, column)
            guard let line = takeBreak() else { break }
            breaks.append(line)
        }
        if indent == nil { indent = max(widest, least) }
        return breaks
    }
}
