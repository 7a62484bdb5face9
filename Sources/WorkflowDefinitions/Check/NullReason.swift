import Diagnostics
import Values
import YAMLSyntax

/// Why a value may be null: the place in the file that makes it so, for the note of WF3110.
struct NullReason {
    let definition: Definition

    /// - Parameter path: as an expression writes it: `steps.order.note`.
    func note(for path: String) -> Diagnostic.Note? {
        let parts = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count > 1, parts.allSatisfy(Names.isIdentifier) else { return nil }
        switch parts[0] {
        case "steps":
            guard let step = step(parts[1]) else { return nil }
            return parts.count == 2 ? note(for: step) : field(parts[2...], in: step.modifiers.returns?.node)
        case "input": return field(parts[1...], in: definition.input?.node)
        case "config":
            guard let setting = definition.config.first(where: { $0.name == parts[1] }) else { return nil }
            return parts.count == 2
                ? Diagnostic.Note(range: setting.keyRange, message: "declared so that it may be null")
                : field(parts[2...], in: setting.node)
        default: return nil
        }
    }

    private func step(_ id: String) -> Step? {
        var found: Step?
        definition.forEachStep { step, _ in if found == nil, step.id.value == id { found = step } }
        return found
    }

    private func note(for step: Step) -> Diagnostic.Note? {
        if let condition = step.modifiers.condition {
            return .init(range: condition.keyRange, message: "null when this is false")
        }
        if case .choice(let list) = step.verb, list.steps.last?.modifiers.condition != nil {
            return .init(range: step.verbRange, message: "null when no case applies")
        }
        guard let list = step.modifiers.catches, list.clauses.contains(where: { $0.output == nil }) else { return nil }
        return .init(range: list.keyRange, message: "null after an error, where the clause has no `output`")
    }

    /// The declaration of a field that may be absent, through the file's named types.
    private func field(_ path: ArraySlice<String>, in type: YAMLNode?) -> Diagnostic.Note? {
        guard var node = type.map(followed) else { return nil }
        var key: YAMLScalar?
        for name in path {
            guard let pair = node.pair(name) else { return nil }
            key = pair.key
            node = followed(pair.value)
        }
        return key.map { .init(range: $0.range, message: "declared so that it may be absent") }
    }

    /// What a name stands for.
    private func followed(_ node: YAMLNode) -> YAMLNode {
        guard let scalar = node.scalar else { return node }
        let name = scalar.text.utf8.last == UInt8(ascii: "?") ? String(scalar.text.dropLast()) : scalar.text
        return definition.types.first { $0.name.hasSameCodePoints(as: name) }?.node ?? node
    }
}
