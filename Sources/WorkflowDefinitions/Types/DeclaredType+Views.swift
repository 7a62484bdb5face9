import CEL
import Values
import WorkflowGraph

// What a declared type is to the expression checker (`StaticType`), to values at run time (`ValueShape`) and to JSON Schema.

extension DeclaredType {
    /// Nodes a named type may expand to; what is beyond is `any`.
    private static let expansionLimit = 4_096

    /// - Parameter asTarget: what a caller has to pass, where fields with defaults may be left out; otherwise what is there
    ///   once the value has been taken.
    func staticType(asTarget: Bool = false) -> StaticType {
        var budget = Self.expansionLimit
        return staticType(of: form, path: [], asTarget: asTarget, budget: &budget)
    }

    private func staticType(of form: TypeForm, path: [String], asTarget: Bool, budget: inout Int) -> StaticType {
        budget -= 1
        guard budget > 0 else { return .any }
        switch form {
        case .any: return .any
        case .invalid: return .error
        case .null: return .null
        case .boolean: return .bool
        case .integer: return .int
        case .number: return .double
        case .timestamp: return .timestamp
        case .duration: return .duration
        case .text(.secret): return .secret
        case .text: return .string
        case .object: return .map(key: .string, value: .any)
        case .enumeration(let members): return .enumeration(members)
        case .list(let item): return .list(staticType(of: item, path: path, asTarget: asTarget, budget: &budget))
        case .map(let value):
            return .map(key: .string, value: staticType(of: value, path: path, asTarget: asTarget, budget: &budget))
        case .nullable(let wrapped): return staticType(of: wrapped, path: path, asTarget: asTarget, budget: &budget).orNull
        case .schema(_, let approximation):
            return staticType(of: approximation, path: path, asTarget: asTarget, budget: &budget)
        case .record(let fields):
            var typed: [RecordType.Field] = []
            for field in fields {
                let type = staticType(of: field.type, path: path, asTarget: asTarget, budget: &budget)
                let isOptional = field.mayBeAbsent || (field.defaultValue == nil ? field.isOptional : asTarget)
                typed.append(.init(name: field.name, type: isOptional ? type.withoutNull : type, isOptional: isOptional))
            }
            return .record(RecordType(fields: typed))
        case .named(let name):
            if path.contains(name) { return .any }
            let type = staticType(of: names.form(of: name), path: path + [name], asTarget: asTarget, budget: &budget)
            guard case .record(var record) = type else { return type }
            record.name = name
            return .record(record)
        }
    }

    var shape: ValueShape {
        var budget = Self.expansionLimit
        return shape(of: form, path: [], budget: &budget)
    }

    private func shape(of form: TypeForm, path: [String], budget: inout Int) -> ValueShape {
        budget -= 1
        guard budget > 0 else { return .any }
        switch form {
        case .any, .invalid, .null, .boolean, .text, .object, .enumeration: return .any
        case .integer: return .integer
        case .number: return .number
        case .timestamp: return .timestamp
        case .duration: return .duration
        case .list(let item): return .list(shape(of: item, path: path, budget: &budget))
        case .map(let value): return .map(shape(of: value, path: path, budget: &budget))
        case .nullable(let wrapped): return .nullable(shape(of: wrapped, path: path, budget: &budget))
        case .schema(_, let approximation): return shape(of: approximation, path: path, budget: &budget)
        case .record(let fields):
            var shapes: [ValueShape.Field] = []
            for field in fields {
                let shape = shape(of: field.type, path: path, budget: &budget)
                shapes.append(.init(name: field.name, shape: shape, defaultValue: field.defaultValue))
            }
            return .record(shapes)
        case .named(let name):
            return path.contains(name) ? .any : shape(of: names.form(of: name), path: path + [name], budget: &budget)
        }
    }

    // MARK: JSON Schema

    static let dialect = "https://json-schema.org/draft/2020-12/schema"

