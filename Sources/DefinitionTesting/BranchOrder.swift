import Values
import WorkflowGraph

/// An order of what steps did that does not depend on how branches beside each other interleave: what one branch of a `parallel`, or
/// one item of a concurrent `foreach`, did stands together, and everything else stays in the order in which it happened.
///
/// Two runs differ by interleaving alone exactly when they are the same in this order.
struct BranchOrder {
    struct Entry {
        /// The memo key of the step.
        var step: String
        var line: String
    }

    /// One level of a key.
    private struct Part: Hashable {
        var name: String
        /// Whether what has another name at this level runs beside it.
        var isBeside: Bool
    }

    private struct Placed {
        var parts: [Part]
        var line: String
    }

    private let graph: StepGraph?
    private var places: [String: (hasBranches: Bool, hasConcurrentItems: Bool)] = [:]

    init(_ graph: StepGraph?) { self.graph = graph }

    mutating func lines(_ entries: [Entry]) -> [String] {
        var placed: [Placed] = []
        for entry in entries { placed.append(Placed(parts: parts(entry.step), line: entry.line)) }
        var lines: [String] = []
        Self.append(placed[...], depth: 0, to: &lines)
        return lines
    }

    // MARK: - Keys

    private mutating func parts(_ step: String) -> [Part] {
        // A key that is too long is a digest and says nothing about where it belongs.
        guard let path = StepPath(step) else { return [Part(name: step, isBeside: true)] }
        var parts: [Part] = []
        var prefix = ""
        var isBeside = false
        for segment in path.segments {
            prefix += (prefix.isEmpty ? "" : "/") + segment.id
            let place = place(prefix)
            parts.append(Part(name: segment.id, isBeside: isBeside))
            if let item = segment.item { parts.append(Part(name: "[\(item)]", isBeside: place.hasConcurrentItems)) }
            if let round = segment.round { parts.append(Part(name: "#\(round)", isBeside: false)) }
            if let attempt = segment.attempt { parts.append(Part(name: "~\(attempt)", isBeside: false)) }
            isBeside = place.hasBranches && segment.phase == nil
            guard let phase = segment.phase else { continue }
            parts.append(Part(name: ".\(phase)", isBeside: false))
            prefix += ".\(phase)"
        }
        return parts
    }

    private mutating func place(_ key: String) -> (hasBranches: Bool, hasConcurrentItems: Bool) {
        if let known = places[key] { return known }
        var found = (hasBranches: false, hasConcurrentItems: false)
        if let graph, let path = StepPath(key), case .success(let place) = graph.place(of: path) {
            for node in place.step.nodes {
                switch graph[node].kind {
                case .parallel: found.hasBranches = true
                case .foreach(let loop): found.hasConcurrentItems = loop.concurrency > 1
                default: break
                }
            }
        }
        places[key] = found
        return found
    }

    // MARK: - Order

    /// Splits into runs of entries that are beside each other, and between those into runs of the same name.
    private static func append(_ entries: ArraySlice<Placed>, depth: Int, to lines: inout [String]) {
        var rest = entries
        while let first = rest.first {
            guard first.parts.count > depth else {
                lines.append(first.line)
                rest = rest.dropFirst()
                continue
            }
            let part = first.parts[depth]
            let run = rest.prefix { other in
                guard other.parts.count > depth else { return false }
                return part.isBeside ? other.parts[depth].isBeside : other.parts[depth] == part
            }
            rest = rest.dropFirst(run.count)
            if part.isBeside {
                let branches = Dictionary(grouping: run) { $0.parts[depth].name }
                for name in branches.keys.sorted(by: { $0.precedesByCodePoint($1) }) {
                    append((branches[name] ?? [])[...], depth: depth + 1, to: &lines)
                }
            } else {
                append(run, depth: depth + 1, to: &lines)
            }
        }
    }
}
