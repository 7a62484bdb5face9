import Values

/// What is known about a value before anything runs.
package indirect enum StaticType: Sendable, Hashable {
    /// Nothing is known; everything is allowed and decided when it runs.
    case any
    /// The type of a part with a mistake that has been reported: it matches everything, so one mistake gives one message.
    case error
    /// Of something that never has a value, such as a step that always fails.
    case never
    case null, bool, int, uint, double, string, bytes, timestamp, duration, type
    case list(StaticType)
    case map(key: StaticType, value: StaticType)
    /// A map with known fields.
    case record(RecordType)
    /// A string that is one of these.
    case enumeration([String])
    /// A value or null: `T?` of the language.
    case nullable(StaticType)
    /// CEL's `optional_type`.
    case optional(StaticType)
    /// A string that may be secret; like a string in expressions.
    case secret
}

/// The known fields of a map.
package struct RecordType: Sendable, Hashable {
    package struct Field: Sendable, Hashable {
        package var name: String
        package var type: StaticType
        /// It may be absent, and then reads as null.
        package var isOptional: Bool

        package init(name: String, type: StaticType, isOptional: Bool = false) {
            self.name = name
            self.type = type
            self.isOptional = isOptional
        }

        /// The type of `x.name`: an optional field may be null.
        package var readType: StaticType { isOptional ? type.orNull : type }
    }

    /// What authors call it, if it has a name. Not part of equality of shapes.
    package var name: String?
    /// By name, in code point order.
    package var fields: [Field]
    /// There may be fields that are not named here. They are not visible to expressions, except when none is named: then it
    /// is any object, and all its fields are `any`.
    package var isOpen: Bool
    /// Where it is known to be one of several records, these; `fields` is their join. They differ in a field that is one of other
    /// texts in each: comparing that tells which of them it is. Empty otherwise.
    package internal(set) var alternatives: [RecordType] = []

    package init(name: String? = nil, fields: [Field], isOpen: Bool = false) {
        self.name = name
        self.fields = fields.sorted { $0.name.precedesByCodePoint($1.name) }
        self.isOpen = isOpen
    }

    package func field(_ name: String) -> Field? { fields.first { $0.name.hasSameCodePoints(as: name) } }
}

extension StaticType {
    /// A record from its fields, for short.
    package static func record(_ fields: [(String, StaticType)], isOpen: Bool = false) -> StaticType {
        .record(RecordType(fields: fields.map { RecordType.Field(name: $0.0, type: $0.1) }, isOpen: isOpen))
    }

    /// This type, or null; adds no second `?`.
    package var orNull: StaticType {
        switch self {
        case .any, .error, .null, .nullable: self
        case .never: .null
        default: .nullable(self)
        }
    }

    /// This type without null.
    package var withoutNull: StaticType {
        switch self {
        case .nullable(let wrapped): wrapped
        default: self
        }
    }

    package var mayBeNull: Bool {
        switch self {
        case .null, .nullable: true
        default: false
        }
    }

    /// Anything goes with it at compile time.
    package var isDynamic: Bool { self == .any || self == .error }

    /// The type's lists and maps without contents take the other's element type in a join.
    private var isEmptyContainer: Bool {
        switch self {
        case .list(.never): true
        case .map(_, .never): true
        case .record(let record): record.fields.isEmpty && !record.isOpen
        default: false
        }
    }

    /// The type of a value that is of this type or of that one (language.md §7, "Join").
    package func join(_ other: StaticType) -> StaticType {
        if self == other { return self }
        switch (self, other) {
        case (.error, _), (_, .error): return .error
        case (.any, _), (_, .any): return .any
        case (.never, let type), (let type, .never): return type
        case (.null, let type), (let type, .null): return type.orNull
        case (.nullable(let a), let b), (let b, .nullable(let a)): return a.join(b.withoutNull).orNull
        case (.optional(let a), .optional(let b)): return .optional(a.join(b))
        case (.int, .double), (.double, .int): return .double
        case (.enumeration(let a), .enumeration(let b)):
            return .enumeration(a + b.filter { member in !a.contains { $0.hasSameCodePoints(as: member) } })
        case (.enumeration, .string), (.string, .enumeration): return .string
        case (.secret, .string), (.string, .secret), (.secret, .enumeration), (.enumeration, .secret): return .secret
        case (.list(let a), .list(let b)): return .list(a.join(b))
        case (.map(let ka, let va), .map(let kb, let vb)):
            return .map(key: va == .never ? kb : vb == .never ? ka : ka.join(kb), value: va.join(vb))
        case (.record(let a), .record(let b)): return .record(a.join(b))
        case (.record, .map), (.map, .record):
            if isEmptyContainer { return other }
            if other.isEmptyContainer { return self }
            return .any
        default: return .any
        }
    }

    var isNumber: Bool { self == .int || self == .uint || self == .double }

    /// Whether both can be one type of standard CEL, where a parameter that stands twice needs one. What is not known goes with
    /// everything; null is a value of the types that messages of protocol buffers stand for.
    func unifies(with other: StaticType) -> Bool {
        if self == other || isDynamic || other.isDynamic { return true }
        switch (self, other) {
        case (.never, _), (_, .never): return true
        case (.null, .timestamp), (.null, .duration), (.null, .optional): return true
        case (.timestamp, .null), (.duration, .null), (.optional, .null): return true
        case (.list(let a), .list(let b)), (.optional(let a), .optional(let b)): return a.unifies(with: b)
        case (.map(let ka, let va), .map(let kb, let vb)): return ka.unifies(with: kb) && va.unifies(with: vb)
        default: return false
        }
    }

