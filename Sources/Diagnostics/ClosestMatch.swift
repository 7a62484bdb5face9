/// The candidate an author most likely meant by a misspelt name ("did you mean"), or nil where none is near.
///
/// Near: a Damerau–Levenshtein distance (insertions, deletions, substitutions, swapped neighbours; letter case does not
/// count) of at most a third of the longer name's length, or the same words in another order of writing (`maxDelay`,
/// `max_delay`, `max-delay`). Of equally near candidates the first by code point is taken, so the text is deterministic.
package func closestMatch(to name: String, among candidates: some Sequence<String>) -> String? {
    let wanted = foldedForMatching(name)
    guard !wanted.isEmpty, wanted.count <= 64 else { return nil }
    var best: (distance: Int, candidate: String)?
    for candidate in candidates where !candidate.utf8.elementsEqual(name.utf8) {
        let folded = foldedForMatching(candidate)
        let longer = max(wanted.count, folded.count)
        guard longer <= 64, abs(wanted.count - folded.count) <= longer / 3 else { continue }
        let distance = editDistance(wanted, folded)
        guard distance <= longer / 3 else { continue }
        if let known = best {
            if distance > known.distance { continue }
            if distance == known.distance, !candidate.utf8.lexicographicallyPrecedes(known.candidate.utf8) { continue }
        }
        best = (distance, candidate)
    }
    return best?.candidate
}

/// How many insertions, deletions, substitutions and swaps of neighbours lead from one name to the other, letter case aside.
package func editDistance(from name: String, to other: String) -> Int {
    editDistance(foldedForMatching(name), foldedForMatching(other))
}

/// Lower case without `_`, `-` and spaces.
private func foldedForMatching(_ name: String) -> [Unicode.Scalar] {
    name.lowercased().unicodeScalars.filter { $0 != "_" && $0 != "-" && $0 != " " }
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
