import Values

/// `unevaluatedItems` and `unevaluatedProperties` (Core §11): what no other keyword of the schema has looked at.
struct UnevaluatedRules: Sendable {
    var items: SchemaIndex?
    var properties: SchemaIndex?

    func check(_ value: Value, in schema: Subschema, _ run: inout SchemaRun, _ evaluated: inout EvaluatedParts) -> Bool {
        switch value {
        case .list(let list):
            guard let items else { return true }
            let isValid = check(list, items, in: schema, &run, evaluated)
            evaluated.insertAllItems()
            return isValid
        case .map(let map):
            guard let properties else { return true }
            let isValid = check(map, properties, in: schema, &run, evaluated)
            evaluated.insertAllFields()
            return isValid
        default: return true
        }
    }

    private func check(
        _ list: [Value], _ items: SchemaIndex, in schema: Subschema, _ run: inout SchemaRun, _ evaluated: EvaluatedParts
    ) -> Bool {
        var isValid = true
        for (position, item) in list.enumerated() where !evaluated.containsItem(position) {
            let fits =
                run.program.schemas[items].acceptsNothing
                ? run.fail(schema, "unevaluatedItems", "unexpected item", at: .item(position))
                : run.check(items, item, at: .item(position))
            if fits { continue }
            isValid = false
            if !run.reports || run.exceeded != nil { return false }
        }
        return isValid
    }

    private func check(
        _ map: ValueMap, _ properties: SchemaIndex, in schema: Subschema, _ run: inout SchemaRun, _ evaluated: EvaluatedParts
    ) -> Bool {
        var isValid = true
        for (position, (key, value)) in map.enumerated() where !evaluated.containsField(position) {
            let fits =
                run.program.schemas[properties].acceptsNothing
                ? run.fail(schema, "unevaluatedProperties", "unknown field '\(key.fieldName)'", at: .field(key))
                : run.check(properties, value, at: .field(key))
            if fits { continue }
            isValid = false
            if !run.reports || run.exceeded != nil { return false }
        }
        return isValid
    }
}

extension SchemaCompiler {
    mutating func unevaluatedRules(_ source: SchemaSource) -> UnevaluatedRules? {
        let rules = UnevaluatedRules(
            items: child("unevaluatedItems", of: source, vocabulary: .unevaluated),
            properties: child("unevaluatedProperties", of: source, vocabulary: .unevaluated))
        return rules.items == nil && rules.properties == nil ? nil : rules
    }
}
