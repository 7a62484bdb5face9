import YAMLSyntax

/// The sources of all expressions of a file, to ask whether they mention something.
struct ExpressionMentions {
    private var sources: [[UInt8]] = []

    init(_ node: YAMLNode) { collect(node) }

    /// `config.shopUrl`, or access to the namespace that is computed or takes all of it.
    func mentions(_ namespace: String, _ name: String) -> Bool { mentions([namespace, name]) }

    func mentions(step id: String) -> Bool { mentions(["steps", id]) }

    /// The path itself, more of it, or the whole of something it is in.
    func mentions(_ path: [String]) -> Bool {
        let parts = path.map { Array($0.utf8) }
        return sources.contains { Self.mentions(parts, in: $0) }
    }

    /// The step's own `output` or `until` looks at what it did.
    func mentionsResult(in step: Step) -> Bool {
        let nodes = [step.modifiers.output?.node, step.modifiers.repeat?.until?.node].compactMap(\.self)
        return nodes.contains { ExpressionMentions($0).mentions(["result"]) }
    }

    private mutating func collect(_ node: YAMLNode) {
        switch node.content {
        case .scalar(let scalar):
            guard scalar.text.utf8.contains(UInt8(ascii: "{")) else { return }
            for case .expression(let source, _) in Template(scalar.text).parts { sources.append(Array(source.utf8)) }
        case .sequence(let items): for item in items { collect(item) }
        case .mapping(let pairs): for pair in pairs { collect(pair.value) }
        }
    }

    private static func mentions(_ parts: [[UInt8]], in bytes: [UInt8]) -> Bool {
        let first = parts[0]
        guard bytes.count >= first.count else { return false }
        for start in 0...(bytes.count - first.count) where bytes[start..<start + first.count].elementsEqual(first) {
            // `mysteps` and `x.steps` are something else.
            if start > 0, isWord(bytes[start - 1]) || bytes[start - 1] == UInt8(ascii: ".") { continue }
            if follows(parts.dropFirst(), in: bytes, from: start + first.count) { return true }
        }
        return false
    }

    /// Behind a part of the path: the rest of it, or no further name, so that all below is meant.
    private static func follows(_ rest: ArraySlice<[UInt8]>, in bytes: [UInt8], from start: Int) -> Bool {
        var position = start
        if position < bytes.count, isWord(bytes[position]) { return false }
        guard let next = rest.first else { return true }
        guard position < bytes.count, bytes[position] == UInt8(ascii: ".") else { return true }
        position += 1
        if position < bytes.count, bytes[position] == UInt8(ascii: "?") { position += 1 }
        guard bytes[position...].starts(with: next) else { return false }
        return follows(rest.dropFirst(), in: bytes, from: position + next.count)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
    }
}
