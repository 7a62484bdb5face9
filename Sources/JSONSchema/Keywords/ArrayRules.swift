import Values

/// `prefixItems`, `items`, `contains` (Core §10.3.1) and the bounds of lists (Validation §6.4).
struct ArrayRules: Sendable {
    var prefix: [SchemaIndex] = []
    var items: SchemaIndex?
    var contains: SchemaIndex?
    /// Of items that fit `contains`.
    var minContains = 1
    var maxContains: Int?
    var minItems: Int?
    var maxItems: Int?
    var uniqueItems = false

    func check(_ value: Value, in schema: Subschema, _ run: inout SchemaRun, _ evaluated: inout EvaluatedParts) -> Bool {
        guard case .list(let list) = value else { return true }
        let boundsHold = checkBounds(list, in: schema, &run)
        if !boundsHold && !run.reports { return false }
        let itemsFit = checkItems(list, in: schema, &run, &evaluated)
        if !itemsFit && !run.reports { return false }
        let containsEnough = checkContains(list, in: schema, &run, &evaluated)
        return boundsHold && itemsFit && containsEnough
    }

    private func checkBounds(_ list: [Value], in schema: Subschema, _ run: inout SchemaRun) -> Bool {
        var isValid = true
        if let minItems, list.count < minItems {
            isValid = run.fail(schema, "minItems", "expected at least \(Words.counted(minItems, "item")), found \(list.count)")
        }
        if let maxItems, list.count > maxItems {
            isValid = run.fail(schema, "maxItems", "expected at most \(Words.counted(maxItems, "item")), found \(list.count)")
        }
        if uniqueItems, list.count > 1 {
            guard run.spend(list.count) else { return false }
            if let (first, second) = Self.duplicates(in: list) {
                isValid = run.fail(schema, "uniqueItems", "items \(first) and \(second) are equal: \(list[first].excerpt)")
            }
        }
        return isValid
    }

    private static func duplicates(in list: [Value]) -> (Int, Int)? {
        var positions: [Value: Int] = [:]
        for (position, item) in list.enumerated() {
            if let first = positions.updateValue(position, forKey: JSON.normalised(item)) { return (first, position) }
        }
        return nil
    }

    private func checkItems(
        _ list: [Value], in schema: Subschema, _ run: inout SchemaRun, _ evaluated: inout EvaluatedParts
    ) -> Bool {
        var isValid = true
        for (position, (index, item)) in zip(prefix, list).enumerated() where !run.check(index, item, at: .item(position)) {
            isValid = false
            if !run.reports { return false }
        }
        evaluated.insertFirstItems(prefix.count)
        guard let items else { return isValid }
        evaluated.insertAllItems()
        for position in list.indices.dropFirst(prefix.count) {
            if run.program.schemas[items].acceptsNothing {
                return run.fail(
                    schema, "items", "expected at most \(Words.counted(prefix.count, "item")), found \(list.count)",
                    at: .item(position))
            }
            if run.check(items, list[position], at: .item(position)) { continue }
            isValid = false
            if !run.reports || run.exceeded != nil { return false }
        }
        return isValid
    }

    private func checkContains(
        _ list: [Value], in schema: Subschema, _ run: inout SchemaRun, _ evaluated: inout EvaluatedParts
    ) -> Bool {
        guard let contains else { return true }
        var count = 0
        for (position, item) in list.enumerated() {
            if run.silently({ $0.check(contains, item) }) {
                count += 1
                evaluated.insertItem(position)
            }
            if run.exceeded != nil { return false }
        }
        if count < minContains {
            return run.fail(
                schema, minContains == 1 ? "contains" : "minContains",
                "expected at least \(Words.counted(minContains, "item")) that fit 'contains', found \(count)")
        }
        if let maxContains, count > maxContains {
            return run.fail(
                schema, "maxContains",
                "expected at most \(Words.counted(maxContains, "item")) that fit 'contains', found \(count)")
        }
        return true
    }
}

extension SchemaCompiler {
    mutating func arrayRules(_ source: SchemaSource) -> ArrayRules? {
        var rules = ArrayRules()
        rules.prefix = children("prefixItems", of: source)
        rules.items = child("items", of: source)
        rules.contains = child("contains", of: source)
        rules.minContains = count("minContains", of: source) ?? 1
        rules.maxContains = count("maxContains", of: source)
        rules.minItems = count("minItems", of: source)
        rules.maxItems = count("maxItems", of: source)
        rules.uniqueItems = flag("uniqueItems", of: source, vocabulary: .validation) ?? false
        let isEmpty =
            rules.prefix.isEmpty && rules.items == nil && rules.contains == nil && rules.minItems == nil
            && rules.maxItems == nil && !rules.uniqueItems
        return isEmpty ? nil : rules
    }
}
