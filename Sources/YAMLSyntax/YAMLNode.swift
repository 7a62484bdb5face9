package import Diagnostics

/// One node of a YAML document with its place in the file. Aliases are already resolved: the node an alias stands for
/// appears again, at its anchor's position, with `aliasRange` saying where it was called.
package struct YAMLNode: Sendable {
    package enum Content: Sendable {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        case mapping([YAMLPair])
    }

    package var content: Content
    /// The text of the node: for a scalar with its quotes, for a collection from its first to its last character.
    package var range: SourceRange
    /// Where the alias (`*name`) stands through which this node was reached.
    package var aliasRange: SourceRange?

    package init(content: Content, range: SourceRange, aliasRange: SourceRange? = nil) {
        self.content = content
        self.range = range
        self.aliasRange = aliasRange
    }
}

/// A key with its value; keys are always strings (language.md §10) and unique in their mapping.
package struct YAMLPair: Sendable {
    package var key: YAMLScalar
    package var value: YAMLNode

    package init(key: YAMLScalar, value: YAMLNode) {
        self.key = key
        self.value = value
    }
}

/// A scalar: its text after quotes, escapes and folding, and where each character of that text came from.
package struct YAMLScalar: Sendable {
    package enum Style: Sendable, Hashable { case plain, singleQuoted, doubleQuoted, literal, folded }

    package var text: String
    package var style: Style
    /// The whole scalar in the file, quotes and block header included.
    package var range: SourceRange
    /// How `text` maps to the file.
    package var positions: ScalarPositions
    /// An error about this text is already reported: whoever reads it says no more about it.
    package var isBroken = false

    package init(text: String, style: Style, range: SourceRange, positions: ScalarPositions) {
        self.text = text
        self.style = style
        self.range = range
        self.positions = positions
    }

    /// The file's bytes from which the given bytes (UTF-8 offsets) of `text` were read.
    package func sourceRange(ofText bytes: Range<Int>) -> SourceRange {
        SourceRange(file: range.file, bytes: positions.sourceRange(of: bytes))
    }
}

extension String {
    /// `${{` with no `}}` after it.
    var hasOpenExpression: Bool {
        guard utf8.contains(UInt8(ascii: "$")) else { return false }
        let bytes = Array(utf8)
        guard let open = bytes.indices.last(where: { bytes[$0...].starts(with: "${{".utf8) }) else { return false }
        return !bytes.indices[open...].contains { bytes[$0...].starts(with: "}}".utf8) }
    }
}

extension YAMLNode {
    /// What people call this kind of node.
    package var kindName: String {
        switch content {
        case .scalar: "a scalar"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}

/// Maps UTF-8 offsets in a scalar's text to byte offsets in its file, as runs in which both advance together.
package struct ScalarPositions: Sendable, Hashable {
    package struct Run: Sendable, Hashable {
        /// First byte of the run in the scalar's text.
        package var text: Int
        /// Where that byte came from.
        package var source: Int
        /// Bytes of source per run; equal to the text's length where both advance together, otherwise an escape or a fold.
        package var sourceLength: Int
        package var textLength: Int

        package init(text: Int, source: Int, sourceLength: Int, textLength: Int) {
            self.text = text
            self.source = source
            self.sourceLength = sourceLength
            self.textLength = textLength
        }
    }

    /// The first run, and for most plain scalars the only one: kept apart so that they need no array.
    private var first: Run?
    private var others: [Run]
    /// Where the text ends in the file: the position of an offset equal to the text's length.
    package var end: Int
    /// False where the map could not be found and every byte stands for the whole scalar; no text is known that does it.
    package var isExact: Bool

    package init(runs: [Run], end: Int, isExact: Bool = true) {
        first = runs.first
        others = runs.count > 1 ? Array(runs.dropFirst()) : []
        self.end = end
        self.isExact = isExact
    }

    /// Text that stands in the source as it is.
    init(verbatim source: Range<Int>) {
        first =
            source.isEmpty
            ? nil : Run(text: 0, source: source.lowerBound, sourceLength: source.count, textLength: source.count)
        others = []
        end = source.upperBound
        isExact = true
    }

    /// In order of `text`, without gaps.
    package var runs: [Run] { (first.map { [$0] } ?? []) + others }

    /// Within a run of equal lengths byte by byte; within an escape or a fold the whole of it.
    package func sourceRange(of text: Range<Int>) -> Range<Int> {
        let lower = sourceStart(of: text.lowerBound)
        let upper = text.isEmpty ? lower : sourceEnd(ofByte: text.upperBound - 1)
        return lower..<max(lower, upper)
    }

    private func run(containing offset: Int) -> Run? {
        guard let first else { return nil }
        if offset < first.textLength { return first }
        var low = 0
        var high = others.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if others[middle].text <= offset { low = middle } else { high = middle }
        }
        guard low < others.count, offset < others[low].text + others[low].textLength else { return nil }
        return others[low]
    }

    private func sourceStart(of offset: Int) -> Int {
        guard let run = run(containing: offset) else { return end }
        return run.textLength == run.sourceLength ? run.source + (offset - run.text) : run.source
    }

    private func sourceEnd(ofByte offset: Int) -> Int {
        guard let run = run(containing: offset) else { return end }
        return run.textLength == run.sourceLength ? run.source + (offset - run.text) + 1 : run.source + run.sourceLength
    }
}
