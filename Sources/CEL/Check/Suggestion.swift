/// "Did you mean": the known name closest to one that is not known.
enum Suggestion {
    /// Nil when nothing is close enough to be what was meant. Of equally close names the first wins.
    static func closest(to name: String, among candidates: some Sequence<String>) -> String? {
        let wanted = folded(name)
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let known = folded(candidate)
            let allowed = max(1, min(wanted.count, known.count) / 3)
            guard abs(known.count - wanted.count) <= allowed else { continue }
            let distance = distance(wanted, known)
            if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// `did you mean 'total'?`, or the names there are.
    static func help(for name: String, among candidates: [String], there: String = "there is") -> String? {
        if let closest = closest(to: name, among: candidates) { return "did you mean '\(closest)'?" }
        if candidates.isEmpty { return nil }
        let shown = candidates.prefix(8).joined(separator: ", ")
        return "\(there): \(shown)\(candidates.count > 8 ? ", …" : "")"
    }

    /// `Order_Id`, `orderId` and `order-id` are the same mistake.
    private static func folded(_ name: String) -> [UInt8] {
        name.utf8.prefix(64).compactMap { byte in
            byte == 0x5F || byte == 0x2D ? nil : (0x41...0x5A).contains(byte) ? byte + 32 : byte
        }
    }

    /// Insertions, deletions, replacements and swaps of neighbours.
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var beforePrevious = Array(0...b.count)
        var previous = beforePrevious
        for (i, left) in a.enumerated() {
            var current = [i + 1]
            for (j, right) in b.enumerated() {
                var cost = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (left == right ? 0 : 1))
                if i > 0, j > 0, left == b[j - 1], a[i - 1] == right { cost = min(cost, beforePrevious[j - 1] + 1) }
                current.append(cost)
            }
            beforePrevious = previous
            previous = current
        }
        return previous[b.count]
    }
}
