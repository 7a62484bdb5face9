import Diagnostics
import YAMLSyntax

/// A schema that no value fits (WF4104): sound, so it finds only what contradicts itself in one place.
enum UnsatisfiableSchemaRule: SchemaRule {
    static func check(_ document: SchemaDocument, report: (Diagnostic) -> Void) {
        guard document.isValid else { return }
        for part in document.parts {
            guard let conflict = SchemaConflict(in: part, of: document) else { continue }
            let place = part.node.pair(conflict.keyword)
            report(
                .unsatisfiable(
                    conflict, at: place?.value.firstLine ?? part.node.firstLine,
                    other: conflict.other.flatMap { part.node.pair($0)?.value.firstLine }))
        }
    }
}
