import JSONSchema
import Values
import YAMLSyntax

/// Two keywords of one schema that no value satisfies together.
struct SchemaConflict {
    let keyword: String
    /// The way to the other one.
    let other: [String]
    /// As in "no value fits this schema: …".
    let reason: String

    private init(_ keyword: String, _ other: String?, _ reason: String) {
        self.init(keyword, way: other.map { [$0] } ?? [], reason)
    }

    private init(_ keyword: String, way: [String], _ reason: String) {
        self.keyword = keyword
        other = way
        self.reason = reason
    }

    init?(in part: SchemaDocument.Part, of document: SchemaDocument) {
        let schema = part.map
        let found =
            Self.limits(schema) ?? Self.enumeration(part, document) ?? Self.requirements(schema, document)
            ?? Self.combination(schema, document)
        guard let found else { return nil }
        self = found
    }

    // MARK: Limits

    /// Only where the type lets nothing else in: `minimum` says nothing about texts.
    private static let limits: [(type: String, lower: String, upper: String)] = [
        ("string", "minLength", "maxLength"), ("array", "minItems", "maxItems"), ("object", "minProperties", "maxProperties"),
    ]

    private static func limits(_ schema: ValueMap) -> SchemaConflict? {
        guard let types = types(schema), types.count == 1, let type = types.first else { return nil }
        for limit in limits where limit.type == type {
            guard let low = number(schema[limit.lower]), let high = number(schema[limit.upper]), low > high else { continue }
            return SchemaConflict(limit.upper, limit.lower, "`\(limit.lower)` is more than `\(limit.upper)`")
        }
        if type == "number" || type == "integer" { return range(schema, isInteger: type == "integer") }
        if type == "array", schema["items"]?.boolValue == false, let low = number(schema["minItems"]) {
            let fixed = schema["prefixItems"]?.listValue?.count ?? 0
            if low > Double(fixed) { return SchemaConflict("minItems", "items", "`items: false` allows only \(fixed) items") }
        }
        return nil
    }

    private static func range(_ schema: ValueMap, isInteger: Bool) -> SchemaConflict? {
        for lower in ["minimum", "exclusiveMinimum"] {
            for upper in ["maximum", "exclusiveMaximum"] {
                guard let low = number(schema[lower]), let high = number(schema[upper]) else { continue }
                let isOpen = lower == "exclusiveMinimum" || upper == "exclusiveMaximum"
                if low > high || low == high && isOpen {
                    return SchemaConflict(upper, lower, "`\(lower)` is not below `\(upper)`")
                }
                let first = lower == "minimum" ? low.rounded(.up) : low.rounded(.down) + 1
                let last = upper == "maximum" ? high.rounded(.down) : high.rounded(.up) - 1
                if isInteger, first > last, abs(low) < 1e15, abs(high) < 1e15 {
                    return SchemaConflict(upper, lower, "there is no integer between `\(lower)` and `\(upper)`")
                }
            }
        }
        return nil
    }

    // MARK: Members

    /// Every member contradicts another keyword of the schema.
    private static func enumeration(_ part: SchemaDocument.Part, _ document: SchemaDocument) -> SchemaConflict? {
        for keyword in ["enum", "const"] {
            guard let value = part.map[keyword] else { continue }
            let members = keyword == "const" ? [value] : value.listValue ?? []
            if members.isEmpty { return SchemaConflict(keyword, nil, "`enum` has no members") }
            guard part.map.count > 1, let compiled = document.compiled(part), !members.contains(where: compiled.accepts) else {
                continue
            }
            let other = members.count == 1 ? compiled.validate(members[0]).first { $0.keyword != keyword }?.keyword : nil
            return SchemaConflict(
                keyword, other ?? (part.map["type"] == nil ? nil : "type"),
                keyword == "const"
                    ? "`const` contradicts another keyword" : "every member of `enum` contradicts another keyword")
        }
        return nil
    }

    // MARK: Objects

    private static func requirements(_ schema: ValueMap, _ document: SchemaDocument) -> SchemaConflict? {
        guard types(schema) == ["object"], let required = schema["required"]?.listValue else { return nil }
        if let most = number(schema["maxProperties"]), Double(required.count) > most {
            return SchemaConflict("maxProperties", "required", "`required` names more properties than `maxProperties` allows")
        }
        for name in required.compactMap(\.stringValue) {
            guard let property = schema["properties"]?[name] else { continue }
            if acceptsNothing(document.following(property)) {
                return SchemaConflict(
                    "required", way: ["properties", name], "the property '\(name)' is required, and no value of it is allowed")
            }
        }
        return nil
    }

    private static func acceptsNothing(_ schema: Value) -> Bool {
        if schema.boolValue == false { return true }
        guard let negated = schema["not"] else { return false }
        return negated.boolValue == true || negated.mapValue?.isEmpty == true
    }

    // MARK: Combinations

    private static func combination(_ schema: ValueMap, _ document: SchemaDocument) -> SchemaConflict? {
        if let negated = schema["not"], negated.boolValue == true || negated.mapValue?.isEmpty == true {
            return SchemaConflict("not", nil, "`not` excludes everything")
        }
        guard let all = schema["allOf"]?.listValue else { return nil }
        var allowed = types(schema)
        for member in all {
            let followed = document.following(member)
            if acceptsNothing(followed) { return SchemaConflict("allOf", nil, "a member of `allOf` allows nothing") }
            guard let map = followed.mapValue, let types = types(map) else { continue }
            let common = allowed.map { intersection($0, types) } ?? types
            if common.isEmpty {
                return SchemaConflict(
                    "allOf", schema["type"] == nil ? nil : "type",
                    "the types that the members of `allOf` ask for have nothing in common")
            }
            allowed = common
        }
        return nil
    }

    private static func intersection(_ a: [String], _ b: [String]) -> [String] {
        a.compactMap { type in
            if b.contains(type) { return type }
            // Integers are numbers.
            if type == "number", b.contains("integer") { return "integer" }
            return type == "integer" && b.contains("number") ? type : nil
        }
    }

    private static func types(_ schema: ValueMap) -> [String]? {
        switch schema["type"] {
        case .string(let type): [type]
        case .list(let types): types.compactMap(\.stringValue)
        default: nil
        }
    }

    private static func number(_ value: Value?) -> Double? {
        switch value {
        case .int(let number): Double(number)
        case .double(let number): number
        default: nil
        }
    }
}
