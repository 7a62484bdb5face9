import CEL
import Values
import WorkflowGraph
import WorkflowJournal

extension Wire {
    static func workflow(_ offered: OfferedWorkflow) -> Value {
        [
            "name": .string(offered.name), "description": Value(offered.description), "digest": .string(offered.digest.hex),
            "startable": .bool(offered.problem == nil), "problem": Value(offered.problem),
        ]
    }

    /// With what it takes to start it.
    static func workflowDetail(_ offered: OfferedWorkflow) -> Value {
        guard case .map(var map) = workflow(offered) else { return .null }
        map["input"] = inputFields(offered.graph.main.input.type)
        map["config"] = .list(offered.graph.config.map { .string($0.name) })
        map["secrets"] = .list(Set(offered.graph.files.flatMap(\.secrets)).sorted().map(Value.string))
        map["sources"] = .list(offered.sources.map { .string($0.path) })
        return .map(map)
    }

    /// `{name, type, required}` for each field.
    private static func inputFields(_ type: StaticType) -> Value {
        guard case .record(let record) = type else { return [] }
        return .list(
            record.fields.map { field in
                [
                    "name": .string(field.name), "type": .string(typeName(field.type)),
                    "required": .bool(!field.isOptional && !field.type.mayBeNull),
                ]
            })
    }

    /// The language's name of a type, roughly: enough to tell a string from a number.
    private static func typeName(_ type: StaticType) -> String {
        switch type {
        case .any, .error, .never, .type, .bytes, .optional: "any"
        case .null: "null"
        case .bool: "boolean"
        case .int, .uint: "integer"
        case .double: "number"
        case .string, .enumeration, .secret: "string"
        case .timestamp: "timestamp"
        case .duration: "duration"
        case .list(let item): "list(\(typeName(item)))"
        case .map(_, let value): "map(\(typeName(value)))"
        case .record: "object"
        case .nullable(let wrapped): typeName(wrapped)
        }
    }
}
