// How instants and spans are written for people.

extension Timestamp {
    /// `2026-11-23 21:04:05Z`.
    package var readable: String {
        let text = Timestamp(microseconds: microseconds - ((microseconds % 1_000_000) + 1_000_000) % 1_000_000).description
        return text.replacing("T", with: " ")
    }
}

extension TimeSpan {
    /// The two largest units: `2d 3h`, `4m 10s`, `5m`, `1.2 s`, `45 ms`.
    package var readable: String {
        let total = seconds
        if total < 1 { return "\(microseconds / 1_000) ms" }
        if total < 60 {
            let tenths = microseconds / 100_000
            if tenths % 10 == 0 { return "\(tenths / 10) s" }
            return "\(tenths / 10).\(tenths % 10) s"
        }
        let units: [(String, Int64)] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)]
        var rest = total
        var parts: [String] = []
        for (name, size) in units where parts.count < 2 {
            let amount = rest / size
            if amount > 0 {
                parts.append("\(amount)\(name)")
            } else if !parts.isEmpty {
                break
            }
            rest %= size
        }
        return parts.joined(separator: " ")
    }
}
