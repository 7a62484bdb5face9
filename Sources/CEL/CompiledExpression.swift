package import Values

/// An expression that has been parsed, checked and planned, ready to run any number of times.
package struct CompiledExpression: Sendable {
    package let source: String
    package let type: StaticType
    /// The slots it reads, ascending, each once.
    package let slots: [Int]
    /// Its value, when it has no variables and does not fail.
    package let constant: Value?

    /// Its value under these variables.
    package func evaluate(
        _ variables: some SlotSource, limits: EvaluationLimits = .standard
    ) throws(EvaluationFailure) -> Value {
        if let constant { return constant }
        throw EvaluationFailure(kind: .expression, message: "not built yet", range: 0..<source.utf8.count)
    }
}

/// Why an expression has no value this time.
package struct EvaluationFailure: Error, Hashable {
    package enum Kind: String, Sendable, Hashable {
        /// Division by zero, an absent key, a bad conversion: error code `expression`.
        case expression
        /// Too many steps or too large a result: error code `limit.expression`.
        case limit
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
