import Diagnostics

/// What is around a step: the steps and lists it is in, outermost first.
struct StepSurroundings {
    struct Level {
        /// The step that has the list; nil for the lists of the file itself.
        var step: Step?
        var kind: StepPlaces.ListKind
    }

    /// A list on the way to the step, and where in it the way goes on.
    struct Place {
        var list: StepList
        var position: Int
    }

    var levels: [Level] = []
    /// One for each level.
    var places: [Place]
    /// The list the step is in, and where.
    var list: StepList { places[places.count - 1].list }
    var position: Int { places[places.count - 1].position }
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
        for (kind, list) in lists { Self.visit(list, [.init(step: nil, kind: kind)], [], visit) }
    }

    private static func visit(
        _ list: StepList, _ levels: [StepSurroundings.Level], _ outer: [StepSurroundings.Place],
        _ visit: (Step, StepSurroundings) -> Void
    ) {
        for (position, step) in list.steps.enumerated() {
            let places = outer + [StepSurroundings.Place(list: list, position: position)]
            visit(step, StepSurroundings(levels: levels, places: places))
            for (kind, inner) in step.lists { Self.visit(inner, levels + [.init(step: step, kind: kind)], places, visit) }
        }
    }
}
