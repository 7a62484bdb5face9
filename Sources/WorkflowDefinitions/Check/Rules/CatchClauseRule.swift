import Diagnostics
import YAMLSyntax

/// A `catch` clause can match (WF2115): no earlier clause takes all it names, and something inside may raise it.
enum CatchClauseRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        let definition = subject.definition
        if let list = definition.catches {
            check(list, report) { RaisedErrors(of: definition.steps, in: subject.project) }
        }
        definition.forEachStep { step, _ in
            guard let list = step.modifiers.catches else { return }
            check(list, report) { RaisedErrors(inside: step, in: subject.project) }
        }
    }

    private static func check(_ list: CatchList, _ report: (Diagnostic) -> Void, raised: () -> RaisedErrors) {
        var errors: RaisedErrors?
        // Those that no condition keeps from taking what they name.
        var earlier: [(position: Int, patterns: [String])] = []
        for (position, clause) in list.clauses.enumerated() {
            let patterns = clause.patterns
            let taking = earlier.first { taken in
                patterns.allSatisfy { code in taken.patterns.contains { ErrorCodes.covers($0, code) } }
            }
            if let taking {
                report(.clauseAfterCatchAll(clause, earlier: list.clauses[taking.position]))
                continue
            }
            if clause.condition == nil { earlier.append((position, patterns)) }
            guard !clause.errors.isEmpty else { continue }
            let known = errors ?? raised()
            errors = known
            for code in clause.errors where !known.mayBe(code.value) {
                report(.neverRaised(code, known: known.known))
            }
        }
    }
}

extension CatchList.Clause {
    /// Without `errors` it takes all.
    var patterns: [String] { errors.isEmpty ? ["*"] : errors.map(\.value) }

    /// Its codes, or where it begins.
    var mark: SourceRange { errors.first?.range ?? range.firstLine }
}
