import Diagnostics

/// Why `steps.<id>` is not in sight of a place: there is no such step, it comes later, or it is in another body
/// (WF2101–WF2104).
struct StepReferenceRule {
    let places: StepPlaces
    /// The lists around the place that refers, outermost first.
    let levels: [StepPlaces.Level]
    /// The steps in sight; nil when there have been so many unknown ones that no more guesses are made.
    let visible: [String]?

    func diagnostic(for id: String, at range: SourceRange) -> Diagnostic {
        guard let target = places.places[id] else {
            let guess = visible.flatMap { visible in
                places.names.closest(to: id).map { closestMatch(to: id, among: visible) ?? $0 }
            }
            return .unknownStep(id, guess: guess, visible: visible, at: range)
        }
        var depth = 0
        while depth < levels.count, depth < target.levels.count, levels[depth] == target.levels[depth] { depth += 1 }
        // The target is the step that refers or one around it: it has not ended yet.
        if depth == target.levels.count { return .usedInsideItself(id, target: target.range, at: range) }
        guard depth < levels.count else {
            return .insideOtherBody(id, owner: target.levels[depth].owner, target: target.range, at: range)
        }
        let (here, there) = (levels[depth], target.levels[depth])
        guard here.list == there.list else {
            return .insideOtherBody(id, owner: there.owner, target: target.range, at: range)
        }
        if here.kind == .parallel || here.kind == .choice {
            return .siblingBranch(id, isCase: here.kind == .choice, owner: here.owner, target: target.range, at: range)
        }
        if depth == target.levels.count - 1 { return .usedBeforeRun(id, target: target.range, at: range) }
        return .insideOtherBody(id, owner: target.levels[depth + 1].owner, target: target.range, at: range)
    }
}
