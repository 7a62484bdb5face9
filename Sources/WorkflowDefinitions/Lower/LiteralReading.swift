import CEL
import Diagnostics
import Values
import YAMLSyntax

/// What a scalar without expressions is in a place of some type. Nothing is coerced: what looks like something else is refused.
enum LiteralReading {
    enum Outcome {
        case value(Value, StaticType)
        /// YAML 1.1 and 1.2 read it differently.
        case ambiguous(Diagnostic)
        /// A string is needed; quoted it would be one.
        case quotable
        case badDuration
        case notMember([String])
        /// A string that is no uri, no email, no uuid.
        case violation(String)
        /// Something else is needed, in words.
        case unfit(String)
    }

    static func read(_ scalar: YAMLScalar, _ text: String, as expected: DeclaredType?) -> Outcome {
        guard let expected else { return untyped(scalar) }
        let isPlain = scalar.style == .plain
        if isPlain, expected.isNullable, case .success(.null) = scalar.untypedValue() { return .value(.null, .null) }
        switch expected.required.form {
        case .any, .invalid: return untyped(scalar)
        case .text(let kind): return string(scalar, text, kind)
        case .enumeration(let members):
            guard members.contains(where: { $0.hasSameCodePoints(as: text) }) else { return .notMember(members) }
            return .value(.string(text), .enumeration([text]))
        case .duration:
            guard let span = TimeSpan(durationLiteral: text) else { return .badDuration }
            return .value(.duration(span), .duration)
        case .timestamp:
            guard let instant = Timestamp(rfc3339: text) else { return .unfit("a timestamp such as 2026-01-31T09:00:00Z") }
            return .value(.timestamp(instant), .timestamp)
        case .integer:
            guard isPlain, case .success(.int(let number)) = scalar.untypedValue() else { return .unfit("an integer") }
            return .value(.int(number), .int)
        case .number: return number(scalar)
        case .boolean:
            guard isPlain, case .success(.bool(let flag)) = scalar.untypedValue() else { return .unfit("true or false") }
            return .value(.bool(flag), .bool)
        case .null:
            guard isPlain, case .success(.null) = scalar.untypedValue() else { return .unfit("null") }
            return .value(.null, .null)
        case .object, .map, .record: return .unfit("a mapping")
        case .list: return .unfit("a list")
        case .nullable, .named, .schema: return untyped(scalar)
        }
    }

    private static func untyped(_ scalar: YAMLScalar) -> Outcome {
        switch scalar.untypedValue() {
        case .failure(let problem): .ambiguous(problem.diagnostic)
        case .success(let value): .value(value, type(of: value))
        }
    }

    private static func string(_ scalar: YAMLScalar, _ text: String, _ kind: TypeForm.Text) -> Outcome {
        if scalar.style == .plain {
            // Where the type says text, what the YAML versions make of a word does not matter, but a number or `true` does.
            switch scalar.untypedValue() {
            case .success(.string): break
            case .success(.null): return .unfit("a string")
            case .success: return .quotable
            case .failure(let problem): if problem.reason != .ambiguous || !looksLikeWord(text) { return .quotable }
            }
        }
        if let violation = LiteralFormats.violation(text, kind) { return .violation(violation) }
        return .value(.string(text), kind == .secret ? .secret : type(ofText: text))
    }

    private static func looksLikeWord(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
    }

    private static func number(_ scalar: YAMLScalar) -> Outcome {
        guard scalar.style == .plain, case .success(let value) = scalar.untypedValue() else { return .unfit("a number") }
        switch value {
        case .int(let number): return .value(.double(Double(number)), .double)
        case .double: return .value(value, .double)
        default: return .unfit("a number")
        }
    }

    private static func type(of value: Value) -> StaticType {
        switch value {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .double: .double
        case .string(let text): type(ofText: text)
        default: .any
        }
    }

    /// A short word is worth knowing: `status: fulfilled` can only be that.
    private static func type(ofText text: String) -> StaticType {
        text.utf8.count <= 64 && !text.utf8.contains(0x0A) ? .enumeration([text]) : .string
    }
}
