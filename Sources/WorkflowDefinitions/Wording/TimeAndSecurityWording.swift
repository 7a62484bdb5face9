import Diagnostics
import Values
import YAMLSyntax

// What authors are told about time (WF51xx), events (WF52xx) and security (WF61xx).

extension Diagnostic {
    static func badDuration(_ scalar: YAMLScalar) -> Diagnostic {
        let isNumber = !scalar.text.isEmpty && scalar.text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        if isNumber {
            return Diagnostic(
                .badDuration, "`\(scalar.text)` has no unit", at: scalar.range, label: "of what?",
                help: "write \(scalar.text)s for seconds, \(scalar.text)ms for milliseconds",
                fix: Fix(title: "write '\(scalar.text)s'", range: scalar.range, replacement: "\(scalar.text)s"))
        }
        let hasMonth = scalar.text.utf8.contains(UInt8(ascii: "M")) || scalar.text.utf8.contains(UInt8(ascii: "y"))
        return Diagnostic(
            .badDuration, "`\(scalar.text)` is no duration", at: scalar.range, label: "expected such as 30s, 5m, 1d12h",
            help: hasMonth
                ? "units are w, d, h, m (minutes), s and ms; months and years have no fixed length"
                : "numbers with units, largest first: w, d, h, m, s, ms")
    }

    static func waitForever(_ step: Step) -> Diagnostic {
        Diagnostic(
            .waitForever, "the step '\(step.id.value)' may wait for ever", at: step.verbRange, label: "no timeout",
            help: "give it, a step around it or the workflow a `timeout`")
    }

    static func innerTimeout(_ inner: Located<TimeSpan>, outer: Located<TimeSpan>) -> Diagnostic {
        Diagnostic(
            .innerTimeout, "this timeout never comes: the one around it is over first", at: inner.range, label: "longer",
            notes: [Note(range: outer.range, message: "over before")], help: "shorten it or lengthen the one around it")
    }

    static func nothingToRetry(_ action: String, codes: [String], at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .nothingToRetry, "'\(action)' has no error that is retried by itself", at: range, label: "never repeats",
            help: codes.isEmpty
                ? "remove it: the action cannot fail" : "name the errors: `retry: { attempts: 3, errors: [\(codes[0])] }`")
    }

    static func unknownMatchPath(
        _ path: String, part: String, event: String, known: [String], at range: SourceRange
    ) -> Diagnostic {
        let guess = closestMatch(to: part, among: known)
        return Diagnostic(
            .matchPath, "the payload of '\(event)' has no field '\(path)'", at: range,
            label: guess.map { "did you mean '\($0)'?" } ?? "unknown field",
            help: guess != nil ? nil : known.isEmpty ? nil : "its fields are \(known.joined(separator: ", "))")
    }

    static func waitForAny(_ step: Step) -> Diagnostic {
        Diagnostic(
            .waitForAny, "the step '\(step.id.value)' takes any event of this name", at: step.verbRange, label: "no condition",
            help: "name the one it is about: `match: { orderId: \"${{ input.orderId }}\" }`")
    }

    static func expressionInLiteral(_ input: String, action: String, at range: SourceRange, help: String) -> Diagnostic {
        Diagnostic(
            .expressionInLiteral, "'\(input)' of '\(action)' takes no expressions", at: range, label: "expression", help: help)
    }

    static func storedSecret(_ name: String, _ place: ValuePlace, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .storedSecret, "the secret '\(name)' would be stored in \(place.what)", at: range, label: "secret",
            help: "use secrets only \(VariablePlaceRule.secrets)")
    }

    static func leakedSecret(_ name: String, _ place: ValuePlace, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .leakedSecret, "\(place.what) takes no secrets", at: range, label: "secret '\(name)'",
            help: "use secrets only \(VariablePlaceRule.secrets)")
    }

    static func secretInput(_ what: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .secretInput, "\(what) cannot hold secrets: it is stored", at: range, label: "secret",
            help: "declare the secret under `secrets`; it is read when it is used")
    }
}
