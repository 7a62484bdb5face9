import CEL

// Events as expressions see them. Where it may be one of several, comparing its name tells which payload it has.

extension SystemTypes {
    /// The variable `event`. The name of a single one is any text, as there is nothing to tell.
    static func event(_ names: [Located<String>], _ payloads: [DeclaredType]) -> StaticType {
        oneOf(names, payloads, called: "event") { name, data in
            [
                .init(name: "id", type: .string), .init(name: "name", type: names.count > 1 ? name : .string),
                .init(name: "source", type: .string), .init(name: "time", type: .timestamp), .init(name: "data", type: data),
            ]
        }
    }

    /// What a `wait` for a list of events gives.
    static func received(_ names: [Located<String>], _ payloads: [DeclaredType]) -> StaticType {
        oneOf(names, payloads, called: nil) { name, data in [.init(name: "name", type: name), .init(name: "data", type: data)] }
    }

    private static func oneOf(
        _ names: [Located<String>], _ payloads: [DeclaredType], called typeName: String?,
        fields: (_ name: StaticType, _ data: StaticType) -> [RecordType.Field]
    ) -> StaticType {
        let alternatives = zip(names, payloads).map { name, payload in
            RecordType(name: typeName, fields: fields(.enumeration([name.value]), payload.staticType()))
        }
        // An empty list has been reported.
        return alternatives.isEmpty ? .error : .record(RecordType(oneOf: alternatives))
    }

    /// An event as far as its declaration goes; nil where it may be one of several.
    static func event(_ payloads: [DeclaredType]) -> DeclaredType? {
        guard payloads.count == 1, let payload = payloads.first else { return nil }
        return DeclaredType(.record([TypeForm.Field(name: "data", type: payload.form)]), payload.names)
    }
}
