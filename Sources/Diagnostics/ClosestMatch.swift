/// The candidate an author most likely meant by a misspelt name ("did you mean"), or nil where none is near.
///
/// Near: a Damerau–Levenshtein distance (insertions, deletions, substitutions, swapped neighbours; letter case does not
/// count) of at most a third of the longer name's length, or the same words in another order of writing (`maxDelay`,
/// `max_delay`, `max-delay`). Of equally near candidates the first by code point is taken, so the text is deterministic.
package func closestMatch(to name: String, among candidates: some Sequence<String>) -> String? {
    KnownNames(candidates).closest(to: name)
}

/// Names that many misspelt ones are compared with, prepared once for all of them.
package struct KnownNames: Sendable {
    private let names: [(name: String, folded: FoldedName)]

    package init(_ names: some Sequence<String>) { self.names = names.map { ($0, FoldedName($0)) } }

    /// As `closestMatch` says it.
    package func closest(to name: String) -> String? {
        let wanted = FoldedName(name)
        guard !wanted.letters.isEmpty, wanted.letters.count <= 64 else { return nil }
        var best: (distance: Int, candidate: String)?
        for (candidate, folded) in names {
            let longer = max(wanted.letters.count, folded.letters.count)
            guard longer <= 64, wanted.leastDistance(to: folded) <= longer / 3 else { continue }
            guard !candidate.utf8.elementsEqual(name.utf8) else { continue }
            let distance = editDistance(wanted.letters, folded.letters)
            guard distance <= longer / 3 else { continue }
            if let known = best {
                if distance > known.distance { continue }
                if distance == known.distance, !candidate.utf8.lexicographicallyPrecedes(known.candidate.utf8) { continue }
            }
            best = (distance, candidate)
        }
        return best?.candidate
    }
}

/// A name as it is compared, with what tells most pairs apart without comparing them letter by letter.
private struct FoldedName {
    let letters: [Unicode.Scalar]
    /// Which letters it has, each as one of 64 bits.
    private let mask: UInt64

    init(_ name: String) {
        letters = foldedForMatching(name)
        mask = letters.reduce(0) { $0 | 1 << UInt64($1.value & 63) }
    }

    /// Not above the edit distance: each letter that only one of the two has takes an edit, and so does each letter too many.
    func leastDistance(to other: FoldedName) -> Int {
        max(
            abs(letters.count - other.letters.count), (mask & ~other.mask).nonzeroBitCount,
            (other.mask & ~mask).nonzeroBitCount)
    }
}

/// How many insertions, deletions, substitutions and swaps of neighbours lead from one name to the other, letter case aside.
package func editDistance(from name: String, to other: String) -> Int {
    editDistance(foldedForMatching(name), foldedForMatching(other))
}

/// Lower case without `_`, `-` and spaces.
private func foldedForMatching(_ name: String) -> [Unicode.Scalar] {
    let isASCII = name.utf8.allSatisfy { $0 < 0x80 }
    guard isASCII else { return name.lowercased().unicodeScalars.filter { $0 != "_" && $0 != "-" && $0 != " " } }
    var letters: [Unicode.Scalar] = []
    letters.reserveCapacity(name.utf8.count)
    for byte in name.utf8 where byte != 0x5F && byte != 0x2D && byte != 0x20 {
        letters.append(Unicode.Scalar((0x41...0x5A).contains(byte) ? byte | 0x20 : byte))
    }
    return letters
}

/// Optimal string alignment: Damerau–Levenshtein in which no part is edited twice.
private func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in 0..<a.count {
        var row = [i + 1]
        row.reserveCapacity(b.count + 1)
        for j in 0..<b.count {
            var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
            row.append(cost)
        }
        beforeLast = last
        last = row
    }
    return last[b.count]
}
