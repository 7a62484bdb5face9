import Diagnostics
import YAMLSyntax

// What authors are told about secrets and trust (WF61xx).

extension Diagnostic {
    static func expressionInLiteral(_ input: String, action: String, at range: SourceRange, help: String) -> Diagnostic {
        Diagnostic(
            .expressionInLiteral, "'\(input)' of '\(action)' takes no expressions", at: range, label: "expression", help: help)
    }

    static func secretInClearText(_ kind: String?, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .clearTextSecret, kind.map { "this looks like \($0)" } ?? "this looks like a secret", at: range,
            label: "in clear text",
            help: "declare it under `secrets` and write ${{ secrets.… }}; then change it, for it is known")
    }

    static func storedSecret(_ name: String, _ place: ValuePlace, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .storedSecret, "the secret '\(name)' would be stored in \(place.what)", at: range, label: "secret",
            help: "use secrets only \(VariablePlaceRule.secrets)")
    }

    static func decidingSecret(_ name: String, _ place: ValuePlace, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .storedSecret, "the secret '\(name)' would decide \(place.what), and what was decided is stored", at: range,
            label: "secret", help: "use secrets only \(VariablePlaceRule.secrets)")
    }

    static func secretInQuery(_ name: String, _ place: ValuePlace, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .leakedSecret, .warning, "\(place.what) is part of the URL, which is written to many a log", at: range,
            label: "secret '\(name)'", help: "give it in a header or in `auth`, where the other side takes it")
    }

    static func hostFromData(_ origin: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .hostFromData, "which host is called is decided by \(origin)", at: range, label: "host from data",
            help: "write the host or take it from `config`; when it runs, a host from data reaches public addresses only")
    }

    static func leakedSecret(_ name: String, _ place: ValuePlace, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .leakedSecret, "\(place.what) takes no secrets", at: range, label: "secret '\(name)'",
            help: "use secrets only \(VariablePlaceRule.secrets)")
    }

    static func plainHTTP(host: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .plainHTTP, "what is sent to '\(host)' can be read and changed on the way", at: range, label: "not encrypted",
            help: "write https://", fix: Fix(title: "write 'https'", range: range, replacement: "https://"))
    }

    static func computedCommand(at range: SourceRange, isWholeList: Bool) -> Diagnostic {
        Diagnostic(
            .computedCommand, "which command runs is decided by a value", at: range, label: "the command",
            help: isWholeList
                ? "write the list out and give values as its later items"
                : "write the command out and choose between steps with `switch` or `if`")
    }

    static func loaderVariable(_ name: YAMLScalar) -> Diagnostic {
        Diagnostic(
            .loaderVariable, "'\(name.text)' changes what the loader or the shell runs", at: name.range,
            label: "not only a value", help: "use a name of your own")
    }

    static func secretInput(_ what: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .secretInput, "\(what) cannot hold secrets: it is stored", at: range, label: "secret",
            help: "declare the secret under `secrets`; it is read when it is used")
    }
}