    /// A document that validates JSON values of this type.
    /// - Parameter isClosed: fields that are not declared are errors (inputs); otherwise they are let through (`returns`).
    func schemaDocument(isClosed: Bool) -> Value {
        if case .schema(let document, _) = form { return document }
        guard case .map(var root) = schema(of: form, isClosed: isClosed) else { return .bool(true) }
        let reachable = names.reachable(from: form)
        if !reachable.isEmpty {
            let definitions = reachable.map { ($0, schema(of: names.form(of: $0), isClosed: isClosed)) }
            root["$defs"] = .map(ValueMap(definitions))
        }
        root["$schema"] = .string(Self.dialect)
        return .map(root)
    }

    /// Whether a place in its `schemaDocument` stands in a schema that an author wrote out.
    func isWrittenOut(at pointer: String) -> Bool {
        if case .schema = form { return true }
        var value = schemaDocument(isClosed: false)
        for part in pointer.split(separator: "/") {
            // What is not found is no field of a mapping; only those are on the way to an author's schema.
            guard let next = value[String(part)] else { return false }
            if next["$schema"] != nil { return true }
            value = next
        }
        return false
    }

    /// The schema that it is or names.
    var writtenOutSchema: Value? {
        switch form {
        case .schema(let document, _): document
        case .nullable(let wrapped): DeclaredType(wrapped, names).writtenOutSchema
        case .named(let name): DeclaredType(names.form(of: name), names).writtenOutSchema
        default: nil
        }
    }

    private func schema(of form: TypeForm, isClosed: Bool) -> Value {
        switch form {
        case .any, .invalid: return [:]
        case .null: return ["type": "null"]
        case .boolean: return ["type": "boolean"]
        case .integer: return ["type": "integer"]
        case .number: return ["type": "number"]
        case .timestamp: return ["type": "string", "format": "date-time"]
        case .duration: return ["type": "string", "minLength": 2, "pattern": .string(Self.durationPattern)]
        case .text(.string), .text(.secret): return ["type": "string"]
        case .text(let kind): return ["type": "string", "format": .string(kind.rawValue)]
        case .object: return ["type": "object"]
        case .enumeration(let members): return ["enum": .list(members.map(Value.string))]
        case .list(let item): return ["type": "array", "items": schema(of: item, isClosed: isClosed)]
        case .map(let value): return ["type": "object", "additionalProperties": schema(of: value, isClosed: isClosed)]
        case .nullable(let wrapped): return nullable(schema(of: wrapped, isClosed: isClosed))
        case .record(let fields): return schema(of: fields, isClosed: isClosed)
        case .named(let name): return ["$ref": .string("#/$defs/\(name)")]
        case .schema(let document, _): return embedded(document)
        }
    }

    private func schema(of fields: [TypeForm.Field], isClosed: Bool) -> Value {
        var properties = ValueMap()
        var required: [String] = []
        for field in fields {
            guard case .map(var property) = schema(of: field.type, isClosed: isClosed) else { continue }
            if let value = field.defaultValue { property["default"] = value }
            properties[field.name] = .map(property)
            if !field.isOptional { required.append(field.name) }
        }
        var schema: ValueMap = ["type": "object", "properties": .map(properties)]
        if !required.isEmpty { schema["required"] = .list(required.map(Value.string)) }
        if isClosed { schema["additionalProperties"] = false }
        return .map(schema)
    }

    private func nullable(_ schema: Value) -> Value {
        guard case .map(var map) = schema else { return schema }
        if map.isEmpty { return schema }
        if let members = map["enum"]?.listValue {
            map["enum"] = .list(members + [.null])
            return .map(map)
        }
        if let type = map["type"]?.stringValue {
            map["type"] = .list([.string(type), "null"])
            return .map(map)
        }
        return ["anyOf": [schema, ["type": "null"]]]
    }

    /// A verbatim document inside another one keeps its own root: its `#/…` references are its own (JSON Schema core §8.2.1).
    private func embedded(_ document: Value) -> Value {
        guard case .map(var map) = document, map["$id"] == nil else { return document }
        map["$id"] = .string("urn:wfrun:schema:\(ContentDigest(of: document).hex.prefix(16))")
        return .map(map)
    }

    /// The language's form and CEL's, as `TimeSpan` reads them.
    private static let durationPattern =
        "^(([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?|[-+]?([0-9]+([.][0-9]*)?(h|m|s|ms|us|ns))+)$"
}
