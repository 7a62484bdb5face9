import Diagnostics
import Values

/// `type`, `enum`, `const`: for values of any kind (Validation §6.1).
struct ValueRules: Sendable {
    var types: [JSONKind]?
    /// In the form of `JSON.normalised`, under which JSON Schema's equality is plain equality.
    var allowed: [Value]?
    var constant: Value?

    func check(_ value: Value, in schema: Subschema, _ run: inout SchemaRun) -> Bool {
        var isValid = true
        if let types, !Self.fits(value, types) {
            let message = "expected \(Words.list(types.map(\.word))), found \(Self.found(value, types))"
            isValid = run.fail(schema, "type", message, expected: types)
        }
        guard allowed != nil || constant != nil, isValid, run.spend(allowed?.count ?? 1) else { return isValid }
        let normalised = JSON.normalised(value)
        if let allowed, !allowed.contains(normalised) {
            isValid = run.fail(schema, "enum", Self.message(expecting: allowed, found: normalised))
        }
        if let constant, constant != normalised {
            isValid = run.fail(schema, "const", "expected \(constant.excerpt), found \(value.excerpt)")
        }
        return isValid
    }

    private static func fits(_ value: Value, _ types: [JSONKind]) -> Bool {
        let kind = value.jsonKind
        return types.contains(kind) || kind == .integer && types.contains(.number)
    }

    /// A number where an integer is expected is shown: "number" alone would not say what is wrong with it.
    private static func found(_ value: Value, _ types: [JSONKind]) -> String {
        let kind = value.jsonKind
        return kind == .number && types.contains(.integer) ? "number \(value.excerpt)" : kind.word
    }

    private static func message(expecting allowed: [Value], found: Value) -> String {
        if allowed.count == 1 { return "expected \(allowed[0].excerpt), found \(found.excerpt)" }
        let message = "expected \(Words.choice(allowed.map(\.excerpt))), found \(found.excerpt)"
        guard let text = found.stringValue, let near = closestMatch(to: text, among: allowed.compactMap(\.stringValue)) else {
            return message
        }
        return message + "; did you mean \(Value.string(near).excerpt)?"
    }
}

extension SchemaCompiler {
    mutating func valueRules(_ source: SchemaSource) -> ValueRules? {
        let rules = ValueRules(
            types: types(source), allowed: allowedValues(source),
            constant: value("const", of: source, vocabulary: .validation).map(JSON.normalised))
        return rules.types == nil && rules.allowed == nil && rules.constant == nil ? nil : rules
    }

    private mutating func types(_ source: SchemaSource) -> [JSONKind]? {
        guard let value = value("type", of: source, vocabulary: .validation) else { return nil }
        var types: [JSONKind] = []
        let names: [Value]
        switch value {
        case .string: names = [value]
        case .list(let items) where !items.isEmpty: names = items
        default:
            reportInvalid("type", of: source, "must be the name of a type or a non-empty list of such names")
            return nil
        }
        for name in names {
            guard case .string(let text) = name, let kind = JSONKind(rawValue: text) else {
                let known = JSONKind.allCases.map(\.rawValue)
                reportInvalid(
                    "type", of: source, "names no type: \(name.excerpt)", help: "the types are \(Words.list(known, "and"))")
                return nil
            }
            if types.contains(kind) { reportInvalid("type", of: source, "names '\(text)' twice") }
            types.append(kind)
        }
        return types
    }

    private mutating func allowedValues(_ source: SchemaSource) -> [Value]? {
        guard let value = value("enum", of: source, vocabulary: .validation) else { return nil }
        guard case .list(let items) = value else {
            reportInvalid("enum", of: source, "must be a list of values, found \(value.jsonKind.word)")
            return nil
        }
        return items.map(JSON.normalised)
    }
}
