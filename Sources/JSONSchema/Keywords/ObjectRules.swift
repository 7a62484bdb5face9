import Diagnostics
import LinearRegex
import Values

/// `properties` and their like (Core §10.3.2), dependencies (§10.2.2.4, Validation §6.5.4) and the bounds of objects.
struct ObjectRules: Sendable {
    struct PatternProperty: Sendable {
        var pattern: LinearRegularExpression
        var schema: SchemaIndex
    }

    /// A field that `properties` or `required` names.
    struct NamedField: Sendable {
        var key: MapKey
        var schema: SchemaIndex?
        var isRequired = false
    }

    /// In key order, as maps are: both are walked side by side.
    var namedFields: [NamedField] = []
    var patterns: [PatternProperty] = []
    var additional: SchemaIndex?
    var names: SchemaIndex?
    /// As they were written.
    var required: [String] = []
    var dependentRequired: [(field: String, needs: [String])] = []
    var dependentSchemas: [(field: String, schema: SchemaIndex)] = []
    var minProperties: Int?
    var maxProperties: Int?

    func check(_ value: Value, in schema: Subschema, _ run: inout SchemaRun, _ evaluated: inout EvaluatedParts) -> Bool {
        guard case .map(let map) = value else { return true }
        let boundsHold = checkBounds(map, in: schema, &run)
        if !boundsHold && !run.reports { return false }
        let namesFit = checkNames(map, in: schema, &run)
        if !namesFit && !run.reports { return false }
        let fieldsFit = checkFields(map, in: schema, &run, &evaluated)
        if !fieldsFit && !run.reports { return false }
        let dependenciesHold = checkDependencies(map, value, in: schema, &run, &evaluated)
        return boundsHold && namesFit && fieldsFit && dependenciesHold
    }

    private func checkBounds(_ map: ValueMap, in schema: Subschema, _ run: inout SchemaRun) -> Bool {
        guard run.spend(required.count / 8) else { return false }
        var isValid = true
        if let minProperties, map.count < minProperties {
            isValid = run.fail(
                schema, "minProperties", "expected at least \(Words.counted(minProperties, "field")), found \(map.count)")
        }
        if let maxProperties, map.count > maxProperties {
            isValid = run.fail(
                schema, "maxProperties", "expected at most \(Words.counted(maxProperties, "field")), found \(map.count)")
        }
        return isValid
    }

    private func checkNames(_ map: ValueMap, in schema: Subschema, _ run: inout SchemaRun) -> Bool {
        guard let names else { return true }
        var isValid = true
        for key in map.keys {
            let (fits, reasons) = run.apart { $0.check(names, .string(key.fieldName), at: .field(key)) }
            if fits { continue }
            let reason = reasons.first.map { ": " + $0.message } ?? ""
            isValid = run.fail(
                schema, "propertyNames", "field name '\(key.fieldName)' is not allowed\(reason)", at: .field(key))
            if !run.reports || run.exceeded != nil { return false }
        }
        return isValid
    }

    private func checkFields(
        _ map: ValueMap, in schema: Subschema, _ run: inout SchemaRun, _ evaluated: inout EvaluatedParts
    ) -> Bool {
        guard !namedFields.isEmpty || !patterns.isEmpty || additional != nil else { return true }
        var isValid = true
        var missing = required.count
        var cursor = 0
        for (position, (key, value)) in map.enumerated() {
            let named = namedField(key, from: &cursor)
            if let named, named.isRequired { missing -= 1 }
            if check(field: key, named?.schema, value, at: position, in: schema, &run, &evaluated) { continue }
            isValid = false
            if !run.reports || run.exceeded != nil { return false }
        }
        if missing == 0 { return isValid }
        for name in required where map[name] == nil {
            isValid = run.fail(schema, "required", "missing field '\(name)'")
        }
        return isValid
    }

    /// What is said of a field by name; the cursor goes along with the fields of a map.
    private func namedField(_ key: MapKey, from cursor: inout Int) -> NamedField? {
        guard cursor < namedFields.count else { return nil }
        if namedFields[cursor].key != key {
            // Not one by one: many small objects may meet a schema of many fields.
            var end = namedFields.count
            while cursor < end {
                let middle = (cursor + end) / 2
                if namedFields[middle].key < key { cursor = middle + 1 } else { end = middle }
            }
            guard cursor < namedFields.count, namedFields[cursor].key == key else { return nil }
        }
        defer { cursor += 1 }
        return namedFields[cursor]
    }

