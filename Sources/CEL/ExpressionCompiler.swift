// CEL: Google's Common Expression Language over our own `Value`.
//
// Invariant: knows nothing of YAML, workflows or time. A compiled expression is a pure function of its variables: no clock,
// no randomness, no I/O, bounded work, and no input makes it crash.
//
// Start at `ExpressionCompiler.compile`: source → `Lexer` → `Parser` (macros expanded) → `Checker` (types, overloads) →
// `Planner` (slots, constants folded) → `CompiledExpression.evaluate`.

/// Turns source text into expressions that can run.
package enum ExpressionCompiler {
    /// All mistakes at once; there is an expression when none of them is an error.
    package static func compile(
        _ source: String, in scope: ExpressionScope, options: ExpressionOptions = .workflow
    ) -> (expression: CompiledExpression?, problems: [ExpressionProblem]) {
        (nil, [ExpressionProblem(.unsupported, "not built yet", at: 0..<source.utf8.count)])
    }
}

extension ExpressionScope {
    /// The scope as it is known to be where `condition` has turned out `outcome`: paths compared with null lose their `?`.
    package func assuming(_ condition: CompiledExpression, is outcome: Bool) -> ExpressionScope { self }
}
