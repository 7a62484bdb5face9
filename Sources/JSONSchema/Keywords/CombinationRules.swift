import Values

/// `allOf`, `anyOf`, `oneOf`, `not`, `if`/`then`/`else`: schemas for the same value (Core §10.2).
struct CombinationRules: Sendable {
    var allOf: [SchemaIndex] = []
    var anyOf: [SchemaIndex] = []
    var oneOf: [SchemaIndex] = []
    var not: SchemaIndex?
    var condition: SchemaIndex?
    var consequence: SchemaIndex?
    var alternative: SchemaIndex?

    var all: [SchemaIndex] { allOf + anyOf + oneOf + [not, condition, consequence, alternative].compactMap(\.self) }

    func check(_ value: Value, in schema: Subschema, _ run: inout SchemaRun, _ evaluated: inout EvaluatedParts) -> Bool {
        var isValid = true
        for index in allOf where !run.check(index, value, &evaluated) {
            isValid = false
            if !run.reports || run.exceeded != nil { return false }
        }
        if !anyOf.isEmpty { isValid = checkAnyOf(value, in: schema, &run, &evaluated) && isValid }
        guard isValid || run.reports else { return false }
        if !oneOf.isEmpty { isValid = checkOneOf(value, in: schema, &run, &evaluated) && isValid }
        guard isValid || run.reports else { return false }
        if let not, run.silently({ $0.check(not, value) }) {
            isValid = run.fail(schema, "not", "the value fits the schema that 'not' excludes: \(value.excerpt)")
        }
        return checkCondition(value, &run, &evaluated) && isValid
    }

    private func checkAnyOf(
        _ value: Value, in schema: Subschema, _ run: inout SchemaRun, _ evaluated: inout EvaluatedParts
    ) -> Bool {
        var failures: [[FoundViolation]] = []
        var fits = false
        for index in anyOf {
            let (isValid, found) = run.apart { $0.check(index, value, &evaluated) }
            if run.exceeded != nil { return false }
            if isValid { fits = true } else { failures.append(found) }
            // All that fit count as having evaluated their parts; otherwise one is enough.
            if fits && !evaluated.isTracked { return true }
        }
        return fits || run.failAlternatives(schema, "anyOf", failures)
    }

    private func checkOneOf(
        _ value: Value, in schema: Subschema, _ run: inout SchemaRun, _ evaluated: inout EvaluatedParts
    ) -> Bool {
        var failures: [[FoundViolation]] = []
        var fitting: [Int] = []
        for (position, index) in oneOf.enumerated() {
            let (isValid, found) = run.apart { $0.check(index, value, &evaluated) }
            if run.exceeded != nil { return false }
            if isValid { fitting.append(position) } else { failures.append(found) }
            if fitting.count > 1 && !run.reports { return false }
        }
        if fitting.count == 1 { return true }
        if fitting.isEmpty { return run.failAlternatives(schema, "oneOf", failures) }
        let positions = Words.list(fitting.map(String.init), "and")
        return run.fail(schema, "oneOf", "fits the alternatives \(positions) of 'oneOf', expected exactly one")
    }

    private func checkCondition(_ value: Value, _ run: inout SchemaRun, _ evaluated: inout EvaluatedParts) -> Bool {
        guard let condition else { return true }
        let holds = run.silently { $0.check(condition, value, &evaluated) }
        guard run.exceeded == nil else { return false }
        return (holds ? consequence : alternative).map { run.check($0, value, &evaluated) } ?? true
    }
}

extension SchemaRun {
    /// Says why no alternative fits, as helpfully as can be: what is wrong with the one that was evidently meant, or which
    /// types would have done, or the first reason of each.
    fileprivate mutating func failAlternatives(_ schema: Subschema, _ keyword: String, _ failures: [[FoundViolation]]) -> Bool {
        guard reports else { return false }
        let depth = currentDepth
        let candidates = failures.filter { !$0.contains { isAboutKind($0, depth: depth) } }
        if candidates.count == 1, failures.count > 1, let meant = candidates.first, !meant.isEmpty {
            add(meant)
            return false
        }
        if failures.count == 1, let only = failures.first, !only.isEmpty {
            add(only)
            return false
        }
        let types = failures.map { $0.count == 1 && $0[0].path.count == depth ? $0[0].expected : [] }
        if let first = failures.first?.first, types.allSatisfy({ !$0.isEmpty }) {
            var expected: [JSONKind] = []
            for type in types.joined() where !expected.contains(type) { expected.append(type) }
            let found = first.message.split(separator: "found ", maxSplits: 1).last.map(String.init) ?? ""
            return fail(schema, keyword, "expected \(Words.list(expected.map(\.word))), found \(found)", expected: expected)
        }
        var reasons: [String] = []
        for failure in failures {
            guard let first = failure.first else { continue }
            let place = first.path.dropFirst(depth).map(\.token).joined(separator: "/")
            let reason = place.isEmpty ? first.message : "\(place): \(first.message)"
            if !reasons.contains(reason) { reasons.append(reason) }
        }
        let shown = reasons.prefix(3).joined(separator: "; or ") + (reasons.count > 3 ? "; …" : "")
        return fail(schema, keyword, "fits none of \(failures.count) alternatives: \(shown)")
    }

    /// Whether a violation shows that another alternative was meant: the value itself, or a field that tells alternatives
    /// apart, is of another kind.
    private func isAboutKind(_ violation: FoundViolation, depth: Int) -> Bool {
        switch violation.keyword {
        case "type": violation.path.count == depth
        case "const", "enum": violation.path.count <= depth + 1
        case "": true
        default: false
        }
    }
}

extension SchemaCompiler {
    mutating func combinationRules(_ source: SchemaSource) -> CombinationRules? {
        let rules = CombinationRules(
            allOf: children("allOf", of: source), anyOf: children("anyOf", of: source), oneOf: children("oneOf", of: source),
            not: child("not", of: source), condition: child("if", of: source), consequence: child("then", of: source),
            alternative: child("else", of: source))
        return rules.all.isEmpty ? nil : rules
    }
}
