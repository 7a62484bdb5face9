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
        let bytes = Array(source.utf8)
        let tree: (root: SyntaxNode, nodeCount: Int)
        do { tree = try Parser.parse(bytes) } catch { return (nil, [error.problem]) }
        var (checked, problems) = Checker.check(
            tree.root, of: bytes, nodeCount: tree.nodeCount, in: scope, options: options)
        if problems.contains(where: \.isError) { return (nil, inOrder(problems)) }
        let planned = Planner.plan(checked, options: options)
        problems += planned.problems
        if planned.problems.contains(where: \.isError) { return (nil, inOrder(problems)) }
        let expression = CompiledExpression(
            source: source, type: checked.types[checked.root.id], slots: planned.slots,
            constant: (planned.root as? ConstantNode)?.value, firstUseOfAny: checked.firstUseOfAny,
            flow: checked.flow, plan: planned.root, options: options,
            localCount: checked.localCount, factsWhenTrue: checked.factsWhenTrue, factsWhenFalse: checked.factsWhenFalse)
        return (expression, inOrder(problems))
    }

    private static func inOrder(_ problems: [ExpressionProblem]) -> [ExpressionProblem] {
        if problems.count < 2 { return problems }
        return problems.enumerated().sorted { a, b in
            let (left, right) = (a.element.range.lowerBound, b.element.range.lowerBound)
            return left == right ? a.offset < b.offset : left < right
        }.map(\.element)
    }
}
