import Diagnostics
import JSONSchema

extension Diagnostic {
    /// A mistake in a JSON Schema that an author wrote.
    static func schemaProblem(_ problem: SchemaProblem, at range: SourceRange) -> Diagnostic {
        let code: DiagnosticCode =
            switch problem.kind {
            case .invalid, .endlessReference, .unknownVocabulary, .tooComplex: .invalidSchema
            case .unresolvableReference: .badReference
            case .unknownKeyword, .olderDraft: .unknownKeyword
            case .badPattern: .patternSyntax
            case .unsupportedPattern: .patternFeature
            case .unknownFormat: .unknownFormat
            }
        let place = problem.pointer.isEmpty ? "" : " (at \(problem.pointer))"
        var diagnostic = Diagnostic(
            code, problem.message + place, at: range, label: problem.keyword.map { "'\($0)'" }, help: problem.help)
        if !problem.isError { diagnostic.severity = .warning }
        return diagnostic
    }
}
