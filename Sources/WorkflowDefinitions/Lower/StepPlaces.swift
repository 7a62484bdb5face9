import Diagnostics

/// Where each step of a file stands: which lists it is in and at which position, outermost first.
struct StepPlaces {
    enum ListKind: Hashable { case steps, parallel, choice, catching, compensate, finally }

    /// One list of steps on the way to a step.
    struct Level: Hashable {
        /// The list, named by where it begins in the file.
        var list: Int
        var kind: ListKind
        var position: Int
        /// The step that has this list; nil for the lists of the file itself.
        var owner: String?
    }

    struct Place {
        var range: SourceRange
        var levels: [Level]
    }

    /// By id; of several steps with one id the first.
    private(set) var places: [String: Place] = [:]
    /// All ids, for guesses.
    private(set) var names = KnownNames([])

    init(_ definition: Definition) {
        visit(definition.steps, .steps, owner: nil, levels: [])
        for clause in definition.catches?.clauses ?? [] { clause.steps.map { visit($0, .catching, owner: nil, levels: []) } }
        definition.finally.map { visit($0, .finally, owner: nil, levels: []) }
        names = KnownNames(places.keys)
    }

    private mutating func visit(_ list: StepList, _ kind: ListKind, owner: String?, levels: [Level]) {
        for (position, step) in list.steps.enumerated() {
            let levels = levels + [Self.level(list, kind, position: position, owner: owner)]
            if !step.id.value.isEmpty, places[step.id.value] == nil {
                places[step.id.value] = Place(range: step.id.range, levels: levels)
            }
            for (kind, inner) in step.lists { visit(inner, kind, owner: step.id.value, levels: levels) }
        }
    }

    static func level(_ list: StepList, _ kind: ListKind, position: Int, owner: String?) -> Level {
        Level(list: list.keyRange.bytes.lowerBound, kind: kind, position: position, owner: owner)
    }
}

extension Step {
    /// The lists of steps it has, in the order of the language reference.
    var lists: [(kind: StepPlaces.ListKind, list: StepList)] {
        var lists: [(StepPlaces.ListKind, StepList)] = []
        switch verb {
        case .steps(let list): lists.append((.steps, list))
        case .parallel(let list): lists.append((.parallel, list))
        case .choice(let list): lists.append((.choice, list))
        default: break
        }
        for clause in modifiers.catches?.clauses ?? [] {
            if let steps = clause.steps { lists.append((.catching, steps)) }
        }
        if let list = modifiers.compensate { lists.append((.compensate, list)) }
        if let list = modifiers.finally { lists.append((.finally, list)) }
        return lists
    }
}
