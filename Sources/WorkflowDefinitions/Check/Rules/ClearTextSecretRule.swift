import Diagnostics
import YAMLSyntax

/// Secrets written into a definition: text shaped like a known kind of token, and random text under a telling key (WF6102).
enum ClearTextSecretRule: DefinitionRule {
    /// Keys under which types stand, and those that are for people.
    private static let declarations: Set<String> = ["input", "returns", "types", "events", "config", "secrets"]

    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        guard case .mapping(let pairs) = subject.definition.root.content else { return }
        for pair in pairs {
            let holdsTypes = declarations.contains(pair.key.text)
            pair.value.forEachScalar(under: pair.key.text) { scalar, key in
                let found = shapes(in: scalar)
                for (kind, range) in found { report(.secretInClearText(kind, at: scalar.sourceRange(ofText: range))) }
                if found.isEmpty, !holdsTypes, let key, SecretShapes.isTelling(key),
                    let range = SecretShapes.random(scalar.text)
                {
                    report(.secretInClearText(nil, at: scalar.sourceRange(ofText: range)))
                }
            }
        }
    }

    private static func shapes(in scalar: YAMLScalar) -> [(kind: String, range: Range<Int>)] {
        // Every shape is longer than most scalars.
        guard scalar.text.utf8.count >= SecretShapes.shortest else { return [] }
        return SecretShapes.found(in: scalar.text)
    }
}
