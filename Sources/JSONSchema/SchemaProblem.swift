package import Diagnostics

/// A mistake in a schema.
package struct SchemaProblem: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// Against the meta-schema: a keyword's value has the wrong type or range.
        case invalid
        /// `$ref` or `$dynamicRef` leads nowhere, or out of what was given.
        case unresolvableReference
        /// References lead back to the same schema without going into the value.
        case endlessReference
        case unknownKeyword
        /// Keywords or `$schema` of an earlier draft.
        case olderDraft
        /// A meta-schema requires a vocabulary that is not known.
        case unknownVocabulary
        case badPattern
        /// A legal pattern that no linear-time engine matches.
        case unsupportedPattern
        case unknownFormat
        case tooComplex

        package var code: DiagnosticCode {
            switch self {
            case .invalid, .endlessReference, .unknownVocabulary, .tooComplex: DiagnosticCode(4101)
            case .unresolvableReference: DiagnosticCode(4102)
            case .unknownKeyword, .olderDraft: DiagnosticCode(4103)
            case .badPattern: DiagnosticCode(4106)
            case .unsupportedPattern: DiagnosticCode(4107)
            case .unknownFormat: DiagnosticCode(4108)
            }
        }
    }

    package var kind: Kind
    /// Warnings leave a usable schema.
    package var isError: Bool
    /// JSON Pointer into the schema document; for a mistake in another resource, its URI with the pointer as fragment.
    package var pointer: String
    package var keyword: String?
    /// One sentence without a full stop.
    package var message: String
    package var help: String?
    /// What a misspelt keyword was probably meant to be.
    package var suggestion: String?

    package init(
        _ kind: Kind, isError: Bool = true, at pointer: String, keyword: String? = nil, message: String, help: String? = nil,
        suggestion: String? = nil
    ) {
        self.kind = kind
        self.isError = isError
        self.pointer = pointer
        self.keyword = keyword
        self.message = message
        self.help = help
        self.suggestion = suggestion
    }
}

extension [SchemaProblem] {
    /// By place; mistakes at one place stay in the order in which they were found.
    func sorted() -> [SchemaProblem] {
        enumerated().sorted { lhs, rhs in
            let (a, b) = (lhs.element.pointer.utf8, rhs.element.pointer.utf8)
            return a.elementsEqual(b) ? lhs.offset < rhs.offset : a.lexicographicallyPrecedes(b)
        }.map(\.element)
    }
}

/// One way in which an instance does not fit a schema.
package struct SchemaViolation: Sendable, Hashable {
    /// JSON Pointer to the part of the instance; empty for all of it.
    package var instancePointer: String
    /// JSON Pointer to the keyword in the schema document; in another resource, its URI with the pointer as fragment.
    package var schemaPointer: String
    package var keyword: String
    /// One sentence without a full stop, not naming the place.
    package var message: String

    package init(instancePointer: String, schemaPointer: String, keyword: String, message: String) {
        self.instancePointer = instancePointer
        self.schemaPointer = schemaPointer
        self.keyword = keyword
        self.message = message
    }
}
