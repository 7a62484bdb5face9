/// Why an expression has no value this time.
package struct EvaluationFailure: Error, Hashable {
    package enum Kind: String, Sendable, Hashable {
        /// Division by zero, an absent key, a bad conversion: error code `expression`.
        case expression
        /// Too many steps or too large a result: error code `limit.expression`.
        case limit

        /// The error code of the language.
        package var code: String {
            switch self {
            case .expression: "expression"
            case .limit: "limit.expression"
            }
        }
    }

    package var kind: Kind
    package var message: String
    /// The part of the source that failed, in bytes of UTF-8.
    package var range: Range<Int>

    package init(kind: Kind, message: String, range: Range<Int>) {
        self.kind = kind
        self.message = message
        self.range = range
    }
}

/// How much an expression may do.
package struct EvaluationLimits: Sendable, Hashable {
    /// Nodes evaluated, and units of work in functions whose cost grows with their arguments.
    package var steps: Int
    /// Size of the value it results in, and of every value made on the way.
    package var resultBytes: Int

    package init(steps: Int = 1_000_000, resultBytes: Int = 1 << 20) {
        self.steps = steps
        self.resultBytes = resultBytes
    }

    package static let standard = EvaluationLimits()
}
