import Values

/// How many steps an expression may take, before it runs: loops inside each other over lists of unknown length.
enum CostEstimate {
    /// The length at which a list is not yet unusual.
    static let assumedLength = 100

    /// What is over the budget of an evaluation with lists of that length (WF3116).
    static func problem(of root: SyntaxNode) -> ExpressionProblem? {
        guard root.nestedLoops > 1 else { return nil }
        let steps = steps(of: root)
        let limit = EvaluationLimits.standard.steps
        guard steps > limit, let loop = costliestLoop(in: root) else { return nil }
        let shown = steps >= 1_000_000_000 ? "over 1000000000" : "about \(steps)"
        return ExpressionProblem(
            .tooComplex, "with lists of \(assumedLength) items this takes \(shown) steps, and \(limit) are allowed",
            at: loop.range, isError: false, label: "loops inside each other",
            help: "bring the lists into maps first, with toMap() or groupBy() in a `let`, and look up in them")
    }

    /// Saturates: what is far over the budget need not be exact.
    private static func steps(of node: SyntaxNode) -> Int {
        guard case .comprehension(let loop) = node.kind else {
            var sum = 1
            node.kind.forEachChild { sum = min(sum + steps(of: $0), ceiling) }
            return sum
        }
        let round = [loop.condition, loop.body, loop.extra].compactMap { $0 }.reduce(1) { min($0 + steps(of: $1), ceiling) }
        let (rounds, isOver) = round.multipliedReportingOverflow(by: length(of: loop.range))
        return min((isOver ? ceiling : rounds) + steps(of: loop.range), ceiling)
    }

    private static let ceiling = 1_000_000_000

    private static func length(of node: SyntaxNode) -> Int {
        switch node.kind {
        case .list(let elements): elements.count
        case .map(let entries): entries.count
        default: assumedLength
        }
    }

    /// The outermost loop with the deepest nesting.
    private static func costliestLoop(in node: SyntaxNode) -> SyntaxNode? {
        if case .comprehension(let loop) = node.kind, loop.range.nestedLoops < node.nestedLoops { return node }
        var found: SyntaxNode?
        node.kind.forEachChild { child in
            if found == nil, child.nestedLoops == node.nestedLoops { found = costliestLoop(in: child) }
        }
        return found
    }
}
