package import CEL
package import JSONSchema
package import Values

/// A declared type at a boundary: what comes in is completed with defaults, validated, and given the kinds of its type.
package struct ValueContract: Sendable {
    package let schema: CompiledSchema
    package let type: StaticType
    package let shape: ValueShape

    package init(schema: CompiledSchema, type: StaticType, shape: ValueShape) {
        self.schema = schema
        self.type = type
        self.shape = shape
    }

    /// The value under this type, or everything in which it does not fit. Fields that an open record does not declare are
    /// not visible afterwards.
    package func admit(_ value: Value) -> Result<Value, ContractViolation> {
        let completed = shape.completed(JSON.normalised(value))
        let violations = schema.validate(completed)
        guard violations.isEmpty else { return .failure(ContractViolation(violations: violations)) }
        return .success(shape.typed(completed))
    }
}

package struct ContractViolation: Error, Sendable, Hashable {
    package var violations: [SchemaViolation]

    package init(violations: [SchemaViolation]) { self.violations = violations }

    /// The first few, each with its place.
    package var summary: String {
        let shown = violations.prefix(3).map {
            $0.instancePointer.isEmpty ? $0.message : "\($0.instancePointer): \($0.message)"
        }
        let rest = violations.count - shown.count
        return shown.joined(separator: "; ") + (rest > 0 ? " (and \(rest) more)" : "")
    }

    package var value: Value {
        .list(violations.map { ["pointer": .string($0.instancePointer), "detail": .string($0.message)] })
    }
}

/// What a type does to a JSON value beside validating it: defaults, and the kinds that JSON does not tell apart.
package indirect enum ValueShape: Sendable, Hashable {
    /// Left as it is.
    case any
    case integer
    case number
    case timestamp
    case duration
    case list(ValueShape)
    case map(ValueShape)
    case record([Field])
    case nullable(ValueShape)

    package struct Field: Sendable, Hashable {
        package var name: String
        package var shape: ValueShape
        package var defaultValue: Value?

        package init(name: String, shape: ValueShape, defaultValue: Value? = nil) {
            self.name = name
            self.shape = shape
            self.defaultValue = defaultValue
        }
    }

    /// With defaults for absent fields.
    package func completed(_ value: Value) -> Value {
        switch (self, value) {
        case (.nullable(let shape), _): return shape.completed(value)
        case (.list(let item), .list(let values)): return .list(values.map(item.completed))
        case (.map(let item), .map(let map)): return .map(ValueMap(map.map { ($0.key, item.completed($0.value)) }))
        case (.record(let fields), .map(var map)):
            for field in fields {
                if let present = map[field.name] {
                    map[field.name] = field.shape.completed(present)
                } else if let defaultValue = field.defaultValue {
                    map[field.name] = field.shape.completed(defaultValue)
                }
            }
            return .map(map)
        default: return value
        }
    }

    /// A valid JSON value with the kinds of the type: `3` under `number` is a double, RFC 3339 text under `timestamp` an
    /// instant; a record has exactly its declared fields.
    package func typed(_ value: Value) -> Value {
        switch (self, value) {
        case (.integer, .double(let number)): return Int64(exactly: number).map(Value.int) ?? value
        case (.number, .int(let number)): return .double(Double(number))
        case (.timestamp, .string(let text)): return Timestamp(rfc3339: text).map(Value.timestamp) ?? value
        case (.duration, .string(let text)):
            return (TimeSpan(durationLiteral: text) ?? TimeSpan(celDuration: text)).map(Value.duration) ?? value
        case (.nullable(let shape), _): return value.isNull ? value : shape.typed(value)
        case (.list(let item), .list(let values)): return .list(values.map(item.typed))
        case (.map(let item), .map(let map)): return .map(ValueMap(map.map { ($0.key, item.typed($0.value)) }))
        case (.record(let fields), .map(let map)):
            return .map(
                ValueMap(
                    fields.compactMap { field in map[field.name].map { (MapKey.string(field.name), field.shape.typed($0)) } }))
        default: return value
        }
    }
}
