import Diagnostics
import YAMLSyntax

/// What a file declares and nothing in it uses (WF2109): types, events, settings, secrets, names in `let`, and the types of
/// outputs.
enum UnusedRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        let definition = subject.definition
        guard case .mapping(let pairs) = definition.root.content else { return }
        let uses = definition.types.isEmpty && definition.events.isEmpty ? Uses([]) : Uses(pairs)
        let mentions = ExpressionMentions(definition.root)
        for entry in definition.types where !uses.types.contains(entry.name) {
            report(.unused("the type", entry.name, at: entry.keyRange))
        }
        for entry in definition.events where !uses.scalars.contains(entry.name) {
            report(.unused("the event", entry.name, at: entry.keyRange))
        }
        for entry in definition.config where !mentions.mentions("config", entry.name) {
            report(.unused("the setting", entry.name, at: entry.keyRange))
        }
        for secret in definition.secrets where !mentions.mentions("secrets", secret.value) {
            report(.unused("the secret", secret.value, at: secret.range))
        }
        definition.forEachStep { step, surroundings in
            // What a case or a branch gives is part of the output of the step around it.
            if let kind = surroundings.levels.last?.kind, kind == .choice || kind == .parallel { return }
            check(step, mentions, report)
        }
    }

    private static func check(_ step: Step, _ mentions: ExpressionMentions, _ report: (Diagnostic) -> Void) {
        let id = step.id.value
        if case .bindings(let entries) = step.verb {
            for entry in entries where !mentions.mentions(["steps", id, entry.name]) {
                report(.unused("the value", "\(id).\(entry.name)", at: entry.keyRange))
            }
        }
        if let returns = step.modifiers.returns, step.modifiers.output == nil, step.modifiers.repeat == nil,
            !mentions.mentions(step: id)
        {
            report(.unusedOutput(step.id, at: returns.keyRange))
        }
    }

    /// What the file mentions outside the declarations themselves.
    private struct Uses {
        /// Names of types in everything where a type may stand.
        var types: Set<String> = []
        /// Whole scalars: names of events.
        var scalars: Set<String> = []

        init(_ pairs: [YAMLPair]) {
            for pair in pairs {
                switch pair.key.text {
                case "types", "events", "config":
                    // A declaration's key is no use of it; what it is declared as may be one of something else.
                    guard case .mapping(let declared) = pair.value.content else { continue }
                    for entry in declared {
                        var words: Set<String> = []
                        entry.value.collectTypeNames(into: &words)
                        if pair.key.text == "types" { words.remove(entry.key.text) }
                        types.formUnion(words)
                    }
                case "secrets", "description", "workflow", "action": continue
                default:
                    pair.value.collectTypeNames(into: &types)
                    collect(pair.value)
                }
            }
        }

        private mutating func collect(_ node: YAMLNode) {
            switch node.content {
            case .scalar(let scalar): scalars.insert(scalar.text)
            case .sequence(let items): for item in items { collect(item) }
            case .mapping(let pairs): for pair in pairs { collect(pair.value) }
            }
        }
    }
}
