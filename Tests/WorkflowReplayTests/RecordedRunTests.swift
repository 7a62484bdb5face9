import Testing
import Values
import WorkflowReplay

struct RecordedRunTests {
    private static let odd: [Value] = [.null, true, -1, 99_999_999_999, 1.5, "x", [], [:], [[:]], ["a": [1]]]

    /// Whoever sends a history may send anything.
    @Test func `A damaged history is refused or diverges, and never traps`() throws {
        let path = try #require(HistoryCorpus.paths.first { $0.contains("everything/booking") })
        let document = try HistoryCorpus.document(path)
        let graph = try HistoryCorpus.graph(of: RecordedRun(document))
        var refused = 0
        for changed in Self.variants(of: document) {
            guard let run = try? RecordedRun(changed) else {
                refused += 1
                continue
            }
            _ = RunReplay(run, on: graph)
            _ = run.prefix(3)
        }
        #expect(refused > 100)
    }

    /// Each member of the document, the instance and the steps replaced by odd values, or left out.
    private static func variants(of document: Value) -> [Value] {
        guard case .map(let members) = document else { return [] }
        var variants = replacing(members)
        for name in ["definition", "instance"] {
            guard case .map(let inner)? = members[name] else { continue }
            for variant in replacing(inner) {
                var changed = members
                changed[name] = variant
                variants.append(.map(changed))
            }
        }
        let steps = members["steps"]?.listValue ?? []
        for index in steps.indices.prefix(12) {
            guard case .map(let step) = steps[index] else { continue }
            for variant in replacing(step) {
                var changed = steps
                changed[index] = variant
                var document = members
                document["steps"] = .list(changed)
                variants.append(.map(document))
            }
        }
        return variants
    }

    private static func replacing(_ members: ValueMap) -> [Value] {
        members.flatMap { entry -> [Value] in
            (odd.map(Optional.some) + [nil]).map { value in
                var changed = members
                changed[entry.key] = value
                return .map(changed)
            }
        }
    }
}
