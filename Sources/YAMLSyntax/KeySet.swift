import Diagnostics

/// The keys of one mapping, compared by code point. Swift's string equality would call two spellings of `é` one key.
struct KeySet {
    /// Up to this many keys are compared one by one.
    private static let fewKeys = 16

    private var ranges: [[UInt8]: SourceRange] = [:]

    /// The place of the same key among the pairs read so far, or nil for a new one.
    mutating func firstPlace(of key: YAMLScalar, among pairs: [YAMLPair]) -> SourceRange? {
        if pairs.count <= Self.fewKeys {
            return pairs.first { $0.key.text.utf8.elementsEqual(key.text.utf8) }?.key.range
        }
        for pair in pairs[ranges.count...] { ranges[Array(pair.key.text.utf8)] = pair.key.range }
        return ranges[Array(key.text.utf8)]
    }
}

/// Finds comments: `#` at the start of a line or after white space, outside every scalar.
struct CommentScan {
    /// In order of the text, since events are.
    private var scalars: [Range<Int>] = []

    mutating func skip(_ scalar: Range<Int>) {
        if !scalar.isEmpty { scalars.append(scalar) }
    }

    func comments(in file: SourceFile) -> [YAMLComment] {
        let bytes = file.bytes
        guard bytes.contains(UInt8(ascii: "#")) else { return [] }
        var comments: [YAMLComment] = []
        var index = 0
        var next = 0
        while index < bytes.count {
            if next < scalars.count, index >= scalars[next].lowerBound {
                index = max(index, scalars[next].upperBound)
                next += 1
                continue
            }
            if bytes[index] == UInt8(ascii: "#"), index == 0 || [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index - 1]) {
                var end = index
                while end < bytes.count, bytes[end] != 0x0A, bytes[end] != 0x0D { end += 1 }
                comments.append(comment(index..<end, in: file))
                index = end
            } else {
                index += 1
            }
        }
        return comments
    }

    private func comment(_ range: Range<Int>, in file: SourceFile) -> YAMLComment {
        var text = file.bytes[range].dropFirst()
        while let first = text.first, first == 0x20 || first == 0x09 { text = text.dropFirst() }
        while let last = text.last, last == 0x20 || last == 0x09 { text = text.dropLast() }
        return YAMLComment(text: String(decoding: text, as: UTF8.self), range: SourceRange(file: file, bytes: range))
    }
}
