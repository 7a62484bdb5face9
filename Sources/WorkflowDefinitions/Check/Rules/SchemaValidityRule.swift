import Diagnostics
import JSONSchema
import Values
import YAMLSyntax

/// A schema is one: its keywords mean something and have the right values, its references lead somewhere, its patterns can be
/// matched in linear time (WF4101–WF4103, WF4106–WF4108).
enum SchemaValidityRule: SchemaRule {
    static func check(_ document: SchemaDocument, report: (Diagnostic) -> Void) {
        for problem in document.problems {
            let place = document.place(at: problem.pointer)
            switch problem.kind {
            case .unknownKeyword, .olderDraft: report(.schemaProblem(problem, at: place.key?.range ?? place.node.firstLine))
            case .badPattern, .unsupportedPattern:
                let isKey = problem.keyword == "patternProperties"
                report(.schemaProblem(problem, at: isKey ? place.key?.range ?? place.node.firstLine : place.node.firstLine))
            case .unresolvableReference:
                report(.schemaProblem(problem, at: place.node.firstLine, guess: target(like: place.node.scalar, in: document)))
            default: report(.schemaProblem(problem, at: place.node.firstLine))
            }
        }
    }

    /// The definition that a misspelt `#/$defs/name` probably means.
    private static func target(like reference: YAMLScalar?, in document: SchemaDocument) -> String? {
        guard let parts = reference?.text.split(separator: "/"), parts.count == 3, parts[0] == "#",
            let known = document.document[String(parts[1])]?.mapValue
        else { return nil }
        return closestMatch(to: String(parts[2]), among: known.keys.compactMap(\.value.stringValue)).map {
            "#/\(parts[1])/\($0)"
        }
    }
}
