package import Diagnostics

/// A mistake in an expression, found before it runs.
package struct ExpressionProblem: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable {
        /// WF3101.
        case syntax
        /// WF3103.
        case unknownName
        /// WF3104.
        case unknownField
        /// WF3105.
        case noOverload
        /// WF3106: unknown, or called with the wrong number of arguments.
        case unknownFunction
        /// WF2106: a comprehension's variable hides one in sight.
        case shadowing
        /// WF3110.
        case mayBeNull
        /// WF3112.
        case alwaysSame
        /// WF3113.
        case constantFails
        /// WF3114: `x == true`, double negation.
        case redundant
        /// WF3116.
        case tooComplex
        /// WF3117: a part of CEL that needs protocol buffers.
        case unsupported
        /// WF7101: the clock, randomness, the environment.
        case impure

        package var code: DiagnosticCode {
            switch self {
            case .syntax: DiagnosticCode(3101)
            case .unknownName: DiagnosticCode(3103)
            case .unknownField: DiagnosticCode(3104)
            case .noOverload: DiagnosticCode(3105)
            case .unknownFunction: DiagnosticCode(3106)
            case .shadowing: DiagnosticCode(2106)
            case .mayBeNull: DiagnosticCode(3110)
            case .alwaysSame: DiagnosticCode(3112)
            case .constantFails: DiagnosticCode(3113)
            case .redundant: DiagnosticCode(3114)
            case .tooComplex: DiagnosticCode(3116)
            case .unsupported: DiagnosticCode(3117)
            case .impure: DiagnosticCode(7101)
            }
        }
    }

    /// Other source in place of a part of it that mends the mistake.
    package struct Replacement: Sendable, Hashable {
        /// Bytes of the source in UTF-8.
        package var range: Range<Int>
        package var text: String
    }

    package var kind: Kind
    /// Otherwise a warning.
    package var isError: Bool
    package var message: String
    /// Bytes of the source in UTF-8.
    package var range: Range<Int>
    /// A few words under the mark.
    package var label: String?
    /// What to do, in one sentence.
    package var help: String?
    package var fix: Replacement?

    package init(
        _ kind: Kind, _ message: String, at range: Range<Int>, isError: Bool = true, label: String? = nil, help: String? = nil,
        fix: Replacement? = nil
    ) {
        self.kind = kind
        self.isError = isError
        self.message = message
        self.range = range
        self.label = label
        self.help = help
        self.fix = fix
    }
}