    /// Whether a value of this type may stand where `target` is needed. Ints widen to doubles, optionals become nullable;
    /// an object of unknown fields fits every record, as `any` fits everything.
    package func isAssignable(to target: StaticType) -> Bool {
        if self == target || isDynamic || target.isDynamic { return true }
        switch (self, target) {
        case (.never, _): return true
        case (.null, .nullable): return true
        case (.nullable(let a), .nullable(let b)): return a.isAssignable(to: b)
        case (.optional(let a), .optional(let b)): return a.isAssignable(to: b)
        case (.optional(let a), .nullable(let b)): return a.isAssignable(to: b) || a.withoutNull.isAssignable(to: b)
        case (_, .nullable(let b)): return isAssignable(to: b)
        case (.int, .double): return true
        case (.enumeration, .string), (.enumeration, .secret), (.string, .secret), (.secret, .string): return true
        case (.enumeration(let a), .enumeration(let b)):
            return a.allSatisfy { member in b.contains { $0.hasSameCodePoints(as: member) } }
        case (.list(let a), .list(let b)): return a.isAssignable(to: b)
        case (.map(let ka, let va), .map(let kb, let vb)):
            return va == .never || ka.isAssignable(to: kb) && va.isAssignable(to: vb)
        case (.record(let record), .map(let key, let value)):
            return StaticType.string.isAssignable(to: key) && record.fields.allSatisfy { $0.readType.isAssignable(to: value) }
        case (.map(_, .any), .record): return true
        case (.map(_, .never), .record(let record)): return record.fields.allSatisfy(\.isOptional)
        case (.record(let a), .record(let b)): return a.isAssignable(to: b)
        default: return false
        }
    }
}

extension RecordType {
    /// Field by field; a field that only one side has is optional.
    package func join(_ other: RecordType) -> RecordType {
        var joined: [Field] = []
        for field in fields {
            if let match = other.field(field.name) {
                let isOptional = field.isOptional || match.isOptional
                joined.append(Field(name: field.name, type: field.type.join(match.type), isOptional: isOptional))
            } else {
                joined.append(Field(name: field.name, type: field.type, isOptional: true))
            }
        }
        for match in other.fields where field(match.name) == nil {
            joined.append(Field(name: match.name, type: match.type, isOptional: true))
        }
        return RecordType(name: name == other.name ? name : nil, fields: joined, isOpen: isOpen || other.isOpen)
    }

    /// With the other's fields in place of its own of the same name; one that may be absent may also leave the old one.
    package func merging(_ changes: RecordType) -> RecordType {
        var merged = fields.filter { changes.field($0.name) == nil }
        for change in changes.fields {
            guard change.isOptional, let old = field(change.name) else {
                merged.append(change)
                continue
            }
            merged.append(Field(name: change.name, type: old.type.join(change.type), isOptional: old.isOptional))
        }
        return RecordType(fields: merged, isOpen: isOpen || changes.isOpen)
    }

    /// Every field the target needs is there and fits; a closed target has no field this one adds.
    package func isAssignable(to target: RecordType) -> Bool {
        if isOpen, fields.isEmpty { return true }
        for wanted in target.fields {
            guard let field = field(wanted.name) else {
                if wanted.isOptional { continue }
                return false
            }
            guard !field.isOptional || wanted.isOptional || wanted.type.mayBeNull else { return false }
            guard field.type.isAssignable(to: wanted.isOptional ? wanted.type.orNull : wanted.type) else { return false }
        }
        return target.isOpen || fields.allSatisfy { target.field($0.name) != nil }
    }
}

extension StaticType: CustomStringConvertible {
    /// As authors write it: `list(string)`, `integer?`, `enum(a | b)`, `{ id: string, note: string? }`.
    package var description: String {
        switch self {
        case .any: "any"
        case .error: "error"
        case .never: "never"
        case .null: "null"
        case .bool: "boolean"
        case .int: "integer"
        case .uint: "uint"
        case .double: "number"
        case .string: "string"
        case .bytes: "bytes"
        case .timestamp: "timestamp"
        case .duration: "duration"
        case .type: "type"
        case .list(.never): "list"
        case .list(let element): "list(\(element))"
        case .map(_, .never): "map"
        case .map(.string, let value): "map(\(value))"
        case .map(let key, let value): "map(\(key), \(value))"
        case .record(let record): record.description
        case .enumeration(let members): "enum(\(members.joined(separator: " | ")))"
        case .nullable(let wrapped): "\(wrapped)?"
        case .optional(let wrapped): "optional(\(wrapped))"
        case .secret: "secret"
        }
    }
}

extension RecordType: CustomStringConvertible {
    package var description: String {
        if let name { return name }
        if fields.isEmpty { return isOpen ? "object" : "{}" }
        let shown = fields.prefix(6).map { "\($0.name): \($0.readType)" } + (fields.count > 6 || isOpen ? ["…"] : [])
        return "{ \(shown.joined(separator: ", ")) }"
    }
}
