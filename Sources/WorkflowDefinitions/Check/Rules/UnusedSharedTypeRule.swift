import Diagnostics
import YAMLSyntax

/// Types of `types.yaml` that no file of the project uses (WF2109).
enum UnusedSharedTypeRule {
    static func check(_ project: Project, report: (Diagnostic) -> Void) {
        guard let shared = project.shared, !shared.types.isEmpty else { return }
        var words: Set<String> = []
        for file in project.files where !file.isLibrary { file.definition.root.collectWords(into: &words) }
        for entry in shared.events { entry.node.collectWords(into: &words) }
        for entry in shared.types {
            var inside: Set<String> = []
            entry.node.collectWords(into: &inside)
            inside.remove(entry.name)
            words.formUnion(inside)
        }
        for entry in shared.types where !words.contains(entry.name) {
            report(.unused("the type", entry.name, at: entry.keyRange))
        }
    }
}
