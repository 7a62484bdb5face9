/// Reads compiled time zones: TZif, RFC 9636, versions 1 to 4. Leap seconds are left out, as everywhere in POSIX.
struct TZifReader {
    private let bytes: [UInt8]
    private var index = 0

    private struct Header {
        var version: UInt8
        var universalCount: Int
        var standardCount: Int
        var leapCount: Int
        var changeCount: Int
        var typeCount: Int
        var characterCount: Int

        func bodySize(timeSize: Int) -> Int {
            changeCount * (timeSize + 1) + typeCount * 6 + characterCount + leapCount * (timeSize + 4) + standardCount
                + universalCount
        }
    }

    /// Nil when the bytes are no TZif or contradict themselves.
    static func rules(named name: String, from bytes: [UInt8]) -> TimeZoneRules? {
        var reader = TZifReader(bytes: bytes)
        return reader.rules(named: name)
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func rules(named name: String) -> TimeZoneRules? {
        guard var header = header() else { return nil }
        var timeSize = 4
        if header.version >= UInt8(ascii: "2") {
            // The first block repeats what fits 32 bits, for readers of version 1.
            index += header.bodySize(timeSize: 4)
            guard let second = self.header() else { return nil }
            header = second
            timeSize = 8
        }
        guard header.typeCount > 0, index + header.bodySize(timeSize: timeSize) <= bytes.count else { return nil }
        let changes = (0..<header.changeCount).map { _ in signed(timeSize) }
        let types = (0..<header.changeCount).map { _ in Int(unsigned(1)) }
        let offsets = (0..<header.typeCount).map { _ in
            let offset = signed(4)
            index += 2
            return offset
        }
        guard zip(changes, changes.dropFirst()).allSatisfy({ $0 < $1 }), types.allSatisfy(offsets.indices.contains),
            offsets.allSatisfy({ $0.magnitude < 26 * 3_600 })
        else { return nil }
        index += header.bodySize(timeSize: timeSize) - header.changeCount * (timeSize + 1) - header.typeCount * 6
        let footer = timeSize == 8 ? footer() : []
        guard let footer else { return nil }
        let rule = footer.isEmpty ? nil : PosixTimeZone(footer)
        if !footer.isEmpty && rule == nil { return nil }
        return TimeZoneRules(
            name: name, changes: changes, offsets: types.map { offsets[$0] }, firstOffset: offsets[0], rule: rule)
    }

    private mutating func header() -> Header? {
        guard index + 44 <= bytes.count, bytes[index..<index + 4].elementsEqual("TZif".utf8) else { return nil }
        let version = bytes[index + 4]
        index += 20
        return Header(
            version: version, universalCount: Int(unsigned(4)), standardCount: Int(unsigned(4)), leapCount: Int(unsigned(4)),
            changeCount: Int(unsigned(4)), typeCount: Int(unsigned(4)), characterCount: Int(unsigned(4)))
    }

    /// The `TZ` string between two line feeds; nil when there is none to be found.
    private func footer() -> [UInt8]? {
        guard index < bytes.count, bytes[index] == 0x0A,
            let end = bytes[(index + 1)...].firstIndex(of: 0x0A)
        else { return nil }
        return Array(bytes[index + 1..<end])
    }

    /// Big-endian; the caller has checked that the bytes are there.
    private mutating func unsigned(_ size: Int) -> UInt64 {
        var value: UInt64 = 0
        for _ in 0..<size {
            value = value << 8 | UInt64(bytes[index])
            index += 1
        }
        return value
    }

    private mutating func signed(_ size: Int) -> Int64 {
        let value = unsigned(size)
        return size == 4 ? Int64(Int32(truncatingIfNeeded: value)) : Int64(bitPattern: value)
    }
}
