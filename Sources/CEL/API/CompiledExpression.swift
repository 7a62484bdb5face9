package import Values

/// An expression that has been parsed, checked and planned, ready to run any number of times.
package struct CompiledExpression: Sendable {
    package let source: String
    package let type: StaticType
    /// The slots it reads, ascending, each once.
    package let slots: [Int]
    /// Its value, when it has no variables and does not fail.
    package let constant: Value?

    /// Where first something is done with a value of type `any` that could be checked if its type were known.
    package let firstUseOfAny: Range<Int>?
    package let flow: ExpressionFlow

    let plan: any PlanNode
    let options: ExpressionOptions
    let localCount: Int
    let factsWhenTrue: Facts
    let factsWhenFalse: Facts

    /// Its value under these variables.
    package func evaluate(
        _ variables: some SlotSource, limits: EvaluationLimits = .standard
    ) throws(EvaluationFailure) -> Value {
        if let constant { return constant }
        let run = Evaluation(variables, options: options, limits: limits, localCount: localCount)
        let value = try plan.evaluate(run)
        do { try run.admit(value) } catch { throw error.at(plan.range) }
        return value
    }
}
