import Values

/// A variable, or fields of one: what narrowing speaks about.
struct VariablePath: Hashable, Sendable {
    enum Root: Hashable, Sendable {
        case slot(Int)
        case local(Int)
    }

    var root: Root
    var fields: [String]
}

/// What is known about variables at a place of an expression, or once a condition has turned out true or false.
struct Facts: Sendable {
    /// Where a path leads to one of a set of texts, if not to null.
    struct Choice: Sendable {
        var path: VariablePath
        var texts: [String]
    }

    /// Paths that do not lead to null.
    private(set) var nonNull: Set<VariablePath>
    /// Each path once, in the order of the source, so that the outcome does not depend on hashing.
    private(set) var choices: [Choice]

    static let none = Facts()

    init(nonNull: Set<VariablePath> = [], choices: [Choice] = []) {
        self.nonNull = nonNull
        self.choices = choices
    }

    var isEmpty: Bool { nonNull.isEmpty && choices.isEmpty }

    /// Both these and the others hold.
    mutating func add(_ others: Facts) {
        nonNull.formUnion(others.nonNull)
        for other in others.choices {
            if let index = choices.firstIndex(where: { $0.path == other.path }) {
                choices[index].texts.removeAll { !other.texts.containsCodePoints(of: $0) }
            } else {
                choices.append(other)
            }
        }
    }

    /// Either these or the others hold, and nobody knows which.
    func or(_ others: Facts) -> Facts {
        let joined = choices.compactMap { choice in
            others.choices.first { $0.path == choice.path }.map { other in
                Choice(
                    path: choice.path, texts: choice.texts + other.texts.filter { !choice.texts.containsCodePoints(of: $0) })
            }
        }
        return Facts(nonNull: nonNull.intersection(others.nonNull), choices: joined)
    }

    /// The variables it speaks about.
    var roots: Set<VariablePath.Root> { Set(nonNull.map(\.root) + choices.map(\.path.root)) }

    /// The type of a variable of which all this is known.
    func narrowed(_ type: StaticType, of root: VariablePath.Root) -> StaticType {
        // The choices first: what is known not to be null is then known of the alternatives that are left.
        var type = narrowedByChoices(type, at: VariablePath(root: root, fields: []))
        for path in nonNull where path.root == root { type = type.narrowed(at: path.fields[...], by: .notNull) }
        return type
    }

    /// The type of what is at a path.
    func narrowed(_ type: StaticType, at path: VariablePath) -> StaticType {
        let type = narrowedByChoices(type, at: path)
        return nonNull.contains(path) ? type.withoutNull : type
    }

    private func narrowedByChoices(_ type: StaticType, at path: VariablePath) -> StaticType {
        choices.reduce(type) { type, choice in
            guard choice.path.root == path.root, choice.path.fields.starts(with: path.fields) else { return type }
            return type.narrowed(at: choice.path.fields.dropFirst(path.fields.count), by: .among(choice.texts))
        }
    }
}

extension [String] {
    func containsCodePoints(of text: String) -> Bool { contains { $0.hasSameCodePoints(as: text) } }
}
