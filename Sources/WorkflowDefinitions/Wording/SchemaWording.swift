import Diagnostics
import JSONSchema
import YAMLSyntax

// What authors are told about JSON Schemas they wrote (WF41xx).

extension Diagnostic {
    /// - Parameter guess: what a reference that leads nowhere was probably meant to be.
    static func schemaProblem(_ problem: SchemaProblem, at range: SourceRange, guess: String? = nil) -> Diagnostic {
        let code: DiagnosticCode =
            switch problem.kind {
            case .invalid, .endlessReference, .unknownVocabulary, .tooComplex: .invalidSchema
            case .unresolvableReference: .badReference
            case .unknownKeyword, .olderDraft: .unknownKeyword
            case .badPattern: .patternSyntax
            case .unsupportedPattern: .patternFeature
            case .unknownFormat: .unknownFormat
            }
        let fix = problem.suggestion.map { Fix(title: "write '\($0)'", range: range, replacement: $0) }
        var diagnostic = Diagnostic(
            code, problem.message, at: range, label: problem.keyword.map { "'\($0)'" },
            help: guess.map { "did you mean '\($0)'?" } ?? problem.help,
            fix: fix)
        if !problem.isError { diagnostic.severity = .warning }
        return diagnostic
    }

    static func unsatisfiable(_ conflict: SchemaConflict, at range: SourceRange, other: SourceRange?) -> Diagnostic {
        Diagnostic(
            .unsatisfiable, "no value fits this schema: \(conflict.reason)", at: range, label: "`\(conflict.keyword)`",
            notes: other.map { [Note(range: $0, message: "and this")] } ?? [], help: "one of them has to go")
    }

    static func unfitExample(_ what: String, _ violation: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .unfitDefault, "this \(what) does not fit its schema: \(violation)", at: range, label: what,
            help: "change the \(what) or the schema")
    }

    static func requiredNothing(_ name: YAMLScalar, known: [String]) -> Diagnostic {
        let guess = closestMatch(to: name.text, among: known)
        return Diagnostic(
            .requiredNothing, "'\(name.text)' is required, but the object has no such property and allows no other",
            at: name.range, label: guess.map { "did you mean '\($0)'?" } ?? "no property",
            help: guess == nil ? "declare it under `properties`" : nil,
            fix: guess.map { Fix(title: "write '\($0)'", range: name.range, replacement: $0) })
    }

    static func untypedSchema(_ keyword: String, _ why: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .untypedSchema, "what stands here is `any` to expressions: `\(keyword)` \(why)", at: range,
            label: "not used for types",
            help: "it is still validated; where expressions read the value, write the type in the language's own form")
    }
}
