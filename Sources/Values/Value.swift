// Values: the one value type of expressions, inputs, outputs and events, with its JSON form.
//
// Invariant: no Foundation, no workflows, no clocks. Everything here is deterministic: maps iterate in key order, strings
// compare by code point, numbers never change their kind on their own.
//
// Start at `Value`; `JSON` reads and writes it; `Timestamp` and `TimeSpan` are its instants and durations.

/// A value as expressions see it: JSON's six kinds, and what CEL adds to them.
package enum Value: Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case list([Value])
    case map(ValueMap)
    case timestamp(Timestamp)
    case duration(TimeSpan)
    /// A CEL type as a value (`type(1)`); holds the type's CEL name, for example `int` or `google.protobuf.Timestamp`.
    case type(String)
    /// CEL's optional: present with a value, or `optional.none()`.
    indirect case optional(Value?)
}

/// Structural equality, sensitive to kind: `int(1) != double(1)`. CEL's own cross-type equality lives in module `CEL`.
/// Strings are equal when their code points are (never by Unicode normalisation); a NaN equals itself bit by bit, so that
/// a recorded value equals its copy.
extension Value: Hashable {
    package static func == (lhs: Value, rhs: Value) -> Bool {
        switch (lhs, rhs) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.int(let a), .int(let b)): a == b
        case (.uint(let a), .uint(let b)): a == b
        case (.double(let a), .double(let b)): a.bitPattern == b.bitPattern
        case (.string(let a), .string(let b)): a.hasSameCodePoints(as: b)
        case (.bytes(let a), .bytes(let b)): a == b
        case (.list(let a), .list(let b)): a == b
        case (.map(let a), .map(let b)): a == b
        case (.timestamp(let a), .timestamp(let b)): a == b
        case (.duration(let a), .duration(let b)): a == b
        case (.type(let a), .type(let b)): a.hasSameCodePoints(as: b)
        case (.optional(let a), .optional(let b)): a == b
        // Listing the pairs of different kinds is more than the compiler checks for exhaustiveness.
        default: false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .int(let value): hasher.combine(value)
        case .uint(let value): hasher.combine(value)
        case .double(let value): hasher.combine(value.bitPattern)
        case .string(let value), .type(let value): value.hashCodePoints(into: &hasher)
        case .bytes(let value): hasher.combine(value)
        case .list(let value): hasher.combine(value)
        case .map(let value): hasher.combine(value)
        case .timestamp(let value): hasher.combine(value)
        case .duration(let value): hasher.combine(value)
        case .optional(let value): hasher.combine(value)
        }
    }
}

// No `ExpressibleByNilLiteral`: in `found ? value : nil` it would make an absent value null.
extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .int(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(floatLiteral value: Double) { self = .double(value) }
    package init(arrayLiteral elements: Value...) { self = .list(elements) }
    package init(dictionaryLiteral elements: (String, Value)...) {
        self = .map(ValueMap(elements.map { (MapKey.string($0.0), $0.1) }))
    }
}

extension Value {
    /// The value of a string-keyed map's field, or nil when this is no map or has no such field.
    package subscript(_ field: String) -> Value? {
        guard case .map(let map) = self else { return nil }
        return map[field]
    }

    package var stringValue: String? { if case .string(let value) = self { value } else { nil } }
    package var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }
    package var intValue: Int64? { if case .int(let value) = self { value } else { nil } }
    package var listValue: [Value]? { if case .list(let value) = self { value } else { nil } }
    package var mapValue: ValueMap? { if case .map(let value) = self { value } else { nil } }
    package var isNull: Bool { if case .null = self { true } else { false } }

    /// What people call this kind of value, as in "expected string, found list".
    package var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .int: "integer"
        case .uint: "unsigned integer"
        case .double: "number"
        case .string: "string"
        case .bytes: "bytes"
        case .list: "list"
        case .map: "map"
        case .timestamp: "timestamp"
        case .duration: "duration"
        case .type: "type"
        case .optional: "optional"
        }
    }
}
