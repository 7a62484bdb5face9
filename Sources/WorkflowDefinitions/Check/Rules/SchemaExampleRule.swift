import Diagnostics
import JSONSchema
import Values
import YAMLSyntax

/// `default` and `examples` fit the schema they stand in (WF4105).
enum SchemaExampleRule: SchemaRule {
    static func check(_ document: SchemaDocument, report: (Diagnostic) -> Void) {
        guard document.isValid else { return }
        for part in document.parts where part.map["default"] != nil || part.map["examples"] != nil {
            // What fits nothing is another mistake.
            guard SchemaConflict(in: part, of: document) == nil, let compiled = document.compiled(part) else { continue }
            if let value = part.map["default"], let violation = compiled.validate(value).first {
                report(
                    .unfitExample(
                        "default", violation.message, at: document.place(at: part.pointer + "/default").node.firstLine))
            }
            for (index, value) in (part.map["examples"]?.listValue ?? []).enumerated() {
                guard let violation = compiled.validate(value).first else { continue }
                let place = document.place(at: "\(part.pointer)/examples/\(index)")
                report(.unfitExample("example", violation.message, at: place.node.firstLine))
            }
        }
    }
}
