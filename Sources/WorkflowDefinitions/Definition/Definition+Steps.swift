import Diagnostics

/// What is around a step: the steps and lists it is in, outermost first.
struct StepSurroundings {
    struct Level {
        /// The step that has the list; nil for the lists of the file itself.
        var step: Step?
        var kind: StepPlaces.ListKind
    }

    var levels: [Level] = []
    /// The list the step is in, and where.
    var list: StepList
    var position: Int
}

extension Definition {
    /// Its lists of steps.
    var lists: [(kind: StepPlaces.ListKind, list: StepList)] {
        var lists: [(StepPlaces.ListKind, StepList)] = [(.steps, steps)]
        for clause in catches?.clauses ?? [] {
            if let steps = clause.steps { lists.append((.catching, steps)) }
        }
        if let finally { lists.append((.finally, finally)) }
        return lists
    }

    /// Every step of the file in the order of the text, with what is around it.
    func forEachStep(_ visit: (Step, StepSurroundings) -> Void) {
        for (kind, list) in lists { Self.visit(list, [.init(step: nil, kind: kind)], visit) }
    }

    private static func visit(_ list: StepList, _ levels: [StepSurroundings.Level], _ visit: (Step, StepSurroundings) -> Void) {
        for (position, step) in list.steps.enumerated() {
            visit(step, StepSurroundings(levels: levels, list: list, position: position))
            for (kind, inner) in step.lists { Self.visit(inner, levels + [.init(step: step, kind: kind)], visit) }
        }
    }
}
