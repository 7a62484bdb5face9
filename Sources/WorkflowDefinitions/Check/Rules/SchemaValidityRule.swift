import Diagnostics
import JSONSchema
import YAMLSyntax

/// A schema is one: its keywords mean something and have the right values, its references lead somewhere, its patterns can be
/// matched in linear time (WF4101–WF4103, WF4106–WF4108).
enum SchemaValidityRule: SchemaRule {
    static func check(_ document: SchemaDocument, report: (Diagnostic) -> Void) {
        for problem in document.problems {
            let place = document.place(at: problem.pointer)
            switch problem.kind {
            case .unknownKeyword, .olderDraft: report(.schemaProblem(problem, at: place.key?.range ?? place.node.firstLine))
            default: report(.schemaProblem(problem, at: place.node.firstLine))
            }
        }
    }
}
