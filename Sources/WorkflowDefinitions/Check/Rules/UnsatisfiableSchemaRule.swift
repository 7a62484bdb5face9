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
                    other: part.node.end(of: conflict.other)?.firstLine))
        }
    }
}

extension YAMLNode {
    /// What a way of keys leads to; nil for no way.
    fileprivate func end(of way: [String]) -> YAMLNode? {
        guard let first = way.first, let pair = pair(first) else { return nil }
        return way.count == 1 ? pair.value : pair.value.end(of: Array(way.dropFirst()))
    }
}
