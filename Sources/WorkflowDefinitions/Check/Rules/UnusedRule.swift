import Diagnostics
import Values
import YAMLSyntax

/// Types, events, settings and secrets that nothing in the file uses (WF2109).
enum UnusedRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        let definition = subject.definition
        guard case .mapping(let pairs) = definition.root.content else { return }
        let uses = Uses(pairs)
        for entry in definition.types where !uses.types.contains(entry.name) {
            report(.unused("the type", entry.name, at: entry.keyRange))
        }
        for entry in definition.events where !uses.scalars.contains(entry.name) {
            report(.unused("the event", entry.name, at: entry.keyRange))
        }
        for entry in definition.config where !uses.mentions("config", entry.name) {
            report(.unused("the setting", entry.name, at: entry.keyRange))
        }
        for secret in definition.secrets where !uses.mentions("secrets", secret.value) {
            report(.unused("the secret", secret.value, at: secret.range))
        }
    }

    /// What the file mentions outside the declarations themselves.
    private struct Uses {
        /// Words of everything where a type may stand.
        var types: Set<String> = []
        /// Whole scalars: names of events.
        var scalars: Set<String> = []
        /// Sources of expressions.
        var expressions: [String] = []

        init(_ pairs: [YAMLPair]) {
            for pair in pairs {
                switch pair.key.text {
                case "types", "events", "config":
                    // A declaration's key is no use of it; what it is declared as may be one of something else.
                    guard case .mapping(let declared) = pair.value.content else { continue }
                    for entry in declared {
                        var words: Set<String> = []
                        entry.value.collectWords(into: &words)
                        if pair.key.text == "types" { words.remove(entry.key.text) }
                        types.formUnion(words)
                    }
                case "secrets", "description", "workflow", "action": continue
                default: read(pair.value)
                }
            }
        }

        func mentions(_ namespace: String, _ name: String) -> Bool {
            // The namespace as a whole, or computed access to it, may use any of its names.
            expressions.contains { source in
                let bytes = Array(source.utf8)
                return Self.occurs(Array("\(namespace).\(name)".utf8), in: bytes)
                    || Self.occurs(Array("\(namespace)[".utf8), in: bytes)
            }
        }

        private mutating func read(_ node: YAMLNode) {
            node.collectWords(into: &types)
            collect(node)
        }

        private mutating func collect(_ node: YAMLNode) {
            switch node.content {
            case .scalar(let scalar):
                scalars.insert(scalar.text)
                guard scalar.text.utf8.contains(UInt8(ascii: "{")) else { return }
                for case .expression(let source, _) in Template(scalar.text).parts { expressions.append(source) }
            case .sequence(let items): for item in items { collect(item) }
            case .mapping(let pairs): for pair in pairs { collect(pair.value) }
            }
        }

        /// As a whole name: not followed by more of one.
        private static func occurs(_ name: [UInt8], in bytes: [UInt8]) -> Bool {
            guard bytes.count >= name.count else { return false }
            let isWord: (UInt8) -> Bool = {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x5F
            }
            for start in 0...(bytes.count - name.count) where bytes[start..<start + name.count].elementsEqual(name) {
                let end = start + name.count
                if name.last == UInt8(ascii: "[") || end == bytes.count || !isWord(bytes[end]) { return true }
            }
            return false
        }
    }
}