    private func check(
        field key: MapKey, _ named: SchemaIndex?, _ value: Value, at position: Int, in schema: Subschema,
        _ run: inout SchemaRun, _ evaluated: inout EvaluatedParts
    ) -> Bool {
        var isKnown = false
        var isValid = true
        if let named {
            isKnown = true
            isValid = run.check(named, value, at: .field(key))
        }
        let name = patterns.isEmpty ? "" : key.fieldName
        for pattern in patterns where pattern.pattern.matches(name) {
            isKnown = true
            isValid = run.check(pattern.schema, value, at: .field(key)) && isValid
        }
        if !patterns.isEmpty, !run.spend(patterns.count) { return false }
        if !isKnown, let additional {
            isKnown = true
            isValid =
                run.program.schemas[additional].acceptsNothing
                ? run.fail(schema, "additionalProperties", unknownField(key.fieldName), at: .field(key))
                : run.check(additional, value, at: .field(key))
        }
        if isKnown { evaluated.insertField(position) }
        return isValid
    }

    private func unknownField(_ name: String) -> String {
        let propertyNames = namedFields.filter { $0.schema != nil }.map(\.key.fieldName)
        if propertyNames.isEmpty { return "unknown field '\(name)'" + (patterns.isEmpty ? ", expected no fields" : "") }
        if let near = closestMatch(to: name, among: propertyNames) { return "unknown field '\(name)', did you mean '\(near)'?" }
        return "unknown field '\(name)', expected \(Words.choice(propertyNames.map { "'\($0)'" }))"
    }

    private func checkDependencies(
        _ map: ValueMap, _ value: Value, in schema: Subschema, _ run: inout SchemaRun, _ evaluated: inout EvaluatedParts
    ) -> Bool {
        var isValid = true
        for (field, needs) in dependentRequired where map[field] != nil {
            for name in needs where map[name] == nil {
                isValid = run.fail(schema, "dependentRequired", "missing field '\(name)', which '\(field)' needs")
            }
        }
        for (field, dependent) in dependentSchemas where map[field] != nil {
            isValid = run.check(dependent, value, &evaluated) && isValid
        }
        return isValid
    }
}

extension SchemaCompiler {
    mutating func objectRules(_ source: SchemaSource) -> ObjectRules? {
        var rules = ObjectRules()
        rules.patterns = namedChildren("patternProperties", of: source).compactMap { name, schema in
            let pointer = pointer(to: "patternProperties", of: source) + "/" + JSONPointer.escaped(name)
            return expression(name, at: pointer, keyword: "patternProperties").map { .init(pattern: $0, schema: schema) }
        }
        rules.additional = child("additionalProperties", of: source)
        rules.names = child("propertyNames", of: source)
        rules.required = names("required", of: source)
        rules.namedFields = namedFields(namedChildren("properties", of: source), required: rules.required)
        rules.dependentRequired = dependentRequired(source)
        rules.dependentSchemas = namedChildren("dependentSchemas", of: source).map { ($0.name, $0.schema) }
        addDependencies(of: source, to: &rules)
        rules.minProperties = count("minProperties", of: source)
        rules.maxProperties = count("maxProperties", of: source)
        return rules.isEmpty ? nil : rules
    }

    private func namedFields(
        _ properties: [(name: String, schema: SchemaIndex)], required: [String]
    ) -> [ObjectRules.NamedField] {
        var fields: [MapKey: ObjectRules.NamedField] = [:]
        for (name, schema) in properties { fields[.string(name)] = .init(key: .string(name), schema: schema) }
        for name in required { fields[.string(name), default: .init(key: .string(name))].isRequired = true }
        return fields.values.sorted { $0.key < $1.key }
    }

    private mutating func dependentRequired(_ source: SchemaSource) -> [(field: String, needs: [String])] {
        guard let value = value("dependentRequired", of: source, vocabulary: .validation) else { return [] }
        guard case .map(let map) = value else {
            reportInvalid("dependentRequired", of: source, "must be an object, found \(value.jsonKind.word)")
            return []
        }
        return map.compactMap { key, value in
            names(in: value, "dependentRequired", of: source).map { (key.fieldName, $0) }
        }
    }

    /// `dependencies` of draft 7, which 2020-12 reserves: a list of names or a schema per field.
    private mutating func addDependencies(of source: SchemaSource, to rules: inout ObjectRules) {
        guard let value = value("dependencies", of: source, vocabulary: .applicator) else { return }
        guard case .map(let map) = value else {
            reportInvalid("dependencies", of: source, "must be an object, found \(value.jsonKind.word)")
            return
        }
        for (key, dependency) in map {
            if isSchema(dependency) {
                let location = source.location.appending("dependencies", key.fieldName)
                rules.dependentSchemas.append((key.fieldName, index(at: location)))
            } else if let names = names(in: dependency, "dependencies", of: source) {
                rules.dependentRequired.append((key.fieldName, names))
            }
        }
    }
}

extension ObjectRules {
    fileprivate var isEmpty: Bool {
        namedFields.isEmpty && patterns.isEmpty && additional == nil && names == nil
            && dependentRequired.isEmpty && dependentSchemas.isEmpty && minProperties == nil && maxProperties == nil
    }
}
