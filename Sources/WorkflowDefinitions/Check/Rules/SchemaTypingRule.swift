import Diagnostics
import Values
import YAMLSyntax

/// Keywords that validate but tell expressions nothing: what stands there is `any` to them (WF4112).
enum SchemaTypingRule: SchemaRule {
    static func check(_ document: SchemaDocument, report: (Diagnostic) -> Void) {
        guard document.isValid else { return }
        var visited: Set<String> = []
        check(pointer: "", document, &visited, report)
    }

    /// Follows the way that `SchemaTyping` takes through the document.
    private static func check(
        pointer: String, _ document: SchemaDocument, _ visited: inout Set<String>, _ report: (Diagnostic) -> Void
    ) {
        guard visited.insert(pointer).inserted, let part = document.part(at: pointer) else { return }
        let map = part.map
        func mark(_ keyword: String, _ why: String) {
            if let key = part.node.pair(keyword)?.key { report(.untypedSchema(keyword, why, at: key.range)) }
        }
        if let reference = map["$ref"]?.stringValue {
            guard reference.utf8.starts(with: "#/".utf8) else { return mark("$ref", "leads out of what is used for types") }
            return check(pointer: String(reference.dropFirst()), document, &visited, report)
        }
        if map["enum"] != nil || map["const"] != nil { return }
        for keyword in ["oneOf", "anyOf"] {
            guard let branches = map[keyword]?.listValue else { continue }
            if case .any = SchemaTyping(document: document.document).form(at: map) { mark(keyword, "has several shapes") }
            for index in branches.indices { check(pointer: "\(pointer)/\(keyword)/\(index)", document, &visited, report) }
            return
        }
        for keyword in ["allOf", "if", "$dynamicRef"] where map[keyword] != nil { return mark(keyword, "is not taken apart") }
        if let types = map["type"]?.listValue, types.filter({ $0.stringValue != "null" }).count > 1 {
            return mark("type", "has several types")
        }
        if map["patternProperties"] != nil { return mark("patternProperties", "names no fields") }
        if map["prefixItems"] != nil { return mark("prefixItems", "has items of different types") }
        if map["properties"] != nil, map["additionalProperties"]?.mapValue != nil {
            return mark("additionalProperties", "adds fields without names")
        }
        for keyword in ["items", "additionalProperties"] { check(pointer: "\(pointer)/\(keyword)", document, &visited, report) }
        guard let properties = part.node.pair("properties"), case .mapping(let pairs) = properties.value.content else { return }
        for pair in pairs {
            check(
                pointer: "\(pointer)/properties/\(SchemaDocument.escaped(pair.key.text))", document, &visited, report)
        }
    }
}
