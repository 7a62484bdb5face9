import Diagnostics
import JSONSchema
import Values
import YAMLSyntax

/// A value that is written out fits the JSON Schema of its place (WF4109).
enum LiteralSchemaRule {
    static func check(_ value: Value, _ node: YAMLNode, _ place: ValuePlace, report: (Diagnostic) -> Void) {
        guard let expected = place.expected, let document = expected.writtenOutSchema else { return }
        if value.isNull, expected.isNullable { return }
        var options = CompiledSchema.Options()
        options.assertsFormats = true
        guard let violation = CompiledSchema.compile(document, options: options).schema?.validate(value).first else { return }
        let part = node.part(at: violation.instancePointer)
        report(.violatesSchema(place, at: part.firstLine, violation: violation.message))
    }
}

extension YAMLNode {
    /// What stands at a JSON Pointer, as far as it leads.
    fileprivate func part(at pointer: String) -> YAMLNode {
        var node = self
        for token in pointer.split(separator: "/") {
            switch node.content {
            case .mapping:
                guard let pair = node.pair(String(token)) else { return node }
                node = pair.value
            case .sequence(let items):
                guard let index = Int(token), items.indices.contains(index) else { return node }
                node = items[index]
            case .scalar: return node
            }
        }
        return node
    }
}
