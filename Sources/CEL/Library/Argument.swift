import Values

/// Arguments as the kinds their signature promises. Another kind cannot arrive; it would read as empty.
extension Value {
    var asText: String { if case .string(let text) = self { text } else { "" } }
    var asInt: Int64 { if case .int(let number) = self { number } else { 0 } }
    var asUInt: UInt64 { if case .uint(let number) = self { number } else { 0 } }
    var asDouble: Double { if case .double(let number) = self { number } else { 0 } }
    var asBytes: [UInt8] { if case .bytes(let bytes) = self { bytes } else { [] } }
    var asList: [Value] { if case .list(let items) = self { items } else { [] } }
    var asMap: ValueMap { if case .map(let map) = self { map } else { ValueMap() } }
    var asTimestamp: Timestamp { if case .timestamp(let instant) = self { instant } else { Timestamp(microseconds: 0) } }
    var asDuration: TimeSpan { if case .duration(let span) = self { span } else { .zero } }
}

extension String {
    /// CEL counts and cuts strings by code point.
    var codePoints: [Unicode.Scalar] { Array(unicodeScalars) }

    init(codePoints: some Sequence<Unicode.Scalar>) {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: codePoints)
        self.init(scalars)
    }
}
