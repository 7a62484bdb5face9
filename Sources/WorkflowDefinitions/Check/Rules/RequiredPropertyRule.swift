import Diagnostics
import Values
import YAMLSyntax

/// `required` names a property that a closed object does not have: nothing ever fits, or the name is misspelt (WF4110).
enum RequiredPropertyRule: SchemaRule {
    static func check(_ document: SchemaDocument, report: (Diagnostic) -> Void) {
        for part in document.parts {
            guard part.map["additionalProperties"]?.boolValue == false, part.map["patternProperties"] == nil,
                let pair = part.node.pair("required"), case .sequence(let items) = pair.value.content
            else { continue }
            let known = part.map["properties"]?.mapValue?.keys.compactMap(\.value.stringValue) ?? []
            for item in items {
                guard let name = item.scalar, !known.contains(where: { $0.hasSameCodePoints(as: name.text) }) else { continue }
                report(.requiredNothing(name, known: known))
            }
        }
    }
}
