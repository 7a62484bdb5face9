import Values

/// A declared type as it was written (language.md §7), names not yet followed.
indirect enum TypeForm: Sendable, Hashable {
    enum Text: String, Sendable, Hashable { case string, uri, email, uuid, secret }

    case any, null, boolean, integer, number, timestamp, duration
    case text(Text)
    /// A map of anything.
    case object
    case enumeration([String])
    case list(TypeForm)
    case map(TypeForm)
    case record([Field])
    /// `T?`: absent or null is allowed.
    case nullable(TypeForm)
    /// A type of the file's or the project's `types`.
    case named(String)
    /// A JSON Schema document, taken verbatim, and what of it is used for typing.
    case schema(Value, approximation: TypeForm)
    /// A type with a mistake, which has been reported.
    case invalid

    struct Field: Sendable, Hashable {
        var name: String
        var type: TypeForm
        var defaultValue: Value?
        /// Only in verbatim schemas: a property that is not required, but not null either.
        var mayBeAbsent = false

        /// The caller may leave it out.
        var isOptional: Bool { if case .nullable = type { true } else { defaultValue != nil || mayBeAbsent } }
    }
}

/// A type with the names it may refer to: what every question about a declared type is asked of.
struct DeclaredType: Sendable {
    var form: TypeForm
    var names: TypeTable

    init(_ form: TypeForm, _ names: TypeTable = TypeTable()) {
        self.form = form
        self.names = names
    }

    static let any = DeclaredType(.any)
    static let string = DeclaredType(.text(.string))

    private func with(_ form: TypeForm) -> DeclaredType { DeclaredType(form, names) }

    /// The type itself where it was written as a name or as a schema.
    var resolved: DeclaredType {
        switch form {
        case .named(let name): with(names.form(of: name)).resolvedSchema
        default: resolvedSchema
        }
    }

    private var resolvedSchema: DeclaredType {
        if case .schema(_, let approximation) = form { with(approximation) } else { self }
    }

    /// Without `?`, resolved.
    var required: DeclaredType {
        let type = resolved
        if case .nullable(let wrapped) = type.form { return with(wrapped).required }
        return type
    }

    var isNullable: Bool {
        switch resolved.form {
        case .nullable, .null, .any, .invalid: true
        default: false
        }
    }

    /// The declared fields, when it is a record.
    var fields: [(field: TypeForm.Field, type: DeclaredType)]? {
        guard case .record(let fields) = required.form else { return nil }
        return fields.map { ($0, with($0.type)) }
    }

    func field(_ name: String) -> DeclaredType? {
        switch required.form {
        case .record(let fields): fields.first { $0.name.hasSameCodePoints(as: name) }.map { with($0.type) }
        case .map(let element): with(element)
        case .object, .any: .any
        default: nil
        }
    }

    /// Of a list's items or a map's values.
    var element: DeclaredType? {
        switch required.form {
        case .list(let element), .map(let element): with(element)
        case .object, .any, .invalid: .any
        default: nil
        }
    }

    /// The type with its names replaced by what they stand for, fields in the order of their names: equal where two types of
    /// different files are the same. A name inside its own type stays one.
    var expanded: TypeForm {
        var budget = Self.comparedNodes
        return names.expanded(form, inside: [], budget: &budget)
    }

    /// What is beyond is compared by its names.
    private static let comparedNodes = 4_096

    /// A secret may stand somewhere in it.
    var holdsSecrets: Bool { names.contains(.text(.secret), in: form) }
}

/// Named types by name.
struct TypeTable: Sendable {
    private(set) var forms: [String: TypeForm] = [:]

    mutating func define(_ name: String, as form: TypeForm) { forms[name] = form }

    /// Follows names that stand for names; a circle of them, and a name that is not there, is invalid.
    func form(of name: String) -> TypeForm {
        var name = name
        for _ in 0...forms.count {
            guard let form = forms[name] else { return .invalid }
            guard case .named(let next) = form else { return form }
            name = next
        }
        return .invalid
    }

    /// The names that a type reaches, in code point order.
    func reachable(from form: TypeForm) -> [String] {
        var found: Set<String> = []
        var waiting = Self.mentioned(in: form)
        while let name = waiting.popLast() {
            guard found.insert(name).inserted, let next = forms[name] else { continue }
            waiting.append(contentsOf: Self.mentioned(in: next))
        }
        return found.sorted { $0.precedesByCodePoint($1) }
    }

    fileprivate func expanded(_ form: TypeForm, inside path: [String], budget: inout Int) -> TypeForm {
        budget -= 1
        guard budget > 0 else { return form }
        switch form {
        case .list(let item): return .list(expanded(item, inside: path, budget: &budget))
        case .map(let value): return .map(expanded(value, inside: path, budget: &budget))
        case .nullable(let wrapped): return .nullable(expanded(wrapped, inside: path, budget: &budget))
        case .record(var fields):
            fields.sort { $0.name.precedesByCodePoint($1.name) }
            for index in fields.indices { fields[index].type = expanded(fields[index].type, inside: path, budget: &budget) }
            return .record(fields)
        case .enumeration(let members): return .enumeration(members.sorted { $0.precedesByCodePoint($1) })
        case .named(let name):
            guard !path.contains(name) else { return form }
            return expanded(self.form(of: name), inside: path + [name], budget: &budget)
        default: return form
        }
    }

    func contains(_ wanted: TypeForm, in form: TypeForm) -> Bool {
        if Self.parts(of: form).contains(wanted) { return true }
        return reachable(from: form).contains { name in forms[name].map { Self.parts(of: $0).contains(wanted) } ?? false }
    }

    /// Names that stand in the type itself.
    static func mentioned(in form: TypeForm) -> [String] {
        parts(of: form).compactMap { if case .named(let name) = $0 { name } else { nil } }
    }

    /// The type and everything it is written with, names not followed.
    private static func parts(of form: TypeForm) -> [TypeForm] {
        switch form {
        case .list(let inner), .map(let inner), .nullable(let inner): [form] + parts(of: inner)
        case .record(let fields): [form] + fields.flatMap { parts(of: $0.type) }
        default: [form]
        }
    }
}
