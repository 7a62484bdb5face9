/// The last part of a stream of any length.
struct OutputTail: Sendable {
    static let limit = 256 * 1024

    private var bytes: [UInt8] = []
    /// Something before `bytes` was dropped.
    private(set) var isTruncated = false

    mutating func append(_ chunk: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: chunk)
        // Dropping at twice the limit makes each byte move once.
        if bytes.count > 2 * Self.limit { trim() }
    }

    private mutating func trim() {
        guard bytes.count > Self.limit else { return }
        bytes.removeFirst(bytes.count - Self.limit)
        isTruncated = true
    }

    /// The end of the stream: at most the limit, not beginning inside a character.
    mutating func finish() -> [UInt8] {
        trim()
        guard isTruncated else { return bytes }
        let partial = bytes.prefix(3).prefix { $0 & 0xC0 == 0x80 }.count
        return Array(bytes.dropFirst(partial))
    }
}
