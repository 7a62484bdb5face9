import CEL
import Diagnostics
import YAMLSyntax

// What authors are told about values and expressions (WF31xx).

extension Diagnostic {
    static func unterminated(_ scalar: YAMLScalar, at start: Int) -> Diagnostic {
        Diagnostic(
            .unterminated, "this expression never ends", at: scalar.sourceRange(ofText: start..<start + 3),
            label: "no '}}' for this",
            help: "close it with '}}', or write '$${{' for the characters themselves")
    }

    static func bracesWithoutDollar(at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .unterminated, .warning, "this is plain text: an expression begins with '${{'", at: range,
            label: "no '$' before it",
            help: "write '$' before it",
            fix: Fix(
                title: "write '${{'",
                range: SourceRange(file: range.file, bytes: range.bytes.lowerBound..<range.bytes.lowerBound), replacement: "$"))
    }

    static func nestedExpression(at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .nestedExpression, "this is inside an expression already", at: range, label: "no '${{' here",
            help: "write the name by itself, without '${{' and '}}'")
    }

    static func forgottenExpression(_ scalar: YAMLScalar, _ severity: Severity) -> Diagnostic {
        Diagnostic(
            .nestedExpression, severity, "this is the text '\(scalar.text)', not the value of that name", at: scalar.range,
            label: "plain text", help: "write ${{ \(scalar.text) }}",
            fix: Fix(
                title: "write '${{ \(scalar.text) }}'", range: scalar.range, replacement: "\"${{ \(scalar.text) }}\""))
    }

    static func untypedUse(_ path: String, root: String, at range: SourceRange) -> Diagnostic {
        let help =
            switch root {
            case "steps", "result": "declare what the step gives back: `returns: { … }`"
            case "event": "declare the event's payload under `events`"
            default: "declare its type"
            }
        return Diagnostic(
            .untypedUse, "nothing is known of '\(path)', so this cannot be checked", at: range, label: "any", help: help)
    }

    static func violatesSchema(_ place: ValuePlace, at range: SourceRange, violation: String) -> Diagnostic {
        Diagnostic(
            .literalViolation, "\(place.what) does not fit: \(violation)", at: range, label: "expected \(place.expectedText)")
    }

    static func textAroundCondition(_ what: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .notCondition, "\(what) is a text, not a condition", at: range, label: "text around an expression",
            help: "put all of it inside one '${{ }}'")
    }

    static func literalCondition(_ what: String, _ scalar: YAMLScalar) -> Diagnostic {
        Diagnostic(
            .notCondition, "\(what) must be a condition", at: scalar.range, label: "not true or false",
            help: "write it as an expression: ${{ … }}")
    }

    static func notCondition(_ what: String, found: StaticType, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .notCondition, "\(what) must be true or false, this is \(found.shown)", at: range, label: found.description,
            help: found == .string ? "compare it: … == 'value'" : nil)
    }

    static func conditionMayBeNull(_ what: String, at range: SourceRange, why: [Note]) -> Diagnostic {
        Diagnostic(
            .mayBeNull, "\(what) may be null here", at: range, label: "boolean?", notes: why,
            help: "say what null means: (…).orValue(false)")
    }

    static func unfitNode(_ place: ValuePlace, found: YAMLNode) -> Diagnostic {
        Diagnostic(
            place.mismatch, "\(place.what) must be \(place.expectedText), not \(found.kindName)", at: found.firstLine,
            label: "expected \(place.expectedText)")
    }

    static func unfitType(_ place: ValuePlace, found: StaticType, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            place.mismatch, "\(place.what) must be \(place.expectedText), this is \(found.shown)", at: range,
            label: "expected \(place.expectedText)")
    }

    static func unfitLiteral(_ place: ValuePlace, _ scalar: YAMLScalar, expected: String) -> Diagnostic {
        let shown = scalar.text.isEmpty ? "nothing" : "'\(scalar.text)'"
        return Diagnostic(
            place.mismatch, "\(place.what) must be \(expected), not \(shown)", at: scalar.range, label: "expected \(expected)")
    }

    static func unknownMember(_ key: YAMLScalar, of place: ValuePlace, known: [String]) -> Diagnostic {
        let guess = closestMatch(to: key.text, among: known)
        return Diagnostic(
            place.mismatch, "\(place.what) has no field '\(key.text)'", at: key.range,
            label: guess.map { "did you mean '\($0)'?" } ?? "unknown field",
            help: guess == nil ? "its fields are \(known.joined(separator: ", "))" : nil)
    }

    static func missingMember(_ name: String, of place: ValuePlace, at range: SourceRange) -> Diagnostic {
        Diagnostic(place.mismatch, "\(place.what) needs the field '\(name)'", at: range, label: "'\(name)' is missing")
    }

    static func valueMayBeNull(
        _ place: ValuePlace, found: StaticType, at range: SourceRange, why: [Note]
    ) -> Diagnostic {
        Diagnostic(
            .mayBeNull, "\(place.what) must be \(place.expectedText), but this may be null", at: range,
            label: found.description, notes: why, help: "give a value for null: (…).orValue(…)")
    }

    static func unfitText(_ type: StaticType, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .unfitText, "\(type.shown) cannot stand in a text", at: range, label: type.description,
            help: "take a field of it, or write it as JSON: json.text(…)")
    }

    static func textMayBeNull(
        _ source: String, _ type: StaticType, at range: SourceRange, why: [Note]
    ) -> Diagnostic {
        Diagnostic(
            .mayBeNull, "'\(source)' may be null, which cannot stand in a text", at: range, label: type.description,
            notes: why, help: "give a value for null: (…).orValue('')")
    }

    static func notAnError(_ type: StaticType, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .unfitValue, "only a caught error can be raised again, this is \(type.shown)", at: range,
            label: "expected an error",
            help: "write `fail: ${{ error }}` in a `catch`, or `fail: { code: …, message: … }`")
    }

    static func missingOutput(_ type: StaticType, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .unfitValue, "`returns` promises \(type.shown), but without `output` the result is null", at: range,
            label: "no output", help: "add the key `output`")
    }
}

extension ValuePlace {
    /// As in "must be …".
    var expectedText: String { withArticle(expected?.shown ?? "value") }
}

/// `a string`, `an integer`; types that are no single word stand as they are.
private func withArticle(_ type: String) -> String {
    guard type != "null", type != "any", let first = type.utf8.first, type.utf8.allSatisfy({ (0x61...0x7A).contains($0) })
    else {
        return type
    }
    let hasVowel = ["i", "e", "a", "o"].contains { $0.utf8.first == first }
    return (hasVowel ? "an " : "a ") + type
}

extension StaticType {
    /// As in "this is …".
    var shown: String { withArticle(withoutLengthyMembers.description) }

    private var withoutLengthyMembers: StaticType {
        switch self {
        case .enumeration(let members) where members.count == 1: .string
        case .nullable(let wrapped): .nullable(wrapped.withoutLengthyMembers)
        default: self
        }
    }
}

extension DeclaredType {
    /// As authors write it.
    var shown: String {
        switch form {
        case .text(let kind): kind.rawValue
        case .nullable(let wrapped): "\(DeclaredType(wrapped, names).shown)?"
        case .named(let name): name
        default: staticType(asTarget: true).description
        }
    }
}
