import Values

/// What of a JSON Schema document is used for typing (language.md §7); anything else widens to `any`.
struct SchemaTyping {
    private let document: Value
    private static let deepest = 32

    init(document: Value) { self.document = document }

    var form: TypeForm { form(of: document, depth: 0, following: []) }

    /// Of one schema of the document.
    func form(at schema: ValueMap) -> TypeForm { form(of: .map(schema), depth: 0, following: []) }

    private func form(of schema: Value, depth: Int, following: Set<String>) -> TypeForm {
        guard depth < Self.deepest, case .map(let map) = schema else { return .any }
        if let reference = map["$ref"]?.stringValue {
            guard !following.contains(reference), let target = resolve(reference) else { return .any }
            return form(of: target, depth: depth + 1, following: following.union([reference]))
        }
        if let members = map["enum"]?.listValue { return enumeration(members) }
        if let constant = map["const"] { return enumeration([constant]) }
        for key in ["oneOf", "anyOf"] {
            guard let branches = map[key]?.listValue else { continue }
            return join(branches.map { form(of: $0, depth: depth + 1, following: following) })
        }
        guard map["allOf"] == nil, map["if"] == nil, map["$dynamicRef"] == nil else { return .any }
        switch map["type"] {
        case .string(let type): return form(ofType: type, map, depth: depth, following: following)
        case .list(let types): return form(ofTypes: types.compactMap(\.stringValue), map, depth: depth, following: following)
        default: return map["properties"] == nil ? .any : object(map, depth: depth, following: following)
        }
    }

    private func form(ofTypes types: [String], _ map: ValueMap, depth: Int, following: Set<String>) -> TypeForm {
        let others = types.filter { $0 != "null" }
        guard others.count == 1 else { return others.isEmpty ? .null : .any }
        let form = form(ofType: others[0], map, depth: depth, following: following)
        return others.count < types.count ? .nullable(form) : form
    }

    private func form(ofType type: String, _ map: ValueMap, depth: Int, following: Set<String>) -> TypeForm {
        switch type {
        case "string": return .text(text(map["format"]?.stringValue))
        case "integer": return .integer
        case "number": return .number
        case "boolean": return .boolean
        case "null": return .null
        case "array":
            guard map["prefixItems"] == nil, let items = map["items"] else { return .list(.any) }
            return .list(form(of: items, depth: depth + 1, following: following))
        case "object": return object(map, depth: depth, following: following)
        default: return .any
        }
    }

    private func object(_ map: ValueMap, depth: Int, following: Set<String>) -> TypeForm {
        guard map["patternProperties"] == nil else { return .object }
        guard let properties = map["properties"]?.mapValue else {
            guard let values = map["additionalProperties"], values.mapValue != nil else { return .object }
            return .map(form(of: values, depth: depth + 1, following: following))
        }
        // Extra properties of their own type are real data, which a record would hide.
        if map["additionalProperties"]?.mapValue != nil { return .object }
        let required = Set((map["required"]?.listValue ?? []).compactMap(\.stringValue))
        let fields = properties.compactMap { entry -> TypeForm.Field? in
            guard case .string(let name) = entry.key else { return nil }
            let type = form(of: entry.value, depth: depth + 1, following: following)
            return TypeForm.Field(
                name: name, type: type, defaultValue: entry.value["default"], mayBeAbsent: !required.contains(name))
        }
        return .record(fields)
    }

    private func text(_ format: String?) -> TypeForm.Text {
        switch format {
        case "uri": .uri
        case "email": .email
        case "uuid": .uuid
        default: .string
        }
    }

    private func enumeration(_ members: [Value]) -> TypeForm {
        let texts = members.compactMap(\.stringValue)
        let nulls = members.filter(\.isNull).count
        guard !texts.isEmpty, texts.count + nulls == members.count else { return .any }
        return nulls > 0 ? .nullable(.enumeration(texts)) : .enumeration(texts)
    }

    /// One shape for all, apart from null.
    private func join(_ forms: [TypeForm]) -> TypeForm {
        var isNullable = false
        var shape: TypeForm?
        for form in forms {
            switch form {
            case .null: isNullable = true
            case .nullable(let wrapped) where shape == nil || shape == wrapped:
                isNullable = true
                shape = wrapped
            default:
                guard shape == nil || shape == form else { return .any }
                shape = form
            }
        }
        guard let shape else { return isNullable ? .null : .any }
        return isNullable ? .nullable(shape) : shape
    }

    /// A local `#/…` reference (RFC 6901).
    private func resolve(_ reference: String) -> Value? {
        if reference == "#" { return document }
        guard reference.utf8.starts(with: "#/".utf8) else { return nil }
        var value = document
        for part in reference.dropFirst(2).split(separator: "/", omittingEmptySubsequences: false) {
            let name = unescaped(part)
            guard let next = value[name] else { return nil }
            value = next
        }
        return value
    }

    private func unescaped(_ part: Substring) -> String {
        var result: [UInt8] = []
        var bytes = Array(part.utf8)[...]
        while let byte = bytes.popFirst() {
            if byte == UInt8(ascii: "~"), let next = bytes.popFirst() {
                result.append(next == UInt8(ascii: "1") ? UInt8(ascii: "/") : UInt8(ascii: "~"))
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
