import Values

/// CEL's optionals. `optMap` and `optFlatMap` are macros; `.?f` and `[?i]` are syntax.
enum OptionalFunctions {
    static let all: [Overload] = [
        Overload("optional.of(T) -> optional(T)") { arguments, _ in .optional(arguments[0]) },
        Overload("optional.none() -> optional(T)") { _, _ in .optional(nil) },
        Overload("optional.ofNonZeroValue(T) -> optional(T)") { arguments, _ in
            .optional(isZero(arguments[0]) ? nil : arguments[0])
        },
        Overload("optional(T).hasValue() -> bool") { arguments, _ in .bool(wrapped(arguments[0]) != nil) },
        Overload("optional(T).value() -> T") { arguments, _ in
            guard let value = wrapped(arguments[0]) else { throw CallFailure("the optional has no value") }
            return value
        },
        Overload("optional(T).or(optional(T)) -> optional(T)") { arguments, _ in
            wrapped(arguments[0]) == nil ? arguments[1] : arguments[0]
        },
        Overload("optional(T).orValue(T) -> T") { arguments, _ in wrapped(arguments[0]) ?? arguments[1] },
        Overload("optional.unwrap(list(optional(T))) -> list(T)", unwrap),
        Overload("list(optional(T)).unwrapOpt() -> list(T)", unwrap),
        // language.md §7: what to use in place of a null.
        Overload("T?.orValue(T) -> T", isWorkflowOnly: true) { arguments, _ in
            arguments[0].isNull ? arguments[1] : arguments[0]
        },
    ]

    private static func wrapped(_ value: Value) -> Value? {
        if case .optional(let wrapped) = value { wrapped } else { nil }
    }

    private static let unwrap: Overload.Body = { arguments, run in
        try run.charge(arguments[0].asList.count)
        return .list(arguments[0].asList.compactMap(wrapped))
    }

    private static func isZero(_ value: Value) -> Bool {
        switch value {
        case .null: true
        case .bool(let flag): !flag
        case .int(let number): number == 0
        case .uint(let number): number == 0
        case .double(let number): number == 0
        case .string(let text): text.isEmpty
        case .bytes(let bytes): bytes.isEmpty
        case .list(let items): items.isEmpty
        case .map(let map): map.isEmpty
        case .timestamp(let instant): instant == Timestamp(microseconds: 0)
        case .duration(let span): span == .zero
        case .optional(let wrapped): wrapped == nil
        case .type: false
        }
    }
}
