import Diagnostics
import Values
import YAMLSyntax

// What authors are told about types and schemas (WF41xx).

extension Diagnostic {
    static func badType(_ problem: TypeReader.Problem, in scalar: YAMLScalar) -> Diagnostic {
        let range = scalar.text.isEmpty ? scalar.range : scalar.sourceRange(ofText: problem.range)
        switch problem.kind {
        case .expected(let what):
            return Diagnostic(
                .badType, "'\(scalar.text)' is no type", at: range, label: "expected \(what)",
                help:
                    "a type is a name such as string, list(…), map(…) or enum(a | b), then '?' if it may be null, then a default after '='"
            )
        case .unknownConstructor(let name):
            return Diagnostic(
                .badType, "'\(name)(…)' is no type", at: range, label: "unknown",
                help: "types with parts are list(…), map(…) and enum(a | b)")
        case .brackets(let name):
            return Diagnostic(
                .badType, "a list is written 'list(\(name))'", at: range, label: "not '\(name)[]'", help: "write list(\(name))",
                fix: Fix(title: "write 'list(\(name))'", range: range, replacement: "list(\(name))"))
        case .trailing:
            return Diagnostic(
                .badType, "the type '\(scalar.text)' goes on where it should end", at: range, label: "unexpected",
                help: "after a type only '?' and '= default' may follow")
        case .emptyEnumeration:
            return Diagnostic(
                .badType, "an enumeration needs its members", at: range, label: "empty", help: "write enum(first | second)")
        case .tooDeep:
            return Diagnostic(.badType, "this type is nested too deeply", at: range, help: "give its parts names under `types`")
        }
    }

    static func unknownType(_ name: String, guess: String?, known: [String], at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .badType, "unknown type '\(name)'", at: range, label: guess.map { "did you mean '\($0)'?" } ?? "not declared",
            help: guess == nil ? "known are \(known.joined(separator: ", ")), list(…), map(…), enum(…)" : nil,
            fix: guess.map { Fix(title: "write '\($0)'", range: range, replacement: $0) })
    }

    static func circularType(_ name: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(.badType, "the type '\(name)' is nothing but itself", at: range, label: "refers back to itself")
    }

    static func unfitDefault(_ text: String, of type: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .unfitDefault, "the default `\(text)` does not fit the type \(type)", at: range, label: "expected \(type)",
            help: "a default is a JSON value or a bare word")
    }
}
