import Values
import WorkflowJournal

/// Typed reading of an action's input.
///
/// The definition's types have checked most of it; what they leave open (`any`, lists of either form) is refused here with
/// code `schema`.
struct ActionInput {
    private let value: Value

    init(_ value: Value) { self.value = value }

    /// Nil where the input is missing or null.
    subscript(_ name: String) -> Value? {
        guard let member = value[name], !member.isNull else { return nil }
        if case .optional(let wrapped) = member { return wrapped }
        return member
    }

    func string(_ name: String) throws(Failure) -> String? {
        guard let member = self[name] else { return nil }
        guard let text = member.stringValue else { throw .misfit("\(name) must be a string, not \(member.kindName)") }
        return text
    }

    func int(_ name: String) throws(Failure) -> Int64? {
        guard let member = self[name] else { return nil }
        guard let number = member.intValue else { throw .misfit("\(name) must be an integer, not \(member.kindName)") }
        return number
    }

    func map(_ name: String) throws(Failure) -> ValueMap? {
        guard let member = self[name] else { return nil }
        guard let map = member.mapValue else { throw .misfit("\(name) must be a map, not \(member.kindName)") }
        return map
    }

    /// A length of time above zero: as a duration, or as its text.
    func duration(_ name: String) throws(Failure) -> Duration? {
        guard let member = self[name] else { return nil }
        let span: TimeSpan? =
            switch member {
            case .duration(let span): span
            case .string(let text): TimeSpan(durationLiteral: text) ?? TimeSpan(celDuration: text)
            default: nil
            }
        guard let span, span > .zero else { throw .misfit("\(name) must be a duration above zero") }
        return .seconds(span.seconds) + .nanoseconds(Int64(span.nanoseconds))
    }

    /// The members of a map as texts, in key order; null members are left out.
    func texts(_ name: String) throws(Failure) -> [(name: String, value: String)] {
        var texts: [(name: String, value: String)] = []
        for (key, member) in try map(name) ?? [:] where !member.isNull {
            guard case .string(let key) = key, let text = Self.text(of: member) else {
                throw .misfit("\(name) must be a map of strings")
            }
            texts.append((key, text))
        }
        return texts
    }

    /// What a scalar looks like where only text can stand; nil for lists, maps and null.
    static func text(of value: Value) -> String? {
        switch value {
        case .string(let text): text
        case .bool, .int, .uint, .double: JSON.text(value)
        case .timestamp(let instant): instant.description
        case .duration(let span): span.description
        default: nil
        }
    }
}

extension Failure {
    /// An input that does not fit the action, in a way its types do not say.
    static func misfit(_ message: String) -> Failure { Failure(code: "schema", message: message) }
}
