import CEL
import Diagnostics
import Mustache

// What authors are told about mail templates.

extension Diagnostic {
    static func missingTemplate(_ name: Located<String>, known: [String]) -> Diagnostic {
        guard MailTemplate.isName(name.value) else {
            return Diagnostic(
                .missingFile, "'\(name.value)' is no name of a template", at: name.range, label: "not below 'emails/'",
                help: "a template is a file below the folder 'emails' of the definitions")
        }
        let guess = closestMatch(to: name.value, among: known)
        return Diagnostic(
            .missingFile, "there is no mail template '\(name.value)'", at: name.range,
            label: guess.map { "did you mean '\($0)'?" } ?? "no such file",
            help: guess == nil
                ? "write it to \(MailTemplate.path(ofName: name.value)): `Subject: …` on the first line, then the text" : nil,
            fix: guess.map { Fix(title: "write '\($0)'", range: name.range, replacement: $0) })
    }

    static func templateWithoutText(_ name: Located<String>) -> Diagnostic {
        Diagnostic(
            .missingFile, "the mail template '\(name.value)' has an HTML form only", at: name.range,
            label: "no subject, no text",
            help: "write \(MailTemplate.path(ofName: name.value)): `Subject: …` on the first line, then the text")
    }

    static func templateWithoutSubject(at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .missingKey, "a mail template begins with its subject", at: range, label: "expected 'Subject: …'",
            help: "write `Subject: …` on the first line, an empty line, and then the text")
    }

    static func badTemplate(_ problem: MustacheProblem, at range: SourceRange) -> Diagnostic {
        switch problem.kind {
        case .unclosedTag:
            Diagnostic(.expressionSyntax, "this tag never ends", at: range, label: "not closed", help: "close it with '}}'")
        case .unclosedSection(let name):
            Diagnostic(
                .expressionSyntax, "the section '\(name)' never ends", at: range, label: "not closed",
                help: "close it with '{{/\(name)}}'")
        case .unexpectedClose(let name, let expected):
            Diagnostic(
                .expressionSyntax, "no section '\(name)' is open here", at: range,
                label: expected.map { "expected '{{/\($0)}}'" } ?? "closes nothing")
        case .noName:
            Diagnostic(
                .expressionSyntax, "this tag names nothing", at: range, label: "expected a name",
                help: "write `{{name}}`, `{{name.field}}` or `{{.}}`; a template has no expressions")
        case .badDelimiters:
            Diagnostic(
                .expressionSyntax, "these are no delimiters", at: range, label: "expected two words",
                help: "write `{{=<% %>=}}`")
        case .tooDeep: Diagnostic(.expressionSyntax, "sections are nested too deeply here", at: range, label: "too deep")
        case .unsupported(let sign):
            unsupported("{{\(sign)", at: range, help: "write out what it stands for: a template is one file")
        }
    }

    static func unknownTemplateName(
        _ name: String, in template: String, known: [String], at range: SourceRange, tag: SourceRange
    ) -> Diagnostic {
        let guess = closestMatch(to: name, among: known)
        return Diagnostic(
            .callInput, "the template '\(template)' needs '\(name)', which its data does not have", at: range,
            label: "'\(name)' is missing",
            notes: [Note(range: tag, message: guess.map { "did you mean '\($0)'?" } ?? "needed here")])
    }

    static func templateNeedsText(
        _ name: String, _ type: StaticType, in template: String, at range: SourceRange, tag: SourceRange
    ) -> Diagnostic {
        Diagnostic(
            .callInput, "the template '\(template)' writes '\(name)' as text, this is \(type.shown)", at: range,
            label: type.description,
            notes: [Note(range: tag, message: "written here")],
            help: "take a field of it, or open a section: {{#\(name)}}…{{/\(name)}}")
    }
}
